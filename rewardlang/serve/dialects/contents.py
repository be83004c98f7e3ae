"""Spaces, pages and errors as version 1 of Confluence gives them."""

from __future__ import annotations

from typing import Any

from rewardlang.serve.messages import Answer
from rewardlang_runtime import World

Row = dict[str, Any]

_SITE = "https://acme.atlassian.net/wiki"
_HIGHEST = 64
"""Pages above one that are told of."""


def space_of(row: Row) -> Row:
    """A space of version 2, or a row of the world."""
    key = row["key"]
    return {
        "id": int(row["id"]) if row["id"].isdigit() else row["id"],
        "key": key,
        "name": row["name"],
        "type": row["type"],
        "status": row["status"],
        "_links": {"webui": f"/spaces/{key}", "self": f"{_SITE}/rest/api/space/{key}"},
    }


def page_of(row: Row, expand: frozenset[str], world: World) -> Row:
    """A page of version 2, or a row of the world.

    Args:
        row: What the operation answered; what it leaves out is looked up.
        expand: What the page is to hold besides.
        world: The world after the call.
    """
    space = world["spaces"].get(row.get("spaceId"))
    known = world["pages"].get(row["id"]) or {}
    page = {**known, **row, "version": {**known.get("version", {}), **row.get("version", {})}}
    found: Row = {"id": row["id"], "type": "page", "status": row["status"], "title": row["title"]}
    if space is not None:
        found["space"] = space_of(space)
    found["version"] = _version(page)
    found["history"] = history_of(page)
    if "body" in row and asks_for("body", expand):
        found["body"] = bodies_of(row["body"])
    if "ancestors" in expand:
        found["ancestors"] = _above(page, world)
    if asks_for("metadata.labels", expand):
        rows = [world["labels"].get(name) or {"name": name} for name in page.get("labels", ())]
        labels = [{**label, "label": label["name"]} for label in rows]
        found["metadata"] = {"labels": {"results": labels, "start": 0, "size": len(labels)}}
    if asks_for("children.attachment", expand):
        found["children"] = {"attachment": {"results": [], "start": 0, "limit": 25, "size": 0}}
    key = "" if space is None else space["key"]
    found["_links"] = {
        "webui": f"/spaces/{key}/pages/{row['id']}",
        "self": f"{_SITE}/rest/api/content/{row['id']}",
        "base": _SITE,
        "context": "/wiki",
    }
    return found


def bodies_of(body: Row) -> Row:
    """A body in each representation that there is: what is shown is what is stored."""
    value = body["storage"]["value"]
    return {name: {"value": value, "representation": name} for name in ("storage", "view")}


def asks_for(name: str, expand: frozenset[str]) -> bool:
    """Whether something, or a part of it, is to be expanded."""
    return any(asked == name or asked.startswith(f"{name}.") for asked in expand)


def history_of(page: Row) -> Row:
    """When a page was made and last changed."""
    return {
        "latest": True,
        "createdBy": _user(page.get("authorId")),
        "createdDate": page.get("createdAt"),
        "lastUpdated": _version(page),
    }


def _version(page: Row) -> Row:
    version = page.get("version", {})
    return {
        "number": version.get("number", 1),
        "when": version.get("createdAt"),
        "message": version.get("message", ""),
        "minorEdit": version.get("minorEdit", False),
        "by": _user(version.get("authorId")),
    }


def _user(account: Any) -> Row:
    return {"type": "known", "accountId": account}


def _above(page: Row, world: World) -> list[Row]:
    """The pages above one, the highest first."""
    found: list[Row] = []
    seen = {page["id"]}
    above = world["pages"].get(page.get("parentId"))
    while above is not None and above["id"] not in seen and len(found) < _HIGHEST:
        seen.add(above["id"])
        shown = {name: above[name] for name in ("id", "status", "title")}
        found.append({**shown, "type": "page"})
        above = world["pages"].get(above["parentId"])
    return found[::-1]


def listed(rows: list[Any], start: int, limit: int) -> Answer:
    """A page of a list."""
    links = {"base": _SITE, "context": "/wiki"}
    body = {"results": rows, "start": start, "limit": limit, "size": len(rows), "_links": links}
    return Answer(200, body)


def refused(status: int, body: Any) -> Answer:
    """An error of version 2 as version 1 gives it."""
    errors = body.get("errors") if type(body) is dict else None
    first = errors[0] if type(errors) is list and errors else {}
    title = first.get("title") if type(first) is dict else None
    if type(body) is dict and type(body.get("message")) is str:
        title = body["message"]
    return refusal(status, title if type(title) is str else "The request was refused")


def refusal(status: int, message: str) -> Answer:
    """An error of version 1."""
    data = {"authorized": status != 403, "valid": False, "errors": [], "successful": False}
    return Answer(status, {"statusCode": status, "data": data, "message": message})
