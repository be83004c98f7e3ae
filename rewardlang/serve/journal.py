"""The file of traces of a server, and beside it what is still being played.

FILE has a line for each episode that is over, as `rewardlang score` reads it. FILE.open has a line
for each call of the others, written before the call is answered. A server that finds the FILE.open
of one that was killed first puts its episodes into FILE.
"""

from __future__ import annotations

import fcntl
import os
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from rewardlang.recordings.journal import unfinished
from rewardlang_runtime import Call
from rewardlang_runtime.traces import as_line

if TYPE_CHECKING:
    from rewardlang.serve.sessions import Session

_LARGEST = 256 << 20
"""Bytes of FILE.open past which it is written anew with what is still open; twice that if more."""


class InUse(Exception):
    """Another server writes these traces."""


class Journal:
    """Writes the traces of one server.

    Raises:
        OSError: A file cannot be written.
        InUse: Another server writes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open_path = path.with_name(path.name + ".open")
        self._open: dict[int, Session] = {}
        self._largest = _LARGEST
        self._done = FileIO(path, "a")
        self._calls = FileIO(self._open_path, "a")
        try:
            fcntl.flock(self._done, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InUse(f"{path} is written by another server") from error
        _end_line(path, self._done)
        self.recovered = self._recover()
        """How many episodes were found that a killed server had left open."""

    def begin(self, session: Session) -> None:
        """A session begins an episode."""
        self._open[session.number] = session
        self._write(_begun(session))

    def call(self, session: Session, call: Call) -> None:
        """A session made a call."""
        self._write({"episode": session.number, "call": as_line(call, session.environment)})

    def end(self, session: Session) -> None:
        """An episode is over: it goes to the file, unless nothing happened in it."""
        del self._open[session.number]
        episode = session.environment.episode
        if episode.calls or episode.answer:
            self._done.write(_line(session.line))
        session.written = True
        self._write({"episode": session.number, "end": True})

    def close(self) -> None:
        """No session is open any longer."""
        self._done.close()
        self._calls.close()
        self._open_path.unlink(missing_ok=True)

    def _write(self, data: dict[str, Any]) -> None:
        self._calls.write(_line(data))
        if self._calls.tell() > self._largest:
            self._shrink()

    def _shrink(self) -> None:
        """Leave out what is over; seldom, also when that is little."""
        beside = self._open_path.with_name(self._open_path.name + ".new")
        with open(beside, "wb") as file:
            for session in self._open.values():
                file.write(_line(_begun(session)))
                for call in session.environment.episode.calls:
                    line = {"episode": session.number, "call": as_line(call, session.environment)}
                    file.write(_line(line))
            self._largest = max(_LARGEST, 2 * file.tell())
        os.replace(beside, self._open_path)
        self._calls.close()
        self._calls = FileIO(self._open_path, "a")

    def _recover(self) -> int:
        with open(self._open_path, "rb") as file:
            left = unfinished(enumerate(map(_read, file), 1))
        for _, episode in left:
            self._done.write(_line(episode))
        self._calls.truncate(0)
        return len(left)


def _read(line: bytes) -> Any:
    """The JSON of a line; None for one that was being written when the end came."""
    try:
        return orjson.loads(line)
    except ValueError:
        return None


def _begun(session: Session) -> dict[str, Any]:
    return {"episode": session.number, "begin": session.begun}


def _line(data: dict[str, Any]) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)


def _end_line(path: Path, file: FileIO) -> None:
    """Make sure that what is written next begins a line: a torn one spoils itself alone."""
    if os.fstat(file.fileno()).st_size:
        with open(path, "rb") as existing:
            existing.seek(-1, os.SEEK_END)
            if existing.read(1) != b"\n":
                file.write(b"\n")
