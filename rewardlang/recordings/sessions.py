"""Episodes whose steps lie scattered over a recording: kept open until it ends, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S")

MOST = 2_000
"""Sessions that are open at a time; the one that was silent longest is closed for a new one."""


class Sessions(Generic[S]):
    """Open sessions by name, the one heard of last at the end."""

    def __init__(self, make: Callable[[], S], most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._open: dict[str, S] = {}
        self._closed: list[S] = []

    def of(self, name: str) -> S:
        """The session of this name, a new one when there is none."""
        session = self._open.pop(name, None)
        if session is None:
            session = self._make()
            if len(self._open) >= self._most:
                self._closed.append(self._open.pop(next(iter(self._open))))
        self._open[name] = session
        return session

    def close(self, name: str) -> None:
        """Let what comes next under this name be another session."""
        session = self._open.pop(name, None)
        if session is not None:
            self._closed.append(session)

    def rename(self, name: str, new: str) -> None:
        """Know a session by another name from now on."""
        self._open[new] = self._open.pop(name)

    def closed(self) -> Iterator[S]:
        """The sessions that were closed since the last time."""
        closed, self._closed = self._closed, []
        yield from closed

    def end(self) -> Iterator[S]:
        """All that are left, in the order in which they were last heard of."""
        yield from self.closed()
        yield from self._open.values()
        self._open = {}
