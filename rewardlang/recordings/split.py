"""A JSON document cut into the entries of one list in it, without holding more than one of them.

The structure alone is followed, brackets and strings; what an entry says is for a parser. Libraries
that parse in pieces keep the path to every value, which on 100,000 brackets takes gigabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import IO

_PIECE = 256 * 2**10
_MARK = re.compile(rb'["\[\]{}]')
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_KEY = 200
"""Bytes of a string that are remembered, as it may be a key."""


class Splitter:
    """Iterates over (line, text) of the entries, which are objects or lists.

    Attributes:
        line: Of where it is in the document, from 1.
        wrong: What ended it before the document did, or "".
    """

    def __init__(self, file: IO[bytes], keys: Sequence[str], longest: int) -> None:
        """`keys` lead from the document, an object, to the list; none when it is a list itself.

        `longest` is how many bytes an entry may have.
        """
        self._file = file
        self._keys = [key.encode() for key in keys]
        self._longest = longest
        self._text = b""
        self._at = 0
        self._counted = 0
        self._depth = 0
        self._along = 0
        """How many of the open brackets, without the first, the keys lead through."""
        self._last = b""
        self.line = 1
        self.wrong = ""

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        target = len(self._keys) + 1
        start = -1
        while True:
            mark = _MARK.search(self._text, self._at)
            if mark is None:
                self._at = len(self._text)
                if not self._more(start):
                    self._end(start)
                    return
                start = min(start, 0)
                continue
            self._at = mark.end()
            char = mark[0]
            if char == b'"':
                start = self._string(start)
                if self.wrong:
                    return
            elif char in b"[{":
                inside = self._depth == target and self._along == len(self._keys)
                if inside and start < 0:
                    start = mark.start()
                    self._count(start)
                self._open()
            else:
                self._depth -= 1
                self._along = min(self._along, max(0, self._depth - 1))
                if self._depth < 0:
                    self._end(start)
                    return
                if start >= 0 and self._depth == target:
                    yield self.line, self._text[start : self._at]
                    start = -1

    def _open(self) -> None:
        """A bracket opens: whether it is one that the keys lead through."""
        if 0 < self._depth <= len(self._keys) and self._along == self._depth - 1:
            self._along += self._last == self._keys[self._along]
        self._depth += 1

    def _string(self, start: int) -> int:
        """Pass over a string; where the entry begins then."""
        begin = self._at
        while True:
            found = _STRING.match(self._text, self._at)
            assert found is not None  # it matches nothing, too
            self._at = found.end()
            if self._at < len(self._text) and self._text[self._at] == 34:
                break
            kept = start if start >= 0 else max(begin, self._at - _KEY)
            if not self._more(kept):
                self._end(start)
                return start
            begin = max(0, begin - kept)
            start = min(start, 0)
        if self._depth <= len(self._keys):
            self._last = self._text[begin : self._at][:_KEY]
        self._at += 1
        return start

    def _more(self, kept: int) -> bool:
        """Read on, keeping the text from `kept`, or from where it is when negative."""
        kept = self._at if kept < 0 else kept
        if len(self._text) - kept > self._longest:
            self.wrong = f"an entry of more than {self._longest >> 20} MiB"
            return False
        piece = self._file.read(_PIECE)
        if not piece:
            return False
        self._count(kept)
        self._text = self._text[kept:] + piece
        self._at -= kept
        self._counted = 0
        return True

    def _count(self, to: int) -> None:
        if to > self._counted:
            self.line += self._text.count(b"\n", self._counted, to)
            self._counted = to

    def _end(self, start: int) -> None:
        if not self.wrong and (self._depth or start >= 0):
            self.wrong = "no JSON from here on: the document is torn"
