"""Requests over HTTP, and what the answers are worth: nothing that a server does raises."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import httpx
import orjson

from rewardlang.replay.compare import Difference, differences
from rewardlang.replay.plan import Kept, Player, Sent

MAX_BODY = 10 * 2**20
"""Bytes of an answer that are read."""
_GIVE_UP = 5
"""So many requests without any answer, one after the other, and the rest is not sent."""


class Compared(NamedTuple):
    """A call that was sent, and how the server's answer differs from the model's.

    Attributes:
        status: The server's; None without an answer.
        trouble: Why there is nothing to compare, or "".
    """

    sent: Sent
    status: int | None
    trouble: str
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether the server said what the model says."""
        return not (self.trouble or self.differences) and self.status == self.sent.model.status


Outcome = Compared | Kept


class Sender:
    """Sends requests to one server."""

    def __init__(self, base: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._base = base.rstrip("/")
        # Nothing of the user's environment is sent along, and no redirect takes headers elsewhere.
        self._client = httpx.Client(
            headers=dict(headers), timeout=timeout_s, trust_env=False, follow_redirects=False
        )
        self._silent = 0

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def play(self, player: Player) -> Iterator[Outcome]:
        """Each call of a trace, sent and compared."""
        for at in range(len(player)):
            step = player.step(at)
            if isinstance(step, Kept):
                yield step
            elif self._silent >= _GIVE_UP:
                yield Kept(step.number, step.op, f"{_GIVE_UP} requests before it had no answer")
            else:
                yield self._compared(player, step)

    def _compared(self, player: Player, sent: Sent) -> Compared:
        try:
            status, content = self._answer(sent)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            self._silent += isinstance(error, httpx.TransportError)
            said = " ".join(str(error).split())[:200]
            return Compared(sent, None, f"no answer: {type(error).__name__}: {said}", ())
        self._silent = 0
        model = sent.model
        if len(content) > MAX_BODY:
            return Compared(sent, status, f"a body of more than {MAX_BODY >> 20} MiB", ())
        try:
            body = orjson.loads(content) if content else None
        except ValueError:
            return Compared(sent, status, "a body that is no JSON", ())
        if status == model.status:
            player.answered(sent, body)
        return Compared(sent, status, "", tuple(differences(model.response, body, player.ids)))

    def _answer(self, sent: Sent) -> tuple[int, bytes]:
        request = sent.request
        content = None if request.body is None else orjson.dumps(request.body)
        headers = {"accept": "application/json", **request.headers}
        if content is not None:
            headers["content-type"] = "application/json"
        found = bytearray()
        with self._client.stream(
            request.method, self._base + target(sent), content=content, headers=headers
        ) as response:
            for piece in response.iter_bytes():
                found += piece
                if len(found) > MAX_BODY:
                    break
            return response.status_code, bytes(found)


def target(sent: Sent) -> str:
    """Path and query of a request."""
    request = sent.request
    return request.path + (f"?{request.query}" if request.query else "")


def authorization(secret: str) -> str:
    """The header for `user:token`, which is Basic, or for a bare token."""
    if ":" in secret:
        return "Basic " + base64.b64encode(secret.encode()).decode()
    return f"Bearer {secret}"


def plain(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON data."""
    if isinstance(outcome, Kept):
        return {"call": outcome.number, "op": outcome.op, "sent": False, "why": outcome.why}
    return {
        "call": outcome.sent.number,
        "op": outcome.sent.op,
        "sent": True,
        "method": outcome.sent.request.method,
        "target": target(outcome.sent),
        "status": outcome.status,
        "expected_status": outcome.sent.model.status,
        "trouble": outcome.trouble,
        "differences": [difference._asdict() for difference in outcome.differences],
        "agrees": outcome.agrees,
    }
