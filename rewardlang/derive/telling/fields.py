"""What of a changed row the task is about: fields that must be as it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.telling.arguments import Argument
from rewardlang.derive.telling.content import Content
from rewardlang.derive.telling.episodes import Change, Episodes, touched
from rewardlang.derive.telling.rows import owner
from rewardlang.derive.telling.same import same
from rewardlang.derive.telling.vocabulary import (
    COMPOSED,
    CONSTANT,
    Source,
    Vocabulary,
    paths,
)
from rewardlang.derive.told import NAMES
from rewardlang.derive.typed import Read, read
from rewardlang.derive.words import words_of
from rewardlang.frozen import frozen
from rewardlang.judge.ends import Ends
from rewardlang.judge.leaves import at
from rewardlang.types.types import List

Path = tuple[str, ...]
_CONSTANTS = 3
"""Fields without an argument that one call is held to."""


@frozen
class Field:
    """A field of a changed row that must be as the task says.

    Attributes:
        operation: What sets it.
        name: What it is called: by the argument that goes there, or by its own name.
        condition: That the field is right.
        share: How much of a list is right, beyond what was right before; "" of what is no list.
        kept: That nothing is lost of a list that had to be kept; "" likewise.
        refers: Whether it names a row that a let of the file holds.
    """

    operation: str
    name: str
    path: Path
    condition: str
    share: str = ""
    kept: str = ""
    refers: bool = False


class Fields:
    """Finds the fields of changed rows that say whether what was sent was right."""

    def __init__(self, episodes: Episodes, known: Vocabulary) -> None:
        self.episodes = episodes
        self.known = known
        self.content = Content(known)
        self.times = Ends(episodes.tasks[0].bench)

    def best(
        self, argument: Argument, places: Sequence[Path], change: Change, row: Read
    ) -> Field | None:
        """The field that says best whether an argument was right, of those that depend on it."""
        if not places or argument.said is None:
            return None
        operation = argument.operation.name
        whole = dict.fromkeys(_whole(path, change.now[0]) for path in places)
        for path in whole:
            values = tuple(at(now, path) for now in change.now)
            place = self.place(row, path, values)
            condition = None
            if place is not None and None not in values:
                condition = self.content.condition(place, argument, values)
            if condition is not None:
                refers = self._refers(values)
                return Field(operation, argument.name, path, condition, refers=refers)
        found: list[tuple[tuple[int, int], Field]] = []
        for path in whole:
            values = tuple(at(now, path) for now in change.now)
            place = self.place(row, path, values)
            if place is None or None in values:
                continue
            said = self.known.said(values, path[-1])
            if said is None or said.rank == CONSTANT:
                said = self._gained(change, path, values)
            if said is not None:
                worth = (said.rank, 0 if owner(values, self.known) is not None else 1)
                found.append((worth, self._compared(operation, path, place, said, change)))
        return min(found, key=lambda each: each[0])[1] if found else None

    def constants(self, change: Change, row: Read, done: Sequence[Field]) -> Iterator[Field]:
        """Fields that became what nothing that was sent says, by calls that no field is for yet:
        one of each object, by the name of what it is."""
        chosen: dict[tuple[str, Path], tuple[int, Path]] = {}
        covered = {field.operation for field in done}
        for path in paths(change.now[0]):
            values = tuple(at(now, path) for now in change.now)
            before = tuple(at(each, path) for each in change.before)
            gone = all(v is None for v in values) and None not in before
            steady = None not in values and self.times.masked(values[0]) == values[0]
            if values == before or not (gone or steady):
                continue
            setter = self._setter(change, path)
            rank = NAMES.index(path[-1]) if path[-1] in NAMES else len(NAMES) * (len(path) > 2)
            key = (setter, path[:-1] if len(path) > 2 else path)
            if setter not in covered and (key not in chosen or rank < chosen[key][0]):
                chosen[key] = (rank, path)
        for (setter, _), (_, path) in list(chosen.items())[:_CONSTANTS]:
            values = tuple(at(now, path) for now in change.now)
            place = self.place(row, path, values)
            if place is None:
                continue
            if values[0] is None or not any(map(_is_full, values)):
                there = read(Read(row.text, row.type, False), path, self.known.expand) or place
                bare = f"{there.text} is null"
                if values[0] is not None:
                    bare = f"({there.text} ?? [])" if there.nullable else there.text
                    bare = f"{bare}.is_empty()"
                yield Field(setter, _named(path), path, f"{row.text} is not null and {bare}")
                continue
            said = self.known.said(values, path[-1]) or self._gained(change, path, values)
            if said is not None:
                yield self._compared(setter, path, place, said, change)

    def place(self, row: Read, path: Path, values: tuple[Any, ...]) -> Read | None:
        """The expression of a field at the end, under the name that the file has for it."""
        for view in self.known.views:
            telling = view.varies or isinstance(values[0], list)
            if telling and view.values == values and not isinstance(values[0], bool):
                return view.read
        return read(row, path, self.known.expand)

    # ---- lists ----

    def _gained(self, change: Change, path: Path, values: tuple[Any, ...]) -> Source | None:
        """What a list should be: what it was with some items more, or without some."""
        before = [at(row, path) for row in change.before]
        if change.kind != "updated" or not all(isinstance(v, list) for v in (*values, *before)):
            return None
        more = [[i for i in v if i not in b] for v, b in zip(values, before, strict=True)]
        less = [[i for i in b if i not in v] for v, b in zip(values, before, strict=True)]
        verb, moved = ("union", more) if any(more) else ("without_all", less)
        if (any(more) and any(less)) or len({len(items) for items in moved}) > 1 or not moved[0]:
            return None
        items = [self.known.said(alike) for alike in zip(*moved, strict=True)]
        had = self._before(change, path, before)
        if had is None or None in items:
            return None
        said = ", ".join(item.text for item in items if item is not None)
        name = self.known.let(f"wanted_{_named(path)}", f"{had}.{verb}([{said}])")
        type_ = next(item.read.type for item in items if item is not None)
        return Source(Read(name, List(type_), False), values, COMPOSED)

    def _before(self, change: Change, path: Path, before: Sequence[Any]) -> str | None:
        was = self.known.said(before)
        if was is not None:
            return was.text
        key = self.known.said(change.keys)
        if key is None:
            return None
        let = self.known.row(change.table, change.keys)
        text = let.name if let is not None else f"initial.{change.table}[{key.text}]!"
        place = read(Read(text, self.known.row_type(change.table), False), path, self.known.expand)
        if place is None:
            return None
        return f"({place.text} ?? [])" if place.nullable else place.text

    def _compared(
        self, operation: str, path: Path, place: Read, said: Source, change: Change
    ) -> Field:
        name = _named(path)
        if not isinstance(said.values[0], list):
            refers = self._refers(said.values)
            return Field(operation, name, path, same(place, said, self.known), refers=refers)
        here = place.text
        if place.nullable:
            here = self.known.let(f"{name}_now", f"{here} ?? []")
        wanted = said.text
        right = f"{here}.size() == {wanted}.size() and {here}.contains_all({wanted})"
        before = [at(row, path) for row in change.before] if change.kind == "updated" else []
        if not before or not all(isinstance(each, list) for each in before):
            return Field(operation, name, path, right)
        had = self._before(change, path, before)
        if had is None:
            return Field(operation, name, path, right)
        share = f"gain(f1({had}, {wanted}), f1({here}, {wanted}))"
        keeps = all(
            set(map(str, b)) <= set(map(str, w)) for b, w in zip(before, said.values, strict=True)
        )
        loses = keeps and any(before) and self._may_lose(operation, change.table, path)
        kept = f"{here}.contains_all({had})" if loses else ""
        return Field(operation, name, path, right, share, kept)

    def _may_lose(self, operation: str, table: str, path: Path) -> bool:
        """Whether an operation can do more to a list than add to it."""
        return any(
            effect.kind != "append" and effect.place.path[: len(path)] in (path, path[:-1], ())
            for effect in self.episodes.scenario.operations[operation].effects
            if effect.place.table == table
        )

    # ---- what sets what ----

    def _setter(self, change: Change, path: Path) -> str:
        """The call without which a field is not as it should be."""
        number = next(n for n, row in enumerate(change.before) if row != change.now[n])
        task = self.episodes.tasks[number]
        writes = [
            step
            for step, (name, _) in enumerate(task.oracle.sent)
            if self.episodes.scenario.operations[name].writes
        ]
        for step in writes:
            sent = [each for n, each in enumerate(task.oracle.sent) if n != step]
            played = task.again(sent, task.oracle.answer)
            rows = {key: now for table, key, _, now in touched(played) if table == change.table}
            row = rows.get(change.keys[number], change.before[number])
            if at(row, path) != at(change.now[number], path):
                return task.oracle.sent[step][0]
        return task.oracle.sent[writes[-1]][0]

    def _refers(self, values: Sequence[Any]) -> bool:
        named = owner(values, self.known)
        return named is not None and self.known.row(named.table, named.keys) is not None


def _is_full(value: Any) -> bool:
    """Whether it is anything but a list without items."""
    return not isinstance(value, list) or bool(value)


def _named(path: Path) -> str:
    words = [step for step in path if step not in ("name", "id", "key")] or list(path)
    return "_".join(words_of(words[-1])) or "field"


def _whole(path: Path, row: Any) -> Path:
    """The place of the document that a place is in, or the place itself."""
    for length in range(1, len(path)):
        inside = at(row, path[:length])
        if isinstance(inside, dict) and inside.get("type") == "doc":
            return path[:length]
    return path
