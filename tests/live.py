"""Servers for the tests of clients: a scenario, or an API with all its operations, in a thread."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from rewardlang import driver
from rewardlang.scoring import Scorer
from rewardlang.serve.app import App
from rewardlang.serve.mcp import WithMcp, mcp_server
from rewardlang.serve.offers import Offer
from rewardlang.serve.rest import Rest
from rewardlang.serve.server import Endpoint, config, listen
from rewardlang.serve.sessions import Session, Sessions
from rewardlang_runtime import Environment, Scenario
from rewardlang_runtime.traces import parse_traces

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"


class Served:
    """A server and what is known of its sessions."""

    def __init__(self, sessions: Sessions, url: str) -> None:
        self.sessions = sessions
        self.url = url

    def session(self, name: str) -> Session:
        found = self.sessions.find(name)
        assert found is not None
        return found

    def calls(self, name: str) -> list[tuple[str, str, int]]:
        """Operation, kind and status of each call of a session."""
        calls = self.session(name).environment.episode.calls
        return [(call.op, call.kind, call.status) for call in calls]

    def reward(self, name: str) -> float:
        return self.session(name).environment.reward()


def scenario(path: Path | str) -> Scenario:
    """A compiled scenario; one of the shipped ones by its name."""
    return driver.load(SCENARIOS / f"{path}.yaml" if isinstance(path, str) else path)


@contextmanager
def serving(*played: Scenario | Sessions, judged: bool = True) -> Iterator[Served]:
    """Serve scenarios, or sessions, at a free port; without a judge the caller is who acts."""
    match played:
        case (Sessions() as sessions,):
            pass
        case _:
            offers = [Offer(each, judged=judged) for each in played if isinstance(each, Scenario)]
            sessions = Sessions(offers)
    listening = listen("127.0.0.1", 0)
    app = WithMcp(App(Rest(sessions)), mcp_server(sessions), local=True)
    endpoint = Endpoint(listening, app)
    server = uvicorn.Server(config(endpoint))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield Served(sessions, endpoint.url)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()
        assert not thread.is_alive()


def scored(played: Scenario, line: dict[str, Any]) -> float | None:
    """What `rewardlang score` makes of a line of a trace file."""
    (trace,) = parse_traces([json.dumps(line)])
    return (
        Scorer(played, lambda: pytest.fail("a served trace is replayed, never guessed"))
        .score(trace)
        .reward
    )


def in_process(played: Scenario, session: Session) -> float:
    """The reward of the same calls made in process."""
    environment = Environment(played, session.environment.split)
    environment.reset(session.environment.seed)
    for call in session.environment.episode.calls:
        environment.call(call.op, call.args)
    environment.finish(session.environment.episode.answer)
    return environment.reward()


def adf(text: str) -> dict[str, Any]:
    """A document with one paragraph."""
    content = [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]
    return {"type": "doc", "version": 1, "content": content}
