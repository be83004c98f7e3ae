"""Searches over several collections are opaque; those of one kind of rows are lists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from importer.playing import imported

PAINTING = {"type": "object", "properties": {"id": {"type": "string"}, "title": {"type": "string"}}}
HIT = {"id": {"type": "string"}, "title": {"type": "string"}}


def _listed(item: dict[str, Any], query: str = "q") -> dict[str, Any]:
    schema = {"type": "object", "properties": {"hits": {"type": "array", "items": item}}}
    asked = {"name": query, "in": "query", "required": True, "schema": {"type": "string"}}
    answer = {"description": "Hits.", "content": {"application/json": {"schema": schema}}}
    return {"get": {"parameters": [asked], "responses": {"200": answer}}}


def _museum(folder: Path, path: str, item: dict[str, Any]) -> dict[str, str]:
    """What becomes of a search in an API that has paintings: its kind and its notes."""
    one = {"application/json": {"schema": {"$ref": "#/components/schemas/Painting"}}}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Museum", "version": "1"},
        "paths": {
            path: _listed(item),
            "/paintings/{id}": {
                "get": {
                    "operationId": "getPainting",
                    "parameters": [
                        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                    ],
                    "responses": {"200": {"description": "It.", "content": one}},
                }
            },
        },
        "components": {"schemas": {"Painting": PAINTING}},
    }
    document["paths"][path]["get"]["operationId"] = "lookFor"
    file = folder / "museum.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    made = imported(file, folder)
    found = next(draft for draft in made.drafts if draft.name == "lookFor")
    return {"kind": found.kind, "why": "; ".join(found.notes), "rows": found.subject or ""}


def _of(kinds: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"type": kinds, **HIT}}


@pytest.mark.parametrize(
    ("path", "item", "why"),
    [
        ("/search", _of({"type": "string", "enum": ["painting", "artist"]}), "several kinds, as"),
        ("/all/search", _of({"type": "string", "enum": ["painting", "artist"]}), "several kinds"),
        ("/search", _of({"type": "string"}), "does not say of which table"),
        ("/search", {"type": "object", "properties": HIT}, "does not say of which table"),
        (
            "/find",
            {"oneOf": [PAINTING, {"type": "object", "properties": {"room": {"type": "string"}}}]},
            "things of several kinds",
        ),
    ],
)
def test_hits_are_no_rows_of_their_own(tmp_path, path, item, why):
    found = _museum(tmp_path, path, item)
    assert found["kind"] == "opaque"
    assert why in found["why"]
    assert "searches" not in (tmp_path / "apis/museum.yaml").read_text()


def test_a_search_of_rows_that_there_are_lists_them(tmp_path):
    found = _museum(tmp_path, "/search", {"$ref": "#/components/schemas/Painting"})
    assert (found["kind"], found["rows"]) == ("list", "paintings")


def test_kinds_of_one_thing_do_not_make_several(tmp_path):
    found = _museum(tmp_path, "/rooms/search", _of({"type": "string", "enum": ["small", "large"]}))
    assert found["kind"] == "list"
