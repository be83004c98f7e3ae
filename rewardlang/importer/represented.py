"""Texts that are written as `{representation, value}` and shown under their representation.

{"representation": "storage", "value": "<p>x</p>"}  ->  {"storage": {"representation": ...}}
"""

from __future__ import annotations

import json

from rewardlang.importer.drafts import Argument
from rewardlang.importer.rows import Column
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, kind_of

_PARTS = ("representation", "value")


def forms(column: Column) -> list[str]:
    """The representations that a column shows a text in; none of any other column."""
    fields = column.schema.get("properties") or {}
    return [name for name, part in fields.items() if _is_text(part)]


def _is_text(part: Schema) -> bool:
    inner = part.get("properties") or {}
    return all(name in inner and kind_of(inner[name]) == "string" for name in _PARTS)


def written_as(written: Written, argument: Argument, column: Column) -> str | None:
    """The value of the column, as an expression of what the request says; None: it is no such text.

    The argument's schema becomes one object, in which the language finds both ways to write it.
    """
    shown = forms(column)
    flat = written.own.flat(argument.schema)
    fields = flat.get("properties") or {}
    if not shown or any(name not in fields for name in _PARTS):
        return None
    known = written.own.flat(fields["representation"]).get("enum") or shown
    kinds = [name for name in shown if name in known]
    if not kinds:
        return None
    argument.schema = _one_object(fields, kinds)
    given = f"args?.{argument.name}"
    if argument.required:
        given = f"args.{argument.name}"
    made = _text(given, kinds[0], fields)
    for kind in kinds[1:]:
        asked = f"{given}?.representation == {json.dumps(kind)}"
        if kind in fields:
            asked = f"{asked} or {given}?.{kind} is not null"
        made = f"{_text(given, kind, fields)} if {asked} else {made}"
    return made


def _text(given: str, kind: str, fields: dict[str, Schema]) -> str:
    value = f'{given}?.value ?? ""'
    if kind in fields:
        value = f"{given}?.{kind}?.value ?? {value}"
    return f"{{{kind}: {{representation: {json.dumps(kind)}, value: {value}}}}}"


def _one_object(fields: dict[str, Schema], kinds: list[str]) -> Schema:
    text: Schema = {"type": "string", "description": "The text, in this representation."}
    properties: dict[str, Schema] = {
        "representation": {"type": "string", "enum": kinds},
        "value": text,
    }
    for kind in kinds:
        if kind in fields:
            inner = {
                "representation": {"type": "string", "enum": [kind]},
                "value": {"type": "string"},
            }
            properties[kind] = {"type": "object", "properties": inner}
    return {"type": "object", "properties": properties}
