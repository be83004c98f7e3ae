"""What is wrong with a document: a code, words, and a JSON pointer to the place."""

from __future__ import annotations

from dataclasses import dataclass, field

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code
from rewardlang.frozen import frozen
from rewardlang.source import Source

MAX_PROBLEMS = 1_000
"""Problems of one document that are kept; how many more there are is the last one's message."""


@frozen
class Problem:
    """One mistake of a document. `pointer` is empty for the whole; `offset` is known where no
    pointer can be, in text that does not parse."""

    code: Code
    message: str
    pointer: str
    help: str | None = None
    source: Source = field(default=Source("", ""), repr=False, compare=False)
    offset: int | None = None


@dataclass(slots=True)
class Problems:
    """Collects the problems of one document, each place and code once."""

    source: Source
    found: list[Problem] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _left_out: int = 0

    def add(self, code: Code, message: str, pointer: str, help: str | None = None) -> None:
        """Keep a problem, unless the same place was reported with the same code."""
        if (code.id, pointer) in self._seen:
            return
        if len(self.found) >= MAX_PROBLEMS:
            self._left_out += 1
            return
        self._seen.add((code.id, pointer))
        self.found.append(Problem(code, message, pointer, help, self.source))

    def all(self) -> tuple[Problem, ...]:
        """All of them in the order found, and how many were left out."""
        if not self._left_out:
            return tuple(self.found)
        more = f"{self._left_out:,} more problems of this document are not listed"
        return (*self.found, Problem(codes.O_MORE, more, "", None, self.source))
