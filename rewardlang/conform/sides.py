"""Our side: an API file with its YAML and its types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rewardlang.openapi.seen import Field, Schema, Side, View, nothing
from rewardlang.source import Span
from rewardlang.syntax.files import ApiFile
from rewardlang.syntax.schemas import PREFIX
from rewardlang.syntax.yaml_nodes import Mapping_, Sequence_, YamlNode, plain
from rewardlang.types import types
from rewardlang.types.json_schema import Schemas
from rewardlang.types.types import Type


def of_file(api: ApiFile) -> Side:
    """Schemas of an API file; places are YAML nodes, of which the views show the spans."""
    nodes = api.schema_spans

    def follow(reference: str) -> tuple[Schema, YamlNode]:
        name = reference.removeprefix(PREFIX)
        return dict(api.schemas.get(name, {})), nodes.get(name) or nodes

    return Side(follow, below)


def below(place: Any, steps: tuple[str | int, ...]) -> YamlNode:
    """The node some steps below a node, or the deepest one that there is."""
    here: YamlNode = place
    for step in steps:
        if isinstance(here, Mapping_):
            here = here.get(str(step)) or here
        elif isinstance(here, Sequence_) and isinstance(step, int) and step < len(here.items):
            here = here.items[step]
    return here


def schema_at(node: YamlNode) -> Schema:
    """The schema that a node is."""
    found = plain(node)
    return found if isinstance(found, dict) else {}


# ---- types ----


def of_type(type_: Type, place: Span, schemas: Schemas) -> View:
    """What is known of a value of a type; `place` is where it is answered."""
    found = schemas.expand(type_)
    null = isinstance(found, types.Nullable | types.Null)
    if isinstance(found, types.Nullable):
        found = schemas.expand(found.inner)
    variants = found.variants if isinstance(found, types.Union) else (found,)
    parts = [schemas.expand(variant) for variant in variants]
    kinds = [_kind(part) for part in parts]
    if any(kind is None for kind in kinds):
        return nothing(place)
    objects = [part for part in parts if isinstance(part, types.Object)]
    lists = [part for part in parts if isinstance(part, types.List)]
    enums = [part.enum if isinstance(part, types.String) else None for part in parts]
    return View(
        says=True,
        kinds=frozenset(kind for kind in kinds if kind and kind != "null"),
        null=null,
        values=None
        if any(enum is None for enum in enums)
        else tuple(value for enum in enums for value in enum or ()),
        default=None,
        low=None,
        high=None,
        fields=_fields(objects, place, schemas),
        items=_later([part.item for part in lists], place, schemas) if lists else None,
        open=any(part.rest is not None for part in objects),
        place=place,
        key=_key(type_),
    )


def _key(type_: Type) -> object:
    """Types that have names are looked into once on the way down; others are not recursive."""
    bare = type_.inner if isinstance(type_, types.Nullable) else type_
    variants = bare.variants if isinstance(bare, types.Union) else (bare,)
    names = [(v.api, v.name) for v in variants if isinstance(v, types.Named)]
    return tuple(names) if names else object()


def _fields(objects: list[types.Object], place: Span, schemas: Schemas) -> dict[str, Field]:
    found: dict[str, list[types.Property]] = {}
    for each in objects:
        for name, held in each.properties.items():
            found.setdefault(name, []).append(held)
    return {
        name: Field(
            _later([p.type for p in held], held[0].origin or place, schemas),
            len(held) == len(objects) and all(p.required for p in held),
        )
        for name, held in found.items()
    }


def _later(held: list[Type], place: Span, schemas: Schemas) -> Callable[[], View]:
    whole = held[0] if len(held) == 1 else types.Union(tuple(held))
    return lambda: of_type(whole, place, schemas)


def _kind(type_: Type) -> str | None:
    """The JSON type of a type; None when nothing is known."""
    match type_:
        case types.String():
            return "string"
        case types.Number():
            return "integer" if type_.integer else "number"
        case types.Bool():
            return "boolean"
        case types.List():
            return "array"
        case types.Object():
            return "object"
        case types.Null():
            return "null"
        case _:
            return None
