"""What a task calls the values that its oracle uses: parameters, lets, and fields of these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any

from rewardlang import tree
from rewardlang.derive.common import literal
from rewardlang.derive.telling.episodes import Episodes, value
from rewardlang.derive.typed import Expand, Read, read
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.types.types import Bool, Number, String, Type
from rewardlang.types.types import List as ListOf
from rewardlang.walk import mentioned

PARAMETER, LET, FIELD, COMPOSED, CONSTANT = range(5)
_DEEP = 4
_TRIED = 5
"""Tasks on which it is tried when a let becomes true."""


@frozen
class Source:
    """An expression that says a value in each of the tasks that were played.

    Attributes:
        rank: What it is made of, the plainest first.
    """

    read: Read
    values: tuple[Any, ...]
    rank: int

    @property
    def text(self) -> str:
        return self.read.text

    @property
    def varies(self) -> bool:
        """Whether the value is not the same in every task."""
        return any(each != self.values[0] for each in self.values)

    @property
    def sure(self) -> bool:
        """Whether there is a value in every task."""
        return None not in self.values


@frozen
class RowLet:
    """A let that holds a row of the world."""

    name: str
    table: str
    keys: tuple[str, ...]


@frozen
class Judging:
    """A let that is false when nothing is done and true when the oracle is done.

    Attributes:
        step: The call with which it becomes true; None when only the answer makes it so.
        about: Lets that it reads.
    """

    name: str
    step: int | None
    about: tuple[str, ...]


class Vocabulary:
    """All that can be said in the words of a scenario.

    Attributes:
        views: Lets about the episode, with what they are when the oracle is done.
        judging: Those that say that something was done.
        taken: Names that a new let must not have.
        added: New lets, by name.
    """

    def __init__(self, episodes: Episodes, taken: Collection[str] = ()) -> None:
        """`taken` are names besides those of lets, parameters and APIs that no let may have."""
        self.episodes = episodes
        self.scenario = episodes.scenario
        self.sources: list[Source] = list(self._parameters())
        self.views: list[Source] = []
        self.judging: list[Judging] = []
        self.rows: list[RowLet] = []
        self.added: dict[str, str] = {}
        for let in self.scenario.lets:
            self._take(let)
        self.taken = {
            *taken,
            *(step.bind for step in self.scenario.oracle if step.bind),
            *(let.name for let in self.scenario.lets),
            *(param.name for param in self.scenario.params),
            *(api.name for api in self.scenario.apis),
        }

    @property
    def expand(self) -> Expand:
        """What the names of schemas in types stand for."""
        return self.scenario.apis[0].types.expand

    def let(self, name: str, definition: str, *names: str) -> str:
        """The name of a new let with this definition: the first of several that is free."""
        for known, text in self.added.items():
            if text == definition:
                return known
        numbered = (f"{name}_{number}" for number in count(2))
        free = next(each for each in chain((name, *names), numbered) if each not in self.taken)
        self.taken.add(free)
        self.added[free] = definition
        return free

    def said(self, values: Sequence[Any], name: str = "") -> Source | None:
        """The plainest expression of these values; None when nothing known says them.

        A value that never changes may be like a field of a row by chance, and is said as it is.
        """
        varies = any(each != values[0] for each in values)
        found = [
            source
            for source in self.sources
            if (varies or source.rank <= LET) and agree(source.values, values)
        ]
        if found:
            ending = f".{name}"
            return min(found, key=lambda s: (s.rank, not s.text.endswith(ending)))
        return None if varies else constant(values)

    def row(self, table: str, keys: Sequence[str]) -> RowLet | None:
        """The let that holds these rows."""
        return next((r for r in self.rows if r.table == table and r.keys == tuple(keys)), None)

    def field_of(self, source: Source) -> str | None:
        """The table of the row, held by a let, that a source is a field of."""
        root = source.text.split(".")[0]
        return next((r.table for r in self.rows if r.name == root and source.rank == FIELD), None)

    def row_type(self, table: str) -> Type:
        """The type of a row."""
        return next(a.tables[table].row.row for a in self.scenario.apis if table in a.tables)

    def key(self, table: str) -> str:
        """The field of a row that is its key."""
        return next(a.tables[table].key for a in self.scenario.apis if table in a.tables)

    # ---- where the words are from ----

    def _parameters(self) -> Iterator[Source]:
        for param in self.scenario.params:
            values = tuple(t.oracle.episode.params[param.name] for t in self.episodes.tasks)
            text = Read(f"params.{param.name}", param.type, False)
            if all(isinstance(value, dict) for value in values):
                yield from self._fields(text, values, PARAMETER)
            else:
                yield Source(text, values, PARAMETER)

    def _take(self, let: tree.LetDef) -> None:
        values = self.episodes.ends(let.value)
        text = Read(let.name, let.value.type, None in values)
        if let.value.facts.stage != "setup":
            self.views.append(Source(text, values, LET))
            if all(value is True for value in values):
                self._judge(let)
            return
        self.sources.append(Source(text, values, LET))
        if all(isinstance(value, dict) for value in values):
            table = self._table_of(values)
            if table is not None:
                keys = tuple(value[self.key(table)] for value in values)
                self.rows.append(RowLet(let.name, table, keys))
            self.sources += self._fields(text, values, FIELD)

    def _judge(self, let: tree.LetDef) -> None:
        """Take in a let that says that something was done."""
        tasks = self.episodes.tasks[:_TRIED]
        calls = len(self.episodes.first.sent)
        steps = set()
        for task in tasks:
            held = [
                value(self.scenario, let.value, task.again(task.oracle.sent[:n])) is True
                for n in range(calls + 1)
            ]
            steps.add(held.index(True) - 1 if True in held else None)
        if len(steps) == 1 and -1 not in steps:
            lets = {each.name: each for each in self.scenario.lets}
            self.judging.append(Judging(let.name, steps.pop(), tuple(mentioned([let.value], lets))))

    def _fields(self, base: Read, values: Sequence[Any], rank: int) -> Iterator[Source]:
        for path in paths(values[0]):
            found = read(base, path, self.expand)
            inner = tuple(at(value, path) for value in values)
            if found is not None and all(isinstance(v, str | int | list) for v in inner):
                yield Source(found, inner, rank)

    def _table_of(self, values: Sequence[Mapping[str, Any]]) -> str | None:
        for api in self.scenario.apis:
            for name, table in api.tables.items():
                rows = self.scenario.world.rows.get(name, {})
                if not table.internal and all(
                    rows.get(str(value.get(table.key))) == value for value in values
                ):
                    return name
        return None


def constant(values: Sequence[Any]) -> Source | None:
    """A scalar that is the same in every task, as it is written."""
    first = values[0]
    type_ = type_of(first)
    if type_ is None or isinstance(first, dict | list):
        return None
    return Source(Read(literal(first), type_, False), tuple(values), CONSTANT)


def type_of(value: Any) -> Type | None:
    """The type of plain data, as far as expressions need it."""
    match value:
        case bool():
            return Bool()
        case str():
            return String()
        case int() | float():
            return Number(integer=isinstance(value, int))
        case list():
            inner = type_of(value[0]) if value else String()
            return ListOf(inner) if inner is not None else None
    return None


def agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two rows of values are the same, task by task; a number may be written as text."""
    return None not in one and all(map(same_value, one, other))


def same_value(a: Any, b: Any) -> bool:
    """Whether two values are the same; a number may be written as text."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return a == b or (isinstance(a, str | int) and isinstance(b, str | int) and str(a) == str(b))


def paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where an object has values that can be said: scalars, and lists of them."""
    if isinstance(value, dict) and len(path) < _DEEP:
        for name, inner in value.items():
            yield from paths(inner, (*path, name))
    elif path and not (isinstance(value, list) and any(isinstance(i, dict) for i in value)):
        yield path
