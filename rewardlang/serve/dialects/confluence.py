"""Confluence's version 1, as far as released clients need it, in the operations of version 2.

One request is one call. Version 1 names spaces by their keys and version 2 by ids; the world says
which id a key has, and that is no step of the episode.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from rewardlang.recordings.items import Told
from rewardlang.serve.dialects import told
from rewardlang.serve.dialects.contents import (
    asks_for,
    bodies_of,
    history_of,
    listed,
    page_of,
    refusal,
    refused,
    space_of,
)
from rewardlang.serve.messages import Answer, Request, Translation, Translator
from rewardlang_runtime import Environment, Scenario, World
from rewardlang_runtime.builtins.records import cursor

_PREFIX = "/wiki/rest/api/"
_PROPERTIES = re.compile("/wiki/api/v2/pages/[^/]+/properties/?")
"""Version 2's, which a client asks for with every page."""
_ADD_LABEL = "addLabelsToContent"
_NOWHERE = "0"
"""The id that a key stands for which no space has."""

Found = Translation | Answer | None
Json = Any


class _Asked(NamedTuple):
    """A request of version 1.

    Attributes:
        parts: What its path has for the holes of the route.
        query: Its query.
        said: Its body; None when it has none.
        world: The session's world.
    """

    parts: tuple[str, ...]
    query: dict[str, str]
    said: Json
    world: World

    @property
    def body(self) -> dict[str, Any]:
        """Its body, {} when that is no object."""
        return self.said if type(self.said) is dict else {}

    @property
    def expand(self) -> frozenset[str]:
        """What the answer is asked to hold besides."""
        return frozenset(self.query.get("expand", "").split(","))

    @property
    def start(self) -> int:
        return self._number("start", 0, 10**6)

    @property
    def limit(self) -> int:
        return max(1, self._number("limit", 25, 250))

    def _number(self, name: str, otherwise: int, most: int) -> int:
        said = self.query.get(name, "")
        known = said.isascii() and said.isdigit() and len(said) < 10
        return min(int(said), most) if known else otherwise

    def page(self, row: Json) -> Json:
        """A page as the answer has it."""
        return page_of(row, self.expand, self.world)


Reader = Callable[[_Asked], Found]


def confluence(scenario: Scenario) -> Translator:
    """The translator for an API that is Confluence's version 2."""

    def translate(request: Request, environment: Environment) -> Found:
        if request.method == "GET" and _PROPERTIES.fullmatch(request.path):
            return Answer(200, {"results": [], "_links": {}})
        if not request.path.startswith(_PREFIX):
            return None
        path = request.path[len(_PREFIX) :].rstrip("/")
        for method, pattern, reader in _ROUTES:
            match = pattern.fullmatch(path) if method == request.method else None
            if match is None:
                continue
            parts = tuple(map(unquote, match.groups()))
            said, readable = _said(request)
            found = reader(_Asked(parts, request.arguments, said, environment.episode.final))
            if not isinstance(found, Translation):
                return found if readable else refusal(400, "The body is no JSON")
            if found.operation not in scenario.operations:
                return None
            return found if readable else found._replace(arguments="")
        return None

    return translate


def _said(request: Request) -> tuple[Json, bool]:
    """The body, and whether it is JSON at all."""
    try:
        return request.json, True
    except ValueError:
        return None, False


def _call(
    operation: str,
    arguments: dict[str, Any],
    shape: Callable[[Json], Json | Answer],
    way_back: Callable[[int, Json], Told],
) -> Translation:
    """A call whose success is put by `shape`; errors are put as version 1 does."""

    def shaped(status: int, body: Json) -> Answer:
        if status >= 400:
            return refused(status, body)
        found = shape(body)
        return found if isinstance(found, Answer) else Answer(200, found)

    return Translation(operation, arguments, shaped, way_back)


# ---- spaces ----


def _spaces(asked: _Asked) -> Found:
    arguments: dict[str, Any] = {"limit": asked.limit}
    arguments |= {name: asked.query[name] for name in ("type", "status") if name in asked.query}
    if "spaceKey" in asked.query:
        arguments["keys"] = [asked.query["spaceKey"]]
    if asked.start:
        arguments["cursor"] = cursor(asked.start)

    def shape(body: Json) -> Answer:
        return listed([space_of(row) for row in body["results"]], asked.start, asked.limit)

    return _call("getSpaces", arguments, shape, told.back(told.every(told.space)))


def _space(asked: _Asked) -> Found:
    (key,) = asked.parts

    def shape(body: Json) -> Json:
        rows = body["results"]
        return space_of(rows[0]) if rows else refusal(404, f"No space with key : {key}")

    return _call("getSpaces", {"keys": [key]}, shape, told.one_space)


# ---- pages ----


def _pages(asked: _Asked) -> Found:
    """The pages of a space, or those of one title."""
    status = asked.query.get("status")
    known = status in ("current", "archived", "trashed")
    arguments: dict[str, Any] = {"limit": asked.limit, "status": [status if known else "current"]}
    if "title" in asked.query:
        arguments["title"] = asked.query["title"]
    if "spaceKey" in asked.query:
        arguments["spaceId"] = [_id_of(asked.query["spaceKey"], asked.world)]
    if asked.start:
        arguments["cursor"] = cursor(asked.start)
    arguments |= _body_format(asked)

    def shape(body: Json) -> Answer:
        return listed([asked.page(row) for row in body["results"]], asked.start, asked.limit)

    return _call("getPages", arguments, shape, told.back(told.every(told.page)))


def _page(asked: _Asked) -> Found:
    arguments = {"id": asked.parts[0], **_body_format(asked)}
    return _call("getPageById", arguments, asked.page, told.back(told.page))


def _body_format(asked: _Asked) -> dict[str, Any]:
    return {"bodyFormat": "storage"} if asks_for("body", asked.expand) else {}


def _history(asked: _Asked) -> Found:
    return _call("getPageById", {"id": asked.parts[0]}, history_of, told.back(told.history))


def _create(asked: _Asked) -> Found:
    """A page, or a comment at the foot of one."""
    said = asked.body
    if said.get("type") == "comment":
        return _comment(asked)
    if said.get("type") != "page":
        return None
    arguments: dict[str, Any] = {"spaceId": _id_of(_inside(said, "space", "key"), asked.world)}
    arguments |= {name: said[name] for name in ("title", "status") if said.get(name) is not None}
    parent = _parent(said)
    # Without a page above it, a page of version 1 is at the top of its space.
    arguments |= {"rootLevel": True} if parent is None else {"parentId": parent}
    return _call("createPage", arguments | _body(said), _whole(asked), told.back(told.page))


def _update(asked: _Asked) -> Found:
    """A page's text and title; what the request leaves out stays as it is."""
    (page_id,) = asked.parts
    said = asked.body
    page = asked.world["pages"].get(page_id)
    arguments: dict[str, Any] = {"pageId": page_id, "id": page_id}
    arguments["status"] = said.get("status") or asked.query.get("status") or "current"
    if page is not None:
        arguments |= {"title": page["title"], "body": page["body"]["storage"]}
    arguments |= {name: said[name] for name in ("title", "version") if said.get(name) is not None}
    parent = _parent(said)
    if parent is not None:
        arguments["parentId"] = parent
    return _call("updatePage", arguments | _body(said), _whole(asked), told.back(told.page))


def _whole(asked: _Asked) -> Callable[[Json], Json]:
    """The page that was written, as it is now."""
    return lambda body: asked.page(asked.world["pages"].get(body["id"]) or body)


def _delete(asked: _Asked) -> Found:
    purge = {"purge": True} if asked.query.get("status") == "trashed" else {}
    arguments = {"id": asked.parts[0], **purge}
    return _call("deletePage", arguments, lambda _: Answer(204, None), told.back(told.page))


def _children(asked: _Asked) -> Found:
    page_id = asked.parts[0]
    arguments: dict[str, Any] = {"id": page_id, "limit": asked.limit}
    if asked.start:
        arguments["cursor"] = cursor(asked.start, page_id)

    def shape(body: Json) -> Answer:
        return listed([asked.page(row) for row in body["results"]], asked.start, asked.limit)

    return _call("getChildPages", arguments, shape, told.back(told.every(told.page)))


# ---- comments, labels, searches, properties ----


def _comment(asked: _Asked) -> Found:
    said = asked.body
    answered, page = _parent(said), _text(_inside(said, "container", "id"))
    arguments = {"pageId": page} if answered is None else {"parentCommentId": answered}

    def shape(body: Json) -> Json:
        return {
            "type": "comment",
            **{name: body[name] for name in ("id", "status", "title", "body")},
        }

    way_back = told.back(told.comment, 201)
    return _call("createFooterComment", arguments | _body(said), shape, way_back)


def _comments(asked: _Asked) -> Found:
    def shape(body: Json) -> Answer:
        rows = [
            {**row, "type": "comment", "body": bodies_of(row["body"])} for row in body["results"]
        ]
        return listed(rows, 0, asked.limit)

    arguments = {"id": asked.parts[0], "bodyFormat": "storage", "limit": asked.limit}
    return _call("getPageComments", arguments, shape, told.back(told.every(told.comment)))


def _labels(asked: _Asked) -> Found:
    arguments: dict[str, Any] = {"id": asked.parts[0], "limit": asked.limit}
    if "prefix" in asked.query:
        arguments["prefix"] = asked.query["prefix"]

    def shape(body: Json) -> Answer:
        return listed([{**row, "label": row["name"]} for row in body["results"]], 0, asked.limit)

    return _call("getPageLabels", arguments, shape, told.back(told.every(told.label)))


def _label(asked: _Asked) -> Found:
    """Labels that are added together; one alone is the operation's own request."""
    labels = asked.said
    if type(labels) is not list or not all(type(label) is dict for label in labels):
        return None
    calls = [{**label, "id": asked.parts[0]} for label in labels]
    return Translation(_ADD_LABEL, calls[0], further=tuple(calls[1:])) if calls else None


def _unlabel(asked: _Asked) -> Found:
    arguments = {"id": asked.parts[0], "label": asked.query.get("name", "")}
    way_back = told.back_alone(told.label)
    return _call("removeLabelFromContent", arguments, lambda _: Answer(204, None), way_back)


def _search(asked: _Asked) -> Found:
    """Pages by CQL, as pages and not as results of a search."""
    arguments: dict[str, Any] = {"start": asked.start, "limit": asked.limit}
    if "cql" in asked.query:
        arguments["cql"] = asked.query["cql"]

    def shape(body: Json) -> Answer:
        pages = asked.world["pages"]
        rows = [pages.get(row["content"]["id"]) or row["content"] for row in body["results"]]
        return listed([asked.page(row) for row in rows], asked.start, asked.limit)

    return _call("searchByCQL", arguments, shape, told.back_alone(told.found))


def _property(_: _Asked) -> Found:
    return refusal(404, "No property with this key")


def _nothing(asked: _Asked) -> Found:
    """No page has properties, attachments or folders here: this is no step, and no news of it."""
    return listed([], asked.start, asked.limit)


# ---- what a request says ----


def _id_of(key: Json, world: World) -> str:
    """The id of the space with a key."""
    space = world["spaces"].get(key)
    return space["id"] if space is not None and space["key"] == key else _NOWHERE


def _inside(said: dict[str, Any], name: str, key: str) -> Json:
    inner = said.get(name)
    return inner.get(key) if type(inner) is dict else None


def _text(said: Json) -> Json:
    """An id, which version 1 takes as a number too, as version 2 has it in bodies."""
    return str(said) if type(said) is int else said


def _parent(said: dict[str, Any]) -> Json:
    """The id of the page that is to be above: the last of `ancestors`."""
    above = said.get("ancestors")
    last = above[-1] if type(above) is list and above else None
    return _text(last.get("id")) if type(last) is dict else None


def _body(said: dict[str, Any]) -> dict[str, Any]:
    """The argument `body`, if the request has one.

    One in another representation stays as it is: the check of the request refuses it.
    """
    if said.get("body") is None:
        return {}
    storage = _inside(said, "body", "storage")
    if type(storage) is not dict:
        return {"body": said["body"]}
    return {
        "body": {name: storage[name] for name in ("representation", "value") if name in storage}
    }


_ROUTES: tuple[tuple[str, re.Pattern[str], Reader], ...] = tuple(
    (method, re.compile(path.replace("{}", "([^/]+)")), reader)
    for method, path, reader in (
        ("GET", "space", _spaces),
        ("GET", "space/{}", _space),
        ("GET", "content", _pages),
        ("POST", "content", _create),
        ("GET", "content/search", _search),
        ("GET", "content/{}", _page),
        ("PUT", "content/{}", _update),
        ("DELETE", "content/{}", _delete),
        ("GET", "content/{}/history", _history),
        ("GET", "content/{}/label", _labels),
        ("POST", "content/{}/label", _label),
        ("DELETE", "content/{}/label", _unlabel),
        ("GET", "content/{}/child/page", _children),
        ("GET", "content/{}/child/comment", _comments),
        ("GET", "content/{}/child/attachment", _nothing),
        ("GET", "content/{}/child/folder", _nothing),
        ("GET", "content/{}/property", _nothing),
        ("GET", "content/{}/property/{}", _property),
    )
)
