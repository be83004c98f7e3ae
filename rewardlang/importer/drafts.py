"""What is known of an operation on its way to the API file: arguments, and what it does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rewardlang.importer.errors import Errors
from rewardlang.importer.guessed import is_guessed
from rewardlang.importer.names import (
    camel,
    is_taken,
    joined,
    plain_text,
    sentence,
    sentences,
    singular,
    snake,
    unused,
    words,
)
from rewardlang.importer.resources import HOLE, Resources, Table
from rewardlang.importer.rows import Rows
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, Shapes
from rewardlang.openapi import Document, Operation

Kind = Literal["read", "list", "create", "update", "delete", "action", "opaque"]
Confidence = Literal["high", "medium", "low"]

_RIGHTS = re.compile(r"\W*Permissions? required", re.IGNORECASE)
"""Where descriptions begin to speak of rights, which nothing here has."""


@dataclass(slots=True)
class Argument:
    """One argument: its name in the language, its name on the wire, and its schema."""

    name: str
    wire: str
    where: str
    required: bool
    schema: Schema
    guessed: bool = False
    """Its properties are guessed from an example."""


@dataclass(slots=True)
class Rule:
    """A rule of `errors:`."""

    when: str
    status: int
    text: str
    """What the answer says; a template."""


@dataclass(slots=True)
class Draft:
    """An operation as the API file will have it.

    Attributes:
        body: The schema of the body; with `body_as`, the whole body is one argument.
        effects: Texts, or mappings with `when` or `each`.
        result: The body of the answer, as texts of templates; None for none.
        tables: The tables that it reads or writes.
        notes: Why it is what it is, each a sentence.
        first: Rules that a person put before all others, as in the file.
        guards: Tables and columns that refer to a row which is deleted only when none does.
        corrected: A person changed what it does.
    """

    name: str
    http: str
    doc: str
    kind: Kind = "opaque"
    confidence: Confidence = "high"
    arguments: list[Argument] = field(default_factory=list)
    body: Schema | None = None
    body_as: str | None = None
    lets: dict[str, str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)
    status: int = 200
    result: Any = None
    tables: dict[str, None] = field(default_factory=dict)
    subject: str | None = None
    counters: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    first: list[Any] = field(default_factory=list)
    guards: list[tuple[str, str]] = field(default_factory=list)
    corrected: bool = False

    def argument(self, name: str) -> Argument | None:
        """The argument called `name` in the language."""
        return next((a for a in self.arguments if a.name == name), None)

    def wired(self, wire: str, where: str) -> Argument | None:
        """The argument called `wire` in the request."""
        return next((a for a in self.arguments if a.wire == wire and a.where == where), None)

    def doubt(self, note: str, confidence: Confidence = "medium") -> None:
        """Say what was guessed, and how sure it is."""
        self.notes.append(note)
        order = ("high", "medium", "low")
        self.confidence = max(self.confidence, confidence, key=order.index)

    def clear(self) -> None:
        """Forget what the operation does; its request stays."""
        self.kind, self.confidence = "opaque", "high"
        self.lets, self.rules, self.effects = {}, [], []
        self.tables, self.counters, self.notes, self.guards = {}, {}, [], []
        self.subject, self.result = None, None


@dataclass(slots=True)
class Making:
    """What the makers of operations share.

    Attributes:
        written: Schemas as requests have them.
        answered: The same as answers have them.
    """

    document: Document
    found: Resources
    written: Written
    answered: Written
    rows: dict[str, Rows]
    errors: Errors

    @property
    def shapes(self) -> Shapes:
        """The document's schemas."""
        return self.found.shapes

    def of(self, table: Table) -> Rows:
        """A table with its columns."""
        return self.rows[table.name]


def draft(making: Making, operation: Operation, name: str) -> Draft:
    """An operation with its request, of which nothing else is known yet."""
    path, prefix = operation.path, making.found.prefix
    shown = path[len(prefix) :] if path.startswith(f"{prefix}/") else f"/{path}"
    good = operation.success
    text = operation.summary or sentence(operation.description) or operation.id
    made = Draft(name, "", _doc(text, operation))
    if good is not None and good.status.isdigit():
        made.status = int(good.status)
    _arguments(making, operation, made)
    holes = {a.wire: a for a in made.arguments if a.where == "path"}
    for wire in re.findall(r"\{([^{}]*)\}", shown):
        if wire not in holes:
            made.arguments.append(Argument(camel(wire), wire, "path", True, {"type": "string"}))
    made.http = f"{operation.method} {shown}"
    return made


def _doc(summary: str, operation: Operation) -> str:
    """A sentence for the policy: the summary, and what the description adds to it."""
    first = plain_text(summary).rstrip(".") + "."
    more = sentences(_RIGHTS.split(plain_text(operation.description))[0], 240)
    said = {singular(word) for word in words(sentence(more))}
    if not more:
        return first
    if all(singular(word) in said for word in words(first)):
        return more  # it says the same in more words
    return f"{first} {more}"


def _arguments(making: Making, operation: Operation, made: Draft) -> None:
    written = making.written
    body = operation.body
    schema = None
    if body is not None:
        schema = body.schema
        flat = making.shapes.flat(schema)
        fields = making.shapes.fields(schema)
        names = all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in fields)
        if making.shapes.kind(schema) == "object" and fields and names:
            made.body = _body(making, schema)
            required = making.shapes.required(schema)
            for name, part in fields.items():
                must = name in required
                if making.shapes.is_servers(part) and not must:
                    continue
                guess = is_guessed(making.shapes, part)
                made.arguments.append(
                    Argument(name, name, "body", must, written.clean(part), guess)
                )
        else:
            made.body = written.clean(schema)
            if making.shapes.kind(schema) == "object" and "type" not in made.body:
                made.body.setdefault("description", str(flat.get("description", ""))[:140])
                if not made.body["description"]:
                    del made.body["description"]
            made.body_as = "body"
    taken = {a.name for a in made.arguments} | ({made.body_as} if made.body_as else set())
    before: list[Argument] = []
    for parameter in operation.parameters:
        if parameter.where not in ("path", "query"):
            continue
        name = camel(parameter.name)
        if name in taken:
            one = (
                _owner(making, operation, parameter.name) if parameter.where == "path" else "query"
            )
            name = unused(joined(snake(one), name) if one else f"{name}2", taken)
        taken.add(name)
        part = written.clean({**parameter.schema, "description": parameter.description})
        if parameter.required:
            part.pop("default", None)
        if parameter.where == "path" and isinstance(part.get("type"), list):
            part["type"] = next((t for t in part["type"] if t != "null"), "string")
        before.append(Argument(name, parameter.name, parameter.where, parameter.required, part))
    order = {"path": 0, "query": 1}
    made.arguments = sorted(before, key=lambda a: order[a.where]) + [
        a for a in made.arguments if a.where == "body"
    ]
    if made.body_as is not None and made.body is not None:
        made.body_as = unused("value" if "value" not in taken else "body", taken)
        made.arguments.append(Argument(made.body_as, "", "body", True, made.body))


def _body(making: Making, schema: Schema) -> Schema:
    """A body's schema as an object with properties in one place: a reference where it is one."""
    clean = making.written.clean(schema)
    target = clean
    if "$ref" in clean and len(clean) <= 2:
        target = making.written.document.get(str(clean["$ref"]).split("/")[-1], {})
        if target.get("type") == "object" and "properties" in target and "allOf" not in target:
            return {"$ref": clean["$ref"]}
    if clean.get("type") == "object" and "properties" in clean and "$ref" not in clean:
        return {k: v for k, v in clean.items() if k not in ("allOf", "anyOf", "default")}
    flat = making.shapes.flat(schema)
    found: Schema = {"type": "object"}
    required = making.shapes.required(schema)
    if required:
        found["required"] = required
    if flat.get("additionalProperties") is False:
        found["additionalProperties"] = False
    found["properties"] = {
        name: making.written.clean(part)
        for name, part in making.shapes.fields(schema).items()
        if name in required or not making.shapes.is_servers(part)
    }
    return found


def _owner(making: Making, operation: Operation, hole: str) -> str | None:
    """What is found by a hole of the path, in one word."""
    names = [s[1:-1] for s in operation.path.split("/") if s.startswith("{")]
    steps = making.found.steps(operation)
    places = [index for index, step in enumerate(steps) if step == HOLE]
    for name, place in zip(names, places, strict=False):
        if name == hole:
            table = making.found.by_home.get(steps[:place])
            return table.one if table is not None else steps[place - 1] if place else None
    return None


# ---- texts of expressions ----


def text(value: object) -> str:
    """A constant of the language."""
    return json.dumps(value, ensure_ascii=False)


def escaped(value: Any) -> Any:
    """A value in which every text is a template without holes."""
    if isinstance(value, str):
        return value.replace("{", "{{").replace("}", "}}")
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): escaped(item) for key, item in value.items()}
    return value


def local(draft_: Draft, name: str, tables: Mapping[str, Rows]) -> str:
    """A name for a let, which nothing else has."""
    made = camel(name)
    if is_taken(made) or made in tables:
        made = f"{made}_row"
    return unused(made, {*draft_.lets, *tables, "row", "item"})
