"""What is sent over the protocol by mistake or to harm: an answer, and the session goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from clients.over_mcp import LABELS, over_http, play
from hypothesis import given, settings
from hypothesis import strategies as st
from live import Served, scenario, serving
from mcp.types import TextContent

from rewardlang.serve.mcp import result_of
from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(scenario(LABELS)) as server:
        yield server


KEYS = ["issueIdOrKey", "fields", "update", "labels", "add", "jql", "maxResults", "project", "key"]
HOSTILE: list[dict[str, Any]] = [
    {"issueIdOrKey": None},
    {"issueIdOrKey": "PAY-51", "fields": [{"a": [[]] * 50}]},
    {"issueIdOrKey": "x" * 100_000},
    {"issueIdOrKey": 1e308, "": {}},
    {"deep": json.loads("[" * 90 + "]" * 90)},
    {str(number): number for number in range(5_000)},
]


def test_hostile_calls_never_end_the_session(served: Served) -> None:
    async def body() -> list[bool]:
        async with over_http(served.url + "/mcp") as client:
            calls = [("getIssue", args) for args in HOSTILE] + [("a" * 10_000, {})]
            return [(await client.call_tool(*call)).isError for call in calls]

    assert all(play(body))
    assert not any(session.environment.faults for session in served.sessions)


JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6) | st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["getIssue", "editIssue", "searchIssues", "createIssue"]) | st.text(max_size=9),
    st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), JSON, max_size=5),
)
def test_any_call_has_an_answer(name: str, arguments: dict[str, Any]) -> None:
    """Text that is JSON, the same as structure, and a step of the episode."""
    sessions = Sessions([Offer(scenario(LABELS))])
    session = sessions.get("a")
    result = result_of(sessions, session, name, arguments)
    (text,) = result.content
    assert isinstance(text, TextContent)
    assert result.structuredContent in (None, json.loads(text.text))
    (call,) = session.environment.episode.calls
    assert result.isError is not call.ok
    assert not session.environment.faults
    result.model_dump_json()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": 3}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", '
        b'"params": {"name": "getIssue", "arguments": [1]}}',
        b'{"jsonrpc": "2.0", "id": {}, "method": "rm"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "\\udc00"}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_is_refused(served: Served, body: bytes) -> None:
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    answer = httpx.post(served.url + "/mcp", content=body, headers=headers)
    assert 400 <= answer.status_code < 500


def test_a_page_elsewhere_cannot_speak_to_it(served: Served) -> None:
    headers = {"accept": "application/json, text/event-stream", "host": "evil.example"}
    assert httpx.post(served.url + "/mcp", json={}, headers=headers).status_code == 421
