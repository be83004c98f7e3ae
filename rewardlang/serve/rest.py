"""A request to its answer: route, arguments, one step in the session's world, and how it is said.

What a policy may do wrong over HTTP is a step as it is in process: a path of no operation is
`unknown_tool`, a body that is no JSON `malformed_arguments`. Requests without credentials, and
those after the last call, are no steps and change nothing.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from typing import Any

import orjson

from rewardlang.serve.messages import Answer, Header, Request, Translation
from rewardlang.serve.offers import Offer, problem
from rewardlang.serve.sessions import Session, Sessions
from rewardlang_runtime import Call
from rewardlang_runtime.routes import Match

_JSON_TYPES = ("application/json", "text/json")
_CHALLENGE: tuple[Header, ...] = (("WWW-Authenticate", 'Basic realm="rewardlang"'),)


class Rest:
    """Answers the requests of all sessions."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def answer(self, session: Session, request: Request) -> Answer:
        """Answer a request."""
        offer = session.offer
        user = credentials(request.headers.get("authorization", ""))
        if user is None:
            return self._problem(offer, request, 401, "Authentication is needed.", _CHALLENGE)
        method = request.method
        if method == "OPTIONS":
            return self._options(offer, request)
        if not offer.judged:
            session.environment.actor = offer.user(user) or offer.scenario.actor
        match = offer.routes.match("GET" if method == "HEAD" else method, request.path)
        if match is None or match.operation.name not in offer.tools:
            return self._translated(session, request, match)
        return self._routed(session, request, match)

    def _call(
        self, session: Session, name: str, arguments: Any, size: int
    ) -> tuple[Call | None, str]:
        """A call of an operation: over HTTP its path is its name, whatever the tool is called."""
        return self.sessions.call(session, session.environment.name_of(name), arguments, size)

    # ---- what an operation is declared for ----

    def _routed(self, session: Session, request: Request, match: Match) -> Answer:
        offer, name, size = session.offer, match.operation.name, len(request.body)
        body = None
        if request.too_large:
            return self._malformed(session, request, name, 413, "The body is too large.")
        if size and match.route.wire.takes_body:
            if not _is_json(request.headers.get("content-type")):
                return self._malformed(session, request, name, 415, "The body must be JSON.")
            try:
                body = request.json
            except ValueError:
                return self._malformed(session, request, name, 400, "The body is no JSON.")
        try:
            arguments = match.arguments(request.query, body, request.headers)
        except ValueError:
            answer = self._as_dialects_say(session, request)
            return answer or self._malformed(
                session, request, name, 400, "The body is no JSON object."
            )
        call, seen = self._call(session, name, arguments, size)
        if call is None:
            return self._refused(session, request, seen)
        if call.kind == "malformed_arguments":
            return self._problem(offer, request, 413, _message(seen))
        return _answer(call, request)

    def _malformed(
        self, session: Session, request: Request, name: str, status: int, why: str
    ) -> Answer:
        """A step of an operation whose arguments cannot be read."""
        call, seen = self._call(session, name, "", len(request.body))
        if call is None:
            return self._refused(session, request, seen)
        return self._problem(session.offer, request, status, why)

    # ---- what no operation on offer is declared for ----

    def _translated(self, session: Session, request: Request, match: Match | None) -> Answer:
        """Ask the dialects; a request that none of them knows is a step of kind unknown_tool."""
        answer = self._as_dialects_say(session, request)
        if answer is not None:
            return answer
        if match is not None:
            name = match.operation.name
            return self._unknown(session, request, name, 404, "There is nothing here.")
        methods = session.offer.routes.methods(request.path)
        name = f"{request.method} {request.path}"
        if methods:
            allow = (("Allow", ", ".join(_with_head(methods))),)
            why = f"{request.method} is not allowed here."
            return self._unknown(session, request, name, 405, why, allow)
        return self._unknown(session, request, name, 404, "There is nothing here.")

    def _as_dialects_say(self, session: Session, request: Request) -> Answer | None:
        """The answer of the first dialect that knows the request."""
        for translate in session.offer.translators:
            found = translate(request, session.environment)
            if isinstance(found, Answer):
                return found
            if isinstance(found, Translation):
                answer = self._in_dialect(session, request, found)
                for more in found.further:
                    if answer.status >= 400:
                        break
                    each = found._replace(arguments=more)
                    answer = self._in_dialect(session, request, each)
                return answer
        return None

    def _in_dialect(self, session: Session, request: Request, found: Translation) -> Answer:
        name, size = found.operation, len(request.body)
        if name not in session.offer.tools:
            return self._unknown(session, request, name, 404, "There is nothing here.")
        if request.too_large:
            return self._malformed(session, request, name, 413, "The body is too large.")
        call, seen = self._call(session, name, found.arguments, size)
        if call is None:
            return self._refused(session, request, seen)
        if call.kind == "malformed_arguments":
            status = 413 if found.arguments else 400
            return self._problem(session.offer, request, status, _message(seen))
        answer = _answer(call, request)
        if found.shape is None:
            return answer
        shaped = found.shape(answer.status, answer.body)
        return shaped._replace(headers=(*answer.headers, *shaped.headers))

    def _unknown(
        self,
        session: Session,
        request: Request,
        name: str,
        status: int,
        why: str,
        headers: tuple[Header, ...] = (),
    ) -> Answer:
        call, seen = self.sessions.call(session, name, _sent(request), len(request.body))
        if call is None:
            return self._refused(session, request, seen)
        return self._problem(session.offer, request, status, why, headers)

    def _options(self, offer: Offer, request: Request) -> Answer:
        methods = offer.routes.methods(request.path)
        if not methods:
            return self._problem(offer, request, 404, "There is nothing here.")
        return Answer(204, None, (("Allow", ", ".join(_with_head(methods))),))

    # ---- answers that no operation gives ----

    def _refused(self, session: Session, request: Request, seen: str) -> Answer:
        """The episode has ended, or has no calls left; nothing has happened."""
        status = 410 if session.environment.over else 429
        return self._problem(session.offer, request, status, _message(seen))

    def _problem(
        self,
        offer: Offer,
        request: Request,
        status: int,
        message: str,
        headers: tuple[Header, ...] = (),
    ) -> Answer:
        return Answer(status, problem(offer.api_of(request.path), status, message), headers)


def credentials(header: str) -> str | None:
    """Whom an `Authorization` header names; None when it is no credentials at all."""
    scheme, _, value = header.partition(" ")
    value = value.strip()
    if not value:
        return None
    if scheme.lower() == "bearer":
        return value
    if scheme.lower() != "basic":
        return None
    try:
        return b64decode(value, validate=True).decode("utf-8", "replace").partition(":")[0]
    except (binascii.Error, ValueError):
        return None


def _answer(call: Call, request: Request) -> Answer:
    body, headers = call.response, []
    if call.retry_after is not None:
        headers.append(("Retry-After", str(call.retry_after)))
    if call.status == 401:
        headers += _CHALLENGE
    links = body.get("_links") if type(body) is dict else None
    following = links.get("next") if type(links) is dict else None
    if type(following) is str and following.isascii() and following.isprintable():
        headers.append(("Link", f'<{request.prefix}{following}>; rel="next"'))
    return Answer(call.status, body, tuple(headers))


def _message(seen: str) -> str:
    """What an environment says of a call that was not sent."""
    message: str = orjson.loads(seen)["error"]["message"]
    return message


def _sent(request: Request) -> dict[str, Any]:
    """What is recorded of a request that no operation is for."""
    found: dict[str, Any] = {}
    if request.query:
        found["query"] = request.query
    if request.body:
        try:
            found["body"] = request.json
        except ValueError:
            found["body"] = request.body.decode("utf-8", "replace")
    return found


def _is_json(content_type: str | None) -> bool:
    """Whether a body is said to be JSON; without a word it is taken to be."""
    if not content_type:
        return True
    kind = content_type.partition(";")[0].strip().lower()
    return kind in _JSON_TYPES or kind.endswith("+json")


def _with_head(methods: Sequence[str]) -> list[str]:
    return sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})
