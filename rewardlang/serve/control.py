"""The control endpoint: sessions made, reset, looked at, scored and ended, on a port of its own.

It knows rewards, so it is for who trains or measures a policy, and never for the policy.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from hmac import compare_digest
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from rewardlang.serve.app import SESSION
from rewardlang.serve.sessions import Refused, Session, Sessions
from rewardlang_runtime import ScenarioFault

_MAX_BODY = 1 << 20
_PAGE = 1_000
"""How many sessions are listed at once."""
_BEGIN = {"session": str, "scenario": str, "seed": int, "split": str, "params": dict}
_END = {"answer": str}

Handler = Callable[[Request], Awaitable[Response]]


class _Wrong(Exception):
    """A request that is answered with `status` and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """Answers the requests of the control endpoint; see docs/manual/serve.md."""

    def __init__(self, sessions: Sessions, base_url: str, token: str | None = None) -> None:
        self._sessions = sessions
        self._base_url = base_url
        self._token = token

    def app(self) -> Starlette:
        """The endpoint as an ASGI application."""
        return Starlette(
            routes=[
                Route("/", self._guarded(self._about), methods=["GET"]),
                Route("/sessions", self._guarded(self._list), methods=["GET"]),
                Route("/sessions", self._guarded(self._begin), methods=["POST"]),
                Route("/sessions/{name}", self._guarded(self._state), methods=["GET"]),
                Route("/sessions/{name}", self._guarded(self._delete), methods=["DELETE"]),
                Route("/sessions/{name}/trace", self._guarded(self._trace), methods=["GET"]),
                Route("/sessions/{name}/score", self._guarded(self._score), methods=["GET"]),
                Route("/sessions/{name}/end", self._guarded(self._end), methods=["POST"]),
            ],
            exception_handlers={404: _not_found, 405: _not_allowed},
        )

    def _guarded(self, handler: Handler) -> Handler:
        """`handler`, for those who may, with what is wrong as an answer."""

        async def guarded(request: Request) -> Response:
            try:
                self._check(request)
                return await handler(request)
            except _Wrong as error:
                return _json({"error": str(error)}, error.status)
            except ClientDisconnect:
                return Response(status_code=400)  # which nobody is there to read
            except Refused as error:
                return _json({"error": str(error)}, 400)
            except ScenarioFault as error:
                return _json({"error": " ".join([str(error), *_notes(error)])}, 422)

        return guarded

    def _check(self, request: Request) -> None:
        if "origin" in request.headers:
            raise _Wrong(403, "this is not for web pages")
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._token is not None and not compare_digest(given.encode(), self._token.encode()):
            raise _Wrong(401, "the control endpoint wants its token: Authorization: Bearer TOKEN")

    # ---- all sessions ----

    async def _about(self, request: Request) -> Response:
        return _json(
            {
                "base_url": self._base_url,
                "scenarios": [
                    {
                        "scenario": offer.name,
                        "judged": offer.judged,
                        "calls": offer.scenario.calls_limit,
                        "parts": dict(offer.scenario.parts) if offer.judged else {},
                    }
                    for offer in self._sessions.offers.values()
                ],
                "sessions": len(self._sessions),
            }
        )

    async def _list(self, request: Request) -> Response:
        start = request.query_params.get("start", "0")
        if not start.isdecimal() or len(start) > 9:
            raise _Wrong(400, "`start` is a number")
        first = int(start)
        page = list(self._sessions)[first : first + _PAGE]
        return _json(
            {"total": len(self._sessions), "start": first, "sessions": [_state(s) for s in page]}
        )

    async def _begin(self, request: Request) -> Response:
        data = await _read(request, _BEGIN)
        session = self._sessions.start(
            data.get("session"),
            scenario=data.get("scenario"),
            seed=data.get("seed", 0),
            split=data.get("split", "train"),
            params=data.get("params"),
        )
        played = session.environment
        task = {
            "system": played.system,
            "prompt": played.prompt,
            "params": played.params,
            "tools": played.tools,
        }
        how = {
            "base_url": f"{self._base_url}/s/{session.name}",
            "headers": {SESSION.title(): session.name},
        }
        return _json({**_state(session), **how, **(task if session.offer.judged else {})}, 201)

    # ---- one session ----

    def _session(self, request: Request) -> Session:
        name = request.path_params["name"]
        session = self._sessions.find(name)
        if session is None:
            raise _Wrong(404, f"no session {name!r}")
        return session

    async def _state(self, request: Request) -> Response:
        return _json(_state(self._session(request)))

    async def _trace(self, request: Request) -> Response:
        return _json(self._session(request).line)

    async def _score(self, request: Request) -> Response:
        return _json(_score(self._session(request)))

    async def _end(self, request: Request) -> Response:
        session = self._session(request)
        data = await _read(request, _END)
        self._sessions.finish(session, data.get("answer", ""))
        return _json(_score(session) if session.offer.judged else _state(session))

    async def _delete(self, request: Request) -> Response:
        session = self._session(request)
        self._sessions.end(session.name)
        return Response(status_code=204)


def _state(session: Session) -> dict[str, Any]:
    played = session.environment
    return {
        "session": session.name,
        "scenario": session.offer.name,
        "split": played.split,
        "seed": played.seed,
        "calls": len(played.episode.calls),
        "calls_left": session.offer.scenario.calls_limit - len(played.episode.calls),
        "over": played.over,
    }


def _score(session: Session) -> dict[str, Any]:
    """The reward as it is now, and what it is made of."""
    if not session.offer.judged:
        raise _Wrong(409, "an API without a scenario has no reward; serve a scenario for one")
    scenario, detail = session.offer.scenario, session.environment.detail()
    return {
        **_state(session),
        "reward": detail.reward,
        "gates": dict(zip(scenario.gates, detail.gates, strict=True)),
        "parts": dict(zip((name for name, _ in scenario.parts), detail.parts, strict=True)),
        "penalties": dict(zip(scenario.penalties, detail.penalties, strict=True)),
    }


async def _read(request: Request, known: Mapping[str, type]) -> dict[str, Any]:
    """The members of a body, all of which are optional."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise _Wrong(413, "the body is too large")
    if not body:
        return {}
    if kind != "application/json":
        raise _Wrong(415, "the body must be JSON: Content-Type: application/json")
    try:
        data = orjson.loads(body)
    except ValueError as error:
        raise _Wrong(400, f"the body is no JSON: {error}") from error
    if type(data) is not dict:
        raise _Wrong(400, "the body must be a JSON object")
    for name, value in data.items():
        if name not in known:
            raise _Wrong(400, f"no `{name}`; there are: {', '.join(known)}")
        if value is not None and type(value) is not known[name]:
            raise _Wrong(400, f"`{name}` is {_WORDS[known[name]]}")
    return {name: value for name, value in data.items() if value is not None}


_WORDS = {str: "a text", int: "a whole number", dict: "an object"}


def _notes(error: BaseException) -> list[str]:
    return list(getattr(error, "__notes__", []))


async def _not_found(request: Request, error: Exception) -> Response:
    return _json({"error": f"nothing at {request.url.path}"}, 404)


async def _not_allowed(request: Request, error: Exception) -> Response:
    return _json({"error": f"{request.method} is not allowed here"}, 405)


def _json(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")
