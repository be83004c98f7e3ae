"""HAR files: the requests of an HTTP session, matched to operations by method and path.

A file is an episode, or one for each value of the header that `rewardlang serve` tells worlds
apart by. A request under the base path of an API in use that is no operation of it is a step of the
kind `unknown_tool`, named by its method and path; what released clients send in older versions is
read as the calls that it stands for, and its answers as far as they tell the operations' own. What
lies under no base path, such as the images of a page, is left out, and counted.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
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
    Told,
    read_json,
    size_of,
    trace,
)
from rewardlang.recordings.mcp import TOO_MANY
from rewardlang.recordings.sessions import Sessions
from rewardlang_runtime import FAILURES

if TYPE_CHECKING:
    from rewardlang_runtime.routes import Match, Routes

Json = Any
ELSEWHERE = "requests to paths of no API in use"
BY_ITSELF = "requests that clients make by themselves"
PREFLIGHT = "requests for permission (OPTIONS, HEAD)"
MALFORMED = "null"
"""Arguments that are no object, as `items.arguments_of` gives them."""
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
    """A request that no operation is declared for, or of another form, as translators get it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Meant(NamedTuple):
    """What a request in another dialect stands for.

    Attributes:
        operation: Of each of its calls.
        arguments: Of each, in their order.
        told: From status and body of its answer to what they tell of the last call's; may raise
            any of `FAILURES`. None when they are the same.
    """

    operation: str
    arguments: tuple[dict[str, Json] | str, ...]
    told: Callable[[int, Json], Told] | None


Translate = Callable[[Asked], Meant | bool | None]
"""To what a request in another dialect stands for; True for one that clients make by themselves,
which is no step; None for one that it does not know."""


def reader(
    routes: Routes, offered: Container[str], bases: Sequence[str], translate: Translate
) -> Any:
    """A reader of entries.

    Args:
        routes: The operations that there are.
        offered: The names of those that are tools.
        bases: The base paths of their APIs.
        translate: Asked for what is declared nowhere, or not offered, or has another form.
    """

    def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
        sessions = Sessions(_Session)
        for number, record in records:
            if not recognises(record):
                yield Problem(number, "no entry of a HAR file", "export the session again")
                continue
            request = record["request"]
            found = _steps(routes, offered, bases, translate, request, record["response"])
            if isinstance(found, str):
                yield LeftOut(number, found)
                continue
            headers = _pairs(request.get("headers"))
            session = sessions.of(headers.get(SESSION, ""), size_of(record))
            session.number = session.number or number
            room = MAX_STEPS - len(session.steps)
            session.steps += found[:room]
            session.too_many += len(found[room:])
            for closed in sessions.closed():
                yield from _episode(closed)
        for closed in sessions.end():
            yield from _episode(closed)

    return read


def _episode(session: _Session) -> Iterator[Item]:
    if session.too_many:
        yield LeftOut(session.number, TOO_MANY, session.too_many)
    yield trace(session.number, UNKNOWN, session.steps, None)


def _steps(
    routes: Routes,
    offered: Container[str],
    bases: Sequence[str],
    translate: Translate,
    request: Json,
    response: Json,
) -> list[Step] | str:
    """A request as the steps that it is, nearly always one, or the reason why it is none."""
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
        args = None if match is None else _arguments(match, query, request)
        if match is not None and match.operation.name in offered and args != MALFORMED:
            return [Step(match.operation.name, args, _said(response))]
        found = translate(
            Asked(method, inner, query, _pairs(request.get("headers")), _sent(request))
        )
        if found is True:
            return BY_ITSELF
        if isinstance(found, Meant):
            return _meant(found, _said(response))
        if match is not None:
            return [Step(match.operation.name, args, _said(response))]
    if not any(inner.startswith(base) for inner in _suffixes(path) for base in bases):
        return ELSEWHERE
    return [Step(f"{method} {path}"[:200], {}, {"kind": "unknown_tool"})]


def _meant(found: Meant, said: dict[str, Json]) -> list[Step]:
    """The calls that a request in another dialect stands for."""
    *before, last = found.arguments
    # They were made one after the other until one failed; which one did, nothing tells.
    done: dict[str, Json] = {"kind": "ok"} if said.get("kind") == "ok" else {}
    steps = [Step(found.operation, args, done) for args in before]
    ended = _told(found, said) if done or not before else {}
    return [*steps, Step(found.operation, last, ended)]


def _told(found: Meant, said: dict[str, Json]) -> dict[str, Json]:
    """How a call ended, by the answer to a request in another dialect."""
    if found.told is None or "status" not in said:
        return said
    try:
        told = found.told(said["status"], said.get("response"))
    except FAILURES:
        return {key: value for key, value in said.items() if key != "response"}
    ended = _ended(told.status)
    if "response" in said:
        ended["response" if told.whole else "part"] = told.response
    return ended


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
        return MALFORMED  # a body that is no object, where one is asked for


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
    ended = _ended(status)
    content = response.get("content")
    content = content if type(content) is dict else {}
    text = content.get("text")
    if type(text) is not str or not text:
        # A size without a text is a body that the recorder did not keep.
        empty = status == 204 or content.get("size") in (0, None)
        return {**ended, **({"response": None} if empty else {})}
    try:
        if content.get("encoding") == "base64":
            text = base64.b64decode(text, validate=True)
        return {**ended, "response": read_json(text)}
    except ValueError:
        return ended


def _ended(status: int) -> dict[str, Json]:
    return {**({"kind": "ok"} if status < 400 else {"ok": False}), "status": status}
