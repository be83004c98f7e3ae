"""Comments of a YAML file, and those among them that speak to the linter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.codes import CODES
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.diagnostics.suppress import WHOLE_FILE, Suppression
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode

_HASH = re.compile(r"(?:^|(?<=[ \t\n\r\ufeff]))#[^\n]*", re.MULTILINE)
_SPEAKS = re.compile(r"#\s*rewardlang:\s*([A-Za-z][\w-]*)\s*(?:\[([^\]\n]*)\])?(.*)")
_WORD = re.compile(r"[^\s,]+")
_WORDS = ("ignore", "ignore-file")
_MOST = 500
"""Codes that the suppressions of a file may name: more is no exception but a rule."""
_HOW = "write `# rewardlang: ignore[CODE] why it is right here`"


@frozen
class Comment:
    """From `#` to the end of its line; `alone` when nothing but white space stands before it."""

    span: Span
    alone: bool


def comments(source: Source, root: YamlNode) -> Iterator[Comment]:
    """The comments of a document, in order; `#` in a value is none."""
    text, at = source.text, 0
    for start, end in [*_values(root), (len(text), len(text))]:
        for match in _HASH.finditer(text, at, start):
            line = text.rfind("\n", 0, match.start()) + 1
            stop = match.start() + len(match[0].rstrip())
            alone = not text[line : match.start()].strip(" \t\ufeff")
            yield Comment(Span(source, match.start(), stop), alone)
        at = end


def _values(root: YamlNode) -> list[tuple[int, int]]:
    """Where the scalars stand, in order; of a block scalar what follows its first line."""
    found = []
    for node in scalars(root):
        start, end = node.span.start, node.span.end
        if node.style in ("|", ">"):
            header = node.span.source.text.find("\n", start, end)
            start = header if header >= 0 else end
        found.append((start, end))
    return sorted(found)


def scalars(root: YamlNode) -> Iterator[Scalar]:
    """Every scalar of a document, keys among them, in no particular order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence_):
            stack += node.items
        elif isinstance(node, Mapping_):
            for key, value in node.pairs:
                stack += (key, value)


def suppressions(source: Source, out: list[Diagnostic]) -> tuple[Suppression, ...]:
    """The suppressions in a file; what is wrong with one goes to `out`.

    One beside something covers its line, one on a line of its own the next line that is no comment;
    and where a value of several lines begins there, all of them. A file that is no YAML has none.
    """
    if _SPEAKS.search(source.text) is None:  # nearly always
        return ()
    root = read_yaml(source, [])
    if root is None:
        return ()
    every = list(comments(source, root))
    below: dict[int, int] = {}
    for line in sorted((each.span.begin.line for each in every if each.alone), reverse=True):
        below[line] = below.get(line + 1, line + 1)
    tall = {
        node.span.begin.line: node.span.finish.line
        for node in scalars(root)
        if "\n" in node.span.text
    }
    found: list[Suppression] = []
    named = 0
    for comment in every:
        match = _SPEAKS.search(comment.span.text)
        if match is None:
            continue
        span = Span(source, comment.span.start + match.start(), comment.span.end)
        named += 1 + len(_WORD.findall(match[2] or ""))
        if named > _MOST:
            message = f"a file may name {_MOST} codes in suppressions"
            label = Label(span, "from here on none is heard")
            help = "mend what they are for, or write `# rewardlang: ignore-file[CODE] why`"
            out.append(Diagnostic(codes.BARE_SUPPRESSION, message, label, help=help))
            break
        word = match[1]
        if word not in _WORDS:
            start = comment.span.start + match.start(1)
            _misspelt(word, Span(source, start, start + len(word)), out)
            continue
        ids = tuple(_ids(match, comment.span, span, out))
        if word == "ignore-file":
            first, last = WHOLE_FILE
        else:
            line = span.begin.line
            first = below.get(line, line)
            last = tall.get(first, first)
        found.append(Suppression(span, ids, first, last))
    return tuple(found)


def _misspelt(word: str, place: Span, out: list[Diagnostic]) -> None:
    meant = suggest(word, _WORDS)
    if meant is None:
        return  # a comment that only looks alike
    message = f"`{word}` is no word to the linter"
    out.append(
        Diagnostic(
            codes.BARE_SUPPRESSION,
            message,
            Label(place, "suppresses nothing"),
            help=f"did you mean `{meant}`?",
            fix=Fix(place, meant),
        )
    )


def _ids(
    match: re.Match[str], comment: Span, span: Span, out: list[Diagnostic]
) -> Iterator[tuple[str, Span]]:
    """The codes named in brackets that exist; the rest, and what is left out, is reported."""

    def report(code: Code, message: str, place: Span, label: str, **more: Any) -> None:
        out.append(Diagnostic(code, message, Label(place, label), **more))

    if match[2] is None or not match[2].strip(", "):
        report(codes.BARE_SUPPRESSION, "a suppression names no code", span,
               "suppresses nothing", help=_HOW)  # fmt: skip
        return
    if not match[3].strip(" -:"):
        report(codes.BARE_SUPPRESSION, "a suppression gives no reason", span,
               "why is it right here?", help=_HOW)  # fmt: skip
    for word in _WORD.finditer(match[2]):
        start = comment.start + match.start(2) + word.start()
        place = Span(comment.source, start, start + len(word[0]))
        if word[0] in CODES:
            yield word[0], place
            continue
        named = next((c.id for c in CODES.values() if c.name == word[0]), None)
        meant = named or suggest(word[0].upper(), CODES)
        report(
            codes.UNKNOWN_SUPPRESSED, f"there is no code `{word[0]}`", place, "suppresses nothing",
            help=f"did you mean `{meant}`?" if meant else "`rewardlang explain` lists all codes",
            fix=Fix(place, meant) if meant else None,
        )  # fmt: skip
