"""Examples of bodies and answers, decoded: many documents hold JSON inside a string."""

from __future__ import annotations

from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers
from rewardlang.openapi.document import Schema
from rewardlang.openapi.raw import Raw
from rewardlang.openapi.text import decode

_MISSING = pointers.MISSING


def example_of(media: dict[str, Any], pointer: str, schema: Schema, raw: Raw) -> Any:
    """The example of a media type, or of its schema; None when there is none."""
    value, place = _said(media, pointer, schema, raw)
    return None if value is _MISSING else decoded(value, place, schema, raw)


def argument_of(
    found: dict[str, Any], pointer: str, schema: Schema, separator: str, raw: Raw
) -> Any:
    """The example of a parameter; that of a list may be written as in a URL, in one text."""
    value, place = _said(found, pointer, schema, raw)
    if value is _MISSING:
        return None
    if isinstance(value, str) and _types(schema) == ["array"] and value.lstrip()[:1] != "[":
        return value.split(separator)
    return decoded(value, place, schema, raw)


def _said(media: dict[str, Any], pointer: str, schema: Schema, raw: Raw) -> tuple[Any, str]:
    """The example as it stands, and where, or MISSING."""
    value, place = _MISSING, pointer
    if "example" in media:
        value, place = media["example"], pointers.join(pointer, "example")
    elif media.get("examples"):
        value, place = _first(media["examples"], pointers.join(pointer, "examples"), raw)
    if value is _MISSING and schema.get("examples"):
        value, place = schema["examples"][0], pointers.join(pointer, "schema", "example")
    return value, place


def decoded(value: Any, pointer: str, schema: Schema, raw: Raw) -> Any:
    """`value`, or what the JSON in it says where the schema wants no text."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if _wants_text(schema):
        return _unquoted(text, value)
    if text[:1] not in ("{", "[") and not _wants_object(schema):
        return value
    try:
        return decode(text)
    except ValueError:
        if not _wants_object(schema):
            return value
        message = "the example is a text that holds no JSON"
        raw.problems.add(codes.O_BAD_EXAMPLE, message, pointer, "it is left out")
        return None


def _unquoted(text: str, value: str) -> Any:
    """A text without the quotes that JSON has around it."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return value
    try:
        return decode(text)
    except ValueError:
        return value


def _first(examples: Any, pointer: str, raw: Raw) -> tuple[Any, str]:
    """The first of named examples, or of a list of them."""
    if isinstance(examples, list):
        return examples[0], pointers.join(pointer, 0)
    for _, held, place in raw.entries(examples, pointer):
        found, where = raw.follow(held, place)
        if "value" in found:
            return found["value"], pointers.join(where, "value")
    return _MISSING, pointer


def _types(schema: Schema) -> list[str]:
    names = schema.get("type", [])
    return [names] if isinstance(names, str) else names


def _wants_text(schema: Schema) -> bool:
    return "string" in _types(schema)


def _wants_object(schema: Schema) -> bool:
    return bool({"object", "array"} & set(_types(schema)))
