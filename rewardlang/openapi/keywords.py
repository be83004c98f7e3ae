"""Keywords of a schema one by one: what can be used is kept, what cannot is reported.

What comes out passes the meta-schema of JSON Schema 2020-12.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers
from rewardlang.openapi.raw import Raw, kind
from rewardlang.syntax.limits import MAX_INT

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
ORDER = (
    "$ref", "title", "description", "deprecated", "readOnly", "writeOnly", "type", "format",
    "contentMediaType", "contentEncoding", "const", "enum", "default", "examples", "pattern",
    "minLength", "maxLength", "multipleOf", "minimum", "exclusiveMinimum", "maximum",
    "exclusiveMaximum", "items", "prefixItems", "contains", "minContains", "maxContains",
    "minItems", "maxItems", "uniqueItems", "required", "properties", "patternProperties",
    "additionalProperties", "propertyNames", "minProperties", "maxProperties",
    "dependentRequired", "dependentSchemas", "allOf", "anyOf", "oneOf", "not", "if", "then",
    "else", "discriminator",
)  # fmt: skip
"""The keywords of a normalised schema, in the order in which they stand."""
_PLACES = {keyword: number for number, keyword in enumerate(ORDER)}
ANNOTATIONS = frozenset({"title", "description", "deprecated", "readOnly", "writeOnly", "examples"})
"""What says something of a value and nothing of which values there are."""
SILENT = frozenset({
    "xml", "externalDocs", "nullable", "example", "$schema", "$id", "$anchor", "$comment", "$defs",
    "definitions", "discriminator", "collectionFormat", "$vocabulary", "id",
})  # fmt: skip
"""Keywords that are read elsewhere or mean nothing for values."""


def ordered(schema: dict[str, Any]) -> dict[str, Any]:
    """`schema` with its keywords in one order."""
    return dict(sorted(schema.items(), key=lambda pair: _PLACES.get(pair[0], len(_PLACES))))


def simple(key: str, value: Any, pointer: str, raw: Raw) -> Any:
    """The value of a keyword that holds no schema; None when it cannot be used."""
    read = _READERS.get(key)
    if read is None:
        message = f"`{key[:80]}` is no keyword of a schema"
        raw.problems.add(codes.O_BAD_KEYWORD, message, pointer, "it is left out")
        return None
    wanted, accepts = read
    found = accepts(value)
    if found is None:
        if value is not None:
            raw.wrong(pointer, wanted, value)
        return None
    if key == "pattern":
        why = raw.unusable(found)
        if why is not None:
            raw.problems.add(codes.O_BAD_KEYWORD, f"`pattern`: {why}", pointer, "it is left out")
            return None
    return found


def is_known(key: str) -> bool:
    """Whether `simple` reads this keyword."""
    return key in _READERS


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value


def _positive(value: Any) -> int | float | None:
    found = _number(value)
    return found if found is not None and found > 0 else None


def _count(value: Any) -> int | None:
    found = _number(value)
    if found is None or found < 0 or found != int(found):
        return None
    return min(int(found), MAX_INT)


def _names(value: Any) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return None
    return list(dict.fromkeys(value))


def _names_by_name(value: Any) -> dict[str, list[str]] | None:
    if not isinstance(value, dict):
        return None
    read = {key: _names(names) for key, names in value.items()}
    return {key: names for key, names in read.items() if names is not None}


_READERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(
        ("title", "description", "format", "pattern", "contentMediaType", "contentEncoding"),
        ("text", _text),
    ),
    **dict.fromkeys(
        ("deprecated", "readOnly", "writeOnly", "uniqueItems"), ("true or false", _flag)
    ),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains",
         "minProperties", "maxProperties"), ("a whole number from 0", _count),
    ),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), ("a number", _number)
    ),
    "multipleOf": ("a number above 0", _positive),
    "required": ("a list of names", _names),
    "dependentRequired": ("lists of names", _names_by_name),
}  # fmt: skip


def types(value: Any, pointer: str, raw: Raw) -> list[str]:
    """The names of the types in `type`, each once; none when nothing is said."""
    names = value if isinstance(value, list) else [] if value is None else [value]
    found: list[str] = []
    for name in names:
        if isinstance(name, str) and name in TYPES:
            if name not in found:
                found.append(name)
        elif name not in ("any", "file"):  # Swagger's way to say anything, and binary
            said = f"`{name[:40]}`" if isinstance(name, str) else kind(name)
            raw.problems.add(
                codes.O_BAD_KEYWORD, f"{said} is no type of JSON Schema", pointer, "it is left out"
            )
    return found


def values(value: Any, pointer: str, raw: Raw) -> list[Any]:
    """The values of `enum`, each once."""
    found: list[Any] = []
    seen: set[str] = set()
    for each in raw.items(value, pointer):
        key = _key(each)
        if key not in seen:
            seen.add(key)
            found.append(each)
    return found


def admits(schema: dict[str, Any]) -> Callable[[Any], bool]:
    """Whether a value is among the types and values that `schema` itself names."""
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    allowed = {_key(value) for value in schema["enum"]} if "enum" in schema else None
    held = schema.get("items")
    item = admits(held) if isinstance(held, dict) else None

    def check(value: Any) -> bool:
        if names and not any(is_a(value, name) for name in names):
            return False
        if allowed is not None and _key(value) not in allowed:
            return False
        return item is None or not isinstance(value, list) or all(map(item, value))

    return check


def _key(value: Any) -> str:
    """What equal JSON values have in common and no others."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return repr((isinstance(value, bool), value))


def is_a(value: Any, name: str) -> bool:
    """Whether a JSON value has a type of JSON Schema."""
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, int):
        return name in ("integer", "number")
    if isinstance(value, float):
        return name == "number" or (name == "integer" and value.is_integer())
    names: dict[Any, str] = {str: "string", list: "array", dict: "object"}
    return name == names.get(type(value), "null")


def child(pointer: str, key: str) -> str:
    """The pointer to a keyword."""
    return pointers.join(pointer, key)
