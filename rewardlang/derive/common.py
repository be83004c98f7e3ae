"""What the tasks of one API share: ways to call, tools beside the right one, names of rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.accepting import requests
from rewardlang.derive.aliases import alias, with_aliases
from rewardlang.derive.ground import Ground
from rewardlang.derive.lists import Finder, finders, listings
from rewardlang.derive.request import Request, Slot, from_parent, label_of
from rewardlang.derive.typed import Read, member, place, quoted, read
from rewardlang.derive.words import noun, spoken
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.judge.leaves import leaves as every_leaf
from rewardlang.types.relations import without_null
from rewardlang.types.types import String

REPEATS = "calls(any).size() - calls(any).map(c => [c.op, c.args]).distinct().size()"
_READS, _WRITES = 3, 2


@frozen
class Named:
    """How a task names a row: its template, and the look-up that finds the row by that name."""

    template: str
    finder: Finder | None = None


class Field:
    """All operations of an API with a way to call each, worked out once."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._requests: dict[str, Request | None] = {}
        self._finders: dict[str, list[Finder]] = {}

    def request(self, name: str) -> Request | None:
        """A way to call an operation."""
        if name not in self._requests:
            found = requests(self.ground, self.ground.operations[name])
            self._requests[name] = found and with_aliases(self.ground, found)
        return self._requests[name]

    def finder(self, table: str, label: tuple[str, ...]) -> list[Finder]:
        """The operations that list a table's rows."""
        if table not in self._finders:
            self._finders[table] = list(finders(self.ground, table, label))
        return self._finders[table]

    def named(self, slot: Slot, without: Sequence[str] = ()) -> tuple[Named, tuple[Any, ...]]:
        """How to name the rows of a slot, and which of them can be named so."""
        assert slot.table is not None
        label = label_of(self.ground, slot.table)
        by_key = Named(f"{{{slot.name}}}")
        if not label:
            return by_key, slot.values
        rows = self.ground.rows[slot.table]
        texts = [at(row, label) for row in rows.values()]
        for finder in self.finder(slot.table, label):
            if finder.operation in without:
                continue
            known = [
                value
                for value in slot.values
                if value in finder.keys and texts.count(at(rows[value], label)) == 1
            ]
            if 2 * len(known) >= len(slot.values) and known:
                row = self.row(slot, label)
                if row is not None:
                    sure = "!" if row.nullable else ""
                    return Named(f'"{{{row.text}{sure}}}"', finder), tuple(known)
        return by_key, slot.values

    def row(self, slot: Slot, path: Sequence[str], name: str | None = None) -> Read | None:
        """The expression of a field of a slot's row, which is in the let for it or under `name`."""
        assert slot.table is not None
        table = self.ground.api.tables[slot.table]
        return read(
            Read(name or slot.row, table.row.row, False), path, self.ground.api.types.expand
        )

    def row_let(self, slot: Slot) -> str:
        """The definition of the let that holds a slot's row."""
        return f"initial.{slot.table}[params.{slot.name}]!"

    def beside(
        self,
        names: Sequence[str],
        shown: Sequence[str] = (),
        loose: Sequence[str] = (),
        told: Sequence[str] = (),
    ) -> list[str]:
        """Tools to offer beside those of a task, near in the API.

        None tells of a row of the tables `shown`, or one of the texts `told`; none writes the
        tables `loose`; none finds rows that one of `names` finds, or it would do as well.
        """
        ground, first = self.ground, self.ground.operations[names[0]]
        same = {n for found in self._finders.values() for n in _alike(found, names[1:])}
        others = [o for n, o in ground.operations.items() if n not in names and n not in same]
        others.sort(key=lambda o: -_common(o.path, first.path))
        reads = [o.name for o in others if o.method == "GET" and not o.effects]
        reads = [n for n in reads if not self._tells(n, shown) and not self._says(n, told)][:_READS]
        writes = [o.name for o in others if o.effects][:12]
        kept = [name for name in writes if self.changes(name) and not self._writes(name, loose)]
        kept = kept[:_WRITES]
        chosen = {*names, *reads, *kept}
        return [name for name in ground.operations if name in chosen]

    def changes(self, name: str) -> bool:
        """Whether the way to call an operation changes the world."""
        found = self.request(name)
        return found is not None and bool(found.outcome.changes)

    def _says(self, name: str, told: Sequence[str]) -> bool:
        """Whether an operation shows one of some texts to whoever calls it."""
        if not told:
            return False
        response = listings(self.ground).get(name)
        shown = {str(leaf) for leaf in [response, *(leaf for _, leaf in every_leaf(response))]}
        return any(text in shown for text in told)

    def _writes(self, name: str, tables: Sequence[str]) -> bool:
        effects = self.ground.operations[name].effects
        return any(effect.place.table in tables for effect in effects)

    def _tells(self, name: str, tables: Sequence[str]) -> bool:
        """Whether an operation reads one row of a table, and so may tell what a task asks for."""
        found = self.request(name)
        return found is None or any(slot.table in tables for slot in found.slots)

    def other_write(self, tools: Sequence[str], names: Sequence[str]) -> tuple[str, Any] | None:
        """A call beside a task that changes something."""
        for name in tools:
            found = self.request(name)
            if name in names or found is None or not found.outcome.changes or found.actor:
                continue
            for at_ in (-1, 0):
                values = {s.name: s.values[at_] for s in found.slots if s.parent is None}
                case = found.cases[at_] if found.cases else {}
                args = found.filled(self.ground, {**values, **case})
                outcome = self.ground.call(name, args)
                if outcome is not None and outcome.changes:
                    return name, escaped(args)
        return None


def _alike(found: Sequence[Finder], names: Sequence[str]) -> Iterator[str]:
    """The operations that list the same rows, where one of some names is among them."""
    every = [finder.operation for finder in found]
    if any(name in every for name in names):
        yield from every


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def escaped(value: Any) -> Any:
    """Plain data as a template: braces doubled."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, dict):
        return {name: escaped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [escaped(inner) for inner in value]
    return value


def template(value: Any, slots: Sequence[Slot]) -> Any:
    """The arguments of a request as the oracle writes them."""
    if isinstance(value, Slot):
        return "{" + sent(next(s for s in slots if s.path == value.path), slots) + "}"
    if isinstance(value, dict):
        return {name: template(inner, slots) for name, inner in value.items()}
    if isinstance(value, list):
        return [template(inner, slots) for inner in value]
    return escaped(value)


def sent(slot: Slot, slots: Sequence[Slot]) -> str:
    """The expression of a slot's value, as a template has it."""
    text = from_parent(slot, slots) if slot.parent is not None else slot.name
    return f"to_int({text})!" if slot.number else text


def wanted(slot: Slot, slots: Sequence[Slot]) -> str:
    """The same in an expression; a key stays a text."""
    return from_parent(slot, slots) if slot.parent is not None else f"params.{slot.name}"


def exactly(ground: Ground, name: str, slot: Slot, slots: Sequence[Slot], want: str = "") -> str:
    """The condition, inside the operation's braces, that an argument is what the task asks for.

    Args:
        want: The expression of what that is, where it is no parameter of the slot's name.
    """
    expand, operation = ground.api.types.expand, ground.operations[name]
    found = place(Read("args", operation.args_type, False), slot.path, expand)
    assert found is not None, "a task asks only for what an expression can read"
    kind = without_null(expand(found.type))
    formatted = isinstance(kind, String) and bool(kind.format)
    text = isinstance(kind, String) and not formatted
    return _same(slot, found.text, want or wanted(slot, slots), found.nullable, text, formatted)


def attempted(slot: Slot, slots: Sequence[Slot], root: str = "c.args", want: str = "") -> str:
    """The same of a call that may have been refused, whose arguments may be of any shape."""
    texts = bool(slot.values) and all(isinstance(value, str) for value in slot.values)
    also = "" if want or not slot.also else alias(slot, wanted(slot, slots))
    want = want or wanted(slot, slots)
    return _same(slot, argument(slot, root), want, True, False, texts, also)


def _same(
    slot: Slot,
    place: str,
    want: str,
    nullable: bool,
    text: bool,
    formatted: bool = False,
    also: str = "",
) -> str:
    """A value compared with what is wanted, in the way of its kind."""
    said = f"str({place})"
    if text:
        said = f'{place} ?? ""' if nullable else place
    match slot.style:
        case "key" if also:
            return f"{place if text else said} in [{want}, {also}]"
        case "key":
            return f"{place if text else said} == {want}"
        case "text":
            return f"fold({said}) == fold({want})"
        case "document":
            return f"fold(adf_text({place})) == fold({want})"
        case "storage":
            return f"fold(storage_text({said})) == fold(storage_text({want}))"
        case _:
            return f"{said if formatted else place} == {want}"


def argument(slot: Slot, root: str) -> str:
    """A call's argument, where anything may be missing."""
    text = root
    for step in slot.path:
        text += f"?{member(step)}" if isinstance(step, str) else f"?[{step}]"
    return text


def penalties(good: int, calls: int, answers: bool, long: int = 240) -> list[draft.Item]:
    """What every policy should keep from: invented tools, refusals, repetitions, detours.

    Args:
        good: Calls that cost nothing.
        calls: Calls at which the most is lost; no more than an episode may have.
        answers: Whether the task is a question.
        long: Characters that an answer may have.
    """
    found = [
        draft.penalty(
            "invented", 'ramp(count(any{kind == "unknown_tool"}), good=0, bad=3, floor=0.6)'
        ),
        draft.penalty("refused", "ramp(count(any{not ok}), good=0, bad=4, floor=0.5)"),
        draft.penalty("repeated", "ramp(repeats, good=0, bad=4, floor=0.7)"),
    ]
    if answers:
        why = "A response copied into the answer says everything and answers nothing."
        found.append(draft.penalty("long_winded", 0.5, f"answer.length() > {long}", why))
    if calls > good:
        needless = f"ramp(count(any), good={good}, bad={calls}, floor=0.7)"
        found.append(draft.penalty("needless", needless))
    return found


def literal(value: Any) -> str:
    """Plain data as the language writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Scalars in objects within objects; lists are left out."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif not isinstance(value, list):
        yield path, value


def described(slot: Slot) -> str:
    """What a slot's row is called: `issue type`; what a value is for."""
    if slot.table is not None:
        return noun(slot.table)
    return slot.thing or spoken(_last(slot))


def _last(slot: Slot) -> str:
    return str(next(step for step in reversed(slot.path) if isinstance(step, str)))
