"""A way to call an operation: its arguments with a slot for each value that a task chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from rewardlang import model
from rewardlang.derive.ground import Ground, Outcome, Row
from rewardlang.derive.typed import Read, member, read
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at

Path = tuple[str | int, ...]
Style = Literal["key", "text", "exact", "document", "storage"]
"""How a value is compared: as a key, leniently as a text, exactly, by the text of a document."""

LABELS = ("name", "title", "summary", "displayName", "label", "subject", "key", "username")
"""The fields by which people name rows."""


@frozen
class Slot:
    """A value in a request.

    Attributes:
        path: Where it goes.
        name: Its parameter.
        values: What it may be.
        table: The table whose key it is, if any.
        parent: Of what follows from another slot's row: that slot and the path in its row.
        style: How the reward compares it.
        number: Whether the text of a key is sent as a number.
        in_path: Whether it is part of the address.
        plus: What is added to the field of a parent's row.
        reads: How an expression reads the value from the parent's row: `.version.number`.
        also: How an expression reads from the row by what the API takes it as well: `.key`.
        tied: Whether it goes with some rows and not with others, such as a move of a workflow.
        thing: What it names of which there is no table, in words: `user`.
        known: Whether rows have its values, so that it may go with some and not with others.
    """

    path: Path
    name: str
    values: tuple[Any, ...]
    table: str | None = None
    parent: tuple[str, tuple[str, ...]] | None = None
    style: Style = "exact"
    number: bool = False
    in_path: bool = False
    plus: int = 0
    tied: bool = False
    known: bool = False
    thing: str = ""
    reads: str = ""
    also: str = ""

    @property
    def row(self) -> str:
        """The let that holds the row."""
        return f"the_{self.name}"

    @property
    def cased(self) -> bool:
        """Whether its value is one of a case's, not free."""
        return (self.table is not None or self.tied or self.known) and self.parent is None


@frozen
class Request:
    """Arguments with slots, and the combinations of their values that are accepted.

    Attributes:
        args: Plain data with `Slot` where a value goes.
        outcome: What the first combination came to.
        cases: Of slots that name rows: combinations that are accepted, each by slot.
        free: Whether every combination of the slots' values is accepted.
        actor: Who must call; "" for the first user.
    """

    operation: model.Operation
    args: Mapping[str, Any]
    slots: tuple[Slot, ...]
    outcome: Outcome
    cases: tuple[dict[str, Any], ...] = ()
    free: bool = True
    actor: str = ""

    def filled(self, ground: Ground, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments for chosen values."""
        made = filled(self.args, ground, self.slots, chosen)
        assert isinstance(made, dict)
        return made

    @property
    def cased(self) -> list[Slot]:
        """The slots whose values are one of the cases."""
        return [slot for slot in self.slots if slot.cased]

    @property
    def rows(self) -> list[Slot]:
        """The slots that name rows by their own choice."""
        return [slot for slot in self.cased if slot.table is not None]


def slots_in(value: Any) -> Iterator[Slot]:
    """The slots in some arguments."""
    if isinstance(value, Slot):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from slots_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from slots_in(inner)


def coupled(ground: Ground, slots: list[Slot]) -> Iterator[Slot]:
    """Slots whose value is in the row of another one: an issue, by the comment that is meant."""
    tables = {slot.table: slot for slot in slots if slot.table is not None}
    tables |= {slot.table: slot for slot in slots if slot.table is not None and slot.in_path}
    parents: dict[str, Slot] = {}
    for reference in ground.api.references:
        child, *column = reference.path
        mine, other = tables.get(child), tables.get(reference.target)
        if mine is None or other is None or mine is other or "*" in column:
            continue
        if not (mine.in_path and other.in_path):
            continue
        if mine.name in parents and parents[mine.name].parent == (other.name, ()):
            continue
        held = [at(row, tuple(column)) for row in ground.rows[child].values()]
        if any(type(value) is int or isinstance(value, list) for value in held):
            continue  # the key's number, which is not how the address writes it; or several keys
        reads = reading(ground, child, column)
        tied = replace(other, parent=(mine.name, tuple(column)), reads=reads)
        parents.setdefault(other.name, tied)
    yield from (slot for slot in slots if slot.name not in parents)
    yield from (parents[slot.name] for slot in slots if slot.name in parents)


def from_parent(slot: Slot, slots: Sequence[Slot]) -> str:
    """The expression of a value that is in the row of another slot."""
    assert slot.parent is not None
    other = next(each for each in slots if each.name == slot.parent[0])
    row = other.row
    if other.parent is not None:
        row = f"initial.{other.table}[{from_parent(other, slots)}]!"
    return f"{row}{slot.reads} + {slot.plus}" if slot.plus else f"{row}{slot.reads}"


def reading(ground: Ground, table: str, path: Sequence[str]) -> str:
    """How a field is read from a row in an expression, where it must be there."""
    row = Read("", ground.api.tables[table].row.row, False)
    found = read(row, path, ground.api.types.expand)
    if found is None:
        return "".join(f"?{member(name)}" for name in path) + "!"
    return f"{found.text}!" if found.nullable else found.text


def filled(value: Any, ground: Ground, slots: Sequence[Slot], chosen: Mapping[str, Any]) -> Any:
    """Some arguments with a value for each slot."""
    if isinstance(value, Slot):
        return value_of(ground, next(s for s in slots if s.path == value.path), slots, chosen)
    if isinstance(value, dict):
        return {name: filled(inner, ground, slots, chosen) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, ground, slots, chosen) for inner in value]
    return value


def value_of(ground: Ground, slot: Slot, slots: Sequence[Slot], chosen: Mapping[str, Any]) -> Any:
    """What is sent for a slot."""
    value = chosen.get(slot.name)
    if slot.parent is not None:
        other = next(each for each in slots if each.name == slot.parent[0])
        key = (
            chosen.get(other.name)
            if other.parent is None
            else _key_of(ground, other, slots, chosen)
        )
        row: Row = ground.rows[other.table or ""].get(key or "", {})
        value = at(row, slot.parent[1])
        if slot.plus and isinstance(value, int):
            value += slot.plus
    if slot.number and isinstance(value, str):
        return int(value) if value.isdigit() and len(value) < 16 else value
    return value


def _key_of(
    ground: Ground, slot: Slot, slots: Sequence[Slot], chosen: Mapping[str, Any]
) -> str | None:
    """The key of a slot's row, which is in the row of another slot."""
    value = value_of(ground, replace(slot, number=False), slots, chosen)
    return value if isinstance(value, str) else None


def label_of(ground: Ground, table: str) -> tuple[str, ...] | None:
    """The field by which people name a row, when it tells the rows apart; () for the key."""
    rows = list(ground.rows[table].items())
    if not rows:
        return None
    key = ground.api.tables[table].key
    if all(human(value) for value, _ in rows):
        return ()
    paths: list[tuple[str, ...]] = [(name,) for name in LABELS]
    paths += [(outer, name) for outer in ("fields",) for name in LABELS]
    for path in paths:
        texts = [at(row, path) for _, row in rows]
        good = [text for text in texts if isinstance(text, str) and 0 < len(text) <= 80]
        if path == (key,) or 2 * len(set(good)) < len(rows) or len(good) < len(rows):
            continue
        return path
    return None


def human(key: str) -> bool:
    """Whether a key is what people call the row: `PAY-12`, `Done`; no number or code."""
    letters = sum(letter.isalpha() for letter in key)
    digits = sum(letter.isdigit() for letter in key)
    if any(letter in key for letter in ":/{}") or len(key) > 40:
        return False
    return letters >= 2 and digits <= 5 and (digits == 0 or "-" in key[1:6])
