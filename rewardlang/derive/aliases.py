"""By what else than its key an API takes a row: `PAY-12` where it takes an ID or a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rewardlang.derive.ground import Ground, Outcome
from rewardlang.derive.request import LABELS, Request, Slot, from_parent, reading
from rewardlang.judge.leaves import at, put

_TRIED = 4
"""Tasks in which another name of a row must do as well."""


def with_aliases(ground: Ground, request: Request) -> Request:
    """The request, with the fields by which the API takes rows as well as by their keys."""
    if request.operation.opaque:
        return request
    slots = tuple(replace(slot, also=_alias(ground, request, slot)) for slot in request.slots)
    return replace(request, slots=slots)


def _alias(ground: Ground, request: Request, slot: Slot) -> str:
    """How the field is read from the row; "" where there is none."""
    if slot.table is None or slot.style != "key" or slot.number or slot.path == ("",):
        return ""
    values = {s.name: s.values[0] for s in request.slots if s.parent is None and not s.cased}
    tasks = [{**values, **case} for case in request.cases[:_TRIED]]
    key = ground.api.tables[slot.table].key
    for name in LABELS:
        if name != key and tasks and all(_same(ground, request, slot, t, name) for t in tasks):
            return reading(ground, slot.table, (name,))
    return ""


def _same(ground: Ground, request: Request, slot: Slot, task: Mapping[str, Any], name: str) -> bool:
    """Whether a call by another name of the row comes to the same."""
    args = request.filled(ground, task)
    row = ground.rows[slot.table or ""].get(str(at(args, slot.path)), {})
    other = row.get(name)
    if not isinstance(other, str) or other == at(args, slot.path):
        return False
    call = request.operation.name
    right = ground.call(call, args, request.actor)
    alike = ground.call(call, put(args, slot.path, other), request.actor)
    if right is None or alike is None or _ends(right) != _ends(alike):
        return False
    nobody = ground.call(call, put(args, slot.path, f"no {other}"), request.actor)
    return nobody is None or _ends(right) != _ends(nobody)


def _ends(outcome: Outcome) -> tuple[Any, Sequence[Any]]:
    return outcome.response, outcome.changes


def alias(slot: Slot, want: str) -> str:
    """The other name of the row whose key an expression is, as an expression."""
    return f"initial.{slot.table}[{want}]!{slot.also}"


def by_aliases(args: Any, slots: Sequence[Slot], facts: bool = False) -> Any:
    """The arguments of an oracle with rows by their other names; None where they have none."""
    aliased = [slot for slot in slots if slot.also]
    for slot in aliased:
        want = from_parent(slot, slots) if slot.parent is not None else slot.name
        want = f"fact.{want}" if facts and slot.parent is None else want
        args = put(args, slot.path, f"{{{alias(slot, want)}}}")
    return args if aliased else None
