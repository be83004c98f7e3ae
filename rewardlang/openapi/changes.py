"""What changed between two versions of a document, and what of it breaks those who call the API.

A change breaks when a request that was taken may be refused, or when an answer may lack or replace
what it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.openapi import pointers
from rewardlang.openapi.document import Body, Document, Operation, Parameter, Response
from rewardlang.openapi.seen import (
    Pairs,
    View,
    of_document,
    schema_of_body,
    schema_of_parameter,
    schema_of_response,
)

Kind = Literal["added", "removed", "renamed", "required", "optional", "type", "values", "default"]


@frozen
class Change:
    """`where` reads `operation place`, or is an operation or the document's title alone.

    `operation` is the id in the new document, or in the old one of an operation that is gone; it is
    empty for the document as a whole. `pointer` leads into the new document, into the old one when
    `kind` is `removed`.
    """

    kind: Kind
    operation: str
    where: str
    what: str
    breaking: bool
    pointer: str


def changes(old: Document, new: Document) -> tuple[Change, ...]:
    """Every change, in the order of the new document; what is gone comes last."""
    comparison = _Documents(old, new)
    return tuple(comparison.changes())


def render(found: Iterable[Change]) -> str:
    """The changes as lines of text, those that break first."""
    listed = sorted(found, key=lambda change: not change.breaking)
    return "".join(
        f"{'breaks' if change.breaking else 'keeps '}  {change.where}: {change.what}"
        f"  ({change.pointer or '/'})\n"
        for change in listed
    )


def _key(operation: Operation) -> tuple[str, tuple[str, ...]]:
    """Method and path, whatever the holes of the path are called."""
    steps = operation.path.strip("/").split("/")
    return operation.method, tuple("{}" if s.startswith("{") else s for s in steps)


class _Documents:
    def __init__(self, old: Document, new: Document) -> None:
        self._old = old
        self._new = new
        self._was = of_document(old)
        self._is = of_document(new)

    def changes(self) -> Iterator[Change]:
        if self._old.base_path != self._new.base_path:
            what = f"the base path was `{self._old.base_path}` and is `{self._new.base_path}`"
            place = "/basePath" if self._new.openapi.startswith("2") else "/servers"
            yield Change("renamed", "", self._new.title, what, True, place)
        before = {_key(operation): operation for operation in self._old.operations}
        for operation in self._new.operations:
            known = before.pop(_key(operation), None)
            if known is None:
                what = f"added, {operation.method} {operation.path}"
                yield Change("added", operation.id, operation.id, what, False, operation.pointer)
            else:
                yield from self._operation(known, operation)
        for gone in before.values():
            what = f"removed, {gone.method} {gone.path}"
            yield Change("removed", gone.id, gone.id, what, True, gone.pointer)

    def _operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        if old.id != new.id:
            what = f"was called `{old.id}`"
            pointer = pointers.join(new.pointer, "operationId") if new.named else new.pointer
            yield Change("renamed", new.id, new.id, what, True, pointer)
        if new.deprecated and not old.deprecated:
            yield Change("values", new.id, new.id, "deprecated", False, new.pointer)
        yield from self._parameters(old, new)
        yield from self._body(old.body, new.body, new.id)
        yield from self._responses(old.responses, new.responses, new.id)

    # ---- requests ----

    def _parameters(self, old: Operation, new: Operation) -> Iterator[Change]:
        holes = _holes(old, new)
        before = {(p.where, holes.get(p.name, p.name) if p.where == "path" else p.name): p
                  for p in old.parameters}  # fmt: skip
        for parameter in new.parameters:
            known = before.pop((parameter.where, parameter.name), None)
            where = f"{new.id} {parameter.where} {parameter.name}"
            if known is None:
                what = "added, required" if parameter.required else "added"
                yield Change("added", new.id, where, what, parameter.required, parameter.pointer)
                continue
            if known.name != parameter.name:
                what = f"was called `{known.name}`"
                yield Change("renamed", new.id, where, what, False, parameter.pointer)
            if known.required != parameter.required:
                yield _required(new.id, where, parameter.required, "takes", parameter.pointer)
            yield from self._parameter(known, parameter, _At(new.id, where, "takes"))
        for gone in before.values():
            where = f"{new.id} {gone.where} {gone.name}"
            yield Change("removed", new.id, where, "removed", True, gone.pointer)

    def _parameter(self, old: Parameter, new: Parameter, at: _At) -> Iterator[Change]:
        was = self._was.view(old.schema, schema_of_parameter(old, self._old))
        now = self._is.view(new.schema, schema_of_parameter(new, self._new))
        yield from _Values().compare(was, now, at)

    def _body(self, old: Body | None, new: Body | None, operation: str) -> Iterator[Change]:
        where = f"{operation} body"
        if new is None:
            if old is not None:
                yield Change("removed", operation, where, "removed", True, old.pointer)
            return
        if old is None:
            what = "added, required" if new.required else "added"
            yield Change("added", operation, where, what, new.required, new.pointer)
            return
        if old.required != new.required:
            yield _required(operation, where, new.required, "takes", new.pointer)
        if old.content_type != new.content_type:
            what = f"was {old.content_type} and is {new.content_type}"
            yield Change("type", operation, where, what, True, new.pointer)
        was = self._was.view(old.schema, schema_of_body(old, self._old))
        now = self._is.view(new.schema, schema_of_body(new, self._new))
        yield from _Values().compare(was, now, _At(operation, where, "takes"))

    # ---- answers ----

    def _responses(
        self, old: Mapping[str, Response], new: Mapping[str, Response], operation: str
    ) -> Iterator[Change]:
        for status, answer in new.items():
            where = f"{operation} answer {status}"
            known = old.get(status)
            if known is None:
                yield Change("added", operation, where, "added", False, answer.pointer)
                continue
            if known.schema is not None and answer.schema is None:
                what = "has no body any more"
                yield Change("removed", operation, where, what, True, known.pointer)
            elif known.schema is not None and answer.schema is not None:
                was = self._was.view(known.schema, schema_of_response(known, self._old))
                now = self._is.view(answer.schema, schema_of_response(answer, self._new))
                yield from _Values().compare(was, now, _At(operation, where, "answers"))
        for status, gone in old.items():
            if status not in new:
                where = f"{operation} answer {status}"
                breaks = status.startswith("2")
                yield Change("removed", operation, where, "removed", breaks, gone.pointer)


@frozen
class _At:
    """A value that is compared: whose, where, and which way it travels."""

    operation: str
    where: str
    way: Literal["takes", "answers"]

    def below(self, name: str) -> _At:
        return _At(self.operation, f"{self.where}{name}", self.way)


class _Values:
    """Compares what a value was with what it is."""

    def __init__(self) -> None:
        self._pairs = Pairs()

    def compare(self, old: View, new: View, at: _At) -> Iterator[Change]:
        """All changes of a value."""
        if not old.says or not new.says:
            yield from self._said(old, new, at)
            return
        if not self._pairs.enter(old, new):
            return
        yield from self._plain(old, new, at)
        if old.items is not None and new.items is not None:
            yield from self.compare(old.items(), new.items(), at.below("[]"))
        yield from self._fields(old, new, at)
        self._pairs.leave(old, new)

    def _said(self, old: View, new: View, at: _At) -> Iterator[Change]:
        if old.says == new.says:
            return
        breaks = new.says == (at.way == "takes")
        what = "was anything and has a type" if new.says else "had a type and is anything"
        yield Change("type", at.operation, at.where, what, breaks, new.place)

    def _plain(self, old: View, new: View, at: _At) -> Iterator[Change]:
        """Types, values and bounds."""
        was, now = _kinds(old), _kinds(new)
        if was != now:
            # What is taken may grow, what is answered may shrink.
            grown, shrunk = now - was - _like(was), was - now - _like(now)
            breaks = bool(shrunk if at.way == "takes" else grown)
            what = f"was {_list(was)} and is {_list(now)}"
            yield Change("type", at.operation, at.where, what, breaks, new.place)
        if old.values != new.values:
            yield from self._enum(old, new, at)
        for name, before, after in (
            ("default", old.default, new.default),
            ("minimum", old.low, new.low),
            ("maximum", old.high, new.high),
        ):
            if before != after:
                tighter = name != "default" and at.way == "takes" and _tighter(name, before, after)
                what = f"the {name} was {_said(before)} and is {_said(after)}"
                yield Change("default", at.operation, at.where, what, tighter, new.place)

    def _enum(self, old: View, new: View, at: _At) -> Iterator[Change]:
        was, now = old.values, new.values
        if was is None or now is None:
            limited = now is not None
            what = f"is limited to {_list(now or ())}" if limited else "is not limited any more"
            breaks = limited == (at.way == "takes")
            yield Change("values", at.operation, at.where, what, breaks, new.place)
            return
        gone, more = [v for v in was if v not in now], [v for v in now if v not in was]
        if gone:
            what = f"has no {_list(gone)} any more"
            yield Change("values", at.operation, at.where, what, at.way == "takes", new.place)
        if more:
            what = f"may be {_list(more)} too"
            yield Change("values", at.operation, at.where, what, False, new.place)

    def _fields(self, old: View, new: View, at: _At) -> Iterator[Change]:
        takes = at.way == "takes"
        for name, field in new.fields.items():
            inner, known, view = at.below(f".{name}"), old.fields.get(name), field.view()
            if known is None:
                what = "added, required" if field.required and takes else "added"
                breaks = field.required and takes
                yield Change("added", at.operation, inner.where, what, breaks, view.place)
                continue
            if known.required != field.required:
                yield _required(at.operation, inner.where, field.required, at.way, view.place)
            yield from self.compare(known.view(), view, inner)
        for name, field in old.fields.items():
            if name not in new.fields:
                where = f"{at.where}.{name}"
                breaks = not (takes and new.open)
                pointer = field.view().place
                yield Change("removed", at.operation, where, "removed", breaks, pointer)


def _required(operation: str, where: str, required: bool, way: str, pointer: str) -> Change:
    kind: Kind = "required" if required else "optional"
    breaks = required == (way == "takes")
    return Change(kind, operation, where, f"made {kind}", breaks, pointer)


def _holes(old: Operation, new: Operation) -> dict[str, str]:
    """The names of an old path's holes to those that they have now."""
    pairs = zip(old.path.strip("/").split("/"), new.path.strip("/").split("/"), strict=False)
    return {a[1:-1]: b[1:-1] for a, b in pairs if a.startswith("{") and b.startswith("{")}


def _kinds(view: View) -> frozenset[str]:
    return view.kinds | {"null"} if view.null else view.kinds


def _like(kinds: frozenset[str]) -> frozenset[str]:
    """An integer is a number."""
    return frozenset({"integer"}) if "number" in kinds else frozenset()


def _tighter(name: str, before: float | None, after: float | None) -> bool:
    if after is None:
        return False
    if before is None:
        return True
    return after > before if name == "minimum" else after < before


def _list(values: Iterable[object]) -> str:
    return ", ".join(sorted(map(_said, values)))


def _said(value: object) -> str:
    return "nothing" if value is None else f"`{value}`" if isinstance(value, str) else str(value)
