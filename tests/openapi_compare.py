"""An operation of ours against the official one: every difference as one line of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi import Document

from rewardlang.syntax.files import OperationItem, ParameterItem

Schema = dict[str, Any]


def request_differences(
    ours: OperationItem, official: Schema, document: Document, schemas: dict[str, Schema]
) -> Iterator[str]:
    """Where a request that we take is not one that the API takes, or the other way round."""
    known = {(p["in"], p["name"]): p for p in map(document.resolve, official.get("parameters", []))}
    for parameter in ours.parameters:
        if parameter.where == "body":
            continue
        there = known.get((parameter.where, parameter.wire))
        where = f"{parameter.where} {parameter.wire}"
        if there is None:
            yield f"{where}: not in the document"
            continue
        if there.get("required", False) != parameter.required:
            yield f"{where}: required is {parameter.required}"
        yield from _schema(where, parameter.schema, there.get("schema", {}), document, schemas)
    mine = {(p.where, p.wire) for p in ours.parameters}
    for (where, name), there in known.items():
        if there.get("required") and (where, name) not in mine:
            yield f"{where} {name}: required in the document, missing here"
    body = [p for p in ours.parameters if p.where == "body"]
    yield from _body(body, official, document, schemas)


def _body(
    body: list[ParameterItem], official: Schema, document: Document, schemas: dict[str, Schema]
) -> Iterator[str]:
    content = document.resolve(official.get("requestBody", {})).get("content", {})
    schema = document.resolve(content.get("application/json", {}).get("schema", {}))
    if body and not schema:
        yield "body: the document has none"
        return
    # Of several bodies the first that is an object: a list of such bodies is sent one by one.
    there = next((v for v in document.variants(schema) if "properties" in v), {})
    required = there.get("required", [])
    properties = there.get("properties", {})
    for parameter in body:
        where = f"body {parameter.wire}"
        if parameter.wire not in properties:
            yield f"{where}: not in the document"
            continue
        if parameter.required != (parameter.wire in required):
            yield f"{where}: required is {parameter.required}"
        yield from _schema(where, parameter.schema, properties[parameter.wire], document, schemas)
    for name in required:
        if name not in {p.wire for p in body}:
            yield f"body {name}: required in the document, missing here"


def _schema(
    where: str, ours: Schema, official: Any, document: Document, schemas: dict[str, Schema]
) -> Iterator[str]:
    """Whether all that `ours` admits, `official` admits too."""
    ours = _own(ours, schemas)
    variants = document.variants(official)
    if any(not _says_something(v) for v in variants):
        return
    here = _types(ours)
    there = {t for v in variants for t in _types(v)}
    extra = here - there - ({"integer"} if "number" in there else set())
    if extra and there:
        yield f"{where}: takes {', '.join(sorted(extra))}, the document {', '.join(sorted(there))}"
        return
    values = {v for variant in variants for v in variant.get("enum", [])}
    if values and all("enum" in v for v in variants):
        if "enum" not in ours:
            yield f"{where}: not limited to the document's values"
        for value in ours.get("enum", []):
            if value not in values:
                yield f"{where}: the document has no value {value}"
    if len(variants) == 1 and "default" in ours and "default" in variants[0]:
        default = variants[0]["default"]
        if default != ours["default"]:
            yield f"{where}: the default is {ours['default']}, the document's {default}"
    for limit in ("minimum", "maximum"):
        wanted = [v[limit] for v in variants if limit in v]
        if wanted and limit in ours and ours[limit] != wanted[0]:
            yield f"{where}: the {limit} is {ours[limit]}, the document's {wanted[0]}"
    if "items" in ours:
        items = [v["items"] for v in variants if "items" in v]
        if items:
            yield from _schema(f"{where}[]", ours["items"], items[0], document, schemas)
    known = {name: s for v in variants for name, s in v.get("properties", {}).items()}
    if known:
        for name, child in ours.get("properties", {}).items():
            if name not in known:
                yield f"{where}.{name}: not in the document"
            else:
                yield from _schema(f"{where}.{name}", child, known[name], document, schemas)
        required = {n for v in variants for n in v.get("required", [])}
        for name in sorted(required ^ set(ours.get("required", []))):
            yield f"{where}.{name}: required is {name not in required}"


def _own(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    while "$ref" in schema:
        schema = {**schemas[schema["$ref"].removeprefix("#/schemas/")], **{
            k: v for k, v in schema.items() if k != "$ref"
        }}  # fmt: skip
    return schema


def _says_something(schema: Schema) -> bool:
    return bool(schema.keys() & {"type", "enum", "properties", "items", "format"})


def _types(schema: Schema) -> set[str]:
    names = schema.get("type")
    found = set(names if isinstance(names, list) else [names] if names else [])
    if not found and "properties" in schema:
        found = {"object"}
    if not found and all(isinstance(v, str) for v in schema.get("enum", [None])):
        found = {"string"}
    return found - {"null"}


def response_differences(
    status: int, body: Any, official: Schema, document: Document
) -> Iterator[str]:
    """Where an answer of ours has what the official document does not have there."""
    answers = official["responses"]
    if str(status) not in answers:
        yield f"answer {status}: not in the document"
        return
    content = document.resolve(answers[str(status)]).get("content", {})
    if body is None or not content:
        return
    yield from _value("answer", body, next(iter(content.values())).get("schema", {}), document)


def _value(where: str, value: Any, official: Any, document: Document) -> Iterator[str]:
    variants = document.variants(official)
    if any(not _says_something(v) for v in variants):
        return
    types = {t for v in variants for t in _types(v)}
    if value is None:
        return  # JSON APIs send null for what is not set, whatever their documents say
    kind = _kind(value)
    if types and kind not in types and not (kind == "integer" and "number" in types):
        yield f"{where}: is {kind}, the document says {', '.join(sorted(types))}"
        return
    values = {v for variant in variants for v in variant.get("enum", [])}
    if values and value not in values:
        yield f"{where}: the document has no value {value}"
    if isinstance(value, list):
        items = [v["items"] for v in variants if "items" in v]
        for item in value[:3]:
            if items:
                yield from _value(f"{where}[]", item, items[0], document)
    if isinstance(value, dict):
        known = {name: s for v in variants for name, s in v.get("properties", {}).items()}
        open_ = any("additionalProperties" in v for v in variants)
        if not known:
            return
        for name, child in value.items():
            if name in known:
                yield from _value(f"{where}.{name}", child, known[name], document)
            elif not open_:
                yield f"{where}.{name}: not in the document"
        for variant in variants:
            for name in variant.get("required", []):
                if name not in value:
                    yield f"{where}.{name}: required in the document, missing here"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names[type(value)]
