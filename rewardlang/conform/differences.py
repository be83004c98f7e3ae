"""Two views of one value held together: every difference, with both places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any, Literal

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code
from rewardlang.frozen import frozen
from rewardlang.openapi import Document
from rewardlang.openapi.seen import Pairs, View

_SHOWN = 6
"""Values that a message names."""


@frozen
class Difference:
    """`where` reads `operation place`, such as `getPages query space-id[]`.

    `span` is a Span of the API file; `pointer` leads into `document`.
    """

    code: Code
    where: str
    what: str
    span: Any = field(compare=False, repr=False)
    document: Document | None = field(compare=False, repr=False)
    pointer: str


@frozen
class Held:
    """What is compared: where it is, which way values travel, and the document."""

    where: str
    way: Literal["takes", "answers"]
    document: Document


def compare(ours: View, theirs: View, held: Held) -> Iterator[Difference]:
    """Where the API file and the document disagree about a value."""
    yield from _Comparison(held).of(ours, theirs, held.where)


def difference(
    code: Code, where: str, what: str, ours: Any, document: Document | None, pointer: str
) -> Difference:
    """A difference at a place of ours, which may be a YAML node."""
    return Difference(code, where, what, getattr(ours, "span", ours), document, pointer)


class _Comparison:
    def __init__(self, held: Held) -> None:
        self._takes = held.way == "takes"
        self._document = held.document
        self._pairs = Pairs()

    def of(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        """All differences of a value."""
        if not ours.says or not theirs.says or not self._pairs.enter(ours, theirs):
            return
        yield from self._inside(ours, theirs, where)
        self._pairs.leave(ours, theirs)

    def _inside(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        wrong = list(self._kinds(ours, theirs, where))
        yield from wrong
        if not ours.kinds & theirs.kinds and wrong:
            return
        yield from self._values(ours, theirs, where)
        if self._takes:
            yield from self._limits(ours, theirs, where)
        if ours.items is not None and theirs.items is not None:
            yield from self.of(ours.items(), theirs.items(), f"{where}[]")
        yield from self._fields(ours, theirs, where)

    def _fields(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        if not theirs.fields or "object" not in ours.kinds:
            return
        for name, mine in ours.fields.items():
            at = f"{where}.{name}"
            known = theirs.fields.get(name)
            if known is None:
                if not theirs.open:
                    yield self._says(
                        codes.O_NOT_THERE, at, "not in the document", mine.view(), theirs
                    )
                continue
            inner, official = mine.view(), known.view()
            if mine.required and not known.required and self._takes:
                what = "required here, optional in the document"
                yield self._says(codes.O_REQUIRED, at, what, inner, official)
            if known.required and not mine.required:
                said = "optional here" if self._takes else "may be missing here"
                what = f"{said}, required in the document"
                yield self._says(codes.O_REQUIRED, at, what, inner, official)
            yield from self.of(inner, official, at)
        for name, known in theirs.fields.items():
            if name in ours.fields or (ours.open and not ours.fields):
                continue
            at, official = f"{where}.{name}", known.view()
            if known.required:
                what = "missing here, required in the document"
                yield self._says(codes.O_MISSING, at, what, ours, official)
            else:
                yield self._says(codes.O_LEFT_OUT, at, "left out", ours, official)

    def _kinds(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        if not ours.kinds or not theirs.kinds:
            return
        more = {
            k for k in ours.kinds - theirs.kinds if k != "integer" or "number" not in theirs.kinds
        }
        if more:
            verb = "takes" if self._takes else "answers"
            what = f"{verb} {_list(more)}, the document {_list(theirs.kinds)}"
            yield self._says(codes.O_TYPE, where, what, ours, theirs)
        if not self._takes:
            return
        less = theirs.kinds - ours.kinds
        if less and (not more or ours.kinds & theirs.kinds):
            what = f"does not take {_list(less)}, which the document does"
            yield self._says(codes.O_TYPE, where, what, ours, theirs)
        if ours.null != theirs.null:
            what = (
                "takes null, which the document does not"
                if ours.null
                else "does not take null, which the document does"
            )
            yield self._says(codes.O_TYPE, where, what, ours, theirs)

    def _values(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        if ours.values is not None and theirs.values is not None:
            unknown = [v for v in ours.values if v not in theirs.values]
            if unknown:
                what = f"the document has no {_values(unknown)}"
                yield self._says(codes.O_VALUES, where, what, ours, theirs)
            refused = [v for v in theirs.values if v not in ours.values]
            if refused and self._takes:
                what = f"does not take {_values(refused)}"
                yield self._says(codes.O_VALUES, where, what, ours, theirs)
        elif theirs.values is not None and self._takes:
            what = f"not limited to the document's {_values(list(theirs.values))}"
            yield self._says(codes.O_VALUES, where, what, ours, theirs)
        elif ours.values is not None and self._takes:
            what = f"limited to {_values(list(ours.values))}, the document is not"
            yield self._says(codes.O_VALUES, where, what, ours, theirs)

    def _limits(self, ours: View, theirs: View, where: str) -> Iterator[Difference]:
        pairs = (
            ("default", ours.default, theirs.default),
            ("minimum", ours.low, theirs.low),
            ("maximum", ours.high, theirs.high),
        )
        for name, mine, official in pairs:
            if mine is not None and official is not None and mine != official:
                what = f"the {name} is {_value(mine)}, the document's {_value(official)}"
                yield self._says(codes.O_VALUES, where, what, ours, theirs)

    def _says(self, code: Code, where: str, what: str, ours: View, theirs: View) -> Difference:
        return difference(code, where, what, ours.place, self._document, theirs.place)


def _list(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _values(values: list[Any]) -> str:
    shown = ", ".join(_value(value) for value in values[:_SHOWN])
    return shown if len(values) <= _SHOWN else f"{shown} and {len(values) - _SHOWN} more"


def _value(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else str(value)
