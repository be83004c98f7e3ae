"""Expressions of which YAML took a part away: at ` #`, or at a comma inside brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Span
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

_COMMENT = re.compile(r"[ \t]+#[^\n]*")
_HOLDS_ONE = frozenset({"check", "score", "when", "require", "factor", "holdout", "do"})
_HOLDS_MANY = frozenset({"let", "params", "assume", "effects"})
_PAIRS = {")": "(", "]": "[", "}": "{"}


def cut_by_comment(scalar: Scalar) -> Diagnostic | None:
    """Y002, when a plain scalar stops inside a quote or bracket and a comment follows it."""
    text, end = scalar.span.source.text, scalar.span.end
    comment = _COMMENT.match(text, end)
    if comment is None or balanced(scalar.text):
        return None
    place = Span(scalar.span.source, comment.end() - len(comment[0].lstrip()), comment.end())
    line = text[scalar.span.start : comment.end()].rstrip()
    fix = None
    if "\n" not in line:
        fix = Fix(Span(scalar.span.source, scalar.span.start, comment.end()), _quoted(line))
    return Diagnostic(
        codes.CUT_BY_YAML,
        "YAML takes ` #` for the start of a comment and drops the rest",
        Label(place, "read as a comment"),
        (Label(scalar.span, "only this is the value"),),
        "put the whole value in single quotes",
        fix,
    )


def split_in_brackets(node: YamlNode) -> Iterator[Diagnostic]:
    """Y007 for every expression in a flow collection that was cut at a comma."""
    stack: list[tuple[YamlNode, str]] = [(node, "")]
    while stack:
        here, key = stack.pop()
        if isinstance(here, Mapping_):
            for name, value in here.pairs:
                text = str(name.value)
                if isinstance(value, Scalar) and (text in _HOLDS_ONE or key in _HOLDS_MANY):
                    found = split(value)
                    if found is not None:
                        yield found
                else:
                    stack.append((value, text))
        elif isinstance(here, Sequence_):
            covered = 0  # the rest of a value that was cut is not reported again
            for item in here.items:
                if isinstance(item, Scalar) and key in _HOLDS_MANY:
                    found = split(item) if item.span.start >= covered else None
                    if found is not None:
                        covered = found.fix.span.end if found.fix else covered
                        yield found
                elif not isinstance(item, Scalar):
                    stack.append((item, key if key in _HOLDS_MANY else ""))


def split(scalar: Scalar) -> Diagnostic | None:
    """Y007, when a plain scalar in brackets stops at a comma inside a bracket or quote."""
    source, end = scalar.span.source, scalar.span.end
    after = source.text[end : end + 80].lstrip()
    # In a block a comma is part of a plain scalar: one that follows it means brackets around.
    if scalar.style is not None or not after.startswith(",") or balanced(scalar.text):
        return None
    whole = _whole(source.text, scalar.span.start)
    comma = source.text.index(",", end)
    fix = None
    if whole is not None:
        fix = Fix(Span(source, scalar.span.start, whole),
                  _quoted(source.text[scalar.span.start : whole]))  # fmt: skip
    return Diagnostic(
        codes.FLOW_SPLIT,
        "inside brackets YAML ends a value at a comma",
        Label(Span(source, comma, comma + 1), "the value ends here"),
        (Label(scalar.span, "YAML takes only this as the value"),),
        "put the whole value in single quotes",
        fix,
    )


def balanced(text: str) -> bool:
    """Whether every quote and bracket in `text` is closed."""
    return _scan(text, 0, len(text)) is None


def _whole(text: str, start: int) -> int | None:
    """Where the value from `start` on was meant to end: at a comma or bracket not its own."""
    end = text.find("\n", start)
    return _scan(text, start, len(text) if end < 0 else end, stop=True)


def _scan(text: str, start: int, end: int, stop: bool = False) -> int | None:
    """With `stop`, where the text at depth 0 ends; else None when balanced, a place when not."""
    depth: list[str] = []
    i = start
    while i < end:
        char = text[i]
        if char in "\"'":
            closing = i + 1
            while closing < end and text[closing] != char:
                closing += 2 if text[closing] == "\\" else 1
            if closing >= end:
                return None if stop else i
            i = closing
        elif char in "([{":
            depth.append(char)
        elif char in _PAIRS:
            if not depth:
                return i
            if depth.pop() != _PAIRS[char]:
                return None if stop else i
        elif char == "," and stop and not depth:
            return i
        i += 1
    return None if stop or not depth else end


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
