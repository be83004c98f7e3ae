"""Schemas of a document, looked into: references followed, `allOf` merged, lists recognised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rewardlang.frozen import frozen

Schema = dict[str, Any]

PREFIX = "#/schemas/"
_ITEMS = ("values", "results", "items", "data", "content", "entries", "records", "elements")
_PAGING = frozenset({
    "total", "totalcount", "count", "size", "startat", "start", "offset", "maxresults", "limit",
    "islast", "last", "next", "prev", "nextpage", "nextpagetoken", "nextcursor", "cursor",
    "links", "page",
    "self", "expand", "hasmore", "pagesize", "totalsize", "previous", "pagination", "meta",
    "warningmessages", "names", "schema",
})  # fmt: skip
_DEEPEST = 12
"""References that are followed one after the other, and `allOf` in each other."""


@frozen
class Listing:
    """An answer that holds a list of objects: under `field`, or the answer itself (None)."""

    field: str | None
    item: Schema


class Shapes:
    """The schemas of one document."""

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self.schemas = schemas
        self._flat: dict[str, Schema] = {}

    def name(self, schema: Schema) -> str | None:
        """The name of the schema that `schema` refers to, alone or with a few additions."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return reference.removeprefix(PREFIX)
        parts = [self.name(part) for part in _list(schema.get("allOf"))]
        named = [part for part in parts if part is not None]
        if len(named) == 1:
            return named[0]
        rest = [part for part in _list(schema.get("anyOf")) if part.get("type") != "null"]
        return self.name(rest[0]) if len(rest) == 1 else None

    def flat(self, schema: Schema, depth: int = 0) -> Schema:
        """`schema` with references followed and parts merged."""
        reference = schema.get("$ref")
        if isinstance(reference, str) and len(schema) == 1:
            name = reference.removeprefix(PREFIX)
            if name not in self._flat:
                self._flat[name] = {}  # what refers to itself is seen as open
                found = self.schemas.get(name, {})
                self._flat[name] = self.flat(found, depth + 1) if depth < _DEEPEST else {}
            return self._flat[name]
        return self._merged(schema, depth)

    def _merged(self, schema: Schema, depth: int) -> Schema:
        parts: list[Schema] = []
        if "$ref" in schema:
            parts.append(self.flat({"$ref": schema["$ref"]}, depth + 1))
        parts += [self.flat(part, depth + 1) for part in _list(schema.get("allOf"))]
        own = {k: v for k, v in schema.items() if k not in ("$ref", "allOf", "oneOf", "anyOf")}
        merged = own
        for part in parts:
            merged = _both(part, merged)
        for keyword in ("oneOf", "anyOf"):
            variants = _list(schema.get(keyword))
            if variants and depth < _DEEPEST:
                merged = _both(merged, self._either(variants, depth))
        return merged

    def _either(self, variants: list[Schema], depth: int) -> Schema:
        """What is common to all variants; of objects, all properties, none of them sure."""
        found = [self.flat(variant, depth + 1) for variant in variants]
        null = any(variant.get("type") == "null" for variant in found)
        found = [variant for variant in found if variant.get("type") != "null"]
        if not found:
            return {"type": "null"}
        if len(found) == 1:
            return nullable(found[0]) if null else found[0]
        kinds = {kind_of(variant) for variant in found}
        if kinds == {"object"}:
            properties: dict[str, Schema] = {}
            for variant in found:
                for name, part in _dict(variant.get("properties")).items():
                    known = properties.setdefault(name, part)
                    if kind_of(self.flat(known, depth + 1)) != kind_of(self.flat(part, depth + 1)):
                        properties[name] = {}
            required = [
                name for name in _list(found[0].get("required"))
                if all(name in _list(variant.get("required")) for variant in found)
            ]  # fmt: skip
            made: Schema = {"type": "object", "properties": properties}
            if required:
                made["required"] = required
            return nullable(made) if null else made
        if len(kinds) == 1 and kinds <= {"string", "integer", "number", "boolean"}:
            return {"type": kinds.pop()}
        return {}

    def kind(self, schema: Schema) -> str:
        """`object`, `array`, `string`, `integer`, `number`, `boolean`, or `any`."""
        return kind_of(self.flat(schema))

    def fields(self, schema: Schema) -> dict[str, Schema]:
        """The properties of an object; none of anything else."""
        return _dict(self.flat(schema).get("properties"))

    def required(self, schema: Schema) -> list[str]:
        """The properties that must be there."""
        return [str(name) for name in _list(self.flat(schema).get("required"))]

    def is_servers(self, schema: Schema) -> bool:
        """Whether a property is the server's: answers have it, requests do not."""
        return self.flat(schema).get("readOnly") is True

    def item(self, schema: Schema) -> Schema:
        """What a list holds."""
        found = self.flat(schema).get("items")
        return found if isinstance(found, dict) else {}

    def listing(self, schema: Schema | None) -> Listing | None:
        """The list of objects that an answer is about, if it is about one."""
        if schema is None:
            return None
        if self.kind(schema) == "array":
            item = self.item(schema)
            return Listing(None, item) if self.fields(item) else None
        fields = self.fields(schema)
        lists = {
            name: self.item(part)
            for name, part in fields.items()
            if self.kind(part) == "array" and self.fields(self.item(part))
        }
        if not lists:
            return None
        plain = [name for name in fields if name.replace("_", "").lower() not in _PAGING]
        for name in _ITEMS:
            if name in lists:
                return Listing(name, lists[name])
        if len(lists) == 1 and len(plain) == 1 and plain[0] in lists:
            return Listing(plain[0], lists[plain[0]])
        return None

    def pages(self, schema: Schema) -> bool:
        """Whether an answer is a page of a list, of whatever."""
        fields = self.fields(schema)
        rest = [n for n in fields if n.replace("_", "").lower() not in _PAGING]
        whole = self.listing(schema) is not None
        return whole or (len(rest) <= 1 < len(fields) and bool(_named(fields, _ITEMS)))


def _named(fields: Mapping[str, Schema], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in fields]


def kind_of(schema: Schema) -> str:
    """The kind of a flat schema's values, null aside."""
    names = schema.get("type")
    if isinstance(names, list):
        rest = [name for name in names if name != "null"]
        names = rest[0] if len(rest) == 1 else None
    if isinstance(names, str):
        return names
    values = _list(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
    if values and all(isinstance(value, str) for value in values):
        return "string"
    if "properties" in schema or isinstance(schema.get("additionalProperties"), dict):
        return "object"
    return "array" if "items" in schema else "any"


def blank(kind: str) -> Any:
    """What a field of a kind holds where nothing is known: "", 0, false, nothing."""
    plain = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
    return plain.get(kind, {})


def nullable(schema: Schema) -> Schema:
    """`schema` or null."""
    names = schema.get("type")
    if isinstance(names, str) and names != "null":
        return {**schema, "type": [names, "null"]}
    return schema


def may_be_null(schema: Schema) -> bool:
    """Whether a flat schema lists null among its types."""
    names = schema.get("type")
    return names == "null" or (isinstance(names, list) and "null" in names)


def _both(first: Schema, second: Schema) -> Schema:
    """A value that is both; what `second` says goes first."""
    merged = {**first, **second}
    properties = {**_dict(first.get("properties")), **_dict(second.get("properties"))}
    if properties:
        merged["properties"] = properties
    required = [*_list(first.get("required")), *_list(second.get("required"))]
    if required:
        merged["required"] = list(dict.fromkeys(required))
    return merged


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
