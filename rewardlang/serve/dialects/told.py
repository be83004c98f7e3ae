"""What answers of Confluence's version 1 tell of those that version 2 gives.

They come from recordings and may be anything. Version 1 does not tell everything, such as who owns
a page; what it does not tell is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rewardlang.recordings.items import Told

Json = Any
Read = Callable[[Json], Json]
"""From what version 1 answers to a success, to what version 2 does."""


def back(read: Read, success: int | None = None) -> Callable[[int, Json], Told]:
    """The way back of an operation of version 2; `success` is its status when it is another."""

    def way_back(status: int, body: Json) -> Told:
        if status >= 400:
            error = _named(body, message="title")
            return Told(status, {"errors": [{"status": status, **error}]})
        return Told(success or status, read(body)) if status != 204 else Told(status, None, True)

    return way_back


def back_alone(read: Read) -> Callable[[int, Json], Told]:
    """The way back of an operation that has no other version than 1."""

    def way_back(status: int, body: Json) -> Told:
        if status >= 400:
            return Told(status, {"statusCode": status, **_named(body, message="message")})
        return Told(status, read(body)) if status != 204 else Told(status, None, True)

    return way_back


def one_space(status: int, body: Json) -> Told:
    """A space that was asked for by its key, which version 2 lists."""
    if status == 404:
        return Told(200, {"results": []})
    return back(lambda found: {"results": [space(found)]})(status, body)


def every(read: Read) -> Read:
    """A list of what `read` reads."""
    return lambda body: {"results": [read(item) for item in _rows(body)]}


def space(body: Json) -> Json:
    """A space."""
    return {**_named(body, "key", "name", "type", "status"), **_id(body, "id", "id")}


def page(body: Json) -> Json:
    """A page."""
    found = _named(body, "id", "status", "title") | _id(_inside(body, "space"), "id", "spaceId")
    found |= history(_inside(body, "history"))
    if "version" in _object(body):
        found["version"] = _version(body["version"])
    if "body" in _object(body):
        found["body"] = _bodies(body["body"])
    above = _object(body).get("ancestors")
    if type(above) is list:
        found |= _id(above[-1], "id", "parentId") if above else {"parentId": None}
    return found


def history(body: Json) -> Json:
    """A page, by its history."""
    found = _named(body, createdDate="createdAt")
    found |= _named(_inside(body, "createdBy"), accountId="authorId")
    if "lastUpdated" in _object(body):
        found["version"] = _version(body["lastUpdated"])
    return found


def comment(body: Json) -> Json:
    """A comment at the foot of a page."""
    found = _named(body, "id", "status", "title")
    return {**found, "body": _bodies(body["body"])} if "body" in _object(body) else found


def label(body: Json) -> Json:
    """A label."""
    return _named(body, "id", "name", "prefix")


def found(body: Json) -> Json:
    """Pages that were found by CQL, as results of a search."""
    pages = [{"content": _named(page, "id", "type", "status", "title")} for page in _rows(body)]
    return {**_named(body, "start", "limit", "size"), "results": pages}


def _version(body: Json) -> Json:
    found = _named(body, "number", "message", "minorEdit", when="createdAt")
    return found | _named(_inside(body, "by"), accountId="authorId")


def _bodies(body: Json) -> Json:
    names = ("storage", "view")
    return {
        name: _named(body[name], "representation", "value")
        for name in names
        if name in _object(body)
    }


def _rows(body: Json) -> list[Json]:
    rows = _object(body).get("results")
    return rows if type(rows) is list else []


def _object(value: Json) -> dict[str, Json]:
    return value if type(value) is dict else {}


def _inside(value: Json, name: str) -> dict[str, Json]:
    return _object(_object(value).get(name))


def _named(value: Json, *same: str, **other: str) -> dict[str, Json]:
    """What `value` has under some names, of which `other` have others in version 2."""
    names = {**{name: name for name in same}, **other}
    return {new: value[name] for name, new in names.items() if name in _object(value)}


def _id(value: Json, name: str, new: str) -> dict[str, Json]:
    """An id, which is a text in version 2."""
    return {new: str(value[name])} if type(_object(value).get(name)) in (str, int) else {}
