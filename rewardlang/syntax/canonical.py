"""A file in its canonical form: the layout of its YAML and the spaces in its expressions."""

from __future__ import annotations

import re
from functools import lru_cache

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Source, Span
from rewardlang.syntax.layout import CannotLayOut, lay_out, lay_out_parsed
from rewardlang.syntax.load import Parsed, parsed
from rewardlang.syntax.parser import parse_effect, parse_expression
from rewardlang.syntax.placed import in_place
from rewardlang.syntax.printer import print_effect, print_expression
from rewardlang.syntax.shape import Kind

_SPACE = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\s+""")
_ENDS_PLAIN = re.compile(r": | #|:$")
"""What ends a plain scalar."""


def canonical(text: str, kind: Kind) -> str:
    """The text of a file of this kind as `rewardlang format` writes it; line ends stay as they are.

    Raises:
        CannotLayOut: The file has errors, or a form of YAML that is left alone.
    """
    crlf = "\r\n" in text
    read = parsed(text.replace("\r\n", "\n"), kind)
    if read is None:
        raise CannotLayOut("it has errors; see `rewardlang lint`")
    spaced = _spaced(read)
    as_it_is = spaced == read.source.text
    made = lay_out_parsed(read.source, read.root) if as_it_is else lay_out(spaced)
    return made.replace("\n", "\r\n") if crlf else made


def _spaced(read: Parsed) -> str:
    """The text with the printer's spaces in expressions of one line that differ in nothing else."""
    text = source = read.source.text
    for scalar in sorted(read.expressions, key=lambda s: s.span.start, reverse=True):
        quote = 0 if scalar.style is None else 1
        start, end = scalar.span.start + quote, scalar.span.end - quote
        if scalar.style in ("|", ">") or source[start:end] != scalar.text:
            continue  # of several lines, or with escapes
        printed = _printed(scalar.text)
        if printed is None or _squeezed(printed) != _squeezed(scalar.text):
            continue  # brackets or quotes that the author wants
        if quote == 0 and _ENDS_PLAIN.search(printed):
            continue
        text = text[:start] + printed + text[end:]
    return text


@lru_cache(maxsize=2048)  # the same conditions stand in many scenarios
def _printed(text: str) -> str | None:
    whole = in_place(Source("", text), 0, len(text))
    expr = parse_expression(whole, [])
    if expr is not None:
        return print_expression(expr)
    effect = parse_effect(whole, [])
    return None if effect is None else print_effect(effect)


def _squeezed(text: str) -> str:
    """`text` without the spaces outside of strings."""
    return _SPACE.sub(lambda match: match[1] or "", text)


def not_formatted(source: Source, kind: Kind) -> Diagnostic | None:
    """What is said of a file that is not in its canonical form (Y009)."""
    try:
        made = canonical(source.text, kind)
    except CannotLayOut:
        return None  # there are errors to be mended first, or a form that is left alone
    if made == source.text:
        return None
    span, replacement = _changed(source, made)
    return Diagnostic(
        codes.NOT_FORMATTED,
        "the file is not in its canonical layout",
        Label(span, "here first"),
        help=f"run `rewardlang format {source.path}`",
        fix=Fix(span, replacement, safe=True),
    )


def _changed(source: Source, made: str) -> tuple[Span, str]:
    """The lines that differ, from the first to the last, and what they are to be."""
    old, new = source.text.splitlines(keepends=True), made.splitlines(keepends=True)
    first = 0
    while first < min(len(old), len(new)) and old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last] == new[-1 - last]:
        last += 1
    start = sum(map(len, old[:first]))
    end = len(source.text) - sum(map(len, old[len(old) - last :]))
    return Span(source, start, end), "".join(new[first : len(new) - last])
