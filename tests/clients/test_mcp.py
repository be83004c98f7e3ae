"""A served scenario by the protocol's own client, over streamable HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mcp
import pytest
from clients.over_mcp import LABELS, Client, Heard, leaks, over_http, play, solve
from live import Served, in_process, scenario, scored, serving

from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions
from rewardlang_runtime import Environment


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(scenario(LABELS)) as server:
        yield server


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
