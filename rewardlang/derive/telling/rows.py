"""Which row a value names, and the other names that an API takes for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.telling.arguments import Argument
from rewardlang.derive.telling.episodes import Episodes
from rewardlang.derive.telling.vocabulary import FIELD, Source, Vocabulary
from rewardlang.derive.typed import Read, read
from rewardlang.derive.words import identifier, noun
from rewardlang.frozen import frozen
from rewardlang.judge.ends import Ends
from rewardlang.judge.leaves import put
from rewardlang.model import TableDef

_TRIED = 3
"""Tasks on which another name of a row is tried."""


@frozen
class Owner:
    """The rows that values name, one in each task.

    Attributes:
        column: The field of the rows that holds the values.
    """

    table: str
    column: str
    keys: tuple[str, ...]


def owner(values: Sequence[Any], known: Vocabulary) -> Owner | None:
    """The rows that these values name: by their keys, or by another unique field."""
    scenario = known.scenario
    tables = [(name, table) for api in scenario.apis for name, table in api.tables.items()]
    for name, table in tables:
        rows = scenario.world.rows.get(name, {})
        if not table.internal and all(isinstance(v, str) and v in rows for v in values):
            return Owner(name, table.key, tuple(values))
    for name, table in tables:
        if table.internal:
            continue
        rows = scenario.world.rows.get(name, {})
        for column in table.also_by:
            by = {row.get(column): key for key, row in rows.items()}
            if all(isinstance(value, str) and value in by for value in values):
                return Owner(name, column, tuple(by[value] for value in values))
    return None


class Names:
    """Other names for rows, tried in the oracle's episodes."""

    def __init__(self, episodes: Episodes, known: Vocabulary) -> None:
        self.episodes = episodes
        self.known = known

    def every(self, argument: Argument) -> list[str]:
        """Expressions of all values that do as well as the oracle's, its own first."""
        assert argument.said is not None
        found = [argument.said.text]
        rows = owner(argument.values, self.known)
        if rows is None or self._row(rows) is None:
            return found
        table = self._table(rows)
        others = [c for c in (table.key, *table.also_by) if c != rows.column]
        for column in others:
            if self._does_as_well(argument, rows, column):
                row = self._row(rows)
                place = read(row, (column,), self.known.expand) if row is not None else None
                if place is not None:
                    found.append(place.text)
        return found

    def columns(self, rows: Owner) -> Iterator[tuple[str, Source]]:
        """The other unique fields of rows, with what says them."""
        world = self.known.scenario.world.rows[rows.table]
        table = self._table(rows)
        for column in (table.key, *table.also_by):
            values = tuple(world[key].get(column) for key in rows.keys)
            row = self._row(rows)
            place = read(row, (column,), self.known.expand) if row is not None else None
            if column != rows.column and place is not None and None not in values:
                yield column, Source(place, values, FIELD)

    def _table(self, rows: Owner) -> TableDef:
        apis = self.known.scenario.apis
        return next(api.tables[rows.table] for api in apis if rows.table in api.tables)

    def _row(self, rows: Owner) -> Read | None:
        type_ = self.known.row_type(rows.table)
        let = self.known.row(rows.table, rows.keys)
        if let is not None:
            return Read(let.name, type_, False)
        said = self.known.said(rows.keys)
        name = identifier(noun(rows.table))
        if said is None:
            return None
        return Read(self.known.let(name, f"initial.{rows.table}[{said.text}]!"), type_, False)

    def _does_as_well(self, argument: Argument, rows: Owner, column: str) -> bool:
        world = self.known.scenario.world.rows[rows.table]
        for number, task in enumerate(self.episodes.tasks[:_TRIED]):
            other = world[rows.keys[number]].get(column)
            if not isinstance(other, str) or other == argument.values[number]:
                return False
            sent = list(task.oracle.sent)
            name, args = sent[argument.step]
            sent[argument.step] = (name, put(args, argument.path, other))
            played = task.again(sent, task.oracle.answer)
            ends = Ends(task.bench)
            mine, its = played.calls[argument.step], task.oracle.calls[argument.step]
            if not mine.ok or mine.response != its.response:
                return False
            if ends.end(played) != ends.end(task.oracle):
                return False
        return True
