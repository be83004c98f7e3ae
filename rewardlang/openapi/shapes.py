"""What can only be decided when all schemas are known: `allOf` put together, ambiguous `oneOf`
made `anyOf`, references that lead round in circles cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.graphs import components
from rewardlang.openapi import keywords, pointers
from rewardlang.openapi.document import Schema
from rewardlang.openapi.keywords import ANNOTATIONS
from rewardlang.openapi.merge import merged
from rewardlang.openapi.normal import Schemas
from rewardlang.openapi.raw import Raw
from rewardlang.openapi.views import target
from rewardlang.syntax.schemas import PREFIX

_IN_PLACE = ("allOf", "anyOf", "oneOf")
_SINGLE = ("not", "if", "then", "else")


def settle(schemas: Schemas, raw: Raw) -> None:
    """Bring every schema of the document into its last form, in place."""
    _cut_circles(schemas, raw)
    settler = _Settler(schemas.found, raw)
    graph = {name: list(_parts_of(schema)) for name, schema in schemas.found.items()}
    for component in components(graph):
        for name in component:
            settler.settle(schemas.found[name], schemas.pointers[name])
    for schema, pointer in schemas.roots:
        settler.settle(schema, pointer)


# ---- circles ----


def _cut_circles(schemas: Schemas, raw: Raw) -> None:
    """A schema that is itself, with nothing between, would be followed for ever."""
    graph = {name: list(_same_value(schema)) for name, schema in schemas.found.items()}
    back: dict[str, set[str]] = {}
    open_: dict[str, bool] = {}
    for root in graph:
        if root in open_:
            continue
        open_[root] = True
        work = [(root, iter(graph[root]))]
        while work:
            name, edges = work[-1]
            part = next(edges, None)
            if part is None:
                open_[name] = False
                work.pop()
            elif open_.get(part):
                back.setdefault(name, set()).add(PREFIX + part)
            elif part not in open_:
                open_[part] = True
                work.append((part, iter(graph[part])))
    for name, references in back.items():
        _cut(schemas.found[name], references)
        raw.circular(schemas.pointers[name])


def _same_value(schema: Schema) -> Iterator[str]:
    """The names of the schemas that see the same value as `schema`."""
    stack = [schema]
    while stack:
        here = stack.pop()
        if "$ref" in here:
            yield here["$ref"].removeprefix(PREFIX)
        for key in _IN_PLACE:
            stack += here.get(key, ())
        stack += [here[key] for key in _SINGLE if key in here]
        stack += here.get("dependentSchemas", {}).values()


def _cut(schema: Schema, references: set[str]) -> None:
    """Take out every one of `references` that sees the same value."""
    stack = [schema]
    while stack:
        here = stack.pop()
        if here.get("$ref") in references:
            del here["$ref"]
        for key in _IN_PLACE:
            stack += here.get(key, ())
        stack += [here[key] for key in _SINGLE if key in here]
        stack += here.get("dependentSchemas", {}).values()


def _parts_of(schema: Schema) -> Iterator[str]:
    """The names of the schemas that `schema` or one inside it puts together."""
    stack: list[Any] = [schema]
    while stack:
        here = stack.pop()
        if isinstance(here, dict):
            for part in here.get("allOf", ()) if isinstance(here.get("allOf"), list) else ():
                if isinstance(part, dict) and isinstance(part.get("$ref"), str):
                    yield part["$ref"].removeprefix(PREFIX)
            stack += here.values()
        elif isinstance(here, list):
            stack += here


# ---- the last form ----


class _Settler:
    def __init__(self, named: Mapping[str, Schema], raw: Raw) -> None:
        self._named = named
        self._raw = raw

    def settle(self, schema: Schema, pointer: str) -> None:
        """Bring `schema` and all inside it into the last form, in place."""
        self._raw.spend()
        for part, place in _inside(schema, pointer):
            self.settle(part, place)
        if "allOf" in schema:
            self._all_of(schema, pointer)
        for key in ("oneOf", "anyOf"):
            if key in schema:
                self._choice(schema, key, pointer)

    def _all_of(self, schema: Schema, pointer: str) -> None:
        made = merged(schema, self._named, self._raw, pointer)
        if made is not None:
            schema.clear()
            schema.update(keywords.ordered(made))
        elif schema.get("additionalProperties") is False:
            self._open(schema, "allOf", pointer)

    def _choice(self, schema: Schema, key: str, pointer: str) -> None:
        parts = schema[key]
        if len(parts) == 1 and not (schema.keys() - ANNOTATIONS - {key, "discriminator"}):
            del schema[key]
            made = {**parts[0], **schema}
            schema.clear()
            schema.update(keywords.ordered(made))
            return
        if schema.get("additionalProperties") is False:
            self._open(schema, key, pointer)
        if key == "oneOf" and not self._distinct(parts):
            place = pointers.join(pointer, "oneOf")
            message = "nothing tells the parts of this `oneOf` apart: a value may fit several"
            self._raw.problems.add(codes.O_AMBIGUOUS, message, place, "it is read as `anyOf`")
            if "anyOf" in schema:
                schema.setdefault("allOf", []).append({"anyOf": schema.pop("oneOf")})
            else:
                schema["anyOf"] = schema.pop("oneOf")
            made = keywords.ordered(schema)
            schema.clear()
            schema.update(made)

    def _open(self, schema: Schema, key: str, pointer: str) -> None:
        """Closed beside parts, a schema would refuse whatever the parts bring along."""
        del schema["additionalProperties"]
        message = f"`additionalProperties: false` does not see what `{key}` brings along"
        place = pointers.join(pointer, "additionalProperties")
        self._raw.problems.add(codes.O_CLOSED_PARTS, message, place, "it is left out")

    def _distinct(self, parts: list[Schema]) -> bool:
        """Whether no value fits two of the parts, as far as types and constants tell."""
        seen: list[str] = []
        objects = []
        for part in parts:
            found = target(part, self._named)
            names = found.get("type")
            names = [names] if isinstance(names, str) else names or []
            if not names:
                return False
            if names == ["object"]:
                objects.append(found)
                continue
            seen += ["number" if name == "integer" else name for name in names]
        if len(objects) > 1 and not self._tagged(objects):
            return False
        if objects:
            seen.append("object")
        return len(set(seen)) == len(seen)

    def _tagged(self, objects: list[Schema]) -> bool:
        """Whether a required property of constants tells the objects apart."""
        for name in objects[0].get("required", ()):
            seen: list[Any] = []
            for each in objects:
                self._raw.spend(1 + len(each.get("required", ())))
                held = each.get("properties", {}).get(name, {})
                values = [held["const"]] if "const" in held else held.get("enum", [])
                if name not in each.get("required", ()) or not values:
                    break
                self._raw.spend(len(values))
                seen += [repr(value) for value in values]
            else:
                if len(set(seen)) == len(seen):
                    return True
        return False


def _inside(schema: Schema, pointer: str) -> Iterator[tuple[Schema, str]]:
    """The schemas directly inside `schema`, with their pointers."""
    for key in ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then",
                "else"):  # fmt: skip
        held = schema.get(key)
        if isinstance(held, dict):
            yield held, pointers.join(pointer, key)
    for key in (*_IN_PLACE, "prefixItems"):
        for number, part in enumerate(schema.get(key, ())):
            yield part, pointers.join(pointer, key, number)
    for key in ("properties", "patternProperties", "dependentSchemas"):
        for name, held in schema.get(key, {}).items():
            yield held, pointers.join(pointer, key, name)
