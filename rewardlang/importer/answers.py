"""What changes answer with, and constants of the language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.finding import shown
from rewardlang.importer.names import squeezed
from rewardlang.importer.resources import answer
from rewardlang.importer.rows import Rows
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, kind_of
from rewardlang.openapi import Operation
from rewardlang.syntax.words import RESERVED


def answer_with(making: Making, draft: Draft, operation: Operation, rows: Rows, value: str) -> None:
    """The body of the answer to a change: the row, or what of it the document shows."""
    schema = answer(operation)
    if schema is None:
        draft.result = None
        return
    fields = making.shapes.fields(schema)
    if making.shapes.kind(schema) != "object" or not fields:
        draft.result = None
        if making.shapes.kind(schema) not in ("any", "object") or fields:
            draft.result = {} if making.shapes.kind(schema) == "object" else None
        return
    known = [name for name, part in fields.items() if same_kind(making, rows, name, part)]
    if not known and _only_the_key(making, draft, rows, fields, value):
        return
    if not known:
        draft.doubt("the answer says nothing of the row, and is always the same")
        draft.result = canned(making, operation)
        return
    draft.result = "{" + shown(rows, value, known) + "}"


def _only_the_key(
    making: Making, draft: Draft, rows: Rows, fields: dict[str, Schema], value: str
) -> bool:
    """`{schemeId: "10001"}`: the answer is the new row's key, under another name."""
    if len(fields) != 1 or draft.kind != "create":
        return False
    (name, part), kind = next(iter(fields.items())), ""
    kind = making.shapes.kind(part)
    if not squeezed(name).endswith("id") or kind not in ("string", "integer"):
        return False
    if kind == "integer" and rows.number is None:
        return False
    draft.result = {name: "{" + value + "." + (rows.number or rows.key) + "}"}
    if kind == "string":
        draft.result = {name: "{" + value + "." + rows.key + "}"}
    return value.endswith("!")


def same_kind(making: Making, rows: Rows, name: str, schema: Schema) -> bool:
    """Whether answers show the column `name`, and a field of this schema can be it."""
    column = rows.columns.get(name)
    if column is None or column.hidden:
        return False
    kinds = {making.shapes.kind(schema), kind_of(_target(making.written, column.schema))}
    return len(kinds) == 1 or "any" in kinds or kinds == {"integer", "number"}


def _target(written: Written, schema: Schema) -> Schema:
    name = schema.get("$ref")
    return written.document.get(str(name).split("/")[-1], {}) if name is not None else schema


def canned(making: Making, operation: Operation) -> Any:
    """An answer that is always the same: the document's example, or a sample of its schema."""
    from rewardlang.importer.drafts import escaped
    from rewardlang.importer.samples import sample

    good = operation.success
    if good is None or good.schema is None:
        return None
    schema = making.answered.clean(good.schema)
    return escaped(sample(making.answered, schema, good.example))


def neutral(written: Written, schema: Schema) -> Any:
    """A value of a schema that says as little as can be."""
    if "$ref" in schema:
        return neutral(written, written.document.get(str(schema["$ref"]).split("/")[-1], {}))
    if schema.get("enum"):
        return schema["enum"][0]
    names = schema.get("type")
    if isinstance(names, list) and "null" in names:
        return None
    kind = kind_of(schema)
    if kind == "object":
        fields = schema.get("properties") or {}
        return {n: neutral(written, fields.get(n, {})) for n in schema.get("required") or ()}
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"string": "", "boolean": False, "array": []}.get(kind)


def constant(value: Any) -> str:
    """A constant of the language."""
    return json.dumps(value, ensure_ascii=False)


def literal(parts: dict[str, str]) -> str:
    """An object's literal."""
    return "{" + ", ".join(f"{_key(name)}: {value}" for name, value in parts.items()) + "}"


def _key(name: str) -> str:
    plain = name.isidentifier() and name.isascii() and name not in RESERVED
    return name if plain else json.dumps(name)


def names_of(names: Sequence[str]) -> str:
    """A list of names, as a constant."""
    return "[" + ", ".join(json.dumps(name) for name in names) + "]"
