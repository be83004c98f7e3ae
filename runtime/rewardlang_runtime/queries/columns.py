"""Rows by column, for queries: sets of rows are the bits of an integer, so a query is bit logic.

The columns of a base table are made once and shared by all worlds over it. A query then costs what
it says and finds, and hardly more in a large world than in a small one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rewardlang_runtime.queries.spec import QueryField
from rewardlang_runtime.world import Table

Row = dict[str, Any]


class Rows:
    """Some rows in order, and their columns as they are asked for."""

    __slots__ = ("_columns", "full", "rows")

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.full = (1 << len(rows)) - 1
        """The set of all rows."""
        self._columns: dict[QueryField, Column] = {}

    def column(self, field: QueryField) -> Column:
        """What the rows have in a field."""
        column = self._columns.get(field)
        if column is None:
            column = self._columns[field] = Column(self.rows, field)
        return column


def base_rows(table: Table) -> Rows:
    """The rows of a base table; the same object every time."""
    rows = table.memo.get("query rows")
    if rows is None:
        rows = table.memo["query rows"] = Rows(table.values())
    return rows


class Column:
    """The values of one field, in the form in which they are compared.

    Attributes:
        values: Of each row; most fields have one value or none, lists and several paths have more.
        by_value: The rows that have a value.
        filled: The rows that have any.
    """

    __slots__ = (
        "_by_word",
        "_phrases",
        "_sort_keys",
        "by_value",
        "field",
        "filled",
        "rows",
        "values",
    )

    def __init__(self, rows: list[Row], field: QueryField) -> None:
        self.rows = rows
        self.field = field
        self.values = [
            [form for value in values_of(row, field) for form in comparable(value, field)]
            for row in rows
        ]
        self.by_value: dict[Any, int] = {}
        self.filled = 0
        for place, values in enumerate(self.values):
            bit = 1 << place
            for value in values:
                self.by_value[value] = self.by_value.get(value, 0) | bit
            if values:
                self.filled |= bit
        self._by_word: dict[str, int] | None = None
        self._phrases: list[str] = []
        self._sort_keys: list[tuple[bool, Any]] | None = None

    def sort_keys(self) -> list[tuple[bool, Any]]:
        """Of each row, for ORDER BY: rows without a value come first."""
        if self._sort_keys is None:
            self._sort_keys = [self._sort_key(row) for row in self.rows]
        return self._sort_keys

    def _sort_key(self, row: Row) -> tuple[bool, Any]:
        field = self.field
        for value in at(row, field.paths[0]):
            for form in comparable(value, field):
                return True, form
        return False, ("", -1) if field.kind == "key" else 0.0 if field.kind == "number" else ""

    def any_of(self, wanted: Iterable[Any]) -> int:
        """The rows that have one of the values."""
        found = 0
        for value in wanted:
            found |= self.by_value.get(value, 0)
        return found

    def word(self, word: str) -> int:
        """The rows whose texts contain a word."""
        return self.by_word().get(word, 0)

    def prefix(self, prefix: str) -> int:
        """The rows whose texts contain a word that starts so."""
        found = 0
        for word, places in self.by_word().items():
            if word.startswith(prefix):
                found |= places
        return found

    def phrase(self, wanted: list[str]) -> int:
        """The rows whose texts contain these words next to each other."""
        found = self.filled
        for word in wanted:
            found &= self.word(word)
        text = f" {' '.join(wanted)} "
        for place in places_in(found):
            if text not in self._phrases[place]:
                found ^= 1 << place
        return found

    def by_word(self) -> dict[str, int]:
        """The rows that contain each word."""
        if self._by_word is None:
            found: dict[str, int] = {}
            for place, row in enumerate(self.rows):
                texts = [words(text_of(value)) for value in values_of(row, self.field)]
                self._phrases.append("\n".join(f" {' '.join(text)} " for text in texts))
                bit = 1 << place
                for text in texts:
                    for word in text:
                        found[word] = found.get(word, 0) | bit
            self._by_word = found
        return self._by_word


def places_in(rows: int) -> list[int]:
    """The numbers of the rows in a set, in order."""
    found = []
    while rows:
        low = rows & -rows
        found.append(low.bit_length() - 1)
        rows ^= low
    return found


# ---- values of rows ----


def at(row: Any, path: tuple[str, ...]) -> list[Any]:
    """The non-null scalars, or documents, at `path`; a list on the way contributes every item."""
    found = [row]
    for step in path:
        below: list[Any] = []
        for value in found:
            items = value if type(value) is list else (value,)
            below.extend(item[step] for item in items if type(item) is dict and step in item)
        found = below
    out: list[Any] = []
    for value in found:
        out.extend(value if type(value) is list else (value,))
    return [value for value in out if value is not None]


def values_of(row: Row, field: QueryField) -> list[Any]:
    """All values of a field."""
    return [value for path in field.paths for value in at(row, path)]


def comparable(value: Any, field: QueryField) -> list[Any]:
    """The value in the form in which it is compared; nothing when it has none."""
    if field.kind == "number":
        number = type(value) is int or type(value) is float
        return [float(value)] if number and abs(value) < 2**64 else []
    if field.kind == "text":
        return [text_of(value).casefold()]
    if type(value) is dict:
        return []
    if field.kind == "time":
        return [str(value)[:19]]
    if field.kind == "key":
        return [key(str(value))]
    return [str(value).casefold()]


def key(text: str) -> tuple[str, int]:
    """`ACME-12` so that keys of one project are ordered by number."""
    prefix, _, number = text.rpartition("-")
    if prefix and number.isascii() and number.isdigit() and len(number) <= 18:
        return prefix.casefold(), int(number)
    return text.casefold(), -1


def words(text: str) -> list[str]:
    """The words of a text: runs of letters and digits, folded."""
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def text_of(value: Any) -> str:
    """The text of a string, of storage format, or of a document."""
    from rewardlang_runtime.builtins.documents import adf_text, storage_text

    if type(value) is not str:
        return adf_text(value)
    return storage_text(value) if "<" in value else value
