"""What a call does to rows, told in terms of the request by playing it with several values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.common import Field, leaves, wanted
from rewardlang.derive.ground import Change, Outcome
from rewardlang.derive.request import Request, value_of
from rewardlang.derive.typed import quoted
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at


@frozen
class Effect:
    """What a call does to one row.

    Attributes:
        key: The row's key as an expression; None of a row that is made.
        fields: What the row holds afterwards: paths, with the expression of each value.
        touched: Paths that change, () for the row itself.
        results: Paths whose values the request does not say, with the value for each case.
    """

    kind: str
    table: str
    key: str | None
    fields: tuple[tuple[tuple[str, ...], str, str], ...] = ()
    touched: tuple[tuple[str, ...], ...] = ()
    results: tuple[tuple[tuple[str, ...], tuple[Any, ...]], ...] = ()


def effects(field: Field, request: Request) -> Iterator[Effect]:
    """The effects of a request, told in terms of its slots by playing it with several values."""
    played = list(_played(field, request))
    if not played or not played[0][1].changes:
        return
    first = played[0][1].changes
    same = [
        (chosen, outcome.changes)
        for chosen, outcome in played
        if [_kind(c) for c in outcome.changes] == [_kind(c) for c in first]
    ]
    for number in range(len(first)):
        yield _effect(field, request, [(chosen, changes[number]) for chosen, changes in same])


def _played(field: Field, request: Request) -> Iterator[tuple[dict[str, Any], Outcome]]:
    ground = field.ground
    pools = {s.name: s.values for s in request.slots if not s.cased and s.parent is None}
    cases = list(request.cases) or [{}]
    rounds = max(6, len(cases), *(len(pool) for pool in pools.values()), 0)
    for number in range(2 * rounds):
        case = cases[number % len(cases)]
        turn = number + number // rounds
        chosen = {**{n: p[(turn + i) % len(p)] for i, (n, p) in enumerate(pools.items())}, **case}
        outcome = ground.call(request.operation.name, request.filled(ground, chosen), request.actor)
        if outcome is not None:
            yield chosen, outcome


def _kind(change: Change) -> tuple[str, str]:
    kind = "created" if change.before is None else "deleted" if change.now is None else "updated"
    return kind, change.table


def _effect(
    field: Field, request: Request, seen: Sequence[tuple[dict[str, Any], Change]]
) -> Effect:
    kind, table = _kind(seen[0][1])
    key = None if kind == "created" else _key(field, request, seen)
    touched: dict[tuple[str, ...], None] = {}
    for _, change in seen:
        if kind == "updated":
            touched.update(dict.fromkeys(differing(change.before, change.now)))
    paths = list(touched) if kind == "updated" else None
    fields = tuple(_fields(field, request, seen, paths)) if kind != "deleted" else ()
    if paths and not fields:
        gone = [p for p in paths if p and all(at(change.now, p) is None for _, change in seen)]
        fields = tuple((path, "null", "gone") for path in gone[:1])
    results = tuple(_results(request, seen, paths)) if paths and not fields else ()
    return Effect(kind, table, key, fields, tuple(touched), results)


def _results(
    request: Request,
    seen: Sequence[tuple[dict[str, Any], Change]],
    paths: Sequence[tuple[str, ...]],
) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
    """Changed scalars that follow from the rows of the request alone."""
    names = [slot.name for slot in request.slots if slot.cased]
    for path in paths:
        by_case: dict[str, Any] = {}
        for chosen, change in seen:
            by_case[repr([chosen[n] for n in names])] = at(change.now, path)
        values = tuple(by_case.get(repr([case[n] for n in names])) for case in request.cases)
        plain = [value for value in values if isinstance(value, str | int | bool)]
        if len(plain) == len(values) and not any(_is_time(value) for value in values):
            yield path, values


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) is not None


def differing(before: Any, now: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where two states of a row differ, at most three fields deep."""
    if isinstance(before, dict) and isinstance(now, dict) and path.__len__() < 3:
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                if name in before and name in now:
                    yield from differing(before[name], now[name], (*path, name))
                else:
                    yield (*path, name)
    else:
        yield path


def _key(
    field: Field, request: Request, seen: Sequence[tuple[dict[str, Any], Change]]
) -> str | None:
    """The key of the changed row, as an expression that holds in each of the episodes."""
    for slot in request.slots:
        if slot.table is None:
            continue
        if slot.parent is None and all(c.key == chosen[slot.name] for chosen, c in seen):
            return f"params.{slot.name}"
        if slot.parent is not None and all(
            value_of(field.ground, slot, request.slots, ch) == c.key for ch, c in seen
        ):
            return wanted(slot, request.slots)
    for slot in request.rows:
        rows = field.ground.rows[slot.table or ""]
        first = rows.get(seen[0][0][slot.name], {})
        for path, value in leaves(first):
            if value == seen[0][1].key and all(
                at(rows[chosen[slot.name]], path) == c.key for chosen, c in seen
            ):
                found = field.row(slot, path)
                if found is not None and not found.nullable:
                    return found.text
    keys = {change.key for _, change in seen}
    # The one row of a table of settings.
    alone = len(keys) == 1 and len(field.ground.rows[seen[0][1].table]) == 1
    return quoted(keys.pop()) if alone else None


def _fields(
    field: Field,
    request: Request,
    seen: Sequence[tuple[dict[str, Any], Change]],
    paths: Sequence[tuple[str, ...]] | None,
) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What a row holds afterwards that the request says: path, expression, style."""
    last = seen[0][1].now
    every = [path for path, _ in _whole(last)]
    for path in every:
        if paths is not None and not any(
            path[: len(p)] == p or p[: len(path)] == path for p in paths
        ):
            continue
        values = [at(change.now, path) for _, change in seen]
        before = [at(change.before, path) or [] for _, change in seen]
        for slot in request.slots:
            said = [value_of(field.ground, slot, request.slots, chosen) for chosen, _ in seen]
            style: str = slot.style
            if isinstance(values[0], list):
                style, same = _listed(before, values, said)
            elif style == "document":
                same = all(_document(v) == s for v, s in zip(values, said, strict=True))
            else:
                same = all(
                    v is not None and str(v) == str(s) for v, s in zip(values, said, strict=True)
                )
            if same and (len({str(s) for s in said}) > 1 or len(slot.values) == 1):
                if style in ("key", "exact") and type(values[0]) is not type(said[0]):
                    style = "as_text"
                want = wanted(slot, request.slots)
                if style == "removed" and slot.parent is None and not isinstance(said[0], str):
                    want = f"params.{slot.name}" if slot.number else f"str({want})"
                yield path, want, style
                break


def _listed(before: Sequence[Any], now: Sequence[Any], said: Sequence[Any]) -> tuple[str, bool]:
    """How a list has come to hold a value or lack it, and whether it has in each episode."""
    lists = list(zip(before, now, said, strict=True))
    if not all(isinstance(b, list) and isinstance(n, list) for b, n, _ in lists):
        return "member", False
    if all(n == [s] for _, n, s in lists):
        return "only", True
    if all(s in n and s not in b and _less(n, s) == b for b, n, s in lists):
        return "added", True
    if all(str(s) in b and _less(b, str(s)) == n for b, n, s in lists):
        return "removed", True
    return "member", all(s in n for _, n, s in lists)


def _less(items: list[Any], item: Any) -> list[Any]:
    return [each for each in items if each != item]


def _whole(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Scalars, lists of them, and documents in a row."""
    if isinstance(value, dict):
        if value.get("type") == "doc":
            yield path, value
            return
        for name, inner in value.items():
            yield from _whole(inner, (*path, name))
    elif not isinstance(value, list) or not any(isinstance(i, dict | list) for i in value):
        yield path, value


def _document(value: Any) -> str:
    found: list[str] = []

    def gather(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                found.append(node["text"])
            for inner in node.values():
                gather(inner)
        elif isinstance(node, list):
            for inner in node:
                gather(inner)

    gather(value)
    return " ".join(found)
