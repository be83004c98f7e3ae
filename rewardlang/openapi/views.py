"""What the references of normalised schemas lead to; a chain of them that is too long is left."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang.openapi.document import Schema
from rewardlang.syntax.schemas import PREFIX

MAX_CHAIN = 32
"""References that lead to a reference, one after the other, before nothing more is followed."""


def named(schema: Schema) -> str | None:
    """The name of the schema that `schema` refers to, or None."""
    reference = schema.get("$ref")
    return reference.removeprefix(PREFIX) if isinstance(reference, str) else None


def resolve(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """`schema`, or what it refers to; words beside the reference win over those there."""
    beside: Schema = {}
    for _ in range(MAX_CHAIN):
        name = named(schema)
        if name is None:
            break
        beside = {**{k: v for k, v in schema.items() if k != "$ref"}, **beside}
        schema = schemas.get(name, {})
    return {**schema, **beside} if beside else schema


def target(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """What `schema` refers to, whatever stands beside the reference; else `schema` itself."""
    for _ in range(MAX_CHAIN):
        name = named(schema)
        if name is None:
            break
        schema = schemas.get(name, {})
    return schema
