"""Tables with columns: what a row holds, which of it the API shows, and who decides each value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rewardlang.importer.guessed import is_guessed
from rewardlang.importer.matching import Form
from rewardlang.importer.names import camel, joined, sentence, singular, squeezed, unused
from rewardlang.importer.resources import Resources, Table, answer, has_fields, parameter
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, Shapes, kind_of, may_be_null
from rewardlang.openapi import Document, Operation

Role = Literal["key", "reference", "scope", "time", "author", "version", "plain", "given"]

_NOISE = ("_links", "_expandable", "expand", "self")
_CREATED = re.compile(
    r"^(created|createdat|creationdate|datecreated|createdon|createddate|createdtime)$"
)
_CHANGED = re.compile(
    r"^(updated|updatedat|modified|modifiedat|lastmodified|lastupdated|lastmodifieddate|updatedon|lastmodifiedat|modificationdate)$"
)
_AUTHOR = re.compile(r"^(author|creator|owner|createdby|reporter)(id|accountid)$")
_MOST_COLUMNS = 40
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(slots=True)
class Column:
    """A field of a row.

    Attributes:
        hidden: Bookkeeping, which answers do not show.
        to: The table of which it holds a key, or keys.
    """

    name: str
    schema: Schema
    role: Role
    required: bool = False
    hidden: bool = False
    to: str | None = None
    doc: str = ""
    guessed: bool = False
    """Its fields are guessed from an example."""
    inside: dict[str, str] = field(default_factory=dict)
    """Of a guessed object, the fields `{id: ...}` that name rows, with their tables."""
    wanted: Schema = field(default_factory=dict)
    """What a row's value should be beyond `schema`: with patterns, lengths and examples."""


@dataclass(slots=True)
class Rows:
    """A table with its columns.

    Attributes:
        key: The column that is the table's key.
        number: The column that shows the key as a number, of an API whose ids are numbers.
        composed: The key is made of the parent's key and what callers choose, `1/colour`.
        made: The server makes the key: `counter`, or `uuid`.
        unmet: Columns whose values are not all that the document asks, for want of any that are.
        form: How keys look that the server makes, after an example; None for bare numbers.
    """

    table: Table
    columns: dict[str, Column] = field(default_factory=dict)
    key: str = ""
    also_by: tuple[str, ...] = ()
    number: str | None = None
    composed: bool = False
    made: Literal["counter", "uuid", ""] = ""
    form: Form | None = None
    unmet: list[str] = field(default_factory=list)
    parent: Column | None = None
    schema_name: str = ""

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def one(self) -> str:
        """What a row is called."""
        return self.table.one

    @property
    def hidden(self) -> list[str]:
        """The columns that answers do not show."""
        return [column.name for column in self.columns.values() if column.hidden]


def tables(found: Resources, document: Document, written: Written) -> dict[str, Rows]:
    """The tables of all resources, by name."""
    made: dict[str, Rows] = {}
    creates = _by_home(found, document)
    for table in found.tables:
        made[table.name] = _rows(found, table, creates.get(table.home, []), written, made)
    for rows in made.values():
        _refer(rows, made)
    names: set[str] = written.in_requests(document)
    for rows in made.values():
        row = "".join(part[:1].upper() + part[1:] for part in rows.one.split("_"))
        row = unused(row if row not in names else f"{row}Row", names)
        names.add(row)
        rows.schema_name = row
    return made


def _by_home(found: Resources, document: Document) -> dict[tuple[str, ...], list[Operation]]:
    """The operations that write rows, by the home of their table: POST, PUT and PATCH."""
    homes: dict[tuple[str, ...], list[Operation]] = {}
    paths = {table.item_path: table.home for table in found.tables}
    paths.update({table.home: table.home for table in found.tables})
    away = {path: table.home for path, table in found.made_at.items()}
    for operation in document.operations:
        home = paths.get(found.steps(operation))
        if home is None and operation.method == "POST":
            home = away.get(found.steps(operation))
        if home is not None and operation.method in ("POST", "PUT", "PATCH"):
            homes.setdefault(home, []).append(operation)
    return homes


def _rows(
    found: Resources,
    table: Table,
    writers: list[Operation],
    written: Written,
    before: Mapping[str, Rows],
) -> Rows:
    shapes = found.shapes
    rows = Rows(table)
    shown = dict(shapes.fields(table.item))
    if table.brief is not None:
        shown.update({n: s for n, s in shapes.fields(table.brief).items() if n not in shown})
    required = shapes.required(table.item)
    sent = {n for op in writers if op.body is not None for n in shapes.fields(op.body.schema)}
    for name, schema in list(shown.items())[:_MOST_COLUMNS]:
        page = shapes.pages(schema) and not (name in sent and shapes.kind(schema) == "array")
        if name not in required and (name in _NOISE or page):
            continue
        simple = written.simple(schema)
        if simple is None or not _NAME.fullmatch(name):
            continue
        doc = sentence(
            str(schema.get("description") or shapes.flat(schema).get("description") or ""), 110
        )
        guess = is_guessed(shapes, schema)
        rows.columns[name] = Column(
            name, simple, _role(shapes, name, schema), doc=doc, guessed=guess
        )
    _key(found, rows, writers)
    _parents(found, rows)
    if table.key_field not in (None, rows.key):
        rows.columns[table.key_field or ""].required = True
    for operation in writers:
        _given(shapes, rows, operation, written)
    _sure(shapes, rows, writers)
    return rows


def _role(shapes: Shapes, name: str, schema: Schema) -> Role:
    flat, squeeze = shapes.flat(schema), squeezed(name)
    kind = kind_of(flat)
    if kind == "string" and (_CREATED.match(squeeze) or _CHANGED.match(squeeze)):
        return "time"
    if kind == "string" and _AUTHOR.match(squeeze):
        return "author"
    if squeeze == "version" and kind == "object":
        number = shapes.fields(schema).get("number")
        if number is not None and shapes.kind(number) == "integer":
            return "version"
    return "plain"


def is_creation_time(column: Column) -> bool:
    """Whether a column holds the time when the row was made."""
    return column.role == "time" and bool(_CREATED.match(squeezed(column.name)))


def is_change_time(column: Column) -> bool:
    """Whether a column holds the time of the last change."""
    return column.role == "time" and bool(_CHANGED.match(squeezed(column.name)))


# ---- keys and parents ----


def _key(found: Resources, rows: Rows, writers: list[Operation]) -> None:
    """Choose the key, adding a column where no property of the row can be it."""
    table, shapes = rows.table, found.shapes
    if table.single:
        rows.key = unused("rowKey", rows.columns)
        doc = (
            "The key of what it belongs to; not part of the API."
            if table.parent
            else "Not part of the API."
        )
        rows.columns[rows.key] = Column(
            rows.key, {"type": "string", "maxLength": 255}, "key", True, True, doc=doc
        )
        return
    column = rows.columns.get(table.key_field) if table.key_field is not None else None
    kind = kind_of(column.schema) if column is not None else "any"
    chosen = table.given and not any(op.method == "POST" for op in writers)
    alone = table.parent is None and not table.scope
    made_id = table.key_field is not None and squeezed(table.key_field) in ("id", "uuid")
    if column is not None and kind == "string" and (alone or (made_id and not chosen)):
        column.role, column.required = "key", True
        # What the server makes is an id, whatever form the document asks of it, but for a UUID.
        kept = ("enum", "const", *(() if column.schema.get("format") == "uuid" else ("format",)))
        column.schema = {k: v for k, v in column.schema.items() if k not in kept}
        column.schema["type"] = "string"
        rows.key = column.name
    else:
        rows.key = unused("rowKey", rows.columns)
        rows.composed = not (alone or made_id) or (chosen and not alone)
        rows.number = column.name if column is not None and kind in ("integer", "number") else None
        if rows.number and kind == "number" and column is not None:
            column.schema = {**column.schema, "type": "integer"}
        doc = "What it is found by; not part of the API."
        rows.columns[rows.key] = Column(rows.key, {"type": "string"}, "key", True, True, doc=doc)
        if column is None and table.operations:
            _chosen(rows, table.operations[0])
    if table.also is not None and table.also in rows.columns:
        also = rows.columns[table.also]
        if kind_of(also.schema) == "string":
            also.required = True
            also.schema = {**also.schema, "type": "string"}
            rows.also_by = (table.also,)
    posts = [op for op in writers if op.method == "POST"]
    given = table.key_field is not None and any(
        table.key_field in shapes.required(op.body.schema) for op in posts if op.body is not None
    )
    if posts and not given:
        uuid = column is not None and column.schema.get("format") == "uuid"
        rows.made = "uuid" if uuid else "counter"
        if uuid and column is not None:
            # What is put together from a counter is a plain text.
            column.schema = {k: v for k, v in column.schema.items() if k != "format"}


def _chosen(rows: Rows, operation: Operation) -> None:
    """What callers write into the path, of a row that does not show it."""
    holes = [step[1:-1] for step in operation.path.split("/") if step.startswith("{")]
    name = camel(holes[-1])
    if name not in rows.columns:
        doc = "As in the path; not part of the API."
        rows.columns[name] = Column(name, {"type": "string"}, "scope", True, True, doc=doc)
        rows.table.key_field = name


def _parents(found: Resources, rows: Rows) -> None:
    """A column for the key of the row that a row stands under, and for other holes of its path."""
    table = rows.table
    if table.parent is not None:
        one = table.parent.one
        names = (camel(f"{one}_id"), camel(f"{one}Id"), camel(f"{one}_key"))
        known = next(
            (c for c in rows.columns.values() if squeezed(c.name) in map(squeezed, names)
             and kind_of(c.schema) == "string"), None,
        )  # fmt: skip
        if known is None:
            name = unused(joined(one, "id"), rows.columns)
            doc = f"The {_words(one)} that it belongs to; not part of the API."
            known = Column(
                name,
                {"type": "string", "maxLength": 255},
                "reference",
                True,
                True,
                table.parent.name,
                doc,
            )
            if table.single:
                known.hidden = True
            rows.columns[name] = known
        known.role, known.required, known.to = "reference", True, table.parent.name
        rows.parent = known
    for hole in table.scope:
        name = camel(hole)
        if name not in rows.columns:
            doc = "As in the path; not part of the API."
            rows.columns[name] = Column(name, {"type": "string"}, "scope", True, True, doc=doc)


def _words(name: str) -> str:
    return name.replace("_", " ")


# ---- what requests give ----


def _given(shapes: Shapes, rows: Rows, operation: Operation, written: Written) -> None:
    """Columns for what a request says and no answer shows."""
    if operation.body is None or not has_fields(shapes, operation.body):
        return
    for name, schema in shapes.fields(operation.body.schema).items():
        column = rows.columns.get(name)
        if column is None:
            if name in _NOISE or shapes.is_servers(schema):
                continue
            simple = written.simple(schema)
            if simple is None or len(rows.columns) >= _MOST_COLUMNS or not _NAME.fullmatch(name):
                continue
            doc = "As it was given; answers do not show it."
            rows.columns[name] = Column(name, simple, "given", hidden=True, doc=doc)
        elif column.role in ("plain", "given", "author", "time"):
            fitted = written.fitted(schema, column.schema)
            if fitted is not None:
                column.schema = fitted


def _sure(shapes: Shapes, rows: Rows, writers: list[Operation]) -> None:
    """Which columns every row has: what every way to make one gives, or nobody makes."""
    creating = [op for op in writers if op.method == "POST" or rows.table.given]
    must = shapes.required(rows.table.item)
    for column in rows.columns.values():
        if column.required or column.hidden or column.role == "given":
            continue
        if not creating:
            column.required = (
                kind_of(column.schema) not in ("any", "object", "array") or column.name in must
            )
            continue
        given = all(
            op.body is not None and column.name in shapes.required(op.body.schema)
            for op in creating
        )
        column.required = given or column.role in ("time", "version")
        if column.name in must and not column.required:
            column.required = True


def _refer(rows: Rows, every: Mapping[str, Rows]) -> None:
    """Find columns that hold keys of other tables, by their names: `spaceId`, `labelIds`."""
    names: dict[str, str] = {}
    for other in every.values():
        if other.table.single or other.composed or (other.key == "rowKey" and other.number is None):
            continue
        if other.table.home[-1:] and len(other.table.home) == 1:
            names.setdefault(squeezed(other.one), other.name)
    for column in rows.columns.values():
        if column.guessed:
            column.inside = _inside(column, names, every)
        if column.to is not None or column.role in ("key", "scope"):
            continue
        name = squeezed(column.name)
        many = kind_of(column.schema) == "array"
        stem = None
        for end in ("accountids", "ids") if many else ("accountid", "id"):
            if name.endswith(end) and len(name) > len(end):
                stem = name[: -len(end)]
                break
        if column.name == rows.key or name == "id" or column.name == rows.number:
            continue
        kinds = ("string", "integer")
        schema = column.schema.get("items", {}) if many else column.schema
        if kind_of(schema) not in kinds:
            continue
        target = None
        if stem is not None:
            target = names.get(stem) or names.get(singular(stem))
        if (
            target is None
            and (column.role == "author" or name.endswith("accountid"))
            and "users" in every
        ):
            target = "users" if kind_of(schema) == "string" else None
        if target is None and stem == "parent" and kind_of(schema) == "string" and not many:
            column.to = rows.name if rows.key != "rowKey" else None
        elif target is not None and _keyed(every[target], column, name):
            column.to = target


def _inside(column: Column, names: Mapping[str, str], every: Mapping[str, Rows]) -> dict[str, str]:
    """`project: {id: ...}` in a guessed object: the rows of another table, by their ids."""
    found: dict[str, str] = {}
    for name, part in (column.schema.get("properties") or {}).items():
        fields = part.get("properties") or {}
        target = names.get(squeezed(name))
        if target is None or list(fields) != ["id"] or kind_of(fields["id"]) != "string":
            continue
        if every[target].key == "id":
            found[name] = target
    return found


def _keyed(target: Rows, column: Column, name: str) -> bool:
    """Whether the target is known by what the column's name ends with."""
    key = squeezed(target.table.key_field or target.key)
    return name.endswith(key) or key == "id"


def body_of(operation: Operation) -> Schema | None:
    """The schema of a JSON body."""
    if operation.body is None or "json" not in operation.body.content_type:
        return None
    return operation.body.schema


__all__ = [
    "Column", "Role", "Rows", "answer", "body_of", "is_change_time", "may_be_null", "parameter",
    "tables",
]  # fmt: skip
