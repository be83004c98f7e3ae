"""What an oracle leaves behind: the rows that it changes, and what of them the task is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.telling.arguments import Argument
from rewardlang.derive.telling.episodes import Change, Episodes, Task, touched
from rewardlang.derive.telling.fields import Field, Fields, Path
from rewardlang.derive.telling.rows import owner
from rewardlang.derive.telling.vocabulary import (
    Vocabulary,
)
from rewardlang.derive.typed import Read, member
from rewardlang.derive.words import identifier, noun
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at, keyword, leaves, put, without

_TRIED = 3
"""Tasks on which an argument is changed to see what comes of it."""
_VALUES = 8
"""Values of other tasks that an argument is given; many are refused."""
_TOO_MANY = 6
"""Fields of a row that a gate names; of more the whole row may change."""
_DEEP = 3


@frozen
class End:
    """A changed row, with what must be true of it.

    Attributes:
        row: The expression of the row at the end.
        allowed: Paths that may change.
        there: That the row is there, or gone.
        fields: The fields that the task is about.
        belongs: That a new row belongs where it should; "" when there is nothing to say.
    """

    change: Change
    row: Read
    allowed: tuple[str, ...]
    there: str
    fields: tuple[Field, ...]
    belongs: str = ""

    @property
    def condition(self) -> str:
        """All of it."""
        return " and ".join([*filter(None, [self.there]), *(f.condition for f in self.fields)])

    @property
    def operation(self) -> str:
        """What makes it so; "" when that is more than one operation, or unknown."""
        made = {field.operation for field in self.fields}
        return made.pop() if len(made) == 1 else ""

    @property
    def name(self) -> str:
        """What it is called as a part."""
        thing = identifier(noun(self.change.table))
        if self.change.kind != "updated":
            return f"{self.change.kind}_{thing}"
        return f"changed_{self.fields[0].name if len(self.fields) == 1 else thing}"


class Endings:
    """Finds what matters of an oracle's end by changing what it sends."""

    def __init__(
        self, episodes: Episodes, known: Vocabulary, arguments: Sequence[Sequence[Argument]]
    ) -> None:
        self.episodes = episodes
        self.known = known
        operations = episodes.scenario.operations
        self.arguments = [
            argument
            for mine in arguments
            for argument in mine
            if operations[mine[0].operation.name].writes
        ]
        self.fields = Fields(episodes, known)

    def all(self) -> list[End]:
        """One for each row that the oracle changes in every task."""
        changes = self.episodes.changes()
        affected = self._affected(changes)
        return [
            self._end(number, change, affected, changes) for number, change in enumerate(changes)
        ]

    # ---- what of the end goes back to what ----

    def _affected(self, changes: Sequence[Change]) -> list[tuple[Argument, list[tuple[int, Path]]]]:
        """For each argument, the fields that are otherwise when it is."""
        found = []
        for argument in self.arguments:
            places: dict[tuple[int, Path], None] = {}
            for number, task in enumerate(self.episodes.tasks[:_TRIED]):
                for args in self._otherwise(argument, number):
                    sent = list(task.oracle.sent)
                    sent[argument.step] = (argument.operation.name, args)
                    for place in self._differing(changes, number, task, sent):
                        places.setdefault(place)
            found.append((argument, list(places)))
        return found

    def _otherwise(self, argument: Argument, number: int) -> Iterator[Any]:
        """Arguments with another value in this place: that of another task, a longer text, none."""
        args = self.episodes.tasks[number].oracle.sent[argument.step][1]
        mine = argument.values[number]
        others = [value for value in argument.values if value != mine]
        distinct = [value for n, value in enumerate(others) if value not in others[:n]]
        distinct += keyword(argument.operation.schema, argument.path, "enum") or ()
        yield from (put(args, argument.path, value) for value in distinct[:_VALUES])
        if isinstance(mine, str):
            yield put(args, argument.path, f"{mine} x")
        for path, leaf in leaves(mine):
            if isinstance(leaf, str) and " " in leaf:
                yield put(args, argument.path, put(mine, path, f"{leaf} x"))
        if isinstance(mine, list) and len(mine) > 1:
            yield put(args, argument.path, mine[:-1])
        yield without(args, argument.path)

    def _differing(
        self, changes: Sequence[Change], number: int, task: Task, sent: Sequence[Any]
    ) -> Iterator[tuple[int, Path]]:
        played = task.again(sent, task.oracle.answer)
        if any(
            mine.ok != its.ok for mine, its in zip(played.calls, task.oracle.calls, strict=True)
        ):
            return
        rows: dict[tuple[str, str], list[Any]] = {}
        by_key = {}
        for table, key, before, now in touched(played):
            if before is None:
                rows.setdefault((table, "created"), []).append(now)
            by_key[table, key] = now
        for at_, change in enumerate(changes):
            right = change.now[number]
            if change.kind == "created":
                made = rows.get((change.table, "created"), [])
                other = made[change.number] if change.number < len(made) else None
            else:
                other = by_key.get((change.table, change.keys[number]), change.before[number])
            if isinstance(right, dict) and isinstance(other, dict):
                yield from ((at_, path) for path in differing(right, other, lists=True))

    # ---- one row ----

    def _end(
        self,
        number: int,
        change: Change,
        affected: Sequence[tuple[Argument, Sequence[tuple[int, Path]]]],
        changes: Sequence[Change],
    ) -> End:
        row = self._row(change, changes)
        allowed = tuple(self._allowed(change, row))
        if change.kind == "created":  # what is said of it comes after that it is there
            row = Read(row.text, row.type, False)
        if change.kind == "deleted":
            gone = "null" if self.known.said(change.keys) is not None else "not null"
            return End(change, row, allowed, f"{row.text} is {gone}", ())
        fields: dict[Path, Field] = {}
        belongs = ""
        for argument, places in affected:
            rows = owner(argument.values, self.known) if argument.identifies else None
            if rows is not None and (rows.table, rows.keys) == (change.table, change.keys):
                continue  # it says which row this is
            mine = [path for at_, path in places if at_ == number]
            field = self.fields.best(argument, mine, change, row)
            if field is not None and field.path not in fields:
                fields[field.path] = field
                if argument.identifies and change.kind == "created":
                    belongs = field.condition
        if change.kind == "updated":
            for field in self.fields.constants(change, row, list(fields.values())):
                fields.setdefault(field.path, field)
        there = f"{row.text} is not null" if change.kind == "created" else ""
        if not change.always and fields:  # what was so already is not done by doing nothing
            there = f"called {next(iter(fields.values())).operation}{{ok}}"
        return End(change, row, allowed, there, tuple(fields.values()), belongs)

    def _row(self, change: Change, changes: Sequence[Change]) -> Read:
        """The row at the end, under the name that the file has for it."""
        type_ = self.known.row_type(change.table)
        thing = identifier(noun(change.table))
        for view in self.known.views:
            if view.values == change.now and change.kind != "deleted":
                return Read(view.text, type_, True)
        if change.kind == "created":
            alike = [c for c in changes if (c.table, c.kind) == (change.table, "created")]
            which = "only()" if len(alike) == 1 else f"skip({change.number}).first()"
            name = self.known.let(f"new_{thing}", f"delta.{change.table}.created.{which}")
            return Read(name, type_, True)
        said = self.known.said(change.keys)
        if said is None:
            alike = [c for c in changes if (c.table, c.kind) == (change.table, change.kind)]
            one = f"delta.{change.table}.{change.kind}.only()"
            return Read(self.known.let(f"{change.kind}_{thing}", one), type_, len(alike) == 1)
        final = f"final.{change.table}[{said.text}]"
        if change.kind == "deleted":
            return Read(final, type_, True)
        return Read(self.known.let(f"{thing}_now", final), type_, True)

    def _allowed(self, change: Change, row: Read) -> Iterator[str]:
        table = change.table
        if change.kind == "created":
            yield f"{table}[{row.text}?{member(self.known.key(table))}]"
            return
        said = self.known.said(change.keys)
        if said is None:
            one = f"{table}[{row.text}?{member(self.known.key(table))}]"
            yield one if row.nullable else table
            return
        whole = f"{table}[{said.text}]"
        found: dict[Path, None] = {}
        for before, now in zip(change.before, change.now, strict=True):
            if now is not None:
                found.update(dict.fromkeys(differing(before, now)))
        grouped = _grouped(found, change.before[0])
        if change.kind == "deleted" or () in grouped or len(grouped) > _TOO_MANY:
            yield whole
            return
        yield from (whole + "".join(map(member, path)) for path in grouped)


def differing(before: Any, now: Any, path: Path = (), *, lists: bool = False) -> Iterator[Path]:
    """Where two rows differ; objects that have the same fields are looked into."""
    if (
        isinstance(before, dict)
        and isinstance(now, dict)
        and (lists or set(before) == set(now))
        and len(path) < _DEEP + (2 if lists else 0)
    ):
        for name in {**before, **now}:
            if before.get(name) != now.get(name):
                yield from differing(before.get(name), now.get(name), (*path, name), lists=lists)
    else:
        yield path


def _grouped(found: dict[Path, None], row: Any) -> list[Path]:
    """Fields of which most of an object changes are named by the object."""
    made: dict[Path, None] = {}
    for path in found:
        beside = [other for other in found if path and other[:-1] == path[:-1]]
        around = at(row, path[:-1]) if len(path) > 1 else None
        if isinstance(around, dict) and len(beside) > 1 and 2 * len(beside) >= len(around):
            made[path[:-1]] = None
        else:
            made[path] = None
    return list(made)
