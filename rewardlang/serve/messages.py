"""Requests and answers as the served API knows them, apart from any server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson

from rewardlang.recordings.items import Told
from rewardlang_runtime import Environment

JSON = "application/json;charset=UTF-8"

Header = tuple[str, str]


class Request:
    """A request within a session: its path has no `/s/NAME` any longer.

    Attributes:
        method: In capitals.
        path: Percent-encoded, with its leading slash.
        query: What follows the `?`, as it was sent.
        headers: By lower-case name; of several with one name, the last.
        body: As it was sent; b"" for none, and for one that is too large to be kept.
        too_large: Whether it is.
        prefix: What stood before `path` to name the session; "" when a header did.
    """

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        too_large: bool = False,
        prefix: str = "",
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers or {}
        self.body = body
        self.too_large = too_large
        self.prefix = prefix

    @cached_property
    def json(self) -> Any:
        """The JSON value of the body, None for none.

        Raises:
            ValueError: It is no JSON.
        """
        return orjson.loads(self.body) if self.body else None

    @cached_property
    def arguments(self) -> dict[str, str]:
        """The query's parameters; of several with one name, the first."""
        return dict(reversed(parse_qsl(self.query, keep_blank_values=True)))


class Answer(NamedTuple):
    """What is sent back. A `body` of None is no body; all else is sent as JSON."""

    status: int
    body: Any
    headers: tuple[Header, ...] = ()

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return b"" if self.body is None else orjson.dumps(self.body)


class Translation(NamedTuple):
    """A request in another dialect of the API, as a call of one of its operations, or as several.

    Attributes:
        operation: The operation's name.
        arguments: Its flat arguments; "" when the request's body cannot be read.
        shape: From status and body of the operation's answer, to what the dialect answers; None to
            answer as the operation does.
        told: The way back, for recordings: from status and body of the dialect's answer, which may
            be anything, to what they tell of the operation's.
        further: Arguments of more calls of the operation, each made when the one before has
            succeeded. The last one that is made gives the answer.
    """

    operation: str
    arguments: dict[str, Any] | str
    shape: Callable[[int, Any], Answer] | None = None
    told: Callable[[int, Any], Told] | None = None
    further: tuple[dict[str, Any], ...] = ()


Translator = Callable[[Request, Environment], "Translation | Answer | None"]
"""Asked for a request that no operation on offer is declared for, and for one whose body is not the
object that its operation takes, with the session's environment, which it reads and never changes.
A `Translation` is a call like any other: a step, in the trace by its operation. An `Answer` is sent
as it is, and is no step. None leaves the request to the next translator. What one raises is a bug,
and answered 500."""
