"""What is open at the end of a half-written line: brackets and strings, and what closes them."""

from __future__ import annotations

import re

from rewardlang.frozen import frozen

_BEFORE = re.compile(r"\s*(?:- +)*(?:[\w$-]+:\s+|- +)?")
"""What may stand before a value: dashes, and its key."""
_PAIRS = {"(": ")", "[": "]", "{": "}"}


@frozen
class Opened:
    """`closers` end all that is open; `string` is where the string that is open begins, if any."""

    closers: str
    string: int | None


def opened(line: str) -> Opened:
    """What is open at the end of `line`, the first of a value or lines from its inside.

    A value in quotes, as YAML has it, is looked into: its quote is closed last.
    """
    match = _BEFORE.match(line)
    at = match.end() if match else 0
    outer = line[at] if at < len(line) and line[at] in "\"'" and "\n" not in line else ""
    if outer and _closes(line, at, outer):
        outer = ""
    at += len(outer)
    waiting: list[str] = []
    string: int | None = None
    while at < len(line):
        char = line[at]
        if string is not None:
            if char == "\\" and line[string] == '"':
                at += 1
            elif char == line[string]:
                string = None
        elif char in "\"'":
            string = at
        elif char in _PAIRS:
            waiting.append(_PAIRS[char])
        elif waiting and char == waiting[-1]:
            waiting.pop()
        at += 1
    quote = "" if string is None else line[string]
    return Opened(quote + "".join(reversed(waiting)) + outer, string)


def _closes(line: str, at: int, quote: str) -> bool:
    """Whether the string that begins at `at` ends before the line does, and something follows."""
    end = line.find(quote, at + 1)
    return end >= 0 and bool(re.match(r"\s*(==|!=|\)|\]|,|in\b|\+|not\b|$)", line[end + 1 :]))
