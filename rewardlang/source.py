"""A source file, and places in it: offsets count characters from 0, lines and columns from 1."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from rewardlang.frozen import frozen


class Position(NamedTuple):
    """A line and a column, both from 1; the column counts characters, not bytes."""

    line: int
    column: int


@dataclass(frozen=True, eq=False)
class Source:
    """The text of one file under the path that users see."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def line(self, offset: int) -> int:
        """The line of `offset`."""
        return bisect_right(self._line_starts, offset)

    def position(self, offset: int) -> Position:
        """The line and column of `offset`, which may be one past the end."""
        line = self.line(offset)
        return Position(line, offset - self._line_starts[line - 1] + 1)

    def offset(self, line: int) -> int:
        """The offset of the first character of line number `line`; the end's past the last one."""
        starts = self._line_starts
        return starts[line - 1] if line <= len(starts) else len(self.text)

    def line_text(self, line: int) -> str:
        """Line number `line`, without its line break; empty past the end."""
        if not 1 <= line <= len(self._line_starts):
            return ""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] if line < len(self._line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@frozen
class Span:
    """The characters `start` up to, not including, `end` of one source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def begin(self) -> Position:
        return self.source.position(self.start)

    @property
    def finish(self) -> Position:
        return self.source.position(self.end)

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of `other`, in the same source."""
        return Span(self.source, self.start, max(self.end, other.end))
