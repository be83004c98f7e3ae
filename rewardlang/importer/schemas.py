"""Schemas as the API file has them: those of requests in full, those of rows made simple."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from rewardlang.importer.names import camel, identifier, sentence, unused
from rewardlang.importer.shapes import PREFIX, Schema, Shapes, kind_of
from rewardlang.openapi import Document
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import Fit, fit

_KEPT = (
    "type", "format", "enum", "const", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties", "default",
)  # fmt: skip
_ROW = ("type", "format", "enum", "minimum", "maximum", "maxLength")
_DEPTH = 3
_MOST = 24
"""Properties of an object inside a row that are kept."""
_MOST_VALUES = 60
"""Values of an `enum` that a row's schema lists."""
_PLAIN = ("string", "integer", "number", "boolean")
_ENOUGH = 4
"""Plain values of an object inside a row that say what it is."""
_API = "document"


class Written:
    """The document's schemas with names of the language, and what rows keep of them.

    They are as requests have them, without what only the server writes; with `answers`, whole.
    """

    def __init__(self, shapes: Shapes, answers: bool = False) -> None:
        self.shapes = shapes
        self._answers = answers
        self.names: dict[str, str] = {}
        """Names in the API file, by those in the document."""
        taken: set[str] = set()
        self._renamed: dict[str, str] = {}
        for name in shapes.schemas:
            made = unused(identifier(name), taken)
            taken.add(made)
            self._renamed[name] = made
        self.names = dict.fromkeys(taken, "")
        self.document: dict[str, Schema] = {}
        for name, schema in shapes.schemas.items():
            self.document[self._renamed[name]] = self.clean(schema, top=True)
        self.own = Shapes(self.document)
        """The same schemas to look into, by the names that the API file has."""
        self._types = Schemas()
        self._types.add(_API, self.document)

    # ---- requests ----

    def clean(self, schema: Schema, top: bool = False, words: int = 140) -> Schema:
        """A schema of a request: in full, with one sentence of documentation."""
        return _mapping(self._clean(schema, words, 0))

    def _clean(self, schema: Any, words: int, depth: int) -> Any:
        if not isinstance(schema, dict):
            return schema
        made: Schema = {}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix(PREFIX)
            made["$ref"] = PREFIX + self._renamed.get(name, identifier(name))
        for keyword in _KEPT:
            if keyword in schema and _usable(keyword, schema):
                made[keyword] = schema[keyword]
        for keyword in ("items", "additionalProperties", "not", "propertyNames"):
            if keyword in schema:
                made[keyword] = self._clean(schema[keyword], words, depth + 1)
        if made.get("additionalProperties") in (True, {}):
            del made["additionalProperties"]
        for keyword in ("properties", "patternProperties"):
            if isinstance(schema.get(keyword), dict):
                parts = self._sent(schema) if keyword == "properties" else schema[keyword]
                made[keyword] = {k: self._clean(v, words, depth + 1) for k, v in parts.items()}
        if isinstance(schema.get("required"), list) and schema["required"]:
            made["required"] = list(schema["required"])
        for keyword in ("allOf", "oneOf", "anyOf", "prefixItems"):
            parts = schema.get(keyword)
            if isinstance(parts, list) and parts:
                # Real documents have variants that overlap: what fits one of them is taken.
                to = "anyOf" if keyword == "oneOf" else keyword
                made.setdefault(to, []).extend(self._clean(p, words, depth + 1) for p in parts)
        text = schema.get("description")
        if isinstance(text, str) and text.strip():
            made["description"] = sentence(text, words)
        if list(made) == ["allOf"] and len(made["allOf"]) == 1:
            return made["allOf"][0]
        if len(made.get("allOf", ())) == 1 and set(made) == {"allOf", "description"}:
            return {**made["allOf"][0], "description": made["description"]}
        return made

    def _sent(self, schema: Schema) -> dict[str, Schema]:
        """The properties of an object that a request may have: those that callers decide."""
        every: dict[str, Schema] = schema["properties"]
        must = schema.get("required") or ()
        sent = {
            name: part
            for name, part in every.items()
            if self._answers or name in must or not self.shapes.is_servers(_mapping(part))
        }
        return sent or every  # where all of them are the server's, what else should be sent

    # ---- rows ----

    def simple(self, schema: Schema, depth: int = _DEPTH) -> Schema | None:
        """What a row keeps of a schema: no deep, no endless part. None: nothing."""
        flat = self.shapes.flat(schema)
        kind = kind_of(flat)
        made: Schema = {k: flat[k] for k in _ROW if k in flat}
        if "const" in flat:
            made["enum"] = [flat["const"]]
        values = made.get("enum")
        if values is not None and (not values or len(values) > _MOST_VALUES):
            made.pop("enum")
        if made.get("format") in ("int32", "int64", "float", "double", "binary"):
            made.pop("format")
        if kind == "string":
            made.setdefault("type", "string")
            return made
        if kind in ("integer", "number", "boolean"):
            return made
        if depth == 0:
            return None
        if kind == "array":
            items = self.simple(_mapping(flat.get("items") or {}), depth - 1)
            if items is None:
                return None
            return {
                "type": flat.get("type", "array"),
                "maxItems": min(flat.get("maxItems", 100), 100),
                "items": items,
            }
        if kind == "object":
            return self._object(flat, depth)
        return {} if kind == "any" else None

    def _object(self, flat: Schema, depth: int) -> Schema | None:
        fields = flat.get("properties") or {}
        made: Schema = {"type": flat.get("type", "object")}
        if not fields:
            extra = flat.get("additionalProperties")
            inner = self.simple(extra, depth - 1) if isinstance(extra, dict) and extra else None
            return {**made, "additionalProperties": inner} if inner else made
        kept: dict[str, Schema] = {}
        required = flat.get("required") or []
        # Who is described well enough by plain values needs nothing deeper inside a row.
        plain = sum(self.shapes.kind(part) in _PLAIN for part in fields.values())
        for name, part in fields.items():
            if plain >= _ENOUGH and name not in required and self.shapes.kind(part) not in _PLAIN:
                continue
            if name in ("_links", "expand", "self", "_expandable") and name not in required:
                continue
            simple = self.simple(part, depth - 1) if len(kept) < _MOST else None
            if simple is not None:
                kept[name] = simple
            elif name in required:
                return None  # a part that the document wants and a row cannot have
        if not kept:
            return None
        made["properties"] = kept
        sure = [name for name in required if name in kept]
        if sure:
            made["required"] = sure
        made["additionalProperties"] = False
        return made

    # ---- requests and rows ----

    def fits(self, given: Schema, wanted: Schema) -> bool:
        """Whether what a request's schema admits may stand in a row's field."""
        types = self._types
        return (
            fit(types.read(_API, self.clean(given)), types.read(_API, wanted), types.expand)
            is Fit.YES
        )

    def fitted(self, given: Schema, shown: Schema) -> Schema | None:
        """A schema for a field into which a request's value fits: `shown`, or wider, or None."""
        flat = self.shapes.flat(given)
        kind, other = kind_of(flat), kind_of(shown)
        if self.fits(given, shown):
            return _wider(shown, flat) if kind == "string" == other else shown
        if kind == other and kind in ("string", "integer", "number", "boolean"):
            null = isinstance(flat.get("type"), list) or isinstance(shown.get("type"), list)
            wide: Schema = {"type": [kind, "null"] if null else kind}
            values = [*_list(shown.get("enum")), *_list(flat.get("enum"))]
            if shown.get("enum") and flat.get("enum"):
                wide["enum"] = list(dict.fromkeys(values))
            return wide
        if kind == "integer" and other == "number":
            return {"type": "number"}
        if kind == "object" and other == "object":
            mine = [
                name
                for name, part in self.shapes.fields(given).items()
                if not self.shapes.flat(part).get("readOnly")
            ]
            theirs = self.own.fields(shown)
            if not theirs or 2 * sum(name in theirs for name in mine) >= max(len(mine), 1):
                return self._with_the_servers(self.clean(given, words=60), theirs)
        if kind == "array" and other == "array":
            return self.clean(given, words=60)
        if other == "any":
            return {}
        return None

    def _with_the_servers(self, given: Schema, shown: Mapping[str, Schema]) -> Schema:
        """What requests give of an object, and what answers show beside it."""
        flat = self.own.flat(given)
        more = {name: part for name, part in shown.items() if name not in flat["properties"]}
        if flat.get("additionalProperties") is not False or not more:
            return given  # nothing vouches for what an open object has beside its fields
        return {**flat, "properties": {**flat["properties"], **more}}

    def in_requests(self, document: Document) -> set[str]:
        """The names of the schemas that requests need."""
        used: list[Schema] = []
        for operation in document.operations:
            used += [self.clean(parameter.schema) for parameter in operation.parameters]
            if operation.body is not None:
                used.append(self.clean(operation.body.schema))
        return set(self.closure(used))

    def closure(self, schemas: list[Schema]) -> dict[str, Schema]:
        """The document's schemas that `schemas` refer to, in the document's order."""
        needed: dict[str, None] = {}
        pending: list[Any] = list(schemas)
        while pending:
            part = pending.pop()
            if isinstance(part, list):
                pending.extend(part)
            elif isinstance(part, dict):
                name = part.get("$ref")
                if isinstance(name, str) and name.startswith(PREFIX):
                    name = name.removeprefix(PREFIX)
                    if name not in needed and name in self.document:
                        needed[name] = None
                        pending.append(self.document[name])
                pending.extend(v for v in part.values() if isinstance(v, dict | list))
        return {name: self.document[name] for name in self.document if name in needed}


def _wider(shown: Schema, given: Schema) -> Schema:
    """A field's values and those that a request lists for it."""
    values = given.get("enum")
    if not values or "$ref" in shown:
        return shown
    if "enum" not in shown and shown.get("format"):
        return shown
    return {**shown, "enum": list(dict.fromkeys([*shown.get("enum", ()), *values]))}


def is_pattern(value: object) -> bool:
    """Whether a document's `pattern` is a regular expression that means what it says."""
    if not isinstance(value, str) or re.search(r"(?<![\[^A-Za-z_-])0-9", value):
        return False  # a class of digits whose brackets were forgotten
    try:
        jsonschema_rs.Draft202012Validator(
            {"pattern": value}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, ValueError):
        return False
    return True


def _usable(keyword: str, schema: Mapping[str, Any]) -> bool:
    """Whether a keyword says something that can be heeded."""
    value = schema[keyword]
    if keyword == "pattern":
        from rewardlang.syntax.backtracking import why_slow

        return is_pattern(value) and why_slow(value) is None
    if keyword == "default":
        if value is None or (isinstance(value, dict | list) and not value):
            return False
        bare = {k: schema[k] for k in _KEPT if k in schema and k not in ("default", "pattern")}
        items = schema.get("items")
        if isinstance(items, dict) and "$ref" not in items:
            bare["items"] = {k: items[k] for k in ("type", "enum") if k in items}
        try:
            return bool(jsonschema_rs.is_valid(bare, value))
        except (jsonschema_rs.ValidationError, ValueError):
            return False
    if keyword == "format":
        return value not in ("int32", "int64", "float", "double", "binary", "string")
    return keyword != "enum" or bool(value)


def _mapping(value: Any) -> Schema:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


__all__ = ["Written", "camel"]
