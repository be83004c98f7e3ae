"""Questions about normalised schemas: what a reference leads to, which types and parts there are.

All of them end: a schema that is only itself again was cut when the document was read.
"""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang.openapi.document import Schema
from rewardlang.syntax.schemas import PREFIX

MAX_CHAIN = 32
"""References that lead to a reference, one after the other, before nothing more is followed."""
_MOST_VARIANTS = 64
"""Alternatives of one value that are told apart; `oneOf` inside `oneOf` multiplies."""


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


def types(schema: Schema, schemas: Mapping[str, Schema]) -> tuple[str, ...]:
    """The types that `schema` names, references followed; none when it names none."""
    names = resolve(schema, schemas).get("type", ())
    return (names,) if isinstance(names, str) else tuple(names)


def variants(schema: Schema, schemas: Mapping[str, Schema]) -> list[Schema]:
    """The schemas of which a value satisfies one or more, references followed.

    What stands beside `oneOf` or `anyOf` is part of each. A schema without them is its only
    variant.
    """
    found: list[Schema] = []
    waiting = [schema]
    while waiting:
        here = resolve(waiting.pop(), schemas)
        key = next((key for key in ("oneOf", "anyOf") if key in here), None)
        if key is None or len(found) + len(waiting) >= _MOST_VARIANTS:
            found.append(here)
            continue
        beside = {k: v for k, v in here.items() if k != key}
        parts = [resolve(part, schemas) for part in here[key]]
        waiting += [_both(part, beside) for part in reversed(parts)]
    return found


def _both(part: Schema, beside: Schema) -> Schema:
    """A part of a choice, and what stands beside the choice."""
    made = {**beside, **part}
    if "properties" in part and "properties" in beside:
        made["properties"] = {**beside["properties"], **part["properties"]}
    if "required" in part and "required" in beside:
        made["required"] = list(dict.fromkeys([*beside["required"], *part["required"]]))
    return made
