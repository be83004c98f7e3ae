"""What libyaml could not read, said in words, with what to do about it."""

from __future__ import annotations

import re
from typing import Any

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.source import Source, Span
from rewardlang.syntax.yaml_nodes import Scalar

_QUOTE = "put the whole value in single quotes"
_CLOSE = "close the bracket, or quote an item that has a bracket, a comma or a `: ` of its own"
_ESCAPE = "write `\\uNNNN` with four digits, or single quotes, in which nothing is an escape"
_WORDS: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "a `: ` inside a value", _QUOTE),
    ("expected ',' or ']'", "a `,` or `]` is missing in a list in brackets", _CLOSE),
    ("expected ',' or '}'", "a `,` or `}` is missing in a mapping in braces", _CLOSE),
    ("did not find expected '-'", "a list item must begin with `- ` in the column of the others",
     "put all of its items into one column"),
    ("did not find expected key", "a key is expected here", "check the indentation"),
    ("expected <block end>", "a key is expected here", "check the indentation"),
    ("could not find expected ':'", "a `:` is missing after a key", "write `key: value`"),
    ("unexpected end of stream", "a quote or bracket is never closed",
     "close it where the value ends"),
    ("Unicode character escape", "an escape that is no character", _ESCAPE),
    ("hexadecimal", "an escape that is no character", _ESCAPE),
    ("unknown escape", "an unknown escape in a double-quoted text",
     "write `\\\\` for a backslash, or use single quotes"),
    ("document start", "text after the end of the document", "take it out"),
    ("comment or line break", "text after `|` or `>`", "begin the text on the next line"),
    ("duplicate anchor", "an anchor twice", "write values out where they stand"),
    ("undefined alias", "an alias", _QUOTE),
    ("incompatible YAML document", "a directive for another version of YAML", "leave it out"),
)  # fmt: skip
_KEY = re.compile(r"([\w$-]{1,60}):(?=[ \r\n]|$)")
_SIGNS = {"!": "a tag", "&": "an anchor", "*": "an alias"}
_WORD = {"!": "not", "&": "and"}
_TAB = ("a tab where YAML takes only spaces", "indent with spaces")
_BAD_START = "a value cannot begin with `{}` unless it is quoted"


def broken(error: Any, source: Source, last: Scalar | None, flow: bool) -> Diagnostic:
    """The diagnostic for a YAMLError; `last` is the scalar before it, `flow` if in brackets."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    at = min(int(mark.index), len(source.text)) if mark is not None else 0
    problem = f"{getattr(error, 'context', '') or ''}: {getattr(error, 'problem', '') or error}"
    char = source.text[at : at + 1]
    place = Span(source, at, at + 1 if char.strip() else at)
    if last is not None and at < len(source.text):
        split = _split(source, at, last, flow, problem, place)
        if split is not None:
            return split
    context = getattr(error, "context_mark", None)
    sign = source.text[int(context.index) : int(context.index) + 1] if context is not None else ""
    if context is not None and sign in _SIGNS and "while scanning a" in problem:
        start = int(context.index)
        return Diagnostic(
            codes.NOT_PLAIN_DATA,
            f"a value that begins with `{sign}`",
            Label(Span(source, start, start + 1), f"YAML takes this for {_SIGNS[sign]}"),
            help=f"in an expression write `{_WORD[sign]}`" if sign in _WORD else _QUOTE,
        )
    others: tuple[Label, ...] = ()
    message, advice = "this is not YAML", _QUOTE
    if char == "\t":
        message, advice = _TAB
    elif "cannot start any token" in problem:
        message, advice = _BAD_START.format(char), _QUOTE
    elif "expected '-'" in problem and (key := _KEY.match(source.text, at)) is not None:
        message = f"`{key[1]}` begins in a column in which no mapping has its keys"
        advice = "put it into the column of the keys that it belongs to"
    else:
        for pattern, said, what in _WORDS:
            if pattern in problem:
                message, advice = said, what
                break
    if context is not None and ("flow" in problem or "quoted" in problem) and context.index < at:
        start = int(context.index)
        others = (Label(Span(source, start, start + 1), "opened here"),)
    label = "YAML stops here" if char else "the file ends here"
    return Diagnostic(codes.NOT_YAML, message, Label(place, label), others, advice)


def _split(
    source: Source, at: int, last: Scalar, flow: bool, problem: str, place: Span
) -> Diagnostic | None:
    """An expression that stands in the file without the quotes that YAML needs around it."""
    between = source.text[last.span.end : at]
    char = source.text[at]
    if flow and last.style is None and not between.strip() and char in "[]{}\"'":
        return Diagnostic(
            codes.FLOW_SPLIT,
            f"inside brackets YAML ends a value before `{char}`",
            Label(place, "the value ends here"),
            (Label(last.span, "YAML takes only this as the value"),),
            _QUOTE,
        )
    if last.style in ("'", '"') and "\n" not in between:
        inner = f"{last.style}{source.text[at:].split(chr(10), 1)[0][:20].strip()}"
        return Diagnostic(
            codes.NOT_YAML,
            "text after the quote that ends a value",
            Label(place, "the value has ended already"),
            (Label(last.span, "YAML takes only this as the value"),),
            "a value that begins with a quote is quoted as a whole: "
            + (_QUOTE if "'" not in inner else "double the quotes inside it, or use `>-`"),
        )
    if "mapping values" in problem:
        line_start = source.text.rfind("\n", 0, at) + 1
        if re.search(r"\s\?\s", source.text[line_start:at]):
            return Diagnostic(
                codes.NOT_YAML, "a `: ` inside a value", Label(place, "YAML stops here"),
                help="there is no `? :`; write `a if test else b`",
            )  # fmt: skip
    return None
