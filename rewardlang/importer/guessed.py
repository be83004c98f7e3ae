"""Fields of objects of which a document says nothing, as its examples show them.

    fields: {type: object}, shown as {"fields": {"summary": "Broken", "project": {"id": "1"}}}
    ->  fields: {type: object, properties: {summary: {type: string}, project: {...}}}

An object is still open for more. What several examples show of the same place is joined, and so is
what requests and answers of one collection show under the same name: what is written is what is
read. Rich text, which is a tree of nodes, is recognised also where nothing at all is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rewardlang.importer.resources import HOLE, prefix_of, steps_of
from rewardlang.importer.shapes import PREFIX, Schema, Shapes, kind_of
from rewardlang.openapi import Body, Document, Operation, Response

MARK = "x-guessed"
"""The keyword of a schema whose properties are guessed."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN = re.compile(r"[0-9]{3}")
"""What is called by a number, `customfield_10020`, is somebody's own."""
_NOISE = ("_links", "_expandable", "expand", "self")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,16}(Z|[+-][0-9]{2}:?[0-9]{2})")
_TREE = "doc"
"""How the root of rich text says what it is."""
_MOST = 24
"""Fields of one object that are guessed."""
_INSIDE = 3
"""Objects in each other that are guessed."""
_DEEPEST = 12
"""Levels of an example that are looked at."""

Step = str | int
Root = tuple[str, ...]
"""A named schema, or the body or an answer of an operation."""
Place = tuple[Root, tuple[Step, ...]]
"""A schema inside a root, by the keywords that lead there."""


class _Seen:
    """What examples show, by place; places that are about the same are one group."""

    def __init__(self) -> None:
        self.requests: dict[Place, list[Any]] = {}
        self.answers: dict[Place, list[Any]] = {}
        self.groups: dict[Place, Place] = {}
        self.firsts: dict[tuple[tuple[str, ...], tuple[str, ...]], Place] = {}

    def group(self, place: Place) -> Place:
        """The place that stands for all of its group."""
        while (other := self.groups.get(place, place)) != place:
            place = other
        return place

    def enter(self, place: Place, value: Any, home: tuple[str, ...], inside: tuple[str, ...],
              request: bool) -> None:  # fmt: skip
        """One example at a place; `inside` are the names that lead to it from the row."""
        (self.requests if request else self.answers).setdefault(place, []).append(value)
        self.groups.setdefault(place, place)
        if inside:
            first = self.firsts.setdefault((home, inside), place)
            one, other = self.group(place), self.group(first)
            if one != other:
                self.groups[one] = other

    def guesses(self) -> dict[Place, Schema]:
        """A schema for each place of which examples show something."""
        whole: dict[Place, tuple[list[Any], list[Any]]] = {}
        for index, found in enumerate((self.requests, self.answers)):
            for place, values in found.items():
                whole.setdefault(self.group(place), ([], []))[index].extend(values)
        made: dict[Place, Schema] = {}
        for place in self.groups:
            requests, answers = whole[self.group(place)]
            # What only answers show is the server's; a request gives what requests show.
            guess = _schema(requests or answers, _INSIDE)
            if guess.get("properties"):
                made[place] = guess
        return made


def guess(document: Document) -> Document:
    """The document, with the fields that its examples show in its open objects."""
    prefix = prefix_of(document.operations)
    shapes, seen = Shapes(document.schemas), _Seen()
    values = _values(document, shapes, prefix)
    for operation in document.operations:
        home = _home(operation, prefix)
        for root, part, request in _parts(operation):
            schema, example = part.schema or {}, part.example
            if home in values:
                continue  # what is kept there is of any shape, such as the value of a property
            for place, value, inside in _opened(shapes, root, schema, example):
                seen.enter(place, value, home, inside, request)
    guesses = seen.guesses()
    return _with(document, guesses) if guesses else document


def is_guessed(shapes: Shapes, schema: Schema) -> bool:
    """Whether the properties of a schema are guessed."""
    return MARK in shapes.flat(schema)


def is_rich_text(value: Any) -> bool:
    """Whether a value is a text as a tree of nodes: paragraphs with texts in them."""
    if not isinstance(value, dict):
        return False
    return value.get("type") == _TREE and isinstance(value.get("content"), list)


def is_tree(schema: Schema) -> bool:
    """Whether a schema is that of a text as a tree of nodes."""
    kind = (schema.get("properties") or {}).get("type")
    return isinstance(kind, dict) and kind.get("const") == _TREE and "content" in _fields(schema)


def tree(text: str, schema: Schema) -> dict[str, Any]:
    """A text of one paragraph, as a tree of nodes."""
    made = {name: part["const"] for name, part in _fields(schema).items() if "const" in part}
    node = {"type": "text", "text": text}
    return {**made, "content": [{"type": "paragraph", "content": [node]}]}


def _parts(operation: Operation) -> Iterator[tuple[Root, Body | Response, bool]]:
    """What an operation takes and answers with, where there is an example of it."""
    if operation.body is not None and operation.body.example is not None:
        yield (operation.id, "body"), operation.body, True
    good = operation.success
    if good is not None and good.schema is not None and good.example is not None:
        yield (operation.id, "answer"), good, False


def _is_open(schema: Schema) -> bool:
    """Whether a schema says that it is an object, and nothing of what is in it."""
    inside = schema.get("additionalProperties", True)
    if any(word in schema for word in ("properties", "patternProperties", "$ref", "allOf", "oneOf",
                                       "anyOf", "enum", "const")):  # fmt: skip
        return False
    return kind_of(schema) == "object" and inside in (True, {}) and schema.get("maxProperties") != 0


def _home(operation: Operation, prefix: str) -> tuple[str, ...]:
    steps = steps_of(operation.path, prefix)
    return steps[:-1] if steps[-1:] == (HOLE,) else steps


def _values(document: Document, shapes: Shapes, prefix: str) -> set[tuple[str, ...]]:
    """The collections whose rows are given as a whole, by a body of any content."""
    shown: dict[tuple[str, ...], set[str]] = {}
    for operation in document.operations:
        shown.setdefault(_home(operation, prefix), set()).update(_names(shapes, operation))
    found: set[tuple[str, ...]] = set()
    for operation in document.operations:
        body, home = operation.body, _home(operation, prefix)
        if body is None or operation.method not in ("PUT", "PATCH"):
            continue
        names = set(body.example) if isinstance(body.example, dict) else set()
        if _is_open(body.schema) or shapes.kind(body.schema) == "any":
            # What is sent has nothing of what is read there, so that it is the value of something.
            found |= {home} if not names & shown[home] else set()
    return found


def _names(shapes: Shapes, operation: Operation) -> set[str]:
    """The fields of what an operation answers with, by its schema and its example."""
    good = operation.success
    if good is None or good.schema is None:
        return set()
    listing, shown = shapes.listing(good.schema), good.example
    names = set(shapes.fields(listing.item if listing is not None else good.schema))
    if listing is not None and listing.field is not None and isinstance(shown, dict):
        shown = shown.get(listing.field)
    rows = shown if isinstance(shown, list) else [shown]
    return names.union(*(row for row in rows if isinstance(row, dict)))


def _opened(
    shapes: Shapes, root: Root, schema: Schema, example: Any
) -> Iterator[tuple[Place, Any, tuple[str, ...]]]:
    """Places of open objects in a schema, with what an example shows there, and their names."""
    pending: list[tuple[Root, tuple[Step, ...], Schema, Any, tuple[str, ...]]] = [
        (root, (), schema, example, ())
    ]
    done: set[tuple[Place, int]] = set()
    while pending:
        root, steps, schema, value, names = pending.pop()
        if ((root, steps), id(value)) in done or len(names) > _DEEPEST:
            continue
        done.add(((root, steps), id(value)))
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.removeprefix(PREFIX)
            pending.append((("schemas", name), (), shapes.schemas.get(name, {}), value, names))
        for index, part in enumerate(_list(schema.get("allOf"))):
            pending.append((root, (*steps, "allOf", index), part, value, names))
        if isinstance(value, dict):
            rich = is_rich_text(value) and not _says(schema)
            if rich or (_is_open(schema) and value):
                yield (root, steps), value, names
            for name, part in (schema.get("properties") or {}).items():
                if value.get(name) is not None:
                    at = (*steps, "properties", name)
                    pending.append((root, at, part, value[name], (*names, name)))
        elif isinstance(value, list) and isinstance(schema.get("items"), dict):
            at = (*steps, "items")
            pending += [(root, at, schema["items"], each, ()) for each in value[:_MOST]]


def _says(schema: Schema) -> bool:
    return bool(set(schema) - {"description", "title", "examples", "readOnly", "deprecated"})


# ---- values to schemas ----


def _schema(values: Sequence[Any], deep: int) -> Schema:
    """What all the values have in common; {} when that is nothing."""
    found = [value for value in values if value is not None]
    kinds = {_kind(value) for value in found}
    if kinds == {"integer", "number"}:
        return {"type": "number"}
    if len(kinds) != 1:
        return {}
    match kinds.pop():
        case "object":
            return _object(found, deep)
        case "array" if deep == 0:
            return {"type": "array"}
        case "array":
            items = [item for value in found for item in value[:_MOST]]
            return {"type": "array", "items": _schema(items, deep - 1)}
        case "string":
            for pattern, name in ((_DAY, "date"), (_MOMENT, "date-time")):
                if all(pattern.fullmatch(value) for value in found):
                    return {"type": "string", "format": name}
            return {"type": "string"}
        case kind:
            return {"type": kind}


def _object(values: Sequence[dict[str, Any]], deep: int) -> Schema:
    if all(is_rich_text(value) for value in values):
        return _rich_text(values)
    if deep == 0:
        return {"type": "object"}
    inside: dict[str, list[Any]] = {}
    for value in values:
        for name, each in value.items():
            if _NAME.fullmatch(name) and not _OWN.search(name) and name not in _NOISE:
                inside.setdefault(name, []).append(each)
    fields = {name: _schema(each, deep - 1) for name, each in list(inside.items())[:_MOST]}
    return {"type": "object", "properties": fields} if fields else {"type": "object"}


def _rich_text(values: Sequence[dict[str, Any]]) -> Schema:
    fields: dict[str, Schema] = {"type": {"type": "string", "const": _TREE}}
    if all(type(value.get("version")) is int for value in values):
        fields["version"] = {"type": "integer", "const": values[0]["version"]}
    fields["content"] = {"type": "array", "items": {"type": "object"}}
    return {"type": "object", "properties": fields, "required": list(fields)}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {dict: "object", list: "array", str: "string", int: "integer", float: "number"}
    return kinds[type(value)]


# ---- schemas to the document ----


def _with(document: Document, guesses: Mapping[Place, Schema]) -> Document:
    """The document with a guess at each place."""
    schemas = dict(document.schemas)
    roots: dict[Root, list[tuple[tuple[Step, ...], Schema]]] = {}
    for (root, steps), found in guesses.items():
        roots.setdefault(root, []).append((steps, found))
    for root, every in roots.items():
        if root[0] == "schemas":
            schemas[root[1]] = _put_all(schemas[root[1]], every)
    operations = [_operation(operation, roots) for operation in document.operations]
    return replace(document, schemas=schemas, operations=tuple(operations))


def _operation(
    operation: Operation, roots: Mapping[Root, list[tuple[tuple[Step, ...], Schema]]]
) -> Operation:
    body, good = operation.body, operation.success
    every = roots.get((operation.id, "body"))
    if body is not None and every:
        operation = replace(operation, body=replace(body, schema=_put_all(body.schema, every)))
    every = roots.get((operation.id, "answer"))
    if good is not None and every:
        made = replace(good, schema=_put_all(good.schema or {}, every))
        operation = replace(operation, responses={**operation.responses, good.status: made})
    return operation


def _put_all(schema: Schema, every: Sequence[tuple[tuple[Step, ...], Schema]]) -> Schema:
    for steps, found in every:
        schema = _put(schema, steps, found)
    return schema


def _put(part: Any, steps: tuple[Step, ...], found: Schema) -> Any:
    if not steps:
        return {**part, **found, MARK: True}
    step, *rest = steps
    inner = _put(part[step], tuple(rest), found)
    if isinstance(part, list):
        return [inner if index == step else each for index, each in enumerate(part)]
    return {**part, step: inner}


def _fields(schema: Schema) -> dict[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
