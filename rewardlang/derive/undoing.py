"""What takes back what a call has done: found by trying operations on the world it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Any, Literal

from rewardlang.derive.common import Field, wanted
from rewardlang.derive.deeds import Deed
from rewardlang.derive.effects import Effect, differing
from rewardlang.derive.ground import Change, Outcome
from rewardlang.derive.lists import lists_in
from rewardlang.derive.request import Request, Slot, from_parent, value_of
from rewardlang.derive.typed import Read, read
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at, leaves, put

MADE = "made"
"""The let that holds the key of a row that was made."""
WAS = "was"
"""The let that holds a row as it was, when no slot names it."""
_COMBINATIONS = 24
_TASKS = 24


@frozen
class Source:
    """Where an argument of the call that takes back comes from.

    Attributes:
        kind: A value that was asked for, the key of what was made, or what the row held before.
        slot: The slot that was asked for.
        path: Where in the row.
        text: The expression in a reward.
        sent: The same in the oracle.
    """

    kind: Literal["asked", "made", "old"]
    text: str
    sent: str
    slot: Slot | None = None
    path: tuple[str, ...] = ()


Sources = tuple[tuple[Slot, Source], ...]
"""Where each argument of a call comes from."""


@frozen
class Look:
    """A call that tells what a row holds."""

    request: Request
    sources: Sources

    @property
    def name(self) -> str:
        """The operation."""
        return self.request.operation.name


@frozen
class Back:
    """A call that takes back what a deed has done.

    Attributes:
        sources: Where each of its arguments comes from, by the argument's path.
        cases: The rows and values of the deed with which it was tried.
        stamps: Fields that stay different, since the server writes the time into them.
    """

    request: Request
    sources: Sources
    cases: tuple[dict[str, Any], ...]
    stamps: tuple[str, ...]

    @property
    def name(self) -> str:
        """The operation."""
        return self.request.operation.name

    @property
    def old(self) -> list[Source]:
        """Values that only the row says, before it is changed."""
        return [source for _, source in self.sources if source.kind == "old"]


def taking_back(field: Field, deed: Deed) -> Back | None:
    """The operation that takes a deed back, with its arguments; None when there is none."""
    main = main_effect(deed)
    if main is None:
        return None
    tasks = list(islice(_tasks(field, deed), _TASKS))
    for name in _candidates(field, deed, main):
        request = field.request(name)
        if request is None or request.actor != deed.request.actor:
            continue
        found = _by(field, deed, main, request, tasks)
        if found is not None:
            return found
    return None


def main_effect(deed: Deed) -> Effect | None:
    """The effect that the task is about: a row made, else one that changes."""
    made = [e for e in deed.effects if e.kind == "created"]
    if made:
        return made[0] if len(made) == 1 else None
    return next((e for e in deed.effects if e.key is not None), None)


def key_answered(field: Field, deed: Deed, main: Effect) -> tuple[str, ...] | None:
    """Where the response tells the key of the row that was made."""
    found: list[tuple[str, ...]] | None = None
    for _, outcome in _tasks(field, deed):
        key = next(c.key for c in outcome.changes if c.before is None and c.table == main.table)
        here = [
            tuple(str(step) for step in path)
            for path, leaf in [((), outcome.response), *leaves(outcome.response)]
            if isinstance(leaf, str | int) and str(leaf) == key
        ]
        found = here if found is None else [path for path in found if path in here]
    return found[0] if found else None


def key_asked(field: Field, deed: Deed, main: Effect) -> str | None:
    """The key of a row that is made, where it is put together from the parts of the address."""
    address = deed.operation.path
    parts = [slot for slot in deed.slots if f"{{{slot.path[0]}}}" in address]
    parts.sort(key=lambda slot: address.find(f"{{{slot.path[0]}}}"))
    for chosen, outcome in _tasks(field, deed):
        said = [value_of(field.ground, each, deed.slots, chosen) for each in parts]
        if not said or "/".join(map(str, said)) != _key(main, outcome):
            return None
    return ' + "/" + '.join(wanted(slot, deed.slots) for slot in parts)


def row_name(deed: Deed, effect: Effect) -> str:
    """The let of the row that a deed changes, as it was."""
    ours = [slot for slot in deed.free if slot.table == effect.table]
    slot = next((slot for slot in ours if effect.key == f"params.{slot.name}"), None)
    return slot.row if slot is not None else WAS


def _tasks(field: Field, deed: Deed) -> Iterator[tuple[dict[str, Any], Outcome]]:
    """Tasks of a deed that change something: each row, with different values."""
    pools = {s.name: s.values for s in deed.slots if not s.cased and s.parent is None}
    cases = list(deed.request.cases) or [{}]
    most = max((len(pool) for pool in pools.values()), default=1)
    for number in range(max(len(cases), min(most, 6))):
        case = cases[number % len(cases)]
        chosen = {**{n: p[(number + i) % len(p)] for i, (n, p) in enumerate(pools.items())}, **case}
        args = deed.request.filled(field.ground, chosen)
        outcome = field.ground.call(deed.operation.name, args, deed.request.actor)
        if outcome is not None and any(_real(field, change) for change in outcome.changes):
            yield chosen, outcome


def _real(field: Field, change: Change) -> bool:
    """Whether more than a time differs."""
    if change.before is None or change.now is None:
        return True
    now, paths = change.now, differing(change.before, change.now)
    return not all(path and field.ground.is_now(at(now, path)) for path in paths)


def _candidates(field: Field, deed: Deed, main: Effect) -> list[str]:
    """Operations that write where the deed did, the likelier first."""
    kinds = {"created": ("delete",), "deleted": ("insert", "set")}.get(main.kind, ("set", "delete"))
    found: list[tuple[bool, bool, int, str]] = []
    for name, operation in field.ground.operations.items():
        own = name == deed.operation.name
        if operation.opaque or (own and main.kind != "updated"):
            continue
        writes = [e for e in operation.effects if e.place.table == main.table]
        if any(effect.kind in kinds for effect in writes):
            inside = operation.path.startswith(deed.operation.path)
            found.append((own, not inside, len(found), name))
    return [name for *_, name in sorted(found)]


def _by(
    field: Field,
    deed: Deed,
    main: Effect,
    request: Request,
    tasks: Sequence[tuple[dict[str, Any], Outcome]],
) -> Back | None:
    slots = [slot for slot in request.slots if slot.path != ("",)]
    choices = [_sources(field, deed, main, request, slot) for slot in slots]
    for chosen in islice(product(*choices), _COMBINATIONS):
        pairs = tuple(zip(slots, chosen, strict=True))
        same = request.operation.name == deed.operation.name
        if same and not any(source.kind == "old" for source in chosen):
            continue  # the same again takes nothing back
        good: list[dict[str, Any]] = []
        stamps: dict[str, None] = {}
        for values, outcome in tasks:
            left = _left(field, deed, main, request, pairs, values, outcome)
            if left is None and not good:
                break  # most fail at once
            if left is not None:
                good.append(values)
                stamps.update(dict.fromkeys(left))
        if 2 * len(good) >= len(tasks) and good:
            sent = _sent(field, deed, main, pairs, *tasks[0])
            return Back(request, sent, tuple(good), tuple(stamps))
    return None


def _sent(
    field: Field,
    deed: Deed,
    main: Effect,
    pairs: Sources,
    chosen: dict[str, Any],
    outcome: Outcome,
) -> Sources:
    """The sources, each as it is sent: keys as texts or as numbers."""
    found = []
    for slot, source in pairs:
        value = _value(field, deed, main, source, chosen, outcome)
        wanted_so = _as_sent(slot, value)
        if type(value) is not type(wanted_so) and source.kind != "made":
            to_int = isinstance(wanted_so, int)
            sent = f"to_int({source.sent})!" if to_int else f"str({source.sent})"
            source = replace(source, sent=sent)
        found.append((slot, source))
    return tuple(found)


def looked_up(field: Field, deed: Deed, main: Effect, back: Back) -> Look | None:
    """An operation that tells what a row holds before it is changed; None when none does."""
    tasks = list(islice(_tasks(field, deed), _TASKS))
    reads = [
        request
        for name, operation in field.ground.operations.items()
        if operation.method == "GET" and not operation.effects
        if (request := field.request(name)) is not None and request.actor == deed.request.actor
    ]
    # One that is asked about the row rather than a list of all.
    for request in sorted(reads, key=lambda request: not request.slots):
        slots = [slot for slot in request.slots if slot.path != ("",)]
        choices = [_sources(field, deed, main, request, slot) for slot in slots]
        for chosen in islice(product(*choices), _COMBINATIONS):
            pairs = tuple(zip(slots, chosen, strict=True))
            if any(source.kind != "asked" for source in chosen):
                continue
            shown = [_shown(field, deed, main, request, pairs, *task) for task in tasks]
            if all(_told(field, deed, main, old, shown, tasks) for old in back.old):
                return Look(request, _sent(field, deed, main, pairs, *tasks[0]))
    return None


def _shown(
    field: Field,
    deed: Deed,
    main: Effect,
    request: Request,
    pairs: Sources,
    chosen: dict[str, Any],
    outcome: Outcome,
) -> dict[tuple[str | int, ...], Any]:
    """What a call shows of the row: of a list, what stands in the item with the row's key."""
    args = _with_values(field, deed, main, request, pairs, chosen, outcome)
    seen = None
    if args is not None:
        seen = field.ground.call(request.operation.name, args, request.actor)
    if seen is None:
        return {}
    found = dict(leaves(seen.response)) if pairs else {}
    key = _key(main, outcome)
    for _, items in lists_in(seen.response):
        for item in items:
            if key in (str(item.get("id")), str(item.get("key"))):
                found.update({("item", *path): leaf for path, leaf in leaves(item)})
    return found


def _told(
    field: Field,
    deed: Deed,
    main: Effect,
    old: Source,
    shown: Sequence[dict[tuple[str | int, ...], Any]],
    tasks: Sequence[tuple[dict[str, Any], Outcome]],
) -> bool:
    """Whether one field of what is shown is, in every task, the value to go back to."""
    values = [_value(field, deed, main, old, *task) for task in tasks]
    same = [
        path
        for path in (shown[0] if shown else ())
        if all(each.get(path) == value for each, value in zip(shown, values, strict=True))
    ]
    named = any(str(path[-1]) == old.path[-1] for path in same)
    return named or (bool(same) and len({repr(value) for value in values}) > 1)


def _left(
    field: Field,
    deed: Deed,
    main: Effect,
    request: Request,
    pairs: Sources,
    chosen: dict[str, Any],
    outcome: Outcome,
) -> list[str] | None:
    """What differs after both calls: paths that hold times; None when it is more than that."""
    args = _with_values(field, deed, main, request, pairs, chosen, outcome)
    if args is None:
        return None
    after = field.ground.then(outcome, request.operation.name, args, deed.request.actor)
    if after is None:
        return None
    stamps = []
    for change in after.changes:
        if change.before is None or change.now is None or change.key != _key(main, outcome):
            return None
        for path in differing(change.before, change.now):
            if not path or not field.ground.is_now(at(change.now, path)):
                return None
            stamps.append(".".join(path))
    return stamps


def _with_values(
    field: Field,
    deed: Deed,
    main: Effect,
    request: Request,
    pairs: Sources,
    chosen: dict[str, Any],
    outcome: Outcome,
) -> Any:
    """The arguments of a request with the values of their sources; None where one has none."""
    args: Any = request.args
    for slot, source in pairs:
        value = _value(field, deed, main, source, chosen, outcome)
        if value is None:
            return None
        args = put(args, slot.path, _as_sent(slot, value))
    return args


def _as_sent(slot: Slot, value: Any) -> Any:
    if slot.number and isinstance(value, str):
        return int(value) if value.isdigit() and len(value) < 16 else value
    return str(value) if slot.style == "key" and not slot.number else value


def _key(main: Effect, outcome: Outcome) -> str:
    return next(c.key for c in outcome.changes if c.table == main.table)


def _value(
    field: Field,
    deed: Deed,
    main: Effect,
    source: Source,
    chosen: dict[str, Any],
    outcome: Outcome,
) -> Any:
    match source.kind:
        case "made":
            return _key(main, outcome)
        case "asked":
            assert source.slot is not None
            return value_of(field.ground, replace(source.slot, number=False), deed.slots, chosen)
        case "old":
            key = _key(main, outcome)
            return at(field.ground.rows[main.table].get(key), source.path)


def _sources(field: Field, deed: Deed, main: Effect, request: Request, slot: Slot) -> list[Source]:
    """Where an argument may come from, the likelier first."""
    table = field.ground.api.tables[main.table]
    ours = slot.table == main.table and slot.parent is None
    if slot.parent is not None:
        parent = next(s for s in request.slots if s.name == slot.parent[0])
        ours = parent.table == main.table and slot.parent[1] == (table.key,)
    found: list[Source] = []
    if ours and main.kind == "created":
        found.append(Source("made", MADE, MADE))
    alike = [s for s in deed.slots if s.path == slot.path and s.path != ("",)]
    alike += [s for s in deed.slots if s.table is not None and s.table == slot.table]
    alike += [s for s in deed.slots if s.path[-1] == slot.path[-1] and s.path != ("",)]
    if main.kind == "updated":
        for other in alike:
            found += _old(field, deed, main, other)
    for other in dict.fromkeys(alike):
        sent = from_parent(other, deed.slots) if other.parent is not None else other.name
        found.append(Source("asked", wanted(other, deed.slots), sent, other))
    return list(dict.fromkeys(found))


def _old(field: Field, deed: Deed, main: Effect, slot: Slot) -> Iterator[Source]:
    """What the row held where the deed writes a value."""
    want = wanted(slot, deed.slots)
    for path, text, style in main.fields:
        if text == want and style in ("text", "exact", "key", "as_text"):
            row = Read(row_name(deed, main), field.ground.api.tables[main.table].row.row, False)
            found = read(row, path, field.ground.api.types.expand)
            if found is not None:
                sure = f"{found.text}!" if found.nullable else found.text
                yield Source("old", sure, sure, None, path)
