"""A line of source as it is shown: marks under it, tabs and wide characters in their columns."""

from __future__ import annotations

import re
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

_TAB = 4
# Control and formatting characters: they would move the cursor, or hide or reorder what is shown.
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)


def clean(text: str) -> str:
    """`text` on one line, without characters that a terminal would obey."""
    return _UNSAFE.sub("\ufffd", text).replace("\t", " ")


class Mark(NamedTuple):
    """Characters `start` to `end` of a line, underlined with `char`, and what is said of them."""

    start: int
    end: int
    char: str
    style: str
    text: str


def cut_out(text: str, start: int, end: int, width: int) -> str:
    """`text` as shown; when it is longer than `width`, the part around `start` to `end`."""
    return Line(text, [Mark(start, end, "^", "", "")], width).shown


class Line:
    """One line of source and the rows of marks under it."""

    def __init__(self, text: str, marks: list[Mark], width: int) -> None:
        first, last = _window(text, marks, width)
        head = "…" if first > 0 else ""
        tail = "…" if last < len(text) else ""
        cells = [cell_len(head)]
        shown = [head]
        for char in text[first:last]:
            piece = " " * (_TAB - cells[-1] % _TAB) if char == "\t" else _UNSAFE.sub("\ufffd", char)
            shown.append(piece)
            cells.append(cells[-1] + cell_len(piece))
        self.shown = ("".join(shown) + tail).rstrip()
        self._cells = cells
        self._first = first
        self._marks = sorted(marks, key=lambda m: (m.start, m.end))

    def _columns(self, mark: Mark) -> tuple[int, int]:
        """The cells that a mark covers, at least one."""
        top = len(self._cells) - 1
        start = self._cells[min(max(mark.start - self._first, 0), top)]
        end = self._cells[min(max(mark.end - self._first, 0), top)]
        return start, max(end, start + 1)

    def rows(self) -> list[Text]:
        """The underlines with the text of the last mark, then the other texts, right to left."""
        if not self._marks:
            return []
        placed = [(*self._columns(mark), mark) for mark in self._marks]
        row = Text()
        # Primary marks come last, so that they show where marks overlap.
        for start, end, mark in sorted(placed, key=lambda p: p[2].char == "^"):
            _write(row, start, mark.char * (end - start), mark.style)
        said = [p for p in placed if p[2].text]
        if not said:
            return [row]
        start, end, last = max(said, key=lambda p: (p[1], p[0]))
        beside = all(e < end or m is last for _, e, m in placed)
        waiting = [p for p in said if p[2] is not last] if beside else said
        if beside:
            row.append(f" {last.text}", last.style)
        rows = [row]
        waiting.sort(key=lambda p: p[0])
        if waiting:
            rows.append(_bars(waiting))
        while waiting:
            start, _, mark = waiting.pop()
            bars = _bars([p for p in waiting if p[0] < start])
            _write(bars, start, mark.text, mark.style)
            rows.append(bars)
        return rows


def _bars(placed: list[tuple[int, int, Mark]]) -> Text:
    row = Text()
    for start, _, mark in placed:
        _write(row, start, "|", mark.style)
    return row


def _write(row: Text, column: int, text: str, style: str) -> None:
    """Put `text` at a cell of the row, over what is there."""
    length = len(row)  # rows hold characters of one cell up to where texts begin
    if length < column:
        row.append(" " * (column - length))
        length = column
    if length == column:
        row.append(text, style)
        return
    rest = row[column + len(text) :] if column + len(text) < length else Text()
    replaced = Text.assemble(row[:column], (text, style), rest)
    row.plain = ""
    row.append_text(replaced)


def _window(text: str, marks: list[Mark], width: int) -> tuple[int, int]:
    """The characters of a line that are shown: all, or as many as fit around the marks."""
    if len(text) <= width and cell_len(text) <= width:
        return 0, len(text)
    # From here on, nothing looks at all of the line: it may have a million characters.
    start = min((m.start for m in marks), default=0)
    end = max((m.end for m in marks), default=start)
    # Where a line starts says what it is; cut it off only when the marks are far from it.
    first = 0 if end <= width - 20 else max(0, min(start - 30, end - width + 40))
    last = first
    used = 0
    while last < len(text) and used < width:
        used += _TAB if text[last] == "\t" else max(1, cell_len(text[last]))
        last += 1
    return first, last
