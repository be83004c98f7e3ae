"""OpenAPI documents that nobody wrote: a few resources, usual operations and odd ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from([
    "id", "name", "key", "status", "createdAt", "updated", "version", "ownerId", "userId", "tags",
    "size", "is", "first", "count", "x-y", "a b", "état", "rowKey", "matching", "value", "body",
    "parentId", "self", "_links", "data", "results", "limit", "row", "number", "title",
])  # fmt: skip
NOUNS = ["users", "cats", "statuses", "news", "to-dos", "v2", "first", "calls", "settings", "me"]

scalars = st.sampled_from([
    {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"},
    {"type": "string", "enum": ["a", "b"]}, {"type": "string", "format": "date-time"},
    {"type": "string", "format": "uuid"}, {"type": "string", "nullable": True},
    {"type": "integer", "minimum": 3, "maximum": 5}, {"type": "string", "maxLength": 2},
    {"type": "string", "pattern": "^[A-Z]{2}$"}, {}, {"type": "string", "default": "{x}"},
    {"enum": [1, "a"]}, {"type": "string", "description": "Braces { } # and: colons"},
])  # fmt: skip


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        _objects(inner),
        st.builds(lambda a, b: {"oneOf": [a, b]}, inner, inner),
        st.builds(lambda a, b: {"allOf": [a, b]}, _objects(inner), _objects(inner)),
        st.builds(lambda part: {"type": "object", "additionalProperties": part}, inner),
        st.just({"$ref": "#/components/schemas/Thing"}),
    )


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda fields, must: {
            "type": "object",
            "properties": fields,
            "required": [name for name in fields if name in must],
        },
        st.dictionaries(NAMES, inner, min_size=1, max_size=5),
        st.sets(NAMES, max_size=3),
    )


schemas = st.recursive(scalars, _grown, max_leaves=6)
rows = st.one_of(_objects(schemas), st.just({"$ref": "#/components/schemas/Thing"}))


def _answer(draw: Any, row: Any, listed: bool) -> dict[str, Any]:
    status = draw(st.sampled_from(["200", "201", "202", "204", "303", "default"]))
    if status == "204":
        return {"204": {"description": "Nothing."}}
    schema = row
    if listed:
        wrapped = {"type": "object", "properties": {"results": {"type": "array", "items": row}}}
        schema = draw(st.sampled_from([{"type": "array", "items": row}, wrapped]))
        if schema is wrapped:
            extra = draw(st.dictionaries(NAMES, schemas, max_size=3))
            wrapped["properties"] = {**extra, **wrapped["properties"]}
    return {status: {"description": "It.", "content": {"application/json": {"schema": schema}}}}


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A few resources, with some of the usual operations and some odd ones."""
    paths: dict[str, Any] = {}
    for noun in draw(st.lists(st.sampled_from(NOUNS), min_size=1, max_size=3, unique=True)):
        row = draw(rows)
        home = f"/{noun}"
        if draw(st.booleans()):
            home = f"/cats/{{catId}}/{noun}"
        hole = draw(st.sampled_from(["id", "key", f"{noun}Id", "name", "idOrKey", "x-y", "number"]))
        for path in (home, f"{home}/{{{hole}}}", f"{home}/{{{hole}}}/archive", f"{home}/search"):
            methods = draw(st.sets(st.sampled_from(["get", "post", "put", "patch", "delete"])))
            for method in sorted(methods):
                listed = method == "get" and not path.endswith("}")
                operation: dict[str, Any] = {"responses": _answer(draw, row, listed)}
                given_ = [
                    {"name": name, "in": "path", "required": True, "schema": draw(scalars)}
                    for name in [p[1:-1] for p in path.split("/") if p.startswith("{")]
                ]
                for name in sorted(draw(st.sets(NAMES, max_size=3))):
                    part = {"name": name, "in": "query", "schema": draw(scalars)}
                    given_.append({**part, "required": draw(st.booleans())})
                operation["parameters"] = given_
                if method in ("post", "put", "patch") and draw(st.booleans()):
                    body = draw(st.one_of(rows, schemas))
                    operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
                paths.setdefault(path, {})[method] = operation
    thing = draw(_objects(scalars))
    return {
        "openapi": "3.0.3",
        "info": {"title": draw(st.sampled_from(["Things", "a: b # c", "{x}"])), "version": "1"},
        "paths": paths or {"/x": {"get": {"responses": {"204": {"description": "Nothing."}}}}},
        "components": {"schemas": {"Thing": thing}},
    }
