"""Text taken out of a file, a YAML scalar's value for one, with the place of each character.

Loading a scalar drops, folds or unescapes characters but never reorders them, so one walk over
the file and the value together places every character that is not white space.
"""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang.frozen import frozen
from rewardlang.source import Source, Span
from rewardlang.syntax.yaml_nodes import Scalar

_BREAKS = " \t\n\r\x85\u2028\u2029"  # what folding may drop, join or change
_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0",
    "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX = {"x": 2, "u": 4, "U": 8}


@frozen
class Placed:
    """`text`, whose character `i` stands in `source` from `starts[i]` to `ends[i]`.

    `end` is where the text ends in the source, also when it is empty.
    """

    source: Source
    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    end: int

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]`; an empty one is a place between characters."""
        if start < end:
            return Span(self.source, self.starts[start], self.ends[end - 1])
        at = self.starts[start] if start < len(self.text) else self.end
        return Span(self.source, at, at)

    def part(self, start: int, end: int) -> Placed:
        """`text[start:end]` by itself."""
        starts, ends = self.starts[start:end], self.ends[start:end]
        return Placed(self.source, self.text[start:end], starts, ends, self.span(end, end).start)


def in_place(source: Source, start: int, end: int) -> Placed:
    """A piece of the file exactly as it stands there."""
    text = source.text[start:end]
    return Placed(source, text, range(start, end), range(start + 1, end + 1), end)


def place(scalar: Scalar) -> Placed:
    """The value of a scalar, in any of YAML's five styles."""
    source, start, end = scalar.span.source, scalar.span.start, scalar.span.end
    if scalar.style in ("|", ">"):
        header = source.text.find("\n", start)  # which may have a comment, or end the file
        start = header + 1 if header >= 0 else end
    elif scalar.style:
        start, end = start + 1, end - 1
    if source.text[start:end] == scalar.text:
        return in_place(source, start, end)
    return _walk(source, start, end, scalar)


def _walk(source: Source, start: int, end: int, scalar: Scalar) -> Placed:
    raw, text = source.text, scalar.text
    starts = [-1] * len(text)
    ends = [-1] * len(text)
    i = start
    for n, char in enumerate(text):
        if char in _BREAKS:
            continue  # placed below, between its neighbours
        while True:
            got, after = _next(raw, i, scalar.style)
            if got == char:
                starts[n], ends[n] = i, after
                i = after
                break
            i = after
    _fill(starts, ends, start, i)
    # A block ends with its last character, not with the line breaks that follow it.
    last = end if scalar.style in ("'", '"') else i
    return Placed(source, text, starts, ends, last)


def _next(raw: str, i: int, style: str | None) -> tuple[str, int]:
    """The character that the file's text at `i` stands for, and where the next one begins."""
    char = raw[i]
    if style == "'" and char == "'":
        return "'", i + 2
    if style == '"' and char == "\\":
        kind = raw[i + 1]
        if kind in _HEX:
            after = i + 2 + _HEX[kind]
            return chr(int(raw[i + 2 : after], 16)), after
        return _ESCAPES.get(kind, "\n"), i + 2  # else an escaped line break, which joins lines
    return char, i + 1


def _fill(starts: list[int], ends: list[int], first: int, last: int) -> None:
    """Place white space: just before the character that follows it, else after the one before."""
    following = last
    for n in range(len(starts) - 1, -1, -1):
        if starts[n] < 0:
            starts[n], ends[n] = following - 1, following
        following = starts[n]
    floor = first
    for n in range(len(starts)):
        starts[n] = max(starts[n], floor)
        ends[n] = max(ends[n], starts[n])
        floor = ends[n]
