"""JSON Schema 2020-12 to types: what a schema promises about the values that satisfy it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

from rewardlang.graphs import components
from rewardlang.source import Span
from rewardlang.syntax.yaml_nodes import Mapping_, Sequence_, YamlNode
from rewardlang.types.relations import join, without_null
from rewardlang.types.types import (
    Any,
    Bool,
    List,
    Named,
    Null,
    Nullable,
    Number,
    Object,
    Property,
    String,
    Type,
    Union,
)

REF_PREFIX = "#/schemas/"

_MORE = (Named, Nullable, Union)
"""Types that can stand for more than they say."""
_DEEPEST = 40
"""How many schemas may be open at once while one is read: they merge one another by `allOf`."""


class Schemas:
    """The schemas of the APIs in use, as types. A `$ref` becomes `Named`, expanded when looked at,
    so that recursion and sharing cost nothing."""

    def __init__(self) -> None:
        self._schemas: dict[tuple[str, str], tuple[object, YamlNode | None, Span | None]] = {}
        self._types: dict[tuple[str, str], Type] = {}
        self._open = 0
        self.too_deep: list[tuple[str, str]] = []
        """Schemas given up because too many others are needed to read them; reported as errors."""

    def add(self, api: str, schemas: Mapping[str, object], nodes: Mapping_ | None = None) -> None:
        """Make the `schemas` of `api` known; `nodes` is where they stand."""
        for name, schema in schemas.items():
            node = nodes.get(name) if nodes else None
            self._schemas[api, name] = (schema, node, _key_span(nodes, name))
        merged = {name: list(_merged_refs(schema)) for name, schema in schemas.items()}
        for component in components(merged):
            for name in component:
                self._definition(api, name)

    def adopt(self, other: Schemas) -> None:
        """Make known what `other` knows, without reading it again."""
        self._schemas.update(other._schemas)
        self._types.update(other._types)

    def names(self, api: str) -> list[str]:
        return [name for owner, name in self._schemas if owner == api]

    def expand(self, type_: Type) -> Type:
        """`type_` itself, or what the schema says when it is `Named`; inside Nullable too."""
        if not isinstance(type_, _MORE):  # nearly always
            return type_
        if isinstance(type_, Nullable):
            inner = self.expand(type_.inner)
            if inner is type_.inner:
                return type_
            return inner if isinstance(inner, Nullable | Null | Any) else Nullable(inner)
        seen = 0
        while isinstance(type_, Named):
            type_ = self._definition(type_.api, type_.name)
            seen += 1
            if seen > len(self._schemas):  # "$ref"s in a circle, which admit no structure
                return Any()
        if isinstance(type_, Union) and type_.tag is None and type_.variants:
            return replace(type_, tag=self._tag(type_.variants))
        return type_

    def _definition(self, api: str, name: str) -> Type:
        key = (api, name)
        if key not in self._types:
            if key not in self._schemas:
                return Any()
            schema, node, place = self._schemas[key]
            self._types[key] = Any()  # what an allOf that refers to itself sees
            if self._open >= _DEEPEST:
                self.too_deep.append(key)
                return Any()
            self._open += 1
            found = self.read(api, schema, node)
            self._open -= 1
            if isinstance(found, Object):
                found = replace(found, name=name, origin=place)
            self._types[key] = found
        return self._types[key]

    def read(self, api: str, schema: object, node: YamlNode | None = None) -> Type:
        """The type of the values that `schema` admits; `node` is where the schema stands."""
        if not isinstance(schema, dict):
            return Any()
        here = node if isinstance(node, Mapping_) else None
        types: list[Type] = []
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith(REF_PREFIX):
            types.append(Named(reference[len(REF_PREFIX) :], api))
        base = self._own(api, schema, here)
        if base is not None:
            types.append(base)
        for index, part in enumerate(_list(schema.get("allOf"))):
            types.append(self.read(api, part, _at(_child(here, "allOf"), index)))
        for keyword in ("anyOf", "oneOf"):
            parts = _list(schema.get(keyword))
            if parts:
                nodes = _child(here, keyword)
                variants = [self.read(api, p, _at(nodes, i)) for i, p in enumerate(parts)]
                types.append(self._either(variants))
        if not types:
            return Any()
        merged = types[0]
        for other in types[1:]:
            merged = self._both(merged, other)
        return merged

    def _own(self, api: str, schema: dict[str, object], node: Mapping_ | None) -> Type | None:
        """The type by the schema's own keywords; None when they say nothing."""
        if "const" in schema:
            return of_values([schema["const"]], _span(node, "const"))
        values = schema.get("enum")
        if isinstance(values, list):
            found = of_values(values, _span(node, "enum"))
            extra = schema.get("format")
            if isinstance(found, String) and isinstance(extra, str):
                return replace(found, format=extra)
            return found
        names = schema.get("type")
        kinds = [names] if isinstance(names, str) else [k for k in _list(names) if k != "null"]
        nullable = isinstance(names, list) and "null" in names
        if names is None:
            if "properties" in schema or "additionalProperties" in schema:
                kinds = ["object"]
            elif "items" in schema:
                kinds = ["array"]
            else:
                return None
        types = [self._kind(api, str(kind), schema, node) for kind in kinds]
        if not types:
            return Null() if nullable else None
        whole = self._either(types)
        return Nullable(whole) if nullable and not isinstance(whole, Nullable | Any) else whole

    def _kind(self, api: str, kind: str, schema: dict[str, object], node: Mapping_ | None) -> Type:
        match kind:
            case "null":
                return Null()
            case "boolean":
                return Bool()
            case "integer" | "number":
                return _number(schema, kind == "integer")
            case "string":
                format_, pattern = schema.get("format"), schema.get("pattern")
                return String(
                    format=format_ if isinstance(format_, str) else None,
                    pattern=pattern if isinstance(pattern, str) else None,
                    max_length=_int(schema.get("maxLength")),
                )
            case "array":
                items = schema.get("items", True)
                item = self.read(api, items, _child(node, "items"))
                for index, part in enumerate(_list(schema.get("prefixItems"))):
                    first = self.read(api, part, _at(_child(node, "prefixItems"), index))
                    item = first if items is False and index == 0 else join(item, first)
                return List(item, _int(schema.get("maxItems")))
            case "object":
                return self._object(api, schema, node)
            case _:
                return Any()

    def _object(self, api: str, schema: dict[str, object], node: Mapping_ | None) -> Object:
        named = _list(schema.get("required"))
        required = dict.fromkeys(name for name in named if isinstance(name, str))
        declared = schema.get("properties")
        nodes = _child(node, "properties")
        properties: dict[str, Property] = {}
        for name, part in (declared if isinstance(declared, dict) else {}).items():
            type_ = self.read(api, part, _child(nodes, name))
            place = _key_span(nodes, name)
            if isinstance(type_, Object):
                type_ = replace(type_, origin=place)
            properties[name] = Property(type_, name in required, place)
        extra = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
        rest = (
            None if extra is False else self.read(api, extra, _child(node, "additionalProperties"))
        )
        patterns = schema.get("patternProperties")
        for name, part in (patterns if isinstance(patterns, dict) else {}).items():
            type_ = self.read(api, part, _child(_child(node, "patternProperties"), name))
            rest = type_ if rest is None else join(rest, type_)
        for name in required:
            if name not in properties and rest is not None:
                properties[name] = Property(rest, True, _span(node, "required"))
        return Object(properties, rest)

    def _either(self, variants: list[Type]) -> Type:
        """A value of one of `variants`; null among them makes it nullable."""
        if any(isinstance(v, Any) for v in variants):
            return Any()
        if len(variants) == 1:
            return variants[0]
        solid: list[Type] = []
        nullable = False
        for variant in variants:
            nullable = nullable or isinstance(variant, Null | Nullable)
            inner = without_null(variant)
            if isinstance(inner, Union):
                solid.extend(inner.variants)
            elif not isinstance(inner, Null):
                solid.append(inner)
        if not solid:
            return Null()
        whole: Type
        if all(isinstance(v, Named) or (isinstance(v, Object) and v.properties) for v in solid):
            whole = solid[0] if len(solid) == 1 else Union(tuple(solid))
        else:
            whole = solid[0]
            for variant in solid[1:]:
                whole = join(whole, variant)
        if nullable and not isinstance(whole, Nullable | Null | Any):
            whole = Nullable(whole)
        return whole

    def _tag(self, variants: tuple[Type, ...]) -> str | None:
        """The required property whose constants tell all variants apart."""
        objects = [self.expand(v) for v in variants]
        first = objects[0] if objects else None
        if not isinstance(first, Object):
            return None
        for name in first.properties:
            seen: list[str] = []
            for object_ in objects:
                found = object_.properties.get(name) if isinstance(object_, Object) else None
                if found is None or not found.required:
                    break
                type_ = self.expand(found.type)
                if not isinstance(type_, String) or type_.enum is None:
                    break
                if any(value in seen for value in type_.enum):
                    break
                seen.extend(type_.enum)
            else:
                return name
        return None

    def _both(self, a: Type, b: Type) -> Type:
        """A value that is an `a` and a `b`; `allOf` and keywords beside a `$ref`."""
        if isinstance(a, Any):
            return b
        if isinstance(b, Any):
            return a
        if isinstance(a, Nullable) and isinstance(b, Nullable):
            return Nullable(self._both(a.inner, b.inner))
        a, b = without_null(self.expand(a)), without_null(self.expand(b))
        if isinstance(a, Union):
            variants = tuple(self._both(v, b) for v in a.variants)
            return replace(a, variants=variants)
        if isinstance(b, Union):
            return self._both(b, a)
        if isinstance(a, Object) and isinstance(b, Object):
            return self._both_objects(a, b)
        if isinstance(a, String) and isinstance(b, String):
            enum = b.enum if a.enum is None else a.enum
            if a.enum is not None and b.enum is not None:
                enum = tuple(v for v in a.enum if v in b.enum)
            lengths = [n for n in (a.max_length, b.max_length) if n is not None]
            return String(
                a.format or b.format, enum, a.pattern or b.pattern,
                min(lengths) if lengths else None, a.origin or b.origin,
            )  # fmt: skip
        if isinstance(a, Number) and isinstance(b, Number):
            return Number(
                a.integer or b.integer, _tighter(a.low, b.low, max), _tighter(a.high, b.high, min)
            )
        if isinstance(a, List) and isinstance(b, List):
            return List(
                self._both(a.item, b.item), a.max_items if b.max_items is None else b.max_items
            )
        return b

    def _both_objects(self, a: Object, b: Object) -> Object:
        properties: dict[str, Property] = {}
        for name in [*a.properties, *(n for n in b.properties if n not in a.properties)]:
            mine, other = a.properties.get(name), b.properties.get(name)
            if mine is not None and other is not None:
                type_ = self._both(mine.type, other.type)
                required = mine.required or other.required
                properties[name] = Property(type_, required, other.origin or mine.origin)
            else:
                known = mine or other
                assert known is not None
                properties[name] = known
        rest = None if a.rest is None or b.rest is None else self._both(a.rest, b.rest)
        return Object(properties, rest, a.name or b.name, a.origin)


def _merged_refs(schema: object) -> Iterator[str]:
    """The schemas of the same API that must be read before `schema`: those in an `allOf`."""
    pending: list[tuple[object, bool]] = [(schema, False)]
    while pending:
        part, inside = pending.pop()
        if isinstance(part, list):
            pending.extend((item, inside) for item in part)
        elif isinstance(part, dict):
            reference = part.get("$ref")
            if inside and isinstance(reference, str) and reference.startswith(REF_PREFIX):
                yield reference[len(REF_PREFIX) :]
            pending.extend((value, inside or key == "allOf") for key, value in part.items())


def of_values(values: list[object], origin: Span | None = None) -> Type:
    """The type of exactly these JSON scalars (and, more loosely, lists and objects)."""
    strings = tuple(v for v in values if isinstance(v, str))
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    types: list[Type] = []
    if strings:
        types.append(String(enum=tuple(dict.fromkeys(strings)), origin=origin))
    if numbers:
        whole = all(isinstance(v, int) or v.is_integer() for v in numbers)
        types.append(Number(whole, min(numbers), max(numbers)))
    if any(isinstance(v, bool) for v in values):
        types.append(Bool())
    if any(isinstance(v, list) for v in values):
        types.append(List(Any()))
    if any(isinstance(v, dict) for v in values):
        types.append(Object({}, Any()))
    whole_type: Type = Null()
    for index, type_ in enumerate(types):
        whole_type = type_ if index == 0 else join(whole_type, type_)
    if types and any(v is None for v in values):
        whole_type = Nullable(whole_type)
    return whole_type


INT64 = (-(2**63), 2**63 - 1)
"""Integers outside are none to us: `request_schemas` says so to the policy as well."""


def _number(schema: dict[str, object], integer: bool) -> Number:
    low, high = _real(schema.get("minimum")), _real(schema.get("maximum"))
    over, under = _real(schema.get("exclusiveMinimum")), _real(schema.get("exclusiveMaximum"))
    if over is not None:
        low = _tighter(low, math.floor(over) + 1 if integer else over, max)
    if under is not None:
        high = _tighter(high, math.ceil(under) - 1 if integer else under, min)
    if integer:
        low = INT64[0] if low is None else low
        high = INT64[1] if high is None else high
    return Number(integer, low, high)


def _tighter(a: float | None, b: float | None, pick: object) -> float | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b) if pick is max else min(a, b)


def _real(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _int(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _child(node: YamlNode | None, key: str) -> YamlNode | None:
    return node.get(key) if isinstance(node, Mapping_) else None


def _at(node: YamlNode | None, index: int) -> YamlNode | None:
    return node.items[index] if isinstance(node, Sequence_) and index < len(node.items) else None


def _span(node: YamlNode | None, key: str) -> Span | None:
    """Where the value of `key` stands."""
    found = _child(node, key)
    return found.span if found else None


def _key_span(node: YamlNode | None, key: str) -> Span | None:
    """Where the key itself stands."""
    if isinstance(node, Mapping_):
        found = node.entry(key)
        return None if found is None else found[0].span
    return None
