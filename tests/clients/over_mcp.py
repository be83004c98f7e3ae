"""Clients of the protocol for the tests, and what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import mcp
from live import scenario
from mcp.client.streamable_http import streamable_http_client

from rewardlang_runtime import Environment

LABELS = "jira_add_labels"
Client = Any


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


def leaks(heard: bytes, played: Environment) -> list[str]:
    """What of the reward is among the bytes that a client received."""
    names = [*played.scenario.gates, *(n for n, _ in played.scenario.parts), "nothing_else"]
    said = ["reward", "score", "penalt", "oracle", "advantage", *names]
    # Words that the world itself uses for other things.
    ordinary = {"found", "aimed", "asked", "exact", "labelled", "dropped"}
    return [word for word in said if word not in ordinary and word.encode() in heard.lower()]
