"""`rewardlang serve` as it is started: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from rewardlang.cli import main
from rewardlang.data import scenarios
from rewardlang.serve.server import listen

SCENARIO = scenarios() / "jira_transition_issue.yaml"
API = scenarios() / "apis" / "jira.yaml"
AUTH = ("agent", "token")
PATIENCE = 120.0
"""Seconds that a busy machine may take."""


class Running:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self.process = process
        self.said = [process.stdout.readline()]
        while not self.said[-1].startswith("     curl"):
            assert self.said[-1], "".join(self.said)
            self.said.append(process.stdout.readline())
        self.url = self.said[0].split(" at ")[-1].strip()
        self.control = self.said[1].split(" at ")[-1].split(";")[0].strip()

    def end(self, number: int) -> tuple[int, str]:
        """Exit status after a signal, and what is on standard error."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, err


@contextmanager
def running(*args: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "rewardlang", "serve", *args]
    command += ["--port", "0", "--control-port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            yield Running(process)
        finally:
            process.kill()


def raw(url: str, sent: bytes) -> bytes:
    """What comes back to bytes that are sent as they are, until the server closes."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as connection:
        try:
            connection.sendall(sent)
            found = b""
            while piece := connection.recv(65_536):
                found += piece
        except ConnectionError:
            pass
        return found


def score(capsys: pytest.CaptureFixture[str], traces: Path) -> list[float | None]:
    with pytest.raises(SystemExit):
        main(["score", str(SCENARIO), str(traces), "--format", "json"])
    return [trace["reward"] for trace in json.loads(capsys.readouterr().out)["traces"]]


def test_from_start_to_interrupt(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traces = tmp_path / "traces.jsonl"
    with running(str(SCENARIO), "--traces", str(traces)) as server:
        assert server.said[0].startswith("serving jira.transition_issue: ")
        assert any(f"'{server.url}/rest/api/3/" in line for line in server.said)
        with httpx.Client(auth=AUTH, timeout=PATIENCE) as client:
            for name in ("a", "b"):
                begun = client.post(f"{server.control}/sessions", json={"session": name}).json()
            issue = f"{begun['base_url']}/rest/api/3/issue/{begun['params']['key']}"
            for _ in range(2):
                got = client.get(issue)
                assert (got.status_code, got.headers["content-type"]) == (
                    200, "application/json;charset=UTF-8",
                )  # fmt: skip
            assert client.get(f"{issue}/transitions").json()["transitions"]
            assert client.put(f"{issue}/nothing", content=b"x" * 20_000_000).status_code in (
                404, 413,
            )  # fmt: skip
            reward = client.get(f"{server.control}/sessions/b/score").json()["reward"]
        head = b"GET / HTTP/1.1\r\nhost: x\r\n"
        assert raw(server.url, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
        flood = head + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 90) for n in range(5_000)) + b"\r\n"
        assert b" 200 " not in raw(server.url, flood)[:20]
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as idle:
            idle.sendall(b"PUT /rest/api/3/issue/PAY-51 HTTP/1.1\r\ncontent-length: 50\r\n\r\n{")
            assert server.end(signal.SIGINT) == (130, "")
    assert not traces.with_name("traces.jsonl.open").exists()
    assert score(capsys, traces) == [reward]


def test_killed_and_started_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traces = tmp_path / "traces.jsonl"
    with running(str(SCENARIO), "--traces", str(traces)) as server:
        target = f"{server.url}/rest/api/3/issue/PAY-51"
        assert httpx.get(target, auth=AUTH, timeout=PATIENCE).status_code == 200
        reward = httpx.get(f"{server.control}/sessions/default/score", timeout=PATIENCE).json()
        server.end(signal.SIGKILL)
    assert score(capsys, traces.with_name("traces.jsonl.open")) == [reward["reward"]]
    with running(str(SCENARIO), "--traces", str(traces)) as server:
        status, err = server.end(signal.SIGTERM)
    assert status == 0
    assert "1 episode of a server that was killed" in err
    assert score(capsys, traces) == [reward["reward"]]


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        ([str(API)], 1, "needs a world: --world acme"),
        ([str(API), "--world", "acmee"], 1, "did you mean `acme`?"),
        ([str(API), "--world", "acme_wiki"], 1, "not for jira"),
        ([str(SCENARIO), "--world", "acme"], 2, "is a scenario, which names its own"),
        ([str(scenarios() / "worlds" / "acme.yaml")], 1, "is a world"),
        ([str(SCENARIO), str(SCENARIO)], 1, "is given twice"),
        (["nothing.yaml"], 1, "nothing.yaml"),
        ([str(SCENARIO), "--host", "192.0.2.1"], 1, "cannot listen at 192.0.2.1"),
        ([str(SCENARIO), "--traces", "/nowhere/traces.jsonl"], 1, "No such file"),
    ],
)
def test_what_cannot_be_served_is_said(
    args: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", *args, "--port", "0", "--control-port", "0"])
    assert ended.value.code == status
    err = capsys.readouterr().err
    assert said in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("module", "needs"), [("control", "starlette.applications"), ("server", "uvicorn")]
)
def test_without_the_extra_it_is_named(
    module: str, needs: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"rewardlang.serve.{module}", raising=False)
    monkeypatch.setitem(sys.modules, needs, None)
    with pytest.raises(SystemExit) as ended:
        main(["serve", str(SCENARIO)])
    assert ended.value.code == 1
    assert "pip install 'rewardlang[serve]'" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", 2), ("127.0.0.1", 0), ("localhost", 0)])
def test_others_are_warned_of(
    host: str, warned: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rewardlang.serve.server.run", lambda endpoints, ready: signal.SIGTERM)
    hosts = ["--host", host, "--control-host", host, "--port", "0", "--control-port", "0"]
    with pytest.raises(SystemExit) as ended:
        main(["serve", str(SCENARIO), *hosts])
    assert ended.value.code == 0
    err = capsys.readouterr().err
    assert err.count("warning: others than this machine can reach") == warned
    assert ("which knows rewards" in err) == bool(warned)


def test_a_port_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(SystemExit) as ended:
        main(["serve", str(SCENARIO), "--port", str(taken.getsockname()[1])])
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert "cannot listen at 127.0.0.1" in said
    assert said.endswith("; choose another port, or 0 for a free one\n")
