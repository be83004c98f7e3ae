"""Two servers in one loop: the API for clients, and the control endpoint beside it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable, Generator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rewardlang.frozen import frozen

_MAX_HEAD = 64 << 10
"""Bytes of a request's address and headers."""
_CONNECTIONS = 4_096
"""Past so many at once, a request is answered 503."""


class _Protocol(HttpToolsProtocol):
    """HTTP with a bound on what stands before a body, for which uvicorn has none with httptools."""

    _head = 0

    def on_message_begin(self) -> None:
        self._head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > _MAX_HEAD:
            raise ValueError("the headers are too large")  # answered 400, and the connection closed


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs several."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture none."""
        yield


class CannotListen(Exception):
    """An address is taken, or is none of this machine."""


@frozen
class Endpoint:
    """An application and the socket it answers at."""

    socket: socket.socket
    app: Callable[..., Any]

    @property
    def url(self) -> str:
        """Where it is found."""
        return url_of(self.socket)


def url_of(listening: socket.socket) -> str:
    """The address of a socket as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """A socket at an address; port 0 takes a free one.

    Raises:
        CannotListen: It is taken, or none of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(1024)
        except OSError:
            made.close()
            raise
    except OSError as error:
        why = f"cannot listen at {host}, port {port}: {error.strerror}"
        if error.errno == errno.EADDRINUSE:
            why += "; choose another port, or 0 for a free one"
        raise CannotListen(why) from error
    return made


def is_loopback(listening: socket.socket) -> bool:
    """Whether only this machine can reach a socket."""
    host: str = listening.getsockname()[0]
    return host == "::1" or host.startswith("127.")


def run(endpoints: list[Endpoint], ready: Callable[[], None] = lambda: None) -> int:
    """Serve until the process is asked to end; the signal that asked.

    Args:
        endpoints: What is served where.
        ready: Called once all of them answer.
    """
    configs = [config(endpoint) for endpoint in endpoints]
    with asyncio.Runner(loop_factory=configs[0].get_loop_factory()) as runner:
        return runner.run(_serve(endpoints, [_Server(config) for config in configs], ready))


def config(endpoint: Endpoint) -> uvicorn.Config:
    """How the server of an endpoint is set up."""
    return uvicorn.Config(
        endpoint.app,
        http=_Protocol,
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )


async def _serve(
    endpoints: list[Endpoint], servers: list[_Server], ready: Callable[[], None]
) -> int:
    loop = asyncio.get_running_loop()
    asked: asyncio.Future[int] = loop.create_future()

    def ask(number: int) -> None:
        # Whoever is still sending is cut off after a second, which uvicorn would tell as errors.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        if not asked.done():
            asked.set_result(number)
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask, number)
    serving = [
        loop.create_task(server.serve(sockets=[endpoint.socket]))
        for server, endpoint in zip(servers, endpoints, strict=True)
    ]
    while not all(server.started for server in servers):
        if any(task.done() for task in serving):
            break
        await asyncio.sleep(0.01)
    else:
        # What was compiled and loaded so far stays: the collector need not look at it again.
        gc.freeze()
        ready()
    for done in asyncio.as_completed(serving):
        await done  # raises what a server failed of
    return asked.result() if asked.done() else 0
