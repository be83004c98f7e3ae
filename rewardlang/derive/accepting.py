"""Ways to call an operation that the API accepts: arguments tried with rows and values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from math import prod
from typing import Any

from rewardlang import model
from rewardlang.derive.ground import Ground, Outcome
from rewardlang.derive.links import tables_of
from rewardlang.derive.making import Making
from rewardlang.derive.optional import extras, mentioned
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
_SELDOM = 4
"""The worth of what is not said beside a name."""
_GLANCE = 8
"""Combinations after which arguments that were never accepted are given up."""


def requests(ground: Ground, operation: model.Operation) -> Request | None:
    """A way to call an operation that succeeds; None when none was found."""
    skeletons = list(_skeletons(ground, operation))
    by_row = list(_rowed(ground, operation))
    address = {p.name for p in operation.parameters if p.where == "path"}
    # Values of an address that go together are those of one row.
    loose = any(slot.known and slot.path[0] in address for _, slots in skeletons for slot in slots)
    skeletons = [*by_row, *skeletons] if loose else [*skeletons, *by_row]
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
    told = required
    for path, value in mentioned(made):
        told = _put(told, path, value)
    ranked = list(islice((each for each in extras(made) if not _holds(told, each[1])), _EXTRAS))
    for chosen in _combined(made, told, ranked, told != required):
        args = told
        for path, value in chosen:
            args = _put(args, path, value)
        yield args, made.used(args)
    if told != required:
        yield required, made.used(required)


Chosen = tuple[tuple[Path, Any], ...]


def _combined(
    made: Making, told: Any, ranked: Sequence[tuple[int, Path, Any]], enough: bool
) -> Iterator[Chosen]:
    """Optional arguments to add to those that must be, one choice after the other.

    Args:
        enough: Whether those that must be say already what the task is.
    """
    operation = made.operation
    likely = [(path, value) for _, path, value in ranked]
    common = [(path, value) for rank, path, value in ranked if rank < _SELDOM][:4] or likely[:2]
    body = any(p.where == "body" and p.required for p in operation.parameters)
    bare = operation.method == "DELETE" and not operation.schema.get("required")
    thin = operation.method in ("POST", "PUT", "PATCH") or bare
    says_more = thin and not body and bool(likely) and not enough
    found: list[Chosen] = []
    if made.refers.made:
        # A name alone makes a thin task; more than three things make a long one.
        said = sum(s.parent is None for s in made.used(told))
        sizes = (3, 2, 1) if says_more else [n for n in (2, 1) if said + n <= 3]
        found = [chosen for size in sizes for chosen in combinations(common, size)]
        # Two owners of one thing are two ways to say where it goes.
        found = [chosen for chosen in found if _owners(chosen) < 2]
    first: list[Chosen] = [] if says_more else [()]
    rest = [chosen for size in (1, 2, 3) for chosen in combinations(likely, size)]
    yield from {repr(chosen): chosen for chosen in (*found, *first, *rest, ())}.values()


def _owners(chosen: Chosen) -> int:
    return sum(slot.table is not None for _, value in chosen for slot in slots_in(value))


def _holds(args: Any, path: Path) -> bool:
    """Whether some arguments have a value at a path."""
    for step in path:
        if not isinstance(args, dict) or step not in args:
            return False
        args = args[step]
    return True


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
        hops: dict[str, Slot] = {}
        for parameter in in_path:
            slot = made.of_row(main, (parameter.name,))
            for hop in made.hops(main) if slot is None else ():
                slot = made.of_row(hop, (parameter.name,))
                if slot is not None:
                    hops[hop.name] = hop
                    break
            if slot is None:
                break
            made.slots[parameter.name,] = slot
        else:
            required = made.object(operation.schema, (), only_required=True)
            if required is None:
                continue
            found = islice(extras(made), _EXTRAS) if operation.effects else ()
            likely = [(path, value) for _, path, value in found]
            for size in (0, 1, 2):
                for chosen in combinations(likely, size):
                    args = required
                    for path, value in chosen:
                        args = _put(args, path, value)
                    yield args, (main, *hops.values(), *slots_in(args))


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
    refused = 0
    for tried, picked in enumerate(_combinations(choices, _ROWS * 2)):
        if len(good) >= _CASES or (tried >= _GLANCE and not good and not cased):
            break
        if _twice(cased, picked):
            continue
        case = dict(zip((slot.name for slot in cased), picked, strict=True))
        outcome = ground.call(
            operation.name, filled(args, ground, slots, {**values, **case}), actor
        )
        refused += outcome is None
        if outcome is not None:
            good.append((len(outcome.changes) or 50, case, outcome))
    if not good:
        return None
    least = min(weight for weight, _, _ in good)
    # Those that touch least make the clearest tasks.
    kept = [each for each in good if each[0] == least]
    kept = kept if len(kept) >= min(3, len(good)) or least < 50 else good
    cases = [case for _, case, _ in kept]
    cases = _spread(cases, _KEPT) if len(cased) > 1 else cases[:_KEPT]
    narrowed = {slot.name: tuple(dict.fromkeys(c[slot.name] for c in cases)) for slot in cased}
    slots = tuple(
        replace(slot, values=narrowed[slot.name]) if slot.name in narrowed else slot
        for slot in slots
    )
    every = not refused and len(kept) == len(good) and not _alike(cased)
    free = every or _is_free(cases, cased)
    return Request(operation, args, slots, kept[0][2], tuple(cases), free, actor)


def _combinations(choices: Sequence[Sequence[Any]], most: int) -> Iterator[tuple[Any, ...]]:
    """Combinations of one of each, at most so many and then all over them."""
    total = prod(map(len, choices))
    for number in range(min(total, most)):
        rest = number if total <= most else number * total // most
        picked: list[Any] = []
        for values in reversed(choices):
            rest, at_ = divmod(rest, len(values))
            picked.append(values[at_])
        yield tuple(reversed(picked))


def _alike(slots: Sequence[Slot]) -> bool:
    """Whether two slots name rows of one table."""
    tables = [slot.table for slot in slots if slot.table is not None]
    return len(set(tables)) < len(tables)


def _twice(slots: Sequence[Slot], picked: Sequence[Any]) -> bool:
    """Whether two slots of one table have the same row, such as one moved after itself."""
    rows = [(slot.table, value) for slot, value in zip(slots, picked, strict=True) if slot.table]
    return len(set(rows)) < len(rows)


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
