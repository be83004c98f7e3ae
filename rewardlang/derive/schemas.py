"""What the schemas of arguments ask for: their shape, their properties, their scalars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewardlang.judge.leaves import resolved, variants


def kinds_of(schema: Mapping[str, Any]) -> list[str]:
    """The types that a schema names."""
    kind = schema.get("type", ())
    return [kind] if isinstance(kind, str) else list(kind)


def scalar_schema(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The alternative of a schema that says most of a scalar; {} when it is none."""
    found = [each for each in variants(schema, root) if each]
    merged: dict[str, Any] = {}
    for each in found:
        kinds = kinds_of(each)
        if "properties" in each or kinds in (["object"], ["array"]):
            continue
        if "enum" in each or "const" in each:
            return each
        merged = {**each, **merged} if kinds_of(each) or not merged else merged
    return merged


def shape(schema: Any, root: Mapping[str, Any]) -> str:
    """What a schema asks for: `document`, `represented`, `object`, `array`, `scalar` or `any`.

    A document is one of nodes with texts; represented is a text beside the name of its format.
    """
    if _formatted(schema, root):
        return "document"
    for each in variants(schema, root):
        inside = each.get("properties", {})
        if "value" in inside and "representation" in inside:
            return "represented"
        if resolved(inside.get("type", {}), root).get("const") == "doc":
            return "document"
        kinds = [kind for kind in kinds_of(each) if kind != "null"]
        if inside or kinds == ["object"]:
            return "object"
        if kinds == ["array"] or "items" in each:
            return "array"
        if kinds or "enum" in each or "const" in each:
            return "scalar"
    return "any"


def _formatted(schema: Any, root: Mapping[str, Any]) -> bool:
    """Whether a value of any shape is described as a document."""
    known = list(variants(schema, root))
    if any({"type", "properties", "items", "enum", "const"} & set(each) for each in known):
        return False
    return any("atlassian document format" in str(e.get("description", "")).lower() for e in known)


def merged(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an object and what it requires, `allOf` joined, the first alternative."""
    found = resolved(schema, root)
    properties = dict(found.get("properties", {}))
    required = list(found.get("required", ()))
    parts = list(found.get("allOf", ()))
    for union in ("anyOf", "oneOf"):
        objects = [p for p in found.get(union, ()) if shape(p, root) in ("object", "represented")]
        parts += objects[:1]
    for each in parts:
        inner = merged(each, root)
        properties = {**inner["properties"], **properties}
        required += [name for name in inner["required"] if name not in required]
    return {"properties": properties, "required": required}


def values_of(schema: Any, root: Mapping[str, Any]) -> Any:
    """The schema of the values of a map; None of what is none."""
    for each in variants(schema, root):
        if isinstance(each.get("additionalProperties"), dict) and each["additionalProperties"]:
            return each["additionalProperties"]
    return None


def is_storage(schema: Mapping[str, Any]) -> bool:
    """Whether a text is in the storage format."""
    return "storage format" in str(schema.get("description", "")).lower()
