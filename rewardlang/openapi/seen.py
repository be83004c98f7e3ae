"""A value as one side sees it: its types, its values, its fields, each with the place that says so.

The same view is made of a schema of an API file, of a schema of a document, of the type that an
answer of ours has, and of a value that was answered, so that any two can be held together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rewardlang.frozen import frozen
from rewardlang.openapi import pointers
from rewardlang.openapi.document import Body, Document, Parameter, Response
from rewardlang.syntax.schemas import PREFIX

Schema = dict[str, Any]
Followed = Callable[[str], tuple[Schema, Any]]
"""What a `$ref` leads to, and where that stands."""
Step = Callable[[Any, tuple[str | int, ...]], Any]
"""The place some steps below a place."""

_SAYING = frozenset({"type", "enum", "const", "properties", "items", "format"})
_MOST = 64
"""Alternatives of one value that are told apart."""
_CHAIN = 32
_DEEPEST = 40
"""Levels of fields that are compared; what is deeper is taken to agree."""
_REPEATS = 2_000
"""Comparisons for one argument, body or answer in which a pair may come back."""


@frozen
class Field:
    """A field of an object; it is looked into when it is compared."""

    view: Callable[[], View]
    required: bool


@frozen
class View:
    """`kinds` are types of JSON Schema without null; none when nothing is said of them.

    `values` are all that there are, or None; `default`, `low` and `high` are None when not given.
    `open` says that objects may have other fields. `place` is a Span or a JSON pointer.
    """

    says: bool
    kinds: frozenset[str]
    null: bool
    values: tuple[Any, ...] | None
    default: Any
    low: float | None
    high: float | None
    fields: Mapping[str, Field]
    items: Callable[[], View] | None
    open: bool
    place: Any
    key: object
    """The same for the same schema, so that recursion ends."""


class Pairs:
    """Which views are being compared with which, so that comparing schemas that contain themselves
    or one another ends. All pairs are compared once; where a value has very many fields, not again
    at each further place."""

    def __init__(self) -> None:
        self._open: set[tuple[object, object]] = set()
        self._seen: set[tuple[object, object]] = set()
        self._left = _REPEATS

    def enter(self, one: View, other: View) -> bool:
        """Whether to compare them; then `leave` follows."""
        pair = (one.key, other.key)
        if pair in self._open or len(self._open) >= _DEEPEST:
            return False
        if self._left <= 0 and pair in self._seen:
            return False
        self._left -= 1
        self._seen.add(pair)
        self._open.add(pair)
        return True

    def leave(self, one: View, other: View) -> None:
        """They have been compared."""
        self._open.discard((one.key, other.key))


def nothing(place: Any) -> View:
    """A view of what nothing is known of."""
    return View(False, frozenset(), True, None, None, None, None, {}, None, True, place, None)


class Side:
    """Makes views of schemas of one side, which knows how references and places work there."""

    def __init__(self, follow: Followed, step: Step) -> None:
        self._follow = follow
        self._step = step
        # With each view the schemas that it is of, so that no other has their ids.
        self._made: dict[tuple[int, ...], tuple[list[tuple[Schema, Any]], View]] = {}

    def view(self, schema: Schema, place: Any) -> View:
        """The view of a schema at a place."""
        return self._of([(schema, place)], place)

    def _of(self, given: list[tuple[Schema, Any]], place: Any) -> View:
        """The view of a value that satisfies one of the schemas; made once."""
        key = tuple(id(schema) for schema, _ in given)
        if key not in self._made:
            self._made[key] = (given, self._new(given, place))
        return self._made[key][1]

    def _new(self, given: list[tuple[Schema, Any]], place: Any) -> View:
        parts = self._variants(given)
        solid = [(s, p) for s, p in parts if s.get("type") != "null"]
        if not solid or any(not (_SAYING & s.keys()) for s, _ in solid):
            return nothing(place)
        kinds = [_kinds(s) for s, _ in solid]
        objects = [(s, p) for s, p in solid if "object" in _kinds(s)]
        alone = solid[0][0] if len(solid) == 1 else {}
        values = [_values(s) for s, _ in solid]
        known = [v for each in values if each is not None for v in each if v is not None]
        return View(
            says=True,
            kinds=frozenset().union(*kinds) - {"null"},
            null=len(solid) < len(parts) or any("null" in each for each in kinds),
            values=None if any(each is None for each in values) else tuple(known),
            default=alone.get("default"),
            low=alone.get("minimum"),
            high=alone.get("maximum"),
            fields=self._fields(objects),
            items=self._items(solid, place),
            open=any(_is_open(s) for s, _ in objects),
            place=place,
            key=tuple(getattr(p, "span", p) for _, p in solid),
        )

    def _variants(self, given: list[tuple[Schema, Any]]) -> list[tuple[Schema, Any]]:
        """The schemas of which a value satisfies one, references followed, parts put together."""
        found: list[tuple[Schema, Any]] = []
        waiting = list(reversed(given))
        while waiting:
            schema, place = self._flat(*waiting.pop())
            key = next((key for key in ("oneOf", "anyOf") if key in schema), None)
            if key is None or len(found) + len(waiting) >= _MOST:
                found.append((schema, place))
                continue
            beside = {k: v for k, v in schema.items() if k != key}
            for number, part in reversed(list(enumerate(schema[key]))):
                inner, at = self._flat(part, self._step(place, (key, number)))
                waiting.append((_both([beside, inner]) if beside else inner, at))
        return found

    def _flat(self, schema: Schema, place: Any, depth: int = 0) -> tuple[Schema, Any]:
        """A schema whose reference is followed and whose `allOf` is put together."""
        for _ in range(_CHAIN):
            if "$ref" not in schema:
                break
            beside = {k: v for k, v in schema.items() if k != "$ref"}
            target, place = self._follow(schema["$ref"])
            schema = _both([target, beside]) if beside else target
        if "allOf" not in schema or depth >= _CHAIN:
            return schema, place
        beside = {k: v for k, v in schema.items() if k != "allOf"}
        parts = [
            self._flat(part, self._step(place, ("allOf", i)), depth + 1)[0]
            for i, part in enumerate(schema["allOf"])
        ]
        return _both([*parts, beside]), place

    def _fields(self, objects: list[tuple[Schema, Any]]) -> dict[str, Field]:
        found: dict[str, list[tuple[Schema, Any]]] = {}
        for schema, place in objects:
            for name, held in schema.get("properties", {}).items():
                found.setdefault(name, []).append((held, self._step(place, ("properties", name))))
        needed = [set(schema.get("required", ())) for schema, _ in objects]
        every = set.intersection(*needed) if needed else set()
        return {name: Field(self._later(held), name in every) for name, held in found.items()}

    def _items(self, solid: list[tuple[Schema, Any]], place: Any) -> Callable[[], View] | None:
        held = [(s["items"], self._step(p, ("items",))) for s, p in solid if "items" in s]
        return self._later(held) if held else None

    def _later(self, given: list[tuple[Schema, Any]]) -> Callable[[], View]:
        return lambda: self._of(given, given[0][1])


def of_document(document: Document) -> Side:
    """Schemas of a document; places are JSON pointers."""

    def follow(reference: str) -> tuple[Schema, str]:
        name = reference.removeprefix(PREFIX)
        return document.schemas.get(name, {}), document.schema_pointers.get(name, "")

    def step(place: Any, steps: tuple[str | int, ...]) -> str:
        return pointers.join(place, *steps)

    return Side(follow, step)


def of_value(value: Any, place: Any) -> View:
    """The view of a value that was answered: all its fields are there. The first item of a list
    stands for all."""
    kind = _kind_of(value)
    fields = value if isinstance(value, dict) else {}
    return View(
        says=True,
        kinds=frozenset({kind}) - {"null"},
        null=value is None,
        values=(value,) if isinstance(value, str | int | float | bool) else None,
        default=None,
        low=None,
        high=None,
        fields={k: Field(_later_value(v, place), True) for k, v in fields.items()},
        items=_later_value(value[0], place) if isinstance(value, list) and value else None,
        open=False,
        place=place,
        key=object(),
    )


def _later_value(value: Any, place: Any) -> Callable[[], View]:
    return lambda: of_value(value, place)


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names[type(value)]


def _kinds(schema: Schema) -> frozenset[str]:
    said = schema.get("type")
    names = set(said if isinstance(said, list) else [said] if said else [])
    if not names and ("properties" in schema):
        names = {"object"}
    if not names and "items" in schema:
        names = {"array"}
    if not names:
        names = {_kind_of(value) for value in _values(schema) or ()}
    return frozenset(names)


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _is_open(schema: Schema) -> bool:
    """Whether an object may have other fields. One that only says what it has is taken at its
    word; one that says nothing of its fields may have any."""
    rest = schema.get("additionalProperties")
    return rest is not False and (rest is not None or not schema.get("properties"))


def _both(parts: list[Schema]) -> Schema:
    """Schemas that hold together, as one: later words win, fields and requirements add up."""
    made: Schema = {}
    for part in parts:
        properties = {**made.get("properties", {}), **part.get("properties", {})}
        required = [*made.get("required", ()), *part.get("required", ())]
        made = {**made, **part}
        if properties:
            made["properties"] = properties
        if required:
            made["required"] = required
    return made


def _is_swagger(document: Document) -> bool:
    return document.openapi.startswith("2")


def schema_of_parameter(parameter: Parameter, document: Document) -> str:
    """Where the schema of a parameter stands."""
    if _is_swagger(document):
        return parameter.pointer
    return pointers.join(parameter.pointer, "schema")


def schema_of_body(body: Body, document: Document) -> str:
    """Where the schema of a body stands."""
    if _is_swagger(document):
        return pointers.join(body.pointer, "schema")
    return pointers.join(body.pointer, "content", body.content_type, "schema")


def schema_of_response(response: Response, document: Document) -> str:
    """Where the schema of a response stands."""
    if _is_swagger(document) or response.content_type is None:
        return pointers.join(response.pointer, "schema")
    return pointers.join(response.pointer, "content", response.content_type, "schema")
