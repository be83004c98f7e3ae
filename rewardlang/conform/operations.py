"""An operation of an API file held against the one of a document: arguments, body, answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rewardlang.conform import sides
from rewardlang.conform.differences import Difference, Held, compare, difference
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code
from rewardlang.model import Operation as OurOperation
from rewardlang.openapi import Body, Document, Operation, Parameter, Response, pointers
from rewardlang.openapi.names import identifier
from rewardlang.openapi.seen import (
    Side,
    View,
    of_document,
    schema_of_body,
    schema_of_parameter,
    schema_of_response,
)
from rewardlang.source import Span
from rewardlang.syntax.files import ApiFile, OperationItem, ParameterItem
from rewardlang.syntax.yaml_nodes import YamlNode
from rewardlang.types.json_schema import Schemas
from rewardlang.types.types import Null, Type

_HOLE = re.compile(r"\{([^{}]*)\}")


def find(
    item: OperationItem, api: ApiFile, documents: Sequence[Document]
) -> tuple[Operation, Document] | None:
    """The operation of the first document that has one at the same method and path."""
    path = item.path[1:] if item.path.startswith("//") else api.base_path + item.path
    for document in documents:
        if not path.startswith(f"{document.base_path}/"):
            continue
        found = document.operation(item.method, path.removeprefix(document.base_path))
        if found is not None:
            return found, document
    return None


class Comparison:
    """One operation, both sides."""

    def __init__(
        self,
        item: OperationItem,
        api: ApiFile,
        node: YamlNode,
        official: Operation,
        document: Document,
    ) -> None:
        self._item = item
        self._name = item.name.name
        self._node = node
        self._official = official
        self._document = document
        self._ours: Side = sides.of_file(api)
        self._theirs: Side = of_document(document)

    # ---- what is taken ----

    def request(self) -> Iterator[Difference]:
        """Arguments and body."""
        if self._official.named and identifier(self._official.id) != self._name:
            what = f"the document calls it `{self._official.id}`"
            pointer = pointers.join(self._official.pointer, "operationId")
            yield self._differs(codes.O_NAME, self._name, what, self._item.name, pointer=pointer)
        known = {(p.where, p.name): p for p in self._official.parameters}
        holes = dict(
            zip(_HOLE.findall(self._item.path), _HOLE.findall(self._official.path), strict=False)
        )
        met: set[tuple[str, str]] = set()
        for item in self._item.parameters:
            if item.where == "body":
                continue
            wire = holes.get(item.wire, item.wire) if item.where == "path" else item.wire
            met.add((item.where, wire))
            yield from self._argument(item, known.get((item.where, wire)))
        for key, official in known.items():
            if key not in met:
                yield self._absent(official)
        yield from self._body(self._official.body)

    def _argument(self, item: ParameterItem, official: Parameter | None) -> Iterator[Difference]:
        where = f"{self._name} {item.where} {item.wire}"
        node = sides.below(self._node, ("request", item.where, item.name.name))
        if official is None:
            yield self._differs(codes.O_NOT_THERE, where, "not in the document", node, "parameters")
            return
        if item.required != official.required:
            said = ("required", "optional") if item.required else ("optional", "required")
            what = f"{said[0]} here, {said[1]} in the document"
            yield difference(codes.O_REQUIRED, where, what, node, self._document, official.pointer)
        theirs = self._theirs.view(official.schema, schema_of_parameter(official, self._document))
        yield from compare(self._ours.view(item.schema, node), theirs, self._held(where, "takes"))

    def _absent(self, official: Parameter) -> Difference:
        where = f"{self._name} {official.where} {official.name}"
        place = sides.below(self._node, ("request",))
        code = codes.O_MISSING if official.required else codes.O_LEFT_OUT
        what = "missing here, required in the document" if official.required else "left out"
        return difference(code, where, what, self._at(place), self._document, official.pointer)

    def _body(self, official: Body | None) -> Iterator[Difference]:
        mine = [p for p in self._item.parameters if p.where == "body"]
        node = sides.below(self._node, ("request", "body"))
        where = f"{self._name} body"
        if not mine:
            if official is not None:
                code = codes.O_MISSING if official.required else codes.O_LEFT_OUT
                what = "missing here, required in the document" if official.required else "left out"
                yield difference(
                    code, where, what, self._at(node), self._document, official.pointer
                )
            return
        if official is None:
            yield self._differs(codes.O_NOT_THERE, where, "not in the document", node)
            return
        pointer = schema_of_body(official, self._document)
        theirs = self._theirs.view(official.schema, pointer)
        ours = self._ours.view(sides.schema_at(node), node)
        yield from compare(ours, theirs, self._held(where, "takes"))

    # ---- what is answered ----

    def answers(self, typed: OurOperation, schemas: Schemas, invalid: int) -> Iterator[Difference]:
        """The answer that all is well, and each refusal."""
        place = sides.below(self._node, ("response",)).span
        yield from self._answer(self._item.status, typed.response_type, place, schemas)
        met = {self._item.status}
        for rule, item in zip(typed.errors, self._item.errors, strict=True):
            if rule.status not in met:
                met.add(rule.status)
                yield from self._answer(rule.status, rule.body.type, item.span, schemas)
        if self._item.parameters:
            met.add(invalid)
        for status, official in self._official.responses.items():
            if status.isdecimal() and int(status) not in met:
                where = f"{self._name} answer {status}"
                yield self._differs(
                    codes.O_LEFT_OUT, where, "left out", self._item, pointer=official.pointer
                )

    def _answer(
        self, status: int, type_: Type, span: Span, schemas: Schemas
    ) -> Iterator[Difference]:
        view = None if isinstance(type_, Null) else sides.of_type(type_, span, schemas)
        yield from self.answer(status, view, span)

    def answer(self, status: int, ours: View | None, place: object) -> Iterator[Difference]:
        """An answer of ours with its status; None is one without a body."""
        where = f"{self._name} answer {status}"
        official = response_of(self._official, status)
        if official is None:
            yield self._differs(codes.O_NOT_THERE, where, "not in the document", place, "responses")
            return
        if ours is None or official.schema is None:
            return
        pointer = schema_of_response(official, self._document)
        theirs = self._theirs.view(official.schema, pointer)
        yield from compare(ours, theirs, self._held(where, "answers"))

    # ---- both ----

    def _held(self, where: str, way: str) -> Held:
        return Held(where, "takes" if way == "takes" else "answers", self._document)

    def _at(self, node: YamlNode) -> object:
        """The node, or the operation's name where the node is all of the operation."""
        return self._item if node is self._node else node

    def _differs(
        self, code: Code, where: str, what: str, ours: object, step: str = "",
        pointer: str = "",
    ) -> Difference:  # fmt: skip
        at = pointer or self._official.pointer
        if step:
            at = pointers.join(at, step)
        return difference(code, where, what, ours, self._document, at)


def response_of(official: Operation, status: int) -> Response | None:
    """The document's answer of a status: by its number, its hundred, or `default`."""
    answers = official.responses
    return (
        answers.get(str(status))
        or answers.get(f"{status // 100}XX")
        or (answers.get("default") if status >= 400 else None)
    )
