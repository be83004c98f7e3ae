"""The ASGI application: sessions by header or path, bodies within bounds, answers with a length.

Plain ASGI, without a framework between the server and `Rest`: a request is one dictionary in and
two messages out, and anything between would cost more than the step in the world does.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from traceback import format_exception
from typing import Any

from rewardlang.serve.messages import JSON, Answer, Request
from rewardlang.serve.offers import problem
from rewardlang.serve.rest import Rest
from rewardlang.serve.sessions import DEFAULT, Refused
from rewardlang_runtime import ScenarioFault
from rewardlang_runtime.values import MAX_ARGUMENTS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_BODY = 10 << 20
"""Bytes of a body that are read; what is longer is answered before it has been sent."""
_KEPT = 4 * MAX_ARGUMENTS
"""Bytes that can hold arguments within the caps of a call; a longer body is read and not kept."""
SESSION = "x-rewardlang-session"
PREFIX = "/s/"
"""What a path begins with that names its session."""


class Gone(Exception):
    """The client has gone before its request was whole."""


class App:
    """REST, for any ASGI server."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        method = scope["method"]
        try:
            body, size = await _body(method, headers, receive)
        except Gone:
            return
        raw = scope.get("raw_path")
        path = scope["path"] if raw is None else raw.decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        request = Request(method, path, query, headers, body, too_large=size > _KEPT)
        answer = self._answer(request)
        content = _here(answer.content, request)
        sent = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers
        ]
        if answer.body is not None:
            sent.append((b"content-type", JSON.encode()))
        if answer.status != 204:
            sent.append((b"content-length", b"%d" % len(content)))
        if size > MAX_BODY:
            sent.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": sent})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else content})

    def _answer(self, request: Request) -> Answer:
        rest = self.rest
        try:
            name, path = _session_in(request.path)
            if name is not None:
                request.path, request.prefix = path, PREFIX + name
            else:
                name = request.headers.get(SESSION, DEFAULT)
            session = rest.sessions.get(name)
        except (Refused, ScenarioFault, ValueError) as error:
            offer = rest.sessions.first
            return Answer(400, problem(offer.api_of(request.path), 400, str(error)))
        try:
            return rest.answer(session, request)
        except Exception as error:
            # A bug of ours, or a full disk: the client hears of it as of any server's, the operator
            # sees it whole, and the other sessions go on.
            print("".join(format_exception(error)), file=sys.stderr)
            api = session.offer.api_of(request.path)
            return Answer(500, problem(api, 500, "Internal server error"))


def _here(content: bytes, request: Request) -> bytes:
    """An answer whose resources say that they are at this server and in this session.

    Clients go to where a resource says that it is itself: the address of the API's real site would
    lead them elsewhere. In a text of the world these bytes would be escaped.
    """
    if b'"self":"http' not in content:
        return content
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return content
    return _ITSELF.sub(f'"self":"http://{host}{request.prefix}/'.encode("latin-1"), content)


_ITSELF = re.compile(rb'"self":"https?://[^/"\\]+/')
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}|\[[0-9a-fA-F:.]+\](?::[0-9]+)?")


def _session_in(path: str) -> tuple[str | None, str]:
    """The session that a path begins with, if any, and the path without it."""
    if not path.startswith(PREFIX):
        return None, path
    name, _, rest = path[len(PREFIX) :].partition("/")
    return name, "/" + rest


async def _body(method: str, headers: dict[str, str], receive: Receive) -> tuple[bytes, int]:
    """The body, empty when it is not kept, and its size as far as it was read."""
    length = headers.get("content-length", "")
    if not length and "transfer-encoding" not in headers and method in ("GET", "HEAD"):
        return b"", 0
    if length.isdigit() and (len(length) > 15 or int(length) > MAX_BODY):
        return b"", MAX_BODY + 1
    chunks: list[bytes] = []
    size = 0
    while size <= MAX_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > _KEPT:
            chunks.clear()
        else:
            chunks.append(chunk)
        if not message.get("more_body", False):
            break
    return b"".join(chunks), size


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
