"""Templates, strings with `{expression}` holes, parsed to nodes."""

from __future__ import annotations

import re
from collections.abc import Callable

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Span
from rewardlang.syntax.nodes import Expr, Template
from rewardlang.syntax.parser import parse_expression
from rewardlang.syntax.placed import Placed

_BRACE = re.compile("[{}]")
Parse = Callable[[Placed, list[Diagnostic]], Expr | None]


def parse_template(
    text: Placed, span: Span, out: list[Diagnostic], parse: Parse = parse_expression
) -> Template | None:
    """The template that stands at `span`, or None when something in it was reported to `out`.

    `parse` parses the expression in a hole.
    """
    parts: list[str | Expr] = []
    literal: list[str] = []
    whole, i, size = text.text, 0, len(text.text)
    good = True
    while i < size:
        brace = _BRACE.search(whole, i)
        opening = brace.start() if brace else size
        literal.append(whole[i:opening])
        i = opening
        if i == size:
            break
        if whole[i : i + 2] in ("{{", "}}"):
            literal.append(whole[i])
            i += 2
        elif whole[i] == "}":
            out.append(_stray(text, i))
            good, i = False, i + 1
        else:
            end = _closing(whole, i)
            if end is None:
                out.append(_open(text, i))
                return None
            if "".join(literal):
                parts.append("".join(literal))
            literal = []
            made = _hole(text, i, end, out, parse)
            if made is None:
                good = False
            else:
                parts.append(made)
            i = end + 1
    if "".join(literal) or not parts:
        parts.append("".join(literal))
    return Template(span, tuple(parts)) if good else None


def _hole(text: Placed, start: int, end: int, out: list[Diagnostic], parse: Parse) -> Expr | None:
    inner = text.part(start + 1, end)
    if not inner.text.strip():
        out.append(
            Diagnostic(
                codes.SYNTAX_ERROR,
                "an empty hole in a template",
                Label(text.span(start, end + 1), "nothing to fill in"),
                help="write braces that are text as `{{` and `}}`",
            )
        )
        return None
    return parse(inner, out)


def _closing(text: str, start: int) -> int | None:
    """Where the `}` of the hole that opens at `start` is, strings and brackets passed over."""
    depth, i, size = 0, start, len(text)
    while i < size:
        char = text[i]
        if char in "\"'":
            raw = i > 0 and text[i - 1] == "r" and not (text[i - 2 : i - 1].isalnum())
            i += 1
            while i < size and text[i] != char:
                i += 1 if raw or text[i] != "\\" else 2
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return i
        i += 1
    return None


def _stray(text: Placed, at: int) -> Diagnostic:
    place = text.span(at, at + 1)
    return Diagnostic(
        codes.SYNTAX_ERROR,
        "a `}` that closes no hole",
        Label(place, "closes nothing"),
        help="write braces that are text as `{{` and `}}`",
        fix=Fix(place, "}}"),
    )


def _open(text: Placed, at: int) -> Diagnostic:
    return Diagnostic(
        codes.SYNTAX_ERROR,
        "a hole in a template is never closed",
        Label(text.span(at, at + 1), "no `}` for this"),
        help="write braces that are text as `{{` and `}}`",
    )
