"""The served application without a socket: requests in, answers out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import operations
import orjson
from shipped import FILES, compiled

from rewardlang.serve.app import App
from rewardlang.serve.journal import Journal
from rewardlang.serve.messages import Translator
from rewardlang.serve.offers import Offer
from rewardlang.serve.rest import Rest
from rewardlang.serve.sessions import Sessions

AUTH = {"authorization": "Basic YW5hOnRva2Vu"}
"""ana:token"""


class Got(NamedTuple):
    """What a server sends back; header names in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.content)


class Client:
    """Asks an application as a server would."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = AUTH,
        *,
        session: str | None = None,
        chunks: Sequence[bytes] | None = None,
    ) -> Got:
        """One request; `body` is JSON unless it is bytes, `chunks` are sent one by one."""
        path, _, query = target.partition("?")
        sent = dict(headers or {})
        if session is not None:
            sent["x-rewardlang-session"] = session
        if chunks is None:
            content = (
                body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
            )
            chunks = [content]
            sent.setdefault("content-length", str(len(content)))
        return asyncio.run(self._ask(method, path, query, sent, list(chunks)))

    async def _ask(
        self, method: str, path: str, query: str, headers: dict[str, str], chunks: list[bytes]
    ) -> Got:
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("utf-8", "surrogatepass"),
            "query_string": query.encode("utf-8", "surrogatepass"),
            "headers": [
                (name.lower().encode(), value.encode("utf-8")) for name, value in headers.items()
            ],
        }
        sent: list[Any] = []
        self.read = 0

        async def receive() -> dict[str, Any]:
            self.read += 1
            chunk = chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        start, *rest = sent
        content = b"".join(message["body"] for message in rest)
        named = {name.decode(): value.decode() for name, value in start["headers"]}
        return Got(start["status"], named, content)


def sessions(name: str = "jira", journal: Journal | None = None, **options: Any) -> Sessions:
    """Sessions of a shipped scenario by its file's name, or of all operations of an API."""
    if name in operations.APIS:
        offer = Offer(operations.scenario(name))
    else:
        offer = Offer(compiled(next(path for path in FILES if path.stem == name)))
    return Sessions([offer], journal, **options)


def kill(made: Sessions) -> None:
    """Let go of the files as the end of a process does, and of nothing else."""
    assert made._journal is not None
    made._journal._calls.close()
    made._journal._done.close()


def client(made: Sessions, translators: Sequence[Translator] = ()) -> Client:
    """A client of an application with these sessions."""
    if translators:
        made.first.translators = tuple(translators)
    return Client(App(Rest(made)))
