"""Requests a second of `rewardlang serve` over loopback, by clients with a world each.

The server is a process of its own, as anybody starts it. The clients are plain sockets that are
kept alive, in this process, each with one request at a time. Every second request reads back what
the client wrote last, so that a world that leaks into another is seen. Besides the clock, the
processor time of both sides is printed, which a busy machine changes less.

Run: python benchmarks/serve.py [--requests 10000] [--clients 8] [--traces] [--no-check]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

ROOT = Path(__file__).resolve().parents[1]
TARGET = 3_000
"""Requests a second."""
ISSUE = "/rest/api/3/issue/PAY-51"
JQL = quote('project = PAY AND status = "In Progress"', safe="")


class Client(asyncio.Protocol):
    """One connection: a request out, an answer in."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        head = buffer.find(b"\r\n\r\n")
        if head >= 0:
            place = buffer.find(b"content-length: ", 0, head)
            size = 0
            if place >= 0:
                size = int(buffer[place + 16 : buffer.find(b"\r\n", place)])
            if len(buffer) >= head + 4 + size:
                self._buffer = b""
                assert self._waiting is not None
                self._waiting.set_result((int(buffer[9:12]), buffer[head + 4 :]))
                return
        self._buffer = buffer

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting


def request(method: str, target: str, session: str, body: Any = None) -> bytes:
    content = b"" if body is None else orjson.dumps(body)
    kind = b"content-type: application/json\r\n" if content else b""
    head = (
        f"{method} {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer token\r\n"
        f"x-rewardlang-session: {session}\r\ncontent-length: {len(content)}\r\n"
    )
    return head.encode() + kind + b"\r\n" + content


async def client(host: str, port: int, name: str, count: int) -> list[float]:
    """Make `count` requests; seconds that each took."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(Client, host, port)
    read = request("GET", f"{ISSUE}?fields=summary,status,labels", name)
    others = [
        request("GET", f"{ISSUE}/transitions", name),
        request("GET", f"/rest/api/3/search/jql?jql={JQL}&maxResults=10&fields=summary", name),
        request("GET", "/rest/api/3/myself", name),
    ]
    written = None
    took = []
    for number in range(count):
        turn = number % 8
        if turn == 0:
            written = f"{name} wrote {number}"
            sent = request("PUT", ISSUE, name, {"fields": {"summary": written}})
        elif turn % 2:
            sent = read
        else:
            sent = others[turn // 2 - 1]
        start = time.perf_counter()
        status, body = await connection.ask(sent)
        took.append(time.perf_counter() - start)
        assert status == (204 if turn == 0 else 200), (status, body)
        if turn % 2:
            seen = orjson.loads(body)["fields"]["summary"]
            assert seen == written, f"{name} sees {seen!r}, and wrote {written!r}"
    return took


async def load(host: str, port: int, clients: int, count: int, prefix: str) -> list[list[float]]:
    names = [f"{prefix}{number}" for number in range(clients)]
    return await asyncio.gather(*(client(host, port, name, count) for name in names))


def used(pid: int) -> float:
    """Processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="of all clients together")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--traces", action="store_true", help="with a file of traces, too")
    parser.add_argument("--no-check", action="store_true", help="exit with 0 below the target")
    options = parser.parse_args()
    each = options.requests // options.clients
    command = [
        sys.executable, "-m", "rewardlang", "serve", str(ROOT / "scenarios/apis/jira.yaml"),
        "--world", "acme", "--port", "0", "--control-port", "0", "--calls", "100000",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        if options.traces:
            command += ["--traces", f"{folder}/traces.jsonl"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
            try:
                rate = measure(server, options.clients, each)
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(timeout=30)
    if rate < TARGET and not options.no_check:
        sys.exit(f"fewer than {TARGET} requests a second")


def measure(server: Any, clients: int, each: int) -> float:
    found = re.search(r"operations at (http://\S+)", server.stdout.readline())
    assert found is not None, "the server has not started"
    url = urlsplit(found[1])
    assert url.hostname is not None
    assert url.port is not None
    asyncio.run(load(url.hostname, url.port, clients, 200, "warm"))
    busy, own, start = used(server.pid), time.process_time(), time.perf_counter()
    took = list(chain(*asyncio.run(load(url.hostname, url.port, clients, each, "c"))))
    wall = time.perf_counter() - start
    own, busy = time.process_time() - own, used(server.pid) - busy
    count, rate = len(took), len(took) / wall
    cuts = quantiles(took, n=100)
    print(f"{clients} clients, {count} requests, each in its own world and seeing only that")
    print(f"requests a second          {rate:10.0f}  target {TARGET}")
    print(f"latency, median            {median(took) * 1e3:10.2f} ms")
    print(f"latency, 99th percentile   {cuts[98] * 1e3:10.2f} ms")
    print(f"processor time a request   {busy / count * 1e6:10.0f} us in the server")
    print(f"                           {own / count * 1e6:10.0f} us in the clients")
    return rate


if __name__ == "__main__":
    main()
