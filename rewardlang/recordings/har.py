"""HAR files: the requests of an HTTP session, matched to operations by method and path.

A file is an episode, or one for each value of the header that `rewardlang serve` tells worlds
apart by. A request under the base path of an API in use that is no operation of it is a step of the
kind `unknown_tool`, named by its method and path; paths of older versions, which released clients
use, are read as the operations that they stand for, without their responses. What lies under no
base path, such as the images of a page, is left out, and counted.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from rewardlang.recordings.items import (
    MAX_STEPS,
    UNKNOWN,
    Item,
    LeftOut,
    Problem,
    Step,
    read_json,
    size_of,
    trace,
)
from rewardlang.recordings.mcp import TOO_MANY
from rewardlang.recordings.sessions import Sessions

if TYPE_CHECKING:
    from rewardlang_runtime.routes import Match, Routes

Json = Any
ELSEWHERE = "requests to paths of no API in use"
BY_ITSELF = "requests that clients make by themselves"
PREFLIGHT = "requests for permission (OPTIONS, HEAD)"
_PREFIX = 3
"""Segments that may stand before the base path of an API, as of a site or of a world."""
SESSION = "x-rewardlang-session"


@dataclass(slots=True)
class _Session:
    number: int = 0
    steps: list[Step] = field(default_factory=list)
    too_many: int = 0


def recognises(record: Json) -> bool:
    """Whether this is an entry of a HAR file."""
    request = record.get("request") if type(record) is dict else None
    return type(request) is dict and type(request.get("url")) is str and "response" in record


class Asked(NamedTuple):
    """A request that no operation is declared for, as translators are given it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


Translate = Callable[[Asked], "tuple[str, dict[str, Json] | str] | bool | None"]
"""To the operation and the arguments that a request in another dialect stands for; True for one
that clients make by themselves, which is no step; None for one that it does not know."""


def reader(routes: Routes, bases: Sequence[str], translate: Translate) -> Any:
    """A reader of entries.

    Args:
        routes: The operations that there are.
        bases: The base paths of their APIs.
        translate: Asked for what is declared nowhere.
    """

    def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
        sessions = Sessions(_Session)
        for number, record in records:
            if not recognises(record):
                yield Problem(number, "no entry of a HAR file", "export the session again")
                continue
            request = record["request"]
            found = _step(routes, bases, translate, request, record["response"])
            if isinstance(found, str):
                yield LeftOut(number, found)
                continue
            headers = _pairs(request.get("headers"))
            session = sessions.of(headers.get(SESSION, ""), size_of(record))
            session.number = session.number or number
            if len(session.steps) < MAX_STEPS:
                session.steps.append(found)
            else:
                session.too_many += 1
            for closed in sessions.closed():
                yield from _episode(closed)
        for closed in sessions.end():
            yield from _episode(closed)

    return read


def _episode(session: _Session) -> Iterator[Item]:
    if session.too_many:
        yield LeftOut(session.number, TOO_MANY, session.too_many)
    yield trace(session.number, UNKNOWN, session.steps, None)


def _step(
    routes: Routes, bases: Sequence[str], translate: Translate, request: Json, response: Json
) -> Step | str:
    """A request as a step, or the reason why it is none."""
    method = str(request.get("method", "")).upper()[:20]
    if method in ("OPTIONS", "HEAD"):
        return PREFLIGHT
    try:
        split = urlsplit(request["url"])
        path, query = split.path or "/", split.query
    except ValueError:
        return ELSEWHERE
    for inner in _suffixes(path):
        match = routes.match(method, inner)
        if match is not None:
            args = _arguments(match, query, request)
            return Step(match.operation.name, args, _said(response))
        asked = Asked(method, inner, query, _pairs(request.get("headers")), _sent(request))
        found = translate(asked)
        if found is True:
            return BY_ITSELF
        if isinstance(found, tuple):
            # What was answered has another shape than the operation's response.
            ended = {key: value for key, value in _said(response).items() if key != "response"}
            return Step(*found, ended)
    if not any(inner.startswith(base) for inner in _suffixes(path) for base in bases):
        return ELSEWHERE
    return Step(f"{method} {path}"[:200], {}, {"kind": "unknown_tool"})


def _suffixes(path: str) -> Iterator[str]:
    """A path, and what is left of it without its first segments."""
    for _ in range(_PREFIX + 1):
        yield path
        path = "/" + path[1:].partition("/")[2]
        if path == "/":
            return


def _arguments(match: Match, query: str, request: Json) -> dict[str, Json] | str | None:
    """The arguments of a request; None when its body is not in the recording."""
    body: Json = None
    posted = request.get("postData")
    if type(posted) is dict and type(posted.get("text")) is str and posted["text"]:
        try:
            body = read_json(posted["text"])
        except ValueError:
            return str(posted["text"])
    elif type(request.get("bodySize")) is int and request["bodySize"] > 0:
        return None
    try:
        return match.arguments(query, body, _pairs(request.get("headers")))
    except ValueError:
        return "null"  # a body that is no object, where one is asked for: malformed


def _sent(request: Json) -> bytes:
    posted = request.get("postData")
    text = posted.get("text") if type(posted) is dict else None
    return text.encode("utf-8", "replace") if type(text) is str else b""


def _pairs(listed: Json) -> dict[str, str]:
    """Headers by lower-case name."""
    return {
        pair["name"].lower(): pair["value"]
        for pair in (listed if type(listed) is list else ())
        if type(pair) is dict and type(pair.get("name")) is type(pair.get("value")) is str
    }


def _said(response: Json) -> dict[str, Json]:
    """How a request ended; nothing when it was aborted."""
    status = response.get("status") if type(response) is dict else None
    if type(status) is not int or not 100 <= status < 600:
        return {}
    ended: dict[str, Json] = {"kind": "ok"} if status < 400 else {"ok": False}
    content = response.get("content")
    content = content if type(content) is dict else {}
    text = content.get("text")
    if type(text) is not str or not text:
        # A size without a text is a body that the recorder did not keep.
        empty = status == 204 or content.get("size") in (0, None)
        return {**ended, "status": status, **({"response": None} if empty else {})}
    try:
        if content.get("encoding") == "base64":
            text = base64.b64decode(text, validate=True)
        return {**ended, "status": status, "response": read_json(text)}
    except ValueError:
        return {**ended, "status": status}
