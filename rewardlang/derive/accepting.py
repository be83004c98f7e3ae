"""Ways to call an operation that the API accepts: arguments tried with rows and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice, product
from typing import Any

from rewardlang import model
from rewardlang.derive.ground import Ground, Outcome
from rewardlang.derive.links import tables_of
from rewardlang.derive.making import Making
from rewardlang.derive.optional import extras
from rewardlang.derive.request import Path, Request, Slot, filled, slots_in
from rewardlang.derive.words import noun

_ROWS = 40
"""Rows of a table that are tried, all over it."""
_KEPT = 16
"""Rows that a task draws from."""
_CASES = 48
"""Combinations of rows that are tried."""
_EXTRAS = 8
"""Optional arguments that are tried, up to three at a time."""
_GLANCE = 8
"""Combinations after which arguments that were never accepted are given up."""


def requests(ground: Ground, operation: model.Operation) -> Request | None:
    """A way to call an operation that succeeds; None when none was found."""
    skeletons = [*_skeletons(ground, operation), *_rowed(ground, operation)]
    best: Request | None = None
    for actor in ("", *ground.others):
        for args, slots in skeletons:
            found = _accepted(ground, operation, args, slots, actor)
            if found is None:
                continue
            best = best or found
            if not operation.effects or found.outcome.changes:
                return found
        if best is not None:
            break
    return best


def _skeletons(
    ground: Ground, operation: model.Operation
) -> Iterator[tuple[dict[str, Any], tuple[Slot, ...]]]:
    """Arguments to try: the required ones, then with optional ones that say something."""
    made = Making(ground, operation)
    root = operation.schema
    required = made.object(root, (), only_required=True)
    if required is None:
        return
    likely = list(islice(extras(made), _EXTRAS))
    body = [p.name for p in operation.parameters if p.where == "body" and p.required]
    bare = operation.method == "DELETE" and not operation.schema.get("required")
    says_more = (operation.method in ("POST", "PUT", "PATCH") or bare) and not body and likely
    makes = any(effect.kind == "insert" for effect in operation.effects)
    if makes and not says_more and sum(s.parent is None for s in made.used(required)) <= 2:
        # One more thing to say of what is made: a name alone makes a thin task.
        for path, value in likely[:3]:
            args = _put(required, path, value)
            yield args, made.used(args)
    if not says_more:
        yield required, made.used(required)
    for size in (1, 2, 3):
        for chosen in combinations(likely, size):
            args = required
            for path, value in chosen:
                args = _put(args, path, value)
            yield args, made.used(args)
    if says_more:
        yield required, made.used(required)


def _rowed(
    ground: Ground, operation: model.Operation
) -> Iterator[tuple[dict[str, Any], tuple[Slot, ...]]]:
    """Arguments that all follow from one row: a property by its issue and its key."""
    tables = [table for table in reversed(tables_of(operation)) if ground.rows.get(table)]
    in_path = [p for p in operation.parameters if p.where == "path"]
    for table in tables if len(in_path) > 1 else ():
        if ground.api.tables[table].internal:
            continue
        made = Making(ground, operation)
        main = Slot(("",), made.name(noun(table), ("",)), tuple(ground.rows[table]), table)
        for parameter in in_path:
            slot = made.of_row(main, (parameter.name,))
            if slot is None:
                break
            made.slots[parameter.name,] = slot
        else:
            required = made.object(operation.schema, (), only_required=True)
            if required is None:
                continue
            likely = list(islice(extras(made), _EXTRAS)) if operation.effects else []
            for size in (0, 1, 2):
                for chosen in combinations(likely, size):
                    args = required
                    for path, value in chosen:
                        args = _put(args, path, value)
                    yield args, (main, *slots_in(args))


def _put(args: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    # For mypy: the steps to an argument are names, those into lists come after it.
    step, *rest = path
    if not rest:
        return {**args, step: value}  # type: ignore[dict-item]
    inside = args.get(str(step))
    return {**args, step: _put(inside if isinstance(inside, dict) else {}, tuple(rest), value)}  # type: ignore[dict-item]


def _accepted(
    ground: Ground,
    operation: model.Operation,
    args: dict[str, Any],
    slots: tuple[Slot, ...],
    actor: str,
) -> Request | None:
    """The request, its slots narrowed to rows with which it is accepted."""
    if any(not slot.values for slot in slots if slot.parent is None):
        return None
    values = {s.name: s.values[0] for s in slots if not s.cased and s.parent is None}
    cased = [slot for slot in slots if slot.cased]
    choices = [_spread(slot.values, _ROWS if len(cased) == 1 else 8) for slot in cased]
    good: list[tuple[int, dict[str, Any], Outcome]] = []
    for tried, picked in enumerate(product(*choices)):
        if (
            tried == _ROWS * 2
            or len(good) >= _CASES
            or (tried >= _GLANCE and not good and not cased)
        ):
            break
        case = dict(zip((slot.name for slot in cased), picked, strict=True))
        outcome = ground.call(
            operation.name, filled(args, ground, slots, {**values, **case}), actor
        )
        if outcome is not None:
            good.append((len(outcome.changes) or 50, case, outcome))
    if not good:
        return None
    least = min(weight for weight, _, _ in good)
    # Those that touch least make the clearest tasks.
    kept = [each for each in good if each[0] == least]
    kept = kept if len(kept) >= min(3, len(good)) or least < 50 else good
    cases = [case for _, case, _ in kept][:_KEPT]
    narrowed = {slot.name: tuple(dict.fromkeys(c[slot.name] for c in cases)) for slot in cased}
    slots = tuple(
        replace(slot, values=narrowed[slot.name]) if slot.name in narrowed else slot
        for slot in slots
    )
    free = _is_free(cases, cased)
    return Request(operation, args, slots, kept[0][2], tuple(cases), free, actor)


def _is_free(cases: list[dict[str, Any]], rows: list[Slot]) -> bool:
    """Whether every combination of the rows that were accepted is one of the cases."""
    count = 1
    for slot in rows:
        count *= len({case[slot.name] for case in cases})
    return len(rows) < 2 or count == len(cases)


def _spread(values: Sequence[Any], most: int) -> list[Any]:
    """Some of the values, all over them, in their order."""
    if len(values) <= most:
        return list(values)
    return [values[n * len(values) // most] for n in range(most)]
