"""What is served for clients of the Model Context Protocol, over stdio or streamable HTTP.

Tools are the operations exactly as a policy sees them. Every session of the protocol plays in a
world of its own, unless its requests name one; what it earns is never part of what it receives.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from traceback import format_exception
from typing import Any

import anyio
import orjson
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import McpError
from starlette.responses import Response

from rewardlang.serve.app import PREFIX, SESSION, App, Message, Receive, Scope, Send
from rewardlang.serve.rest import credentials
from rewardlang.serve.sessions import Refused, Session, Sessions
from rewardlang_runtime import ScenarioFault

PATH = "/mcp"
"""Where the protocol is spoken, also below `/s/NAME`."""
PROMPT = "task"
"""The name of the prompt that says what is to be done."""
_MAX_BODY = 4 << 20
"""Bytes of a message."""
_ID = "mcp-session-id"
_LOCAL = ["127.0.0.1:*", "localhost:*", "[::1]:*"]


class _Client:
    """One session of the protocol, and the session of the server that it plays in."""

    def __init__(self, sessions: Sessions, said: str | None) -> None:
        self._sessions = sessions
        self._said = said
        self._own: str | None = None
        """The session that was begun for this client, and ends with it."""

    def session(self, request: Any) -> Session:
        """Where a request plays.

        Args:
            request: Over HTTP the request, None over stdio.

        Raises:
            McpError: There is no such session, and it cannot be begun.
        """
        headers = {} if request is None else request.headers
        said = None if request is None else request.scope.get(SESSION) or headers.get(SESSION)
        name = said or self._said or headers[_ID]
        try:
            session = self._sessions.get(name)
        except (Refused, ScenarioFault) as error:
            wrong = types.ErrorData(code=types.INVALID_REQUEST, message=str(error))
            raise McpError(wrong) from error
        if said is None:
            self._own = session.name
        user = credentials(headers.get("authorization", ""))
        if user is not None and not session.offer.judged:
            session.environment.actor = session.offer.user(user) or session.offer.scenario.actor
        return session

    def close(self) -> None:
        """The client has gone."""
        if self._own is not None:
            self._sessions.end(self._own)


def mcp_server(sessions: Sessions, said: str | None = None) -> Server[_Client, Any]:
    """A server of the protocol.

    Args:
        sessions: Where its clients play; of several scenarios the first one's tools are offered.
        said: Where they play when they do not say so, as in the header of a request.
    """

    @asynccontextmanager
    async def opened(_: Server[_Client, Any]) -> AsyncIterator[_Client]:
        client = _Client(sessions, said)
        try:
            yield client
        finally:
            client.close()

    offer = sessions.first
    # The name tells no client that it is graded, or by what.
    name = " and ".join(sorted(offer.scenario.apis))
    server: Server[_Client, Any] = Server(name, version="1", lifespan=opened)

    def session() -> Session:
        context = server.request_context
        return context.lifespan_context.session(context.request)

    # For mypy: the SDK's decorators have no types, here and below.
    @server.list_tools()  # type: ignore[no-untyped-call, untyped-decorator]
    async def list_tools() -> list[types.Tool]:
        return tools_of(session())

    # What is wrong with arguments is the API's to say, and a step of the episode.
    @server.call_tool(validate_input=False)  # type: ignore[untyped-decorator]
    async def call_tool(name: str, arguments: dict[str, Any]) -> types.CallToolResult:
        played = session()
        try:
            return result_of(sessions, played, name, arguments)
        except Exception as error:
            # A bug of ours, of which the SDK would tell the client alone, and in its own words.
            print("".join(format_exception(error)), file=sys.stderr)
            text = types.TextContent(type="text", text="Internal server error")
            return types.CallToolResult(content=[text], isError=True)

    if any(each.judged for each in sessions.offers.values()):

        @server.list_prompts()  # type: ignore[no-untyped-call, untyped-decorator]
        async def list_prompts() -> list[types.Prompt]:
            return [types.Prompt(name=PROMPT, description=_TASK)]

        @server.get_prompt()  # type: ignore[no-untyped-call, untyped-decorator]
        async def get_prompt(name: str, _: dict[str, str] | None) -> types.GetPromptResult:
            return prompt_of(session(), name)

    return server


def tools_of(session: Session) -> list[types.Tool]:
    """The tools of a session, as its policy sees them."""
    functions = [tool["function"] for tool in session.environment.tools]
    return [
        types.Tool(name=f["name"], description=f["description"], inputSchema=f["parameters"])
        for f in functions
    ]


def result_of(
    sessions: Sessions, session: Session, name: str, arguments: dict[str, Any]
) -> types.CallToolResult:
    """Make a call and put its observation as the protocol does.

    The observation is text; when it is a JSON object it is also the structured content. Whatever is
    no success of the API is an error of the tool, which a client shows to its model.
    """
    call, seen = sessions.call(session, name, arguments)
    shown = session.offer.observation(call, seen)
    data = orjson.loads(shown)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=shown)],
        structuredContent=data if type(data) is dict else None,
        isError=call is None or not call.ok,
    )


_TASK = "What is to be done."


def prompt_of(session: Session, name: str) -> types.GetPromptResult:
    """The task of a session, in words.

    Raises:
        McpError: There is no such prompt.
    """
    played = session.environment
    if name != PROMPT or not session.offer.judged:
        message = f"no such prompt; there is: {PROMPT}"
        raise McpError(types.ErrorData(code=types.INVALID_PARAMS, message=message))
    text = "\n\n".join(said for said in (played.system, played.prompt) if said)
    content = types.TextContent(type="text", text=text)
    said = types.PromptMessage(role="user", content=content)
    return types.GetPromptResult(description=_TASK, messages=[said])


async def over_stdio(server: Server[_Client, Any]) -> None:
    """Serve one client over standard input and output, until the input ends."""
    from mcp.server.stdio import stdio_server

    # Descriptors of their own: the SDK closes what it reads and writes.
    with (
        open(os.dup(0), encoding="utf-8", errors="replace") as said,
        open(os.dup(1), "w", encoding="utf-8") as heard,
    ):
        async with stdio_server(anyio.wrap_file(said), anyio.wrap_file(heard)) as (read, write):
            await server.run(read, write, server.create_initialization_options())


class WithMcp:
    """The protocol over streamable HTTP at `PATH`, and an application everywhere else.

    Args:
        app: What answers elsewhere.
        server: What is spoken to.
        local: Whether only this machine can connect; then requests that name another host, as those
            of web pages with a forged name do, are refused.
    """

    def __init__(self, app: App, server: Server[_Client, Any], *, local: bool) -> None:
        self._app = app
        guard = TransportSecuritySettings(
            enable_dns_rebinding_protection=local,
            allowed_hosts=_LOCAL,
            allowed_origins=[f"http://{host}" for host in _LOCAL],
        )
        self._manager = StreamableHTTPSessionManager(server, security_settings=guard)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            async with self._manager.run():
                await self._app(scope, receive, send)
        elif scope["type"] == "http" and (place := _place(scope["path"])) is not None:
            body = await _body(receive) if scope["method"] == "POST" else b""
            if body is None:
                await _PARSE_ERROR(scope, receive, send)
                return
            await self._manager.handle_request(
                {**scope, SESSION: place}, _again(body, receive), send
            )
        else:
            await self._app(scope, receive, send)


async def _body(receive: Receive) -> bytes | None:
    """A body as it was sent; None when it is too large, or no JSON that the SDK can read.

    The SDK parses with the standard library, which fails on text that nests a thousand times.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _MAX_BODY:
            return None
    try:
        orjson.loads(body)
    except ValueError:
        return None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """What receives a body that has been read, and then what `receive` does."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return left.pop() if left else await receive()

    return replayed


_PARSE_ERROR = Response(
    orjson.dumps(
        {
            "jsonrpc": "2.0",
            "id": None,
            "error": {"code": types.PARSE_ERROR, "message": "Parse error: no JSON, or too large"},
        }
    ),
    400,
    media_type="application/json",
)


def _place(path: str) -> str | None:
    """The session that a path of the protocol names, "" when it names none; None for others."""
    if path.rstrip("/") == PATH:
        return ""
    name, slash, rest = path.removeprefix(PREFIX).partition("/")
    return name if path.startswith(PREFIX) and slash + rest.rstrip("/") == PATH else None
