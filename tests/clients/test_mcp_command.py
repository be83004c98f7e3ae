"""`rewardlang serve --mcp` as a client starts it, over stdio and over streamable HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import mcp
import pytest
from clients.over_mcp import LABELS, leaks, oracle_calls, over_http, play, solve
from live import SCENARIOS, scenario, scored
from mcp.client.stdio import StdioServerParameters, stdio_client

from rewardlang import cli
from rewardlang_runtime import Environment
from rewardlang_runtime.traces import read_traces

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
