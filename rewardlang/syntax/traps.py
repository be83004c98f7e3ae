"""Warnings about what a file's text seems to say: to YAML 1.1 tools (Y006), to the eye (Y008)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Set

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.source import Span
from rewardlang.syntax.placed import place
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode
from rewardlang.syntax.yaml_scalars import trap

_PROSE = frozenset({"title", "doc", "prompt", "system", "description", "name"})
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WORD = re.compile(r"\w+")
_LOOK_ALIKE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


def traps(root: YamlNode, expressions: Set[int]) -> Iterator[Diagnostic]:
    """All such warnings of a document; `expressions` tells which scalars start an expression."""
    ascii_only = root.span.source.text.isascii()
    stack: list[tuple[YamlNode, str]] = [(root, "")]
    while stack:
        node, key = stack.pop()
        if isinstance(node, Scalar):
            if node.style is None and node.span.start not in expressions:
                yield from _yaml11(node)
            if not ascii_only:
                yield from _confusable(node, prose=key in _PROSE)
        elif isinstance(node, Sequence_):
            stack += ((item, key) for item in reversed(node.items))
        elif isinstance(node, Mapping_):
            for name, value in reversed(node.pairs):
                stack.append((value, str(name.value)))
                stack.append((name, ""))


def _yaml11(node: Scalar) -> Iterator[Diagnostic]:
    found = trap(node.text)
    if found is None:
        return
    other, instead = found
    ours = "the text" if isinstance(node.value, str) else "the number"
    shown = f'"{node.value}"' if isinstance(node.value, str) else str(node.value)
    yield Diagnostic(
        codes.YAML11_TRAP,
        f"YAML 1.1 tools read `{node.text}` as {other}",
        Label(node.span, f"here it is {ours} {shown}"),
        help=f"write `{instead}`",
        fix=Fix(node.span, instead, safe=True),
    )


def _confusable(node: Scalar, prose: bool) -> Iterator[Diagnostic]:
    if node.text.isascii():
        return
    text = place(node)
    hidden = (_BIDI if prose else _INVISIBLE).search(node.text)
    if hidden is not None:
        yield _report(text.span(hidden.start(), hidden.end()), hidden[0], "a hidden character")
    if prose:
        return
    for word in _WORD.finditer(node.text):
        if word[0].isascii():
            continue
        odd = _odd_one_out(word[0])
        if odd is not None:
            at = word.start() + odd
            message = f"`{word[0][:40]}` mixes letters of two alphabets"
            yield _report(text.span(at, at + 1), word[0][odd], message)


def _odd_one_out(word: str) -> int | None:
    """Where a word in one alphabet has a letter of another that looks the same."""
    scripts = [_script(c) if c.isalpha() else None for c in word]
    present = sorted({s for s in scripts if s in _LOOK_ALIKE_SCRIPTS}, key=lambda s: str(s))
    if len(present) < 2:
        return None
    rarest = min(present, key=lambda s: (scripts.count(s), s == "LATIN"))
    return scripts.index(rarest)


def _script(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "").split(" ", 1)[0]


def _report(span: Span, char: str, message: str) -> Diagnostic:
    name = unicodedata.name(char, "a character without a name").lower()
    return Diagnostic(
        codes.CONFUSABLE,
        message,
        Label(span, f"U+{ord(char):04X}, {name}"),
        help="write the plain letter, or leave it out",
    )
