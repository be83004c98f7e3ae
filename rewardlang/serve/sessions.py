"""Sessions: an isolated world each, made in constant time; the least recently used go first."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rewardlang.serve.journal import Journal
from rewardlang.serve.offers import Offer
from rewardlang_runtime import Call, Environment, ScenarioFault
from rewardlang_runtime.observations import refused
from rewardlang_runtime.traces import as_line, record

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a session may be called."""
DEFAULT = "default"
"""The session of requests that name none."""
_OVERHEAD = 4_096
"""Bytes that a session is taken to cost besides its calls."""


class Refused(Exception):
    """A session that cannot be had; the message says why."""


class Session:
    """One client's episode in a world of its own.

    Attributes:
        name: What requests say to mean it.
        offer: What is played.
        environment: The episode.
        number: Which of the server's episodes it is, from 1.
        cost: Bytes that it is taken to hold: what was sent and answered.
        written: Whether its trace is in the file.
    """

    __slots__ = ("cost", "environment", "name", "number", "offer", "written")

    def __init__(self, name: str, offer: Offer, environment: Environment, number: int) -> None:
        self.name = name
        self.offer = offer
        self.environment = environment
        self.number = number
        self.cost = _OVERHEAD
        self.written = False

    @property
    def begun(self) -> dict[str, Any]:
        """What the episode begins with, as a line of a trace file holds it."""
        played = self.environment
        return {
            "scenario": self.offer.name,
            "split": played.split,
            "seed": played.seed,
            "params": played.params,
            "session": self.name,
            "episode": self.number,
        }

    @property
    def line(self) -> dict[str, Any]:
        """The episode, as a line of a trace file holds it; without a reward where there is none."""
        if self.offer.judged:
            try:
                return {**self.begun, **record(self.environment)}
            except ScenarioFault as error:
                return {**self.begun, **self._played(), "fault": str(error)}
        return {**self.begun, **self._played()}

    def _played(self) -> dict[str, Any]:
        played = self.environment
        calls = [as_line(call, played) for call in played.episode.calls]
        return {"calls": calls, "answer": played.episode.answer}


class Sessions:
    """All sessions of a server.

    At most `most` are kept, and of what was sent and answered about `bytes` in all; whoever has not
    been asked for longest ends, with its trace written. A session whose name comes again after that
    begins a new episode.

    Attributes:
        offers: What can be played, by name; the first is played unless a session says otherwise.
        closed: Whether only sessions that were made by `start` are served.
    """

    def __init__(
        self,
        offers: Iterable[Offer],
        journal: Journal | None = None,
        *,
        most: int = 10_000,
        size: int = 1 << 30,
        closed: bool = False,
    ) -> None:
        self.offers: Mapping[str, Offer] = {offer.name: offer for offer in offers}
        self.first = next(iter(self.offers.values()))
        self.closed = closed
        self._journal = journal
        self._most = most
        self._size = size
        self._held = 0
        self._made = 0
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def __len__(self) -> int:
        return len(self._sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._sessions.values()))

    def find(self, name: str) -> Session | None:
        """The session with this name, if there is one; it does not count as used."""
        return self._sessions.get(name)

    def get(self, said: str) -> Session:
        """The session that a request names: `NAME`, or `NAME;seed=3;split=eval` to begin with.

        Raises:
            Refused: No session can be called so, or it has not been made and cannot be.
        """
        session = self._sessions.get(said)
        if session is not None:
            self._sessions.move_to_end(said)
            return session
        name, *options = said.split(";")
        name = name.strip()
        if options and name in self._sessions:
            return self.get(name)
        if self.closed:
            raise Refused("there is no such session; sessions are made at the control endpoint")
        return self.start(name, **_options(options))

    def start(
        self,
        name: str | None = None,
        *,
        scenario: str | None = None,
        seed: int = 0,
        split: str = "train",
        params: dict[str, Any] | None = None,
    ) -> Session:
        """A session that begins an episode; one with this name ends its own first.

        Raises:
            Refused: The name, the scenario or the parameters are none.
            ScenarioFault: The scenario has no such task.
        """
        name = secrets.token_hex(8) if name is None else name
        if not NAME.fullmatch(name):
            raise Refused("a session is called by up to 100 letters, digits, dots and dashes")
        offer = self.first if scenario is None else self.offers.get(scenario)
        if offer is None:
            raise Refused(f"no scenario {scenario!r}; there are: {', '.join(self.offers)}")
        try:
            environment = Environment(offer.scenario, split)
            environment.reset(seed, None if params is None else {"params": params})
        except ValueError as error:
            raise Refused(str(error)) from error
        self.end(name)
        self._made += 1
        session = self._sessions[name] = Session(name, offer, environment, self._made)
        self._held += session.cost
        if self._journal is not None:
            self._journal.begin(session)
        self._make_room()
        return session

    def call(
        self, session: Session, name: str, arguments: Any, sent: int = 0
    ) -> tuple[Call | None, str]:
        """One tool call in a session.

        Args:
            session: Of this server.
            name, arguments: As for `Environment.call`.
            sent: Bytes of the request, for what the session costs.

        Returns:
            The call as it was recorded, or None when it was refused because the episode is over,
            has no calls left or holds more than all may; and the environment's observation.
        """
        if session.cost > self._size:
            return None, refused("too_many_calls", "This session holds all that it may.")
        calls = session.environment.episode.calls
        before = len(calls)
        seen = session.environment.call(name, arguments)
        if len(calls) == before:
            return None, seen
        cost = sent + len(seen)
        session.cost += cost
        self._held += cost
        call = calls[-1]
        if self._journal is not None:
            self._journal.call(session, call)
        if self._held > self._size:
            self._make_room()
        return call, seen

    def finish(self, session: Session, answer: str = "") -> None:
        """End a session's episode with the policy's last words; it is kept, to be looked at."""
        session.environment.finish(answer)
        if self._journal is not None and not session.written:
            self._journal.end(session)

    def end(self, name: str) -> bool:
        """Give a session up, its trace written; whether there was one."""
        session = self._sessions.pop(name, None)
        if session is None:
            return False
        self._held -= session.cost
        if self._journal is not None and not session.written:
            self._journal.end(session)
        return True

    def close(self) -> None:
        """Give all sessions up."""
        for name in list(self._sessions):
            self.end(name)
        if self._journal is not None:
            self._journal.close()

    def _make_room(self) -> None:
        """Give up the least recently used; never the one that is in use."""
        while len(self._sessions) > 1 and (
            len(self._sessions) > self._most or self._held > self._size
        ):
            self.end(next(iter(self._sessions)))


def _options(options: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in options:
        key, _, value = option.partition("=")
        key, value = key.strip(), value.strip()
        if key == "seed" and re.fullmatch(r"[0-9]{1,15}", value):
            found["seed"] = int(value)
        elif key in ("split", "scenario"):
            found[key] = value
        else:
            raise Refused(f"a session begins with seed, split or scenario, not {option.strip()!r}")
    return found
