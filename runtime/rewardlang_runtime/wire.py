"""The arguments of an operation as a request carries them, and a request's arguments.

Arguments are one flat object for whoever calls an operation; over HTTP they travel in the path, the
query, headers and the body. Texts become numbers, booleans and lists where the operation's schema
asks for those, and stay texts where they are none: the check of the request then says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import unquote_plus, urlencode

import orjson

from rewardlang_runtime.scenario import Json, Operation

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,3})?")
_TEXTS = {"true": True, "false": False}
_SPELLED = (["true", "false"], ["false", "true"])
_DEEPEST = 32
"""How deep nulls are looked for; what is deeper is not kept anyway."""
WHOLE_BODY = ""
"""The name on the wire of an argument that is the body itself, and no member of it."""


class Unsendable(ValueError):
    """Arguments that no request can carry."""


class Request(NamedTuple):
    """A call as HTTP knows it.

    Attributes:
        method: In capitals.
        path: Percent-encoded.
        query: What follows the `?`; "" for none.
        body: A JSON value; None for none.
        headers: By lower-case name.
    """

    method: str
    path: str
    query: str
    body: Json
    headers: Mapping[str, str]


class Wire:
    """Where the arguments of one operation travel, looked up once."""

    __slots__ = ("_body", "_headers", "_names", "_path", "_query", "_schema", "_whole")

    def __init__(self, operation: Operation) -> None:
        self._schema = operation.schema
        self._names = frozenset(operation.wire)
        self._path: dict[str, tuple[str, _Kind]] = {}
        self._query: dict[str, tuple[str, _Kind]] = {}
        self._headers: dict[str, tuple[str, _Kind]] = {}
        self._body: dict[str, str] = {}
        self._whole: str | None = None
        """The argument that is the whole body."""
        properties = operation.schema.get("properties", {})
        for name, (where, wire) in operation.wire.items():
            if where == "body":
                if wire == WHOLE_BODY:
                    self._whole = name
                else:
                    self._body[wire] = name
                continue
            kind = _Kind(properties.get(name, {}), operation.schema)
            by_wire = {"path": self._path, "query": self._query, "header": self._headers}[where]
            by_wire[wire.lower() if where == "header" else wire] = (name, kind)

    @property
    def takes_body(self) -> bool:
        """Whether a body says anything to the operation."""
        return self._whole is not None or bool(self._body)

    # ---- from a request ----

    def from_path(self, holes: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, Any]:
        """The arguments in the path."""
        found = {}
        for hole, text in zip(holes, texts, strict=True):
            name, kind = self._path[hole]
            found[name] = kind.read(text)
        return found

    def arguments(
        self,
        holes: tuple[str, ...],
        texts: tuple[str, ...],
        query: str,
        body: Json,
        headers: Mapping[str, str] | None,
    ) -> dict[str, Any]:
        """All of a request's arguments; see `routes.Match.arguments`."""
        found = self.from_path(holes, texts)
        if query and self._query:
            self._read_query(query, found)
        if headers and self._headers:
            for wire, (name, kind) in self._headers.items():
                text = headers.get(wire)
                if text is not None:
                    found[name] = kind.read(text)
        if body is not None:
            if self._whole is not None:
                schema = self._schema.get("properties", {}).get(self._whole, True)
                found[self._whole] = without_nulls(body, schema, self._schema)
            elif self._body:
                self._read_body(body, found)
        return found

    def _read_query(self, query: str, found: dict[str, Any]) -> None:
        """Add what the query says; of an argument that is no list, its first value counts."""
        seen = self._query
        for piece in query.split("&"):
            wire, _, text = piece.partition("=")
            entry = seen.get(wire) or seen.get(_plain(wire).removesuffix("[]"))
            if entry is None:
                continue  # clients send parameters that an API has no use for, and it lets them
            name, kind = entry
            text = _plain(text)
            if kind.is_list:
                found.setdefault(name, []).extend(kind.read_items(text))
            elif name not in found:
                found[name] = kind.read(text)

    def _read_body(self, body: Json, found: dict[str, Any]) -> None:
        if type(body) is not dict:
            raise ValueError("the body must be a JSON object")
        for wire, value in body.items():
            name = self._body.get(wire)
            if name is not None:
                found[name] = value
            elif value is not None:
                # Never in the place of an argument that travels elsewhere and has the same name.
                found[f"body.{wire}" if wire in self._names else wire] = value
        properties = self._schema.get("properties", {})
        required = self._schema.get("required", ())
        for wire, name in self._body.items():
            if wire in body:
                value, schema = body[wire], properties.get(name, True)
                if value is None and name not in required and not allows_null(schema, self._schema):
                    del found[name]
                else:
                    found[name] = without_nulls(value, schema, self._schema)

    # ---- to a request ----

    def path(self, args: Mapping[str, Any]) -> dict[str, str]:
        """The texts of the arguments in the path, by their names on the wire."""
        found = {}
        for wire, (name, kind) in self._path.items():
            if args.get(name) in (None, ""):
                raise Unsendable(f"`{name}`, which is part of the path, is missing or empty")
            found[wire] = kind.write(name, args[name])
        return found

    def rest(self, args: Mapping[str, Any]) -> tuple[str, Json, dict[str, str]]:
        """Query, body and headers of a call."""
        pairs: list[tuple[str, str]] = []
        for wire, (name, kind) in self._query.items():
            if name in args:
                value = args[name]
                texts = kind.write_items(name, value) if kind.is_list else [kind.write(name, value)]
                pairs += ((wire, text) for text in texts)
        headers = {}
        for wire, (name, kind) in self._headers.items():
            if name in args:
                headers[wire] = kind.write(name, args[name])
                if not headers[wire].isascii() or not headers[wire].isprintable():
                    raise Unsendable(f"`{name}`, a header, holds more than printable ASCII")
        body: Json = None
        if self._whole is not None:
            body = args.get(self._whole)
        else:
            body = {wire: args[name] for wire, name in self._body.items() if name in args}
            unknown = {name: value for name, value in args.items() if name not in self._names}
            if unknown and not self._body:
                raise Unsendable(f"`{next(iter(unknown))}` is no argument of the operation")
            body = {**body, **unknown} or None
        return urlencode(pairs), body, headers


class _Kind:
    """What a text in a path, a query or a header may stand for."""

    __slots__ = ("_items", "_spelled", "_types", "is_list")

    def __init__(self, schema: Any, root: Mapping[str, Any]) -> None:
        self._types = types_of(schema, root)
        self.is_list = "array" in self._types and "string" not in self._types
        items = resolved(schema, root).get("items", True) if self.is_list else True
        self._items = _Kind(items, root) if self.is_list else None
        self._spelled = resolved(schema, root).get("enum") in _SPELLED
        """Whether it is "true" or "false", in letters: clients send True and False, too."""

    def read(self, text: str) -> Any:
        """The value that `text` stands for; the text itself when it can be none of the kind."""
        types = self._types
        if "string" in types:
            return text.lower() if self._spelled and text.lower() in _TEXTS else text
        if "boolean" in types and text.lower() in _TEXTS:
            return _TEXTS[text.lower()]
        if "integer" in types and _INTEGER.fullmatch(text):
            return int(text)
        if "number" in types and _NUMBER.fullmatch(text) and isfinite(float(text)):
            return int(text) if _INTEGER.fullmatch(text) else float(text)
        if self.is_list:
            return self.read_items(text)
        if "object" in types and text[:1] == "{":
            try:
                return orjson.loads(text)
            except ValueError:
                return text
        return text

    def read_items(self, text: str) -> list[Any]:
        """The items that a text with commas stands for."""
        assert self._items is not None
        return [self._items.read(item) for item in text.split(",")] if text else []

    def write(self, name: str, value: Any) -> str:
        """The text that stands for a value.

        Raises:
            Unsendable: There is none: it would be read as something else, and the check of the
                request would not say of that what it says of the value.
        """
        text = _written(value)
        if self.read(text) != value and _NAMES.get(type(value)) not in self._types:
            raise Unsendable(f"`{name}` is {text} and would be read as {self.read(text)!r}")
        return text

    def write_items(self, name: str, value: Any) -> list[str]:
        """The texts that stand for the items of a list, each of which is sent by itself.

        Raises:
            Unsendable: As `write`, and for an item that is empty or has a comma.
        """
        if type(value) is not list:
            raise Unsendable(f"`{name}` is no list")
        assert self._items is not None
        texts = [self._items.write(name, item) for item in value]
        for text in texts:
            if not text or "," in text:
                raise Unsendable(f"`{name}` has the item {text!r}, which a query cannot hold")
        return texts or [""]


def _plain(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def _written(value: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is float and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return "" if value is None else orjson.dumps(value).decode()


# ---- schemas ----


def resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """`schema` with references into `root` followed; {} for what says nothing or never ends."""
    for _ in range(_DEEPEST):
        if type(schema) is not dict:
            return {}
        reference = schema.get("$ref")
        if type(reference) is not str:
            return schema
        target: Any = root
        for step in reference.removeprefix("#").strip("/").split("/"):
            target = target.get(step.replace("~1", "/").replace("~0", "~"))
            if type(target) is not dict:
                return {}
        schema = {**target, **{key: schema[key] for key in schema if key != "$ref"}}
    return {}


def types_of(schema: Any, root: Mapping[str, Any], depth: int = 0) -> frozenset[str]:
    """The JSON types that a schema admits; "string" among them when it does not say."""
    plain = resolved(schema, root)
    stated = plain.get("type")
    if type(stated) is str:
        return frozenset((stated,))
    if type(stated) is list:
        return frozenset(stated)
    values = plain.get("enum") or ([plain["const"]] if "const" in plain else None)
    if values:
        return frozenset(_NAMES[type(value)] for value in values)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in plain and depth < _DEEPEST:
            found = [types_of(part, root, depth + 1) for part in plain[word]]
            union = frozenset().union(*found) if found else frozenset()
            if word != "allOf" or not found:
                return union
            return frozenset.intersection(*found) or union
    return _ANY


_NAMES = {
    str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null",
    list: "array", dict: "object",
}  # fmt: skip
_ANY = frozenset(_NAMES.values())


def allows_null(schema: Any, root: Mapping[str, Any]) -> bool:
    """Whether a schema admits null, as far as its types say."""
    return schema is not False and "null" in types_of(schema, root)


def without_nulls(value: Any, schema: Any, root: Mapping[str, Any], depth: int = 0) -> Any:
    """`value` without the nulls that stand for members left out.

    Clients send null for an optional member that they have no value for, and servers take it so,
    when the schema has no null there.
    """
    kind = type(value)
    if (kind is not dict and kind is not list) or depth >= _DEEPEST:
        return value
    plain = resolved(schema, root)
    if kind is list:
        items = plain.get("items")
        if type(items) is not dict:
            return value
        return [without_nulls(item, items, root, depth + 1) for item in value]
    properties = plain.get("properties")
    if type(properties) is not dict:
        return value
    required, closed = plain.get("required", ()), plain.get("additionalProperties") is False
    found = {}
    for name, member in value.items():
        schema = properties.get(name)
        if member is None and name not in required:
            if closed if schema is None else not allows_null(schema, root):
                continue
        elif schema is not None:
            member = without_nulls(member, schema, root, depth + 1)
        found[name] = member
    return found
