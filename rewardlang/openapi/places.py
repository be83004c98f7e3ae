"""Where in the text of a document a JSON pointer leads: problems become diagnostics with lines.

The text is gone through once, for all pointers that are asked for together, and only when somebody
wants to see lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.openapi import pointers
from rewardlang.openapi.problems import Problem
from rewardlang.source import Source, Span
from rewardlang.syntax.yaml_foreign import foreign_marks

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')


def diagnostics(problems: Iterable[Problem]) -> list[Diagnostic]:
    """The problems as diagnostics, in order, each at its place in the text."""
    listed = list(problems)
    spans: dict[tuple[int, str], Span] = {}
    for source in {id(p.source): p.source for p in listed}.values():
        wanted = {p.pointer for p in listed if p.source is source and p.offset is None}
        for pointer, span in locate(source, wanted).items():
            spans[id(source), pointer] = span
    return [_diagnostic(p, spans) for p in listed]


def _diagnostic(problem: Problem, spans: Mapping[tuple[int, str], Span]) -> Diagnostic:
    source = problem.source
    if problem.offset is not None:
        start = min(problem.offset, len(source.text))
        span = Span(source, start, min(start + 1, len(source.text)))
        return Diagnostic(problem.code, problem.message, Label(span, "here"), help=problem.help)
    span = spans[id(source), problem.pointer]
    return Diagnostic(problem.code, problem.message, Label(span, problem.pointer), (), problem.help)


def locate(source: Source, wanted: Iterable[str]) -> dict[str, Span]:
    """The place of each pointer: its key, or its item of a list. One that leads nowhere has the
    place of the last that there is on the way; the whole document has its first character."""
    asked = set(wanted)
    beginning = Span(source, 0, min(1, len(source.text)))
    found = dict.fromkeys(asked, beginning)
    if not any(asked):
        return found
    tree = _Step()
    for pointer in asked:
        tree.add(pointers.steps(pointer), pointer)
    marks = _json_marks(source.text) if _is_json(source.text) else foreign_marks(source.text)
    for pointer, start, end in _follow(tree, marks):
        found[pointer] = Span(source, start, end)
    return found


@dataclass(slots=True)
class _Step:
    """A step of the pointers that are asked for: what comes below, and who ends here or passes."""

    below: dict[str, _Step] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, steps: Sequence[str], pointer: str) -> None:
        here = self
        for step in steps:
            here = here.below.setdefault(step, _Step())
            here.asked.append(pointer)


Mark = tuple[str, int, int, Any]
"""`open`, `close`, `key` or `value`, where it begins and ends, and the key's text."""


def _follow(tree: _Step, marks: Iterator[Mark]) -> Iterator[tuple[str, int, int]]:
    """Pointers with places out of the marks of a text, coarser ones before finer ones."""
    # For each open collection: the step that leads here, whether it is a list, the next item.
    stack: list[tuple[_Step | None, bool, int]] = []
    at: _Step | None = tree
    for kind, start, end, text in marks:
        if kind == "key":
            step = stack[-1][0]
            at = step.below.get(text) if step is not None else None
            if at is not None:
                yield from ((pointer, start, end) for pointer in at.asked)
            continue
        if kind in ("open", "value") and stack and stack[-1][1]:
            step, _, number = stack[-1]
            stack[-1] = (step, True, number + 1)
            at = step.below.get(str(number)) if step is not None else None
            if at is not None:
                yield from ((pointer, start, end) for pointer in at.asked)
        if kind == "open":
            stack.append((at, text == "[", 0))
        elif kind == "close":
            stack.pop()


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _json_marks(text: str) -> Iterator[Mark]:
    """The marks of a text that is known to be JSON."""
    is_list: list[bool] = []
    key_next = False
    for match in _TOKEN.finditer(text):
        token = match[0]
        first = token[0]
        if first in "{[":
            yield "open", match.start(), match.end(), first
            is_list.append(first == "[")
            key_next = first == "{"
        elif first in "}]":
            is_list.pop()
            yield "close", match.start(), match.end(), None
            key_next = False
        elif first == ",":
            key_next = not is_list[-1]
        elif first == ":":
            key_next = False
        elif key_next:
            yield "key", match.start(), match.end(), orjson.loads(token)
        else:
            yield "value", match.start(), match.end(), None
