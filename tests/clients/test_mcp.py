"""A served scenario by the protocol's own client, over stdio and over streamable HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import mcp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live import SCENARIOS, Served, in_process, scenario, scored, serving
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

from rewardlang import cli
from rewardlang.serve.mcp import result_of
from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions
from rewardlang_runtime import Environment
from rewardlang_runtime.traces import read_traces

LABELS = "jira_add_labels"
Client = Any


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(scenario(LABELS)) as server:
        yield server


class Heard(httpx.AsyncHTTPTransport):
    """A transport that keeps every byte of every answer."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = b""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        self.bytes += repr(response.headers.raw).encode()
        stream, heard = response.stream, self

        class Kept(httpx.AsyncByteStream):
            async def __aiter__(self) -> AsyncIterator[bytes]:
                async for chunk in stream:
                    heard.bytes += chunk
                    yield chunk

            async def aclose(self) -> None:
                await stream.aclose()

        response.stream = Kept()
        return response


@asynccontextmanager
async def over_http(url: str, heard: Heard | None = None, **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx.AsyncClient(transport=heard or Heard(), headers=headers, timeout=30) as http,
        streamable_http_client(url, http_client=http) as (read, write, _),
        mcp.ClientSession(read, write) as client,
    ):
        await client.initialize()
        yield client


def play(body: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(body())


async def solve(client: Client) -> None:
    """Do the task of seed 0, as the oracle would."""
    task = Environment(scenario(LABELS))
    task.reset(0)
    for operation, args in oracle_calls(task):
        result = await client.call_tool(operation, args)
        assert not result.isError, result


def oracle_calls(environment: Environment) -> list[tuple[str, dict[str, Any]]]:
    """The oracle's calls of a task, made in the environment."""
    steps = environment.scenario.oracle(
        environment.episode.initial, environment.params, environment.episode.setup
    )
    made, operation, args = [], *next(steps)
    while operation:
        environment.call(operation, args)
        made.append((operation, args))
        operation, args = steps.send(environment.episode.calls[-1].response)
    return made


def test_tools_are_those_of_a_policy(served: Served) -> None:
    async def body() -> Any:
        async with over_http(served.url + "/mcp") as client:
            return (await client.list_tools()).tools

    wanted = [tool["function"] for tool in Environment(scenario(LABELS)).tools]
    assert [
        {"name": tool.name, "description": tool.description, "parameters": tool.inputSchema}
        for tool in play(body)
    ] == wanted


def test_the_task_is_a_prompt(served: Served) -> None:
    async def body() -> Any:
        async with over_http(served.url + "/mcp") as client:
            (offered,) = (await client.list_prompts()).prompts
            with pytest.raises(mcp.McpError):
                await client.get_prompt("another")
            return await client.get_prompt(offered.name)

    task = Environment(scenario(LABELS))
    prompt, told = task.reset(0)
    (message,) = play(body).messages
    assert message.content.text == f"{told['system']}\n\n{prompt}"


def test_answers_are_text_and_structured(served: Served) -> None:
    async def body() -> Any:
        async with over_http(served.url + "/mcp") as client:
            return [
                await client.call_tool(
                    "getIssue", {"issueIdOrKey": "PAY-51", "fields": ["labels"]}
                ),
                await client.call_tool("getFields", {}),
                await client.call_tool("getIssue", {"issueIdOrKey": "PAY-5100"}),
                await client.call_tool("getIssue", {"key": "PAY-51"}),
                await client.call_tool("addLabel", {"issue": "PAY-51"}),
            ]

    issue, fields, unknown, invalid, invented = play(body)
    assert json.loads(issue.content[0].text) == issue.structuredContent
    assert issue.structuredContent["fields"] == {"labels": ["refunds"]}
    assert fields.structuredContent is None
    assert json.loads(fields.content[0].text)[0]["id"] == "summary"
    assert [r.isError for r in (issue, fields, unknown, invalid, invented)] == [False] * 2 + [
        True
    ] * 3
    assert unknown.structuredContent["error"]["status"] == 404
    assert invalid.structuredContent["error"]["kind"] == "invalid_request"
    assert invented.structuredContent["error"]["kind"] == "unknown_tool"


def test_observations_are_those_of_a_policy(served: Served) -> None:
    """Cut to the limit of the scenario, too, though REST answers in full."""
    calls = [("searchIssues", {"jql": "project = PAY", "fields": ["*all"]}), ("getFields", {})]

    async def body() -> list[str]:
        async with over_http(served.url + "/mcp") as client:
            return [(await client.call_tool(*call)).content[0].text for call in calls]

    played = Environment(scenario(LABELS))
    played.reset(0)
    wanted = [played.call(*call) for call in calls]
    assert "_left_out" in wanted[0]
    assert play(body) == wanted


def test_each_client_has_a_world_of_its_own(served: Served) -> None:
    async def labels(client: Client) -> list[str]:
        said = {"issueIdOrKey": "PAY-51", "fields": ["labels"]}
        result = await client.call_tool("getIssue", said)
        return result.structuredContent["fields"]["labels"]

    async def body() -> Any:
        async with over_http(served.url + "/mcp") as one, over_http(served.url + "/mcp") as two:
            said = {"issueIdOrKey": "PAY-51", "update": {"labels": [{"add": "mine"}]}}
            await one.call_tool("editIssue", said)
            return await labels(one), await labels(two)

    assert play(body) == (["refunds", "mine"], ["refunds"])


@pytest.mark.parametrize(
    "where",
    [{"path": "/s/named-a/mcp"}, {"x-rewardlang-session": "named-b;seed=0"}],
    ids=["by path", "by header"],
)
def test_a_named_session_is_the_one_of_rest_and_is_scored(
    served: Served, where: dict[str, str]
) -> None:
    path = where.pop("path", "/mcp")

    async def body() -> None:
        async with over_http(served.url + path, **where) as client:
            await solve(client)

    play(body)
    name = "named-b" if where else "named-a"
    session = served.session(name)
    served.sessions.finish(session, "Added.")
    assert served.reward(name) == 1.0
    assert scored(scenario(LABELS), session.line) == 1.0
    assert in_process(scenario(LABELS), session) == 1.0


FAULTY = """\
rewardlang: 1
scenario: tests.faulty
title: Look at an issue when things go wrong
use: [jira]
world: acme
tools: [getIssue, getFields]
params: {key: 'one_of(["PAY-51"])'}
prompt: Look at {key}.
faults:
  tools: {rename: {getIssue: show}}
  responses: [{fault: rate_limited, of: getIssue, nth: 1, retry_after: 30}]
reward:
  parts: [{id: looked, weight: 1, check: 'called getIssue{ok, args.issueIdOrKey == params.key}'}]
oracle: [{getIssue: {issueIdOrKey: "{key}"}}, {answer: Done.}]
"""


def test_what_goes_wrong_in_a_scenario_does_so_here(tmp_path: Path) -> None:
    (tmp_path / "faulty.yaml").write_text(FAULTY)
    with serving(scenario(tmp_path / "faulty.yaml")) as server:

        async def body() -> Any:
            async with over_http(f"{server.url}/s/a/mcp") as client:
                names = [tool.name for tool in (await client.list_tools()).tools]
                said = {"issueIdOrKey": "PAY-51"}
                calls = [
                    await client.call_tool(name, said) for name in ("getIssue", "show", "show")
                ]
                return names, calls

        names, (unknown, struck, good) = play(body)
        assert names == ["show", "getFields"]
        assert unknown.structuredContent["error"]["kind"] == "unknown_tool"
        assert (struck.isError, struck.structuredContent["error"]["retry_after"]) == (True, 30)
        assert (good.isError, good.structuredContent["key"]) == (False, "PAY-51")
        assert server.reward("a") == 1.0


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


def test_a_closed_server_has_only_sessions_that_were_made() -> None:
    sessions = Sessions([Offer(scenario(LABELS))], closed=True)

    async def body(url: str, name: str) -> int:
        async with over_http(f"{url}/s/{name}/mcp") as client:
            return len((await client.list_tools()).tools)

    with serving(sessions) as server:
        sessions.start("made")
        assert play(lambda: body(server.url, "made")) == 10
        with pytest.raises(ExceptionGroup, match="TaskGroup"):
            play(lambda: body(server.url, "other"))
        assert [session.name for session in sessions] == ["made"]


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


def leaks(heard: bytes, played: Environment) -> list[str]:
    """What of the reward is among the bytes that a client received."""
    names = [*played.scenario.gates, *(n for n, _ in played.scenario.parts), "nothing_else"]
    said = ["reward", "score", "penalt", "oracle", "advantage", *names]
    # Words that the world itself uses for other things.
    ordinary = {"found", "aimed", "asked", "exact", "labelled", "dropped"}
    return [word for word in said if word not in ordinary and word.encode() in heard.lower()]


def test_no_byte_tells_of_the_reward_over_http(served: Served) -> None:
    heard = Heard()

    async def body() -> None:
        async with over_http(served.url + "/mcp", heard) as client:
            await client.list_tools()
            await client.list_prompts()
            await client.get_prompt("task")
            await solve(client)
            await client.call_tool("getIssue", {})
            await client.call_tool("no such", {})

    play(body)
    assert len(heard.bytes) > 10_000
    assert leaks(heard.bytes, Environment(scenario(LABELS))) == []


GARBAGE = [
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b"x" * 1_000_000,
    b'{"jsonrpc": "2.0", "id": 5}',
    b'{"jsonrpc": "2.0", "id": null, "method": "tools/call", "params": {"name": "getIssue"}}',
    b'{"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "\\udc00"}}',
    b'{"jsonrpc": "2.0", "id": 7, "method": "tools/call", '
    b'"params": {"name": "getIssue", "arguments": [1]}}',
    b'{"jsonrpc": "2.0", "id": 8, "method": "rm"}',
]


def message(number: int, method: str, **params: Any) -> bytes:
    said = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return json.dumps(said).encode()


def test_over_stdio_whatever_is_sent(tmp_path: Path) -> None:
    """The session goes on, and ends well when the client has gone; nothing tells of the reward."""
    traces = tmp_path / "traces.jsonl"
    hello = {"protocolVersion": "2025-03-26", "capabilities": {},
             "clientInfo": {"name": "test", "version": "1"}}  # fmt: skip
    task = Environment(scenario(LABELS))
    task.reset(0)
    solution = [
        message(number, "tools/call", name=name, arguments=arguments)
        for number, (name, arguments) in enumerate(oracle_calls(task), 20)
    ]
    lines = [
        message(1, "initialize", **hello),
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        message(2, "tools/list"),
        message(3, "prompts/get", name="task"),
        *GARBAGE,
        *solution,
    ]
    command = [sys.executable, "-m", "rewardlang", "serve", str(SCENARIOS / f"{LABELS}.yaml"),
               "--mcp", "stdio", "--traces", str(traces), "--session", "agent;seed=0"]  # fmt: skip
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(b"\n".join(lines) + b"\n")
        server.stdin.flush()
        heard = b""
        while b'"id":21,' not in heard and (line := server.stdout.readline()):
            heard += line
        rest, complaints = server.communicate(timeout=120)
    assert (server.returncode, rest, complaints) == (0, b"", b"")
    answers = {said["id"]: said for said in map(json.loads, heard.splitlines()) if "id" in said}
    assert {*answers} == {1, 2, 3, 7, 8, 20, 21}
    assert leaks(heard, task) == []
    (trace,) = read_traces(traces)
    assert [op for op, _ in trace.sent] == ["searchIssues", "editIssue"]
    assert trace.extra["reward"] == 1.0


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (["--mcp", "stdio", "--session", "a;seed=x"], 1, "error: --session: "),
        (["--session", "a"], 2, "--session is for --mcp stdio"),
        (["--mcp", "telnet"], 2, "telnet"),
    ],
)
def test_wrong_options_are_said(
    options: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", str(SCENARIOS / f"{LABELS}.yaml"), *options])
    assert ended.value.code == status
    assert said in capsys.readouterr().err


def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "rewardlang.serve.mcp")
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["serve", str(SCENARIOS / f"{LABELS}.yaml"), "--mcp", "stdio"])
    assert ended.value.code == 1
    assert "no mcp: install it with `pip install 'rewardlang[serve]'`" in capsys.readouterr().err


def test_over_stdio_by_a_client_that_starts_it(tmp_path: Path) -> None:
    traces = tmp_path / "traces.jsonl"
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rewardlang", "serve", str(SCENARIOS / f"{LABELS}.yaml"), "--mcp", "stdio",
              "--traces", str(traces)],
        env=dict(os.environ),
    )  # fmt: skip

    async def body() -> None:
        async with (
            stdio_client(server) as (read, write),
            mcp.ClientSession(read, write) as client,
        ):
            await client.initialize()
            assert len((await client.list_tools()).tools) == 10
            await solve(client)
            assert (await client.call_tool("no such", {})).isError

    play(body)
    (line,) = traces.read_text().splitlines()
    assert [call["op"] for call in json.loads(line)["calls"]][2:] == ["no such"]
    assert 0.5 < json.loads(line)["reward"] == scored(scenario(LABELS), json.loads(line)) < 1


def test_over_http_from_the_command_line() -> None:
    command = [sys.executable, "-m", "rewardlang", "serve", str(SCENARIOS / f"{LABELS}.yaml"),
               "--mcp", "http", "--port", "0", "--control-port", "0"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said = [server.stdout.readline() for _ in range(3)]
            control = said[1].split(" at ")[-1].strip()
            address = said[2].split(" at ")[-1].strip()
            begun = httpx.post(f"{control}/sessions", json={"session": "a"}, timeout=60).json()

            async def body() -> None:
                async with over_http(f"{begun['base_url']}/mcp") as client:
                    await solve(client)

            play(body)
            assert address.endswith("/mcp")
            ended = httpx.post(f"{control}/sessions/a/end", json={"answer": "Added."}, timeout=60)
            assert ended.json()["reward"] == 1.0
        finally:
            server.terminate()
