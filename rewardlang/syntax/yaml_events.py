"""A YAML file read from libyaml's events into nodes with places; every failure is a diagnostic.

Events, not libyaml's composer: the composer is recursive and expands aliases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Fix, Label
from rewardlang.source import Source, Span
from rewardlang.syntax.cuts import split
from rewardlang.syntax.limits import MAX_SYNTAX_ERRORS, MAX_YAML_DEPTH, MAX_YAML_NODES
from rewardlang.syntax.yaml_errors import broken
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode
from rewardlang.syntax.yaml_scalars import NotJson, resolve

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may lack its C part
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    start: int
    flow: bool
    mapping: bool
    items: list[YamlNode] = field(default_factory=list)
    keys: dict[str, Scalar] = field(default_factory=dict)
    key: Scalar | None = None
    dropped: bool = False
    """Whether the value that comes next has no usable key."""


class _Stop(Exception):
    """Reading on would be of no use; why was reported."""


def read_yaml(source: Source, out: list[Diagnostic]) -> YamlNode | None:
    """The one document of a file; None when anything about it was reported to `out`."""
    before = len(out)
    bad = _UNPRINTABLE.search(source.text)
    if bad is not None:
        out.append(_unprintable(source, bad.start()))
        return None
    reader = _Reader(source, out)
    try:
        for event in yaml.parse(source.text, Loader=LOADER):
            reader.take(event)
            if len(out) - before >= MAX_SYNTAX_ERRORS:
                break
    except yaml.YAMLError as error:
        out.append(reader.cut() or broken(error, source, reader.last, reader.flow))
    except _Stop:
        pass
    else:
        if reader.root is None and len(out) == before:
            out.append(_empty(source))
    return reader.root if len(out) == before else None


def _unprintable(source: Source, at: int) -> Diagnostic:
    what = f"U+{ord(source.text[at]):04X}"
    return Diagnostic(
        codes.NOT_YAML,
        f"the file has a character that YAML does not allow, {what}",
        Label(Span(source, at, at + 1), "here"),
        help='write it as an escape, `"\\xNN"` or `"\\uNNNN"`, or leave it out',
    )


def _empty(source: Source) -> Diagnostic:
    end = len(source.text)
    return Diagnostic(
        codes.NOT_YAML, "the file is empty", Label(Span(source, end, end), "nothing"),
        help="`rewardlang init` writes a scenario to begin with",
    )  # fmt: skip


class _Reader:
    """Builds nodes out of events, with its own stack."""

    def __init__(self, source: Source, out: list[Diagnostic]) -> None:
        self.root: YamlNode | None = None
        self.last: Scalar | None = None
        self._source = source
        self._out = out
        self._stack: list[_Open] = []
        self._count = 0
        self._documents = 0

    @property
    def flow(self) -> bool:
        """Whether the innermost open collection stands in brackets."""
        return bool(self._stack) and self._stack[-1].flow

    def cut(self) -> Diagnostic | None:
        """The value in open brackets, if any, that was cut and made the rest no YAML."""
        for top in reversed(self._stack):
            for item in top.items if top.flow else ():
                found = split(item) if isinstance(item, Scalar) else None
                if found is not None:
                    return found
        return None

    def take(self, event: Any) -> None:
        """One event of the parser."""
        if isinstance(event, yaml.ScalarEvent):
            self._properties(event)
            self._add(self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._properties(event)
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._report(
                codes.NOT_PLAIN_DATA,
                f"an alias, `*{event.anchor}`",
                self._span(event),
                "not allowed here",
                help="write the value out, or quote it when `*` is part of the text",
            )
            self._add(Scalar(self._span(event), None, ""))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._report(
                codes.NOT_YAML, "a second document in one file", self._span(event), "begins here",
                help="make it a file of its own",
            )  # fmt: skip
            raise _Stop
        if event.version or event.tags:
            self._report(
                codes.NOT_PLAIN_DATA, "a YAML directive", self._span(event), "not allowed here",
                help="leave it out; files are read as YAML 1.2",
            )  # fmt: skip

    def _properties(self, event: Any) -> None:
        """Anchors and tags, which are refused: data stands where it is used, and is plain."""
        if event.anchor is None and event.tag is None:
            return
        place = Span(self._source, event.start_mark.index, event.start_mark.index + 1)
        if event.anchor is not None:
            place = Span(self._source, place.start, place.start + 1 + len(event.anchor))
            self._report(
                codes.NOT_PLAIN_DATA,
                f"an anchor, `&{event.anchor}`",
                place,
                "YAML drops this word from the value",
                help="quote the value when `&` is part of it; in an expression write `and`",
            )
        if event.tag is not None:
            text = self._source.text[place.start :].split(None, 1)[0]
            self._report(
                codes.NOT_PLAIN_DATA,
                f"a tag, `{text[:40]}`",
                Span(self._source, place.start, place.start + len(text)),
                "YAML drops this word from the value",
                help="quote the value when `!` is part of it; in an expression write `not`",
            )

    def _scalar(self, event: Any) -> Scalar:
        span, text, style = self._span(event), event.value, event.style or None
        if style in ("|", ">"):
            end = span.start + len(self._source.text[span.start : span.end].rstrip())
            span = Span(self._source, span.start, end)
        value: None | bool | int | float | str = text
        if style is None:
            try:
                value = resolve(text)
            except NotJson:
                self._report(
                    codes.OVER_LIMIT,
                    "a number that JSON cannot hold",
                    span,
                    "infinite, not a number, or beyond 64 bits",
                    help="quote it when it is text",
                )
        self.last = Scalar(span, value, text, style)
        return self.last

    def _open(self, event: Any) -> None:
        if len(self._stack) >= MAX_YAML_DEPTH:
            self._report(
                codes.OVER_LIMIT,
                f"values may be nested {MAX_YAML_DEPTH} levels deep",
                Span(self._source, event.start_mark.index, event.start_mark.index + 1),
                "this is deeper",
                help="flatten it: what an API or a world holds is rarely ten levels deep",
            )
            raise _Stop
        mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Open(event.start_mark.index, bool(event.flow_style), mapping))

    def _close(self, event: Any) -> None:
        top = self._stack.pop()
        children = [*top.items, *top.keys.values()]
        if top.flow or not children:
            end = event.end_mark.index
        else:  # a block ends where its last value does; its event comes after the blank lines
            end = max(child.span.end for child in children)
        span = Span(self._source, top.start, end)
        if top.mapping:
            self._add(Mapping_(span, tuple(zip(top.keys.values(), top.items, strict=True))))
        else:
            self._add(Sequence_(span, tuple(top.items)))

    def _add(self, node: YamlNode) -> None:
        self._count += 1
        if self._count > MAX_YAML_NODES:
            self._report(
                codes.OVER_LIMIT,
                f"a file may hold {MAX_YAML_NODES:,} values",
                node.span,
                "this is one more",
                help="make rows with `generate:`, or split the file",
            )
            raise _Stop
        if not self._stack:
            self.root = node
            return
        top = self._stack[-1]
        if not top.mapping:
            top.items.append(node)
        elif top.dropped:
            top.dropped = False
        elif top.key is None:
            self._key(top, node)
        else:
            top.keys[str(top.key.value)] = top.key
            top.items.append(node)
            top.key = None

    def _key(self, top: _Open, node: YamlNode) -> None:
        top.dropped = True
        if not isinstance(node, Scalar):
            self._report(
                codes.WRONG_SHAPE, "a key must be text", node.span, "a list or a mapping",
                help="quote the whole value when this is an expression",
            )  # fmt: skip
            return
        if node.text == "<<" and node.style is None:
            self._report(
                codes.NOT_PLAIN_DATA, "a merge key", node.span, "not allowed here",
                help="write the keys out",
            )  # fmt: skip
            return
        if not isinstance(node.value, str):
            self._report(
                codes.WRONG_SHAPE,
                f"a key must be text, and `{node.text[:40]}` is not",
                node.span,
                "null" if node.value is None else f"a {_kind(node.value)}",
                help=f'write `"{node.text[:40]}"`',
                fix=Fix(node.span, f'"{node.text}"', safe=True) if node.text else None,
            )
            return
        if node.value in top.keys:
            self._report(
                codes.DUPLICATE_KEY,
                f"the key `{node.value[:80]}` stands twice in one mapping",
                node.span,
                "again here",
                others=(Label(top.keys[node.value].span, "first here"),),
            )
            return
        top.key, top.dropped = node, False

    def _span(self, event: Any) -> Span:
        return Span(self._source, event.start_mark.index, event.end_mark.index)

    def _report(self, code: Code, message: str, span: Span, label: str, **more: Any) -> None:
        self._out.append(Diagnostic(code, message, Label(span, label), **more))


def _kind(value: bool | int | float) -> str:
    return "bool" if isinstance(value, bool) else "number"
