"""Requests that take something out of a list of a row: what it holds can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rewardlang.derive.ground import Ground, Outcome
from rewardlang.derive.request import Request, Slot
from rewardlang.judge.leaves import leaves

_KEPT = 24
"""Rows with something to take out that a task draws from."""


def taking_out(ground: Ground, request: Request) -> Request:
    """The request with values that lists of the rows hold, where others would change nothing."""
    operation = request.operation
    if not operation.effects or request.outcome.changes:
        return request
    for slot in request.slots:
        if slot.parent is None and not slot.cased:
            found = list(_found(ground, request, slot))[:_KEPT]
            if len({case[slot.name] for case, _ in found}) > 1:
                return _narrowed(request, slot, found)
    return request


def _narrowed(request: Request, slot: Slot, found: list[tuple[dict[str, Any], Outcome]]) -> Request:
    cases = tuple(case for case, _ in found)
    number = all(isinstance(value, int) for value in slot.values)
    slots = tuple(
        replace(each, values=tuple(dict.fromkeys(case[each.name] for case in cases)))
        if each.cased
        else each
        for each in (
            replace(s, tied=True, style="key", number=number) if s is slot else s
            for s in request.slots
        )
    )
    return replace(request, slots=slots, outcome=found[0][1], cases=cases, free=False)


def _found(
    ground: Ground, request: Request, slot: Slot
) -> Iterator[tuple[dict[str, Any], Outcome]]:
    """Cases in which a member of some list is taken out."""
    number = all(isinstance(value, int) for value in slot.values)
    base = {s.name: s.values[0] for s in request.slots if s.parent is None and not s.cased}
    for case in request.cases or ({},):
        for value in _members(ground, request):
            sent = int(value) if number and value.isdigit() and len(value) < 16 else value
            outcome = ground.call(
                request.operation.name,
                request.filled(ground, {**base, **case, slot.name: sent}),
                request.actor,
            )
            if outcome is not None and outcome.changes:
                yield {**case, slot.name: value}, outcome


def _members(ground: Ground, request: Request) -> list[str]:
    """The texts in lists of the rows that an operation writes, each once."""
    tables = dict.fromkeys(effect.place.table for effect in request.operation.effects)
    return list(
        dict.fromkeys(
            value
            for table in tables
            for row in ground.rows.get(table or "", {}).values()
            for path, value in leaves(row)
            if path and isinstance(path[-1], int) and isinstance(value, str)
        )
    )
