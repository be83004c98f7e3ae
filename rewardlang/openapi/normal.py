"""Schemas of any flavour to JSON Schema 2020-12, with references that read `#/schemas/NAME`."""

from __future__ import annotations

from collections import deque
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.openapi import keywords, pointers
from rewardlang.openapi.document import Schema
from rewardlang.openapi.keywords import child
from rewardlang.openapi.names import Taken, identifier
from rewardlang.openapi.raw import Raw
from rewardlang.syntax.schemas import PREFIX

_FLAGS = ("required", "exclusiveMinimum", "exclusiveMaximum")
_ONE = ("not", "contains", "propertyNames", "if", "then", "else")
_SEVERAL = ("allOf", "anyOf", "oneOf")
_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_STEPS_OF_NAMES = frozenset({
    "paths", "components", "schemas", "definitions", "schema", "content", "properties", "items",
})  # fmt: skip


class Schemas:
    """The schemas of one document, normalised when they are first referred to."""

    def __init__(self, raw: Raw) -> None:
        self.found: dict[str, Schema] = {}
        """Named schemas, in the order in which they were declared or met."""
        self.pointers: dict[str, str] = {}
        self.roots: list[tuple[Schema, str]] = []
        """Schemas that stand in place, with their pointers."""
        self._raw = raw
        self._names: dict[str, str] = {}
        self._taken = Taken()
        self._queue: deque[tuple[str, str]] = deque()
        self._in_place: dict[str, Schema] = {}

    def declare(self, container: str) -> None:
        """Name the schemas under a pointer, such as `/components/schemas`, and read them."""
        declared = pointers.look_up(self._raw.data, container)
        if declared is not pointers.MISSING:
            for key, _, pointer in self._raw.entries(declared, container):
                self._name(pointer, key)
        self._drain()

    def normal(self, value: Any, pointer: str) -> Schema:
        """The schema at a pointer outside the named ones."""
        if pointer not in self._in_place:
            made = self._in_place[pointer] = self._schema(value, pointer)
            self.roots.append((made, pointer))
            self._drain()
        return self._in_place[pointer]

    def _drain(self) -> None:
        while self._queue:
            name, pointer = self._queue.popleft()
            self.found[name] = self._schema(pointers.look_up(self._raw.data, pointer), pointer)

    def _name(self, pointer: str, wanted: str) -> str:
        """The name of the schema at `pointer`, which is read later."""
        known = self._names.get(pointer)
        if known is not None:
            return known
        name = self._taken.take(identifier(wanted))
        self._names[pointer] = name
        self.found[name] = {}
        self.pointers[name] = pointer
        self._queue.append((name, pointer))
        return name

    def reference(self, value: str, pointer: str) -> str | None:
        """The name behind a `$ref` or a discriminator's mapping at `pointer`."""
        target = self._raw.target(value, pointer)
        if target is None:
            return None
        if target in self._names:
            return self._names[target]
        steps = [s for s in pointers.steps(target) if s not in _STEPS_OF_NAMES]
        return self._name(target, "_".join(steps[-3:]) or "Document")

    # ---- one schema ----

    def _schema(self, value: Any, pointer: str) -> Schema:
        self._raw.spend_at(pointer)
        if isinstance(value, bool):
            return {} if value else {"not": {}}
        if not isinstance(value, dict):
            if value is not None:
                self._raw.wrong(pointer, "a schema", value)
            return {}
        if isinstance(value.get("$ref"), str):
            return self._referring(value, pointer)
        return self._plain(value, pointer)

    def _referring(self, value: dict[str, Any], pointer: str) -> Schema:
        """`$ref` with what stands beside it: before 3.1 only what says nothing of values."""
        name = self.reference(value["$ref"], pointer)
        beside = {k: v for k, v in value.items() if k != "$ref"}
        if not self._raw.modern:
            for key in beside.keys() - keywords.ANNOTATIONS - keywords.SILENT:
                if not key.startswith("x-") and key not in ("type", "default"):
                    message = f"`{key}` beside a `$ref` means nothing before OpenAPI 3.1"
                    self._raw.problems.add(
                        codes.O_BAD_KEYWORD, message, child(pointer, key), "it is left out"
                    )
            kept = keywords.ANNOTATIONS | {"nullable", "example"}
            beside = {k: v for k, v in beside.items() if k in kept}
        made = self._plain(beside, pointer)
        if name is None:
            return made
        if self._nullable(value):
            made["anyOf"] = [{"$ref": PREFIX + name}, {"type": "null"}]
        else:
            made["$ref"] = PREFIX + name
        return keywords.ordered(made)

    def _plain(self, value: dict[str, Any], pointer: str) -> Schema:
        made: Schema = {}
        self._values(value, pointer, made)
        self._bounds(value, pointer, made)
        self._children(value, pointer, made)
        self._examples(value, pointer, made)
        self._default(value, pointer, made)
        if "discriminator" in value:
            self._discriminator(value["discriminator"], child(pointer, "discriminator"), made)
        if self._nullable(value):
            made = _with_null(made)
        return keywords.ordered(made)

    def _nullable(self, value: dict[str, Any]) -> bool:
        return value.get("nullable") is True or value.get("x-nullable") is True

    def _values(self, value: dict[str, Any], pointer: str, made: Schema) -> None:
        """The keywords without schemas in them."""
        names = keywords.types(value.get("type"), child(pointer, "type"), self._raw)
        if names:
            made["type"] = names[0] if len(names) == 1 else names
        elif value.get("type") == "file":
            made["type"], made["format"] = "string", "binary"
        elif not any(key in value for key in _SEVERAL):
            self._implied(value, made)
        for key, held in value.items():
            if keywords.is_known(key):
                if key in _FLAGS and isinstance(held, bool):
                    continue  # old ways to write them: see _properties and _bounds
                found = keywords.simple(key, held, child(pointer, key), self._raw)
                if found is not None:
                    made[key] = found
            elif key not in _HANDLED and not key.startswith("x-"):
                keywords.simple(key, held, child(pointer, key), self._raw)
        if "const" in value:
            made["const"] = value["const"]
        if "enum" in value:
            self._enum(value["enum"], child(pointer, "enum"), made)

    def _implied(self, value: dict[str, Any], made: Schema) -> None:
        """What is not said and always meant: what has properties is an object."""
        if isinstance(value.get("properties"), dict):
            made["type"] = "object"
        elif isinstance(value.get("items"), dict):
            made["type"] = "array"

    def _enum(self, value: Any, pointer: str, made: Schema) -> None:
        found = keywords.values(value, pointer, self._raw)
        if not found:
            return
        made["enum"] = found
        kinds = made.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if kinds and not any(keywords.is_a(each, kind) for each in found for kind in kinds):
            message = "no value of `enum` has the type that stands beside it"
            self._raw.problems.add(
                codes.O_BAD_KEYWORD, message, pointer, "the type is left out"
            )  # fmt: skip
            del made["type"]

    def _bounds(self, value: dict[str, Any], pointer: str, made: Schema) -> None:
        """Before 3.1 an exclusive bound is a flag beside the bound."""
        if "multipleOf" in made and made["multipleOf"] == 1:
            del made["multipleOf"]
        for bound, exclusive in _BOUNDS:
            flag = value.get(exclusive)
            if flag is True and bound in made:
                made[exclusive] = made.pop(bound)

    def _children(self, value: dict[str, Any], pointer: str, made: Schema) -> None:
        """The keywords with schemas in them."""
        for key in _ONE:
            if key in value:
                made[key] = self._schema(value[key], child(pointer, key))
        for key in _SEVERAL:
            parts = self._parts(value.get(key), child(pointer, key))
            if parts:
                made[key] = parts
        if "items" in value:
            self._items(value["items"], child(pointer, "items"), made)
        if "prefixItems" in value:
            parts = self._parts(value["prefixItems"], child(pointer, "prefixItems"))
            if parts:
                made["prefixItems"] = parts
        if "properties" in value:
            self._properties(value["properties"], child(pointer, "properties"), made)
        self._by_name(value, "patternProperties", pointer, made)
        self._by_name(value, "dependentSchemas", pointer, made)
        if "additionalProperties" in value:
            rest = value["additionalProperties"]
            if isinstance(rest, bool):
                made["additionalProperties"] = rest
            else:
                made["additionalProperties"] = self._schema(
                    rest, child(pointer, "additionalProperties")
                )

    def _parts(self, value: Any, pointer: str) -> list[Schema]:
        parts = self._raw.items(value, pointer)
        return [self._schema(p, pointers.join(pointer, i)) for i, p in enumerate(parts)]

    def _items(self, value: Any, pointer: str, made: Schema) -> None:
        if isinstance(value, list):  # before 2020-12 a list of schemas was `prefixItems`
            parts = self._parts(value, pointer)
            if parts:
                made["prefixItems"] = parts
        else:
            made["items"] = self._schema(value, pointer)

    def _properties(self, value: Any, pointer: str, made: Schema) -> None:
        found: dict[str, Schema] = {}
        required = list(made.get("required", ()))
        for key, held in self._raw.mapping(value, pointer).items():
            found[key] = self._schema(held, pointers.join(pointer, key))
            if isinstance(held, dict) and held.get("required") is True and key not in required:
                required.append(key)
                self._raw.problems.add(
                    codes.O_BAD_KEYWORD, "`required` of a property is a list beside `properties`",
                    pointers.join(pointer, key, "required"), "it is read as if it stood there",
                )  # fmt: skip
        made["properties"] = found
        if required:
            made["required"] = required

    def _by_name(self, value: dict[str, Any], key: str, pointer: str, made: Schema) -> None:
        if key not in value:
            return
        place = child(pointer, key)
        found = {}
        for name, held in self._raw.mapping(value[key], place).items():
            why = self._raw.unusable(name) if key == "patternProperties" else None
            if why is not None:
                self._raw.problems.add(codes.O_BAD_KEYWORD, why, pointers.join(place, name))
                continue
            found[name] = self._schema(held, pointers.join(place, name))
        if found:
            made[key] = found

    def _examples(self, value: dict[str, Any], pointer: str, made: Schema) -> None:
        if "examples" in value and isinstance(value["examples"], list) and value["examples"]:
            made["examples"] = value["examples"]
        elif "example" in value:
            made["examples"] = [value["example"]]

    def _default(self, value: dict[str, Any], pointer: str, made: Schema) -> None:
        if "default" not in value:
            return
        default = value["default"]
        if default is None and self._nullable(value):
            made["default"] = None
        elif keywords.admits(made)(default):
            made["default"] = default
        else:
            self._raw.problems.add(
                codes.O_BAD_DEFAULT, "the schema does not admit its own default",
                child(pointer, "default"), "the default is left out",
            )  # fmt: skip

    def _discriminator(self, value: Any, pointer: str, made: Schema) -> None:
        if isinstance(value, str):  # as Swagger 2.0 has it
            made["discriminator"] = {"propertyName": value, "mapping": {}}
            return
        said = self._raw.mapping(value, pointer)
        name = self._raw.text(said, "propertyName", pointer)
        if not name:
            return
        mapping = {}
        place = child(pointer, "mapping")
        for key, target in self._raw.mapping(said.get("mapping"), place).items():
            if not isinstance(target, str):
                self._raw.wrong(pointers.join(place, key), "text", target)
                continue
            found = self._mapped(target, pointers.join(place, key))
            if found is not None:
                mapping[key] = PREFIX + found
        made["discriminator"] = {"propertyName": name, "mapping": mapping}

    def _mapped(self, target: str, pointer: str) -> str | None:
        """A mapping names a schema by reference or by its bare name."""
        if "/" not in target:
            for container in ("/components/schemas", "/definitions"):
                known = self._names.get(pointers.join(container, target))
                if known is not None:
                    return known
        return self.reference(target, pointer)


_HANDLED = (
    keywords.SILENT
    | {*_ONE, *_SEVERAL, "type", "const", "enum", "default", "example", "examples", "items"}
    | {"prefixItems", "properties", "patternProperties", "dependentSchemas"}
    | {"additionalProperties", "exclusiveMinimum", "exclusiveMaximum"}
)


def _with_null(made: Schema) -> Schema:
    """`made`, which also admits null."""
    names = made.get("type")
    if names is not None:
        several = [names] if isinstance(names, str) else list(names)
        made["type"] = several if "null" in several else [*several, "null"]
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        if "const" in made and made["const"] is not None:
            made["enum"] = [made.pop("const"), None]
        if not any(key in made for key in _SEVERAL):
            return made
    elif "enum" in made:
        if None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        return made
    elif not any(key in made for key in _SEVERAL):
        return made
    about = {k: v for k, v in made.items() if k in keywords.ANNOTATIONS | {"default"}}
    rest = {k: v for k, v in made.items() if k not in about}
    return {**about, "anyOf": [keywords.ordered(rest), {"type": "null"}]}
