"""`allOf` of objects put together to one object, where that is what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.openapi import pointers
from rewardlang.openapi.document import Schema
from rewardlang.openapi.keywords import ANNOTATIONS
from rewardlang.openapi.raw import Raw
from rewardlang.openapi.views import target

_OBJECT = frozenset({
    "type", "properties", "required", "additionalProperties", "discriminator", *ANNOTATIONS,
})  # fmt: skip
"""The keywords that a part may have to be put together with others."""


def merged(schema: Schema, named: Mapping[str, Schema], raw: Raw, pointer: str) -> Schema | None:
    """`schema` without its `allOf`, or None when that would change what it admits."""
    own = {k: v for k, v in schema.items() if k != "allOf"}
    parts = schema["allOf"]
    if len(parts) == 1 and not (own.keys() - ANNOTATIONS - {"type"}):
        return _wrapped(own, parts[0], named)
    whole = [*parts, own] if own.keys() - ANNOTATIONS else parts
    objects = [_object(part, named) for part in whole]
    if any(each is None for each in objects):
        return None
    found = [each for each in objects if each is not None]
    rest = _rest(found, raw, pointer)
    if rest is None:
        return None
    made: Schema = {k: v for k, v in own.items() if k in ANNOTATIONS | {"discriminator"}}
    if "description" not in made:
        said = [each["description"] for each in found if "description" in each]
        if len(said) == 1:
            made["description"] = said[0]
    made["type"] = _types(found)
    made["properties"] = _properties(found, raw)
    required = dict.fromkeys(name for each in found for name in each.get("required", ()))
    if required:
        made["required"] = list(required)
    return {**made, **rest}


def _wrapped(own: Schema, part: Schema, named: Mapping[str, Schema]) -> Schema | None:
    """A single part with words about it; a type beside it must be the part's own."""
    kind = own.pop("type", None)
    if kind is not None and target(part, named).get("type") != kind:
        return None
    return {**part, **own}


def _object(part: Schema, named: Mapping[str, Schema]) -> Schema | None:
    """The object that a part is; None when it is anything else."""
    if "$ref" in part and part.keys() - ANNOTATIONS - {"$ref"}:
        return None
    part = target(part, named)
    if part.keys() - _OBJECT:
        return None
    kind = part.get("type", "object")
    return part if kind == "object" or kind == ["object", "null"] else None


def _types(objects: list[Schema]) -> Any:
    kinds = [each.get("type") for each in objects]
    said = [kind for kind in kinds if kind is not None]
    return "object" if "object" in said or not said else ["object", "null"]


def _rest(objects: list[Schema], raw: Raw, pointer: str) -> Schema | None:
    """What the whole says of other properties; None when the parts disagree.

    A closed part, taken at its word, would refuse the properties of the others. What is meant is
    that the whole is closed, and it is said so.
    """
    names = len({name for each in objects for name in each.get("properties", {})})
    rests = [each["additionalProperties"] for each in objects if "additionalProperties" in each]
    if any(rest is False for rest in rests):
        if any(
            each.get("additionalProperties") is False and names > len(each.get("properties", ()))
            for each in objects
        ):
            message = "a closed part of `allOf` refuses the properties of the others"
            raw.problems.add(
                codes.O_CLOSED_PARTS, message, pointers.join(pointer, "allOf"),
                "the whole is read as closed instead",
            )  # fmt: skip
        return {"additionalProperties": False}
    schemas = [rest for rest in rests if rest is not True and rest != {}]
    if not schemas:
        return {}
    if any(rest != schemas[0] for rest in schemas):
        return None
    if any(
        each.get("additionalProperties") == schemas[0] and names > len(each.get("properties", ()))
        for each in objects
    ):
        return None
    return {"additionalProperties": schemas[0]}


def _properties(objects: list[Schema], raw: Raw) -> dict[str, Schema]:
    found: dict[str, Schema] = {}
    for each in objects:
        raw.spend(len(each.get("properties", ())))
        for name, held in each.get("properties", {}).items():
            known = found.get(name)
            if known is None or _bare(known) == _bare(held) or not _bare(known):
                found[name] = held
            elif _bare(held):
                both = known["allOf"] if known.keys() == {"allOf"} else [known]
                raw.spend(len(both))
                found[name] = {"allOf": [*both, held]}
    return found


def _bare(schema: Schema) -> Schema:
    """`schema` without words about it."""
    return {k: v for k, v in schema.items() if k not in ANNOTATIONS}
