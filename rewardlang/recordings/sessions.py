"""Episodes whose steps lie scattered over a recording: kept open until it ends, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

S = TypeVar("S")

MOST = 2_000
"""Sessions that are open at a time; the one that was silent longest is closed for a new one."""
HELD = 256 * 2**20
"""What open sessions may hold, in bytes of their records; beyond it, too, the longest silent ones
are closed, and one alone that is larger."""


class Sessions(Generic[S]):
    """Open sessions by name, the one heard of last at the end."""

    def __init__(self, make: Callable[[], S], most: int = MOST, held: int = HELD) -> None:
        self._make = make
        self._most = most
        self._room = held
        self._open: dict[str, tuple[S, int]] = {}
        self._closed: list[S] = []

    def of(self, name: str, size: int = 0) -> S:
        """The session of this name, or a new one; it will hold `size` bytes more."""
        known = self._open.pop(name, None)
        self._room -= size
        while self._open and (self._room < 0 or (known is None and len(self._open) >= self._most)):
            self.close(next(iter(self._open)))
        if known is not None and self._room < 0:
            self._closed.append(known[0])
            self._room += known[1]
            known = None
        session, held = known or (self._make(), 0)
        self._open[name] = session, held + size
        return session

    def close(self, name: str) -> None:
        """Let what comes next under this name be another session."""
        session, held = self._open.pop(name, (None, 0))
        self._room += held
        if session is not None:
            self._closed.append(session)

    def rename(self, name: str, new: str) -> None:
        """Know a session by another name from now on."""
        if name in self._open:
            self.close(new)
            self._open[new] = self._open.pop(name)

    def closed(self) -> Iterator[S]:
        """The sessions that were closed since the last time."""
        closed, self._closed = self._closed, []
        yield from closed

    def end(self) -> Iterator[S]:
        """All that are left, in the order in which they were last heard of."""
        yield from self.closed()
        yield from (session for session, _ in self._open.values())
        self._open = {}
