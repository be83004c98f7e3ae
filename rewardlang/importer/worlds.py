"""Rows for every table: they satisfy the schemas, refer to each other, and are easily mixed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewardlang.importer import vocabulary
from rewardlang.importer.coherent import coherent
from rewardlang.importer.demands import patterns_of
from rewardlang.importer.finding import ONLY
from rewardlang.importer.matching import matching
from rewardlang.importer.names import camel, squeezed, words
from rewardlang.importer.represented import forms
from rewardlang.importer.resources import holes
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.samples import Maker, complete, is_valid, validity
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, kind_of
from rewardlang_runtime.rng import Rng

ROWS = 8
NESTED = 10
FIRST, STEP, ROOM = 10_001, 100, 50
"""Ids: tables begin 100 apart; what operations make begins 50 behind the first row."""

Row = dict[str, Any]


def row_schema(rows: Rows) -> Schema:
    """The schema of a table's rows."""
    properties: dict[str, Schema] = {}
    for column in rows.columns.values():
        part = dict(column.schema)
        part.pop("default", None)
        if column.doc and "$ref" not in part:
            part["description"] = column.doc
        properties[column.name] = part
    required = [column.name for column in rows.columns.values() if column.required]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def first_numbers(tables: Mapping[str, Rows]) -> dict[str, int]:
    """The number of each table's first row, by name."""
    return {name: FIRST + STEP * index for index, name in enumerate(tables)}


def worlds(
    tables: Mapping[str, Rows], written: Written, examples: Mapping[str, list[Row]], seed: int
) -> dict[str, list[Row]]:
    """Rows by table; `examples` has the rows that the document shows, by table."""
    made: dict[str, list[Row]] = {}
    numbers = first_numbers(tables)
    for name in _ordered(tables):
        rows = tables[name]
        maker = _Table(rows, tables, written, made, examples.get(name, []), numbers[name], seed)
        made[name] = maker.rows()
    return made


def _ordered(tables: Mapping[str, Rows]) -> list[str]:
    """Tables behind those that they refer to, as far as that can be."""
    done: list[str] = []
    open_: list[str] = []

    def visit(name: str) -> None:
        if name in done or name in open_:
            return
        open_.append(name)
        # What a row stands under comes first, whatever else refers in a circle.
        columns = sorted(tables[name].columns.values(), key=lambda c: c.role != "reference")
        for column in columns:
            for other in (column.to, *column.inside.values()):
                if other is not None and other in tables and other != name:
                    visit(other)
        open_.remove(name)
        done.append(name)

    for name in sorted(tables, key=lambda n: len(tables[n].table.home)):
        visit(name)
    return done


class _Table:
    """Makes the rows of one table."""

    def __init__(
        self,
        rows: Rows,
        tables: Mapping[str, Rows],
        written: Written,
        made: Mapping[str, list[Row]],
        examples: list[Row],
        first: int,
        seed: int,
    ) -> None:
        self.table = rows
        self.tables = tables
        self.written = written
        self.made = made
        self.examples = examples
        self.first = first
        self.seed = seed
        self.is_row = validity(complete(written, row_schema(rows)))
        self.holds = {
            column.name: validity(complete(written, column.wanted))
            for column in rows.columns.values()
            if column.wanted and column.wanted != column.schema
        }
        """Whether a value is all that the document asks of a column, of those with more to ask."""
        self.twins = self._twins()

    def rows(self) -> list[Row]:
        """All rows."""
        parent = self.table.parent
        owners = self.made.get(parent.to or "", []) if parent is not None else []
        if self.table.table.single:
            alone = ROWS if self.table.table.scope else 1
            found = (
                [self._row(n, owner) for n, owner in enumerate(owners)]
                if parent
                else [self._row(n, None) for n in range(alone)]
            )
        elif parent is not None and owners:
            # Most belong to the first few, so that a list has something to tell apart.
            picked = [owners[min(n // 3, len(owners) - 1)] for n in range(NESTED)]
            within = [picked[:n].count(owner) for n, owner in enumerate(picked)]
            found = [
                self._row(n, owner, inside)
                for n, (owner, inside) in enumerate(zip(picked, within, strict=True))
            ]
        elif parent is not None:
            found = []
        else:
            found = [self._row(n, None) for n in range(ROWS)]
        kept = _distinct(self.table, [row for row in found if row is not None])
        self.table.unmet = [
            name
            for name, holds in self.holds.items()
            if not all(holds(row[name]) for row in kept if name in row)
        ]
        return kept

    def _twins(self) -> dict[str, str]:
        """Columns called like the key of another table, `barcode`, and that table."""
        keys = {
            rows.key: name
            for name, rows in self.tables.items()
            if rows is not self.table and squeezed(rows.key) not in _COMMON
        }
        return {
            column.name: keys[column.name]
            for column in self.table.columns.values()
            if column.to is None
            and column.role == "plain"
            and column.name in keys
            and kind_of(column.schema) == "string"
        }

    def _row(self, number: int, owner: Row | None, inside: int | None = None) -> Row | None:
        rows = self.table
        maker = Maker(self.written, Rng(self.seed, rows.name, number), rows.one, number)
        row: Row = {}
        for column in rows.columns.values():
            keys = column.to is not None and kind_of(column.schema) == "array"
            if column.role == "given" and not keys:
                continue
            value = self._value(maker, column, row, number, owner)
            if value is not _NONE:
                row[column.name] = value
        own = rows.table.key_field
        free = own is not None and own in rows.columns and rows.columns[own].to is None
        if rows.composed and inside is not None and free and isinstance(row.get(own or ""), str):
            # The same key under several owners: who asks for one must say whose.
            again = Maker(self.written, Rng(self.seed, rows.name, inside), rows.one, inside)
            row[own or ""] = again.value(own or "", rows.columns[own or ""].schema)
        self._keys(row, number, owner)
        coherent(rows, row)
        return self._mended(row, maker)

    def _value(self, maker: Maker, column: Column, row: Row, number: int, owner: Row | None) -> Any:
        rows = self.table
        if column is rows.parent and owner is not None:
            return owner[self.tables[column.to or ""].key]
        if column.to is not None:
            refers = self._reference(column, number)
            if refers is not _NONE or not column.required:
                return refers
        listed = rows.table.listed.get(column.name)
        if listed is not None and column.role == "scope":
            return listed[number % len(listed)]
        if column.role == "scope" and column.name == rows.table.key_field:
            return self._id(number)
        if column.role == "scope":
            return "main" if number < ROWS // 2 else "other"
        known = self.made.get(self.twins.get(column.name, ""))
        if known:
            return known[number % len(known)][column.name]
        if column.role == "version":
            made = maker.value(column.name, column.schema)
            return {**made, "number": 1 + number % 4} if "number" in made else made
        if column.role == "time" and _wanted(column).get("format", "date-time") == "date-time":
            return vocabulary.moment(number, maker.rng, "created")
        if forms(column):
            return self._text(maker, column)
        if column.role == "author" or squeezed(column.name).endswith("accountid"):
            return vocabulary.ACCOUNTS[vocabulary.somebody(column.name, number)]
        shown = self._shown(column, number)
        if shown is not None:
            return shown
        made = maker.value(column.name, self._asked(column))
        for name, table in column.inside.items():
            others = [other["id"] for other in self.made.get(table, [])]
            if others and isinstance(made, dict):
                made[name] = {"id": others[number % min(len(others), 5)]}
        return made

    def _asked(self, column: Column) -> Schema:
        """What a value of a column should be, with what the document's rows have there."""
        wanted = _wanted(column)
        if "examples" in wanted or "$ref" in wanted or kind_of(wanted) != "string":
            return wanted
        seen = [row[column.name] for row in self.examples if isinstance(row.get(column.name), str)]
        return {**wanted, "examples": seen} if seen else wanted

    def _text(self, maker: Maker, column: Column) -> Any:
        """A text, in the first of its representations."""
        kind = forms(column)[0]
        about = maker.value("description", {"type": "string"})
        value = f"<p>{about}</p>" if kind in ("storage", "view", "editor") else about
        made = {kind: {"representation": kind, "value": value}}
        return (
            made
            if is_valid(complete(self.written, column.schema), made)
            else maker.value(column.name, column.schema)
        )

    def _shown(self, column: Column, number: int) -> Any:
        """What the document's example of this row has there, or of any row for any kind of value.

        None when it has nothing that would do.
        """
        of_any = kind_of(column.schema) == "any"
        if not self.examples or "$ref" in column.schema:
            return None
        example = self.examples[min(number, len(self.examples) - 1)]
        shown = example.get(column.name)
        if shown is None or not _is_small(shown) or (number >= len(self.examples) and not of_any):
            return None
        plain = isinstance(shown, str | int | float | bool)
        simple = isinstance(shown, list) and all(isinstance(v, str | int | float) for v in shown)
        return shown if (plain or simple or of_any) and is_valid(_wanted(column), shown) else None

    def _reference(self, column: Column, number: int) -> Any:
        """The key of a row of another table, as the column writes it."""
        target = self.tables[column.to or ""]
        others = self.made.get(target.name, [])
        if target is self.table:
            others = others or []
            if number == 0 or column.required:
                return _NONE if not column.required else self._id(0)
            return self._id((number - 1) // 2)
        if not others:
            column.to = None  # they refer to each other in a circle
            return _NONE
        if kind_of(column.schema) == "array":
            picked = [
                others[(number + step) % len(others)][target.key] for step in range(1 + number % 2)
            ]
            whole = kind_of(column.schema.get("items", {})) == "integer"
            return [
                int(key) if whole and str(key).isdigit() else key for key in dict.fromkeys(picked)
            ]
        key = others[(number * 3 // 2) % min(len(others), 5)][target.key]
        if kind_of(column.schema) == "integer":
            return int(key) if str(key).isdigit() else _NONE
        return key

    def _id(self, number: int) -> str:
        form = self.table.form
        made = form.at(number) if form is not None else str(self.first + number)
        column = self.table.columns.get(self.table.table.key_field or self.table.key)
        wanted = _wanted(column) if column is not None else {}
        patterns = patterns_of(wanted)
        if not patterns:
            return made
        low, high = wanted.get("minLength", 0), wanted.get("maxLength")
        rng = Rng(self.seed, self.table.name, number)
        return matching(patterns, low, high, [made], rng) or made

    def _keys(self, row: Row, number: int, owner: Row | None) -> None:
        """The key, and what it is made from."""
        rows, table = self.table, self.table.table
        if table.single:
            whose = [owner[self.tables[rows.parent.to or ""].key]] if owner and rows.parent else []
            scopes = [str(row[camel(hole)]) for hole in table.scope if camel(hole) in row]
            row[rows.key] = "/".join([*whose, *scopes]) or ONLY
            return
        own = table.key_field
        listed = self._listed()
        if own is not None and listed:
            row[own] = listed[number % len(listed)]
        elif (own is not None and squeezed(own) in ("id", "uuid")) or rows.number is not None:
            column = rows.columns[own or rows.key]
            chosen: Any = (
                self.first + number
                if kind_of(column.schema) in ("integer", "number")
                else self._id(number)
            )
            if rows.number is not None and words(rows.number)[-1:] == ["number"]:
                chosen = 1 + number % 3
            if column.schema.get("format") == "uuid" or rows.made == "uuid":
                chosen = Maker(
                    self.written, Rng(self.seed, rows.name, number), rows.one, number
                ).value("uuid", {"type": "string", "format": "uuid"})
            if own is not None and own in rows.columns:
                row[own] = chosen
        elif own == "accountId":
            known = vocabulary.ACCOUNTS
            row[own] = known[number] if number < len(known) else f"5b11{1000 + number}"
        if rows.key == "rowKey":
            parts = (
                [str(owner[self.tables[rows.parent.to or ""].key])]
                if owner and rows.parent and rows.composed
                else []
            )
            if rows.composed:
                parts += [
                    str(row[c.name])
                    for c in rows.columns.values()
                    if c.role == "scope" and c.hidden and c.name != own and c.name in row
                ]
            parts.append(str(row.get(own, number)) if own is not None else str(self.first + number))
            row[rows.key] = "/".join(parts)
        elif rows.key not in row:
            row[rows.key] = self._id(number)

    def _listed(self) -> tuple[str, ...]:
        """The keys that the document lists for the path of an item."""
        column = self.table.columns.get(self.table.table.key_field or "")
        if column is None or kind_of(column.schema) != "string":
            return ()
        operations = self.table.table.operations
        holes_ = [holes(operation)[-1] for operation in operations if holes(operation)]
        return self.table.table.listed.get(camel(holes_[0]), ()) if holes_ else ()

    def _mended(self, row: Row, maker: Maker) -> Row | None:
        """The row, without what its schema does not admit; None when that is not enough."""
        for name, holds in self.holds.items():
            column = self.table.columns[name]
            if name not in row or column.role not in _FREE or holds(row[name]):
                continue
            again = maker.value(name, column.wanted)
            if holds(again):
                row[name] = again
        if self.is_row(row):
            return row
        for column in self.table.columns.values():
            part = complete(self.written, column.schema)
            if column.name in row and not is_valid(part, row[column.name]):
                again = maker.value("value", column.schema)
                if is_valid(part, again):
                    row[column.name] = again
                elif not column.required:
                    del row[column.name]
        return row if self.is_row(row) else None


_NONE = object()
_COMMON = frozenset({"id", "uuid", "key", "name", "slug", "title", "number", "rowkey", "type"})
"""Keys that rows of other tables have, too, of their own."""
_FREE = ("plain", "given", "author", "time")
"""The roles of columns whose values nothing else decides."""


def _wanted(column: Column) -> Schema:
    """What a value of a column should be."""
    return column.wanted or column.schema


def _is_small(value: Any) -> bool:
    return 0 < len(str(value)) <= 300


def _distinct(rows: Rows, found: list[Row]) -> list[Row]:
    """Rows whose key, and other ways to ask for them, nobody had before."""
    seen: dict[tuple[str, Any], None] = {}
    kept: list[Row] = []
    for row in found:
        marks = [(name, row.get(name)) for name in (rows.key, *rows.also_by)]
        if any(mark in seen for mark in marks):
            continue
        seen.update(dict.fromkeys(marks))
        kept.append(row)
    return kept
