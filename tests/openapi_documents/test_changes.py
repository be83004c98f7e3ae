"""What changed between two versions of a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openapi
import pytest
import yaml
from click.testing import CliRunner
from patience import ends

from rewardlang.cli.changes import command
from rewardlang.openapi import Document, read_text
from rewardlang.openapi.changes import changes, render

CASES = yaml.safe_load(Path(__file__).with_name("changes.yaml").read_text(encoding="utf-8"))
CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}


def _document(given: dict[str, Any]) -> Document:
    operation = {
        "operationId": "op",
        "requestBody": {"content": CONTENT},
        "responses": {"200": {"description": "All", "content": CONTENT}},
        **given.get("operation", {}),
    }
    hole = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    data = {
        "openapi": "3.0.3",
        "info": {"title": "Desk", "version": "1"},
        "servers": given.get("servers", []),
        "paths": {"/a/{id}": {"parameters": [hole], "post": operation}, **given.get("paths", {})},
        "components": {"schemas": {"S": given.get("schema", {"type": "object"})}},
    }
    document, problems = read_text(json.dumps(data).encode(), "api.json")
    assert document is not None
    assert problems == []
    return document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_changes(case: dict[str, Any]) -> None:
    old, new = _document(case.get("old", {})), _document(case.get("new", {}))
    found = changes(old, new)
    said = [
        f"{'breaks' if c.breaking else 'keeps'} {c.where}: {c.what} @ {c.pointer}" for c in found
    ]
    assert said == case["changes"]
    assert render(found).count("\n") == len(found)
    assert changes(new, new) == ()


def test_those_that_break_come_first() -> None:
    case = next(case for case in CASES if case["name"] == "parameters")
    lines = render(changes(_document(case["old"]), _document(case["new"]))).splitlines()
    assert lines[0] == "breaks  op query must: made required  (/paths/~1a~1{id}/post/parameters/0)"
    assert [line[:6] for line in lines] == ["breaks"] * 5 + ["keeps "] * 4


def test_schemas_that_contain_one_another_end() -> None:
    names = [f"S{n}" for n in range(40)]
    every = {name: {"$ref": f"#/components/schemas/{name}"} for name in names}

    def document(kind: str) -> Document:
        schemas = {
            n: {"type": "object", "properties": {**every, "x": {"type": kind}}} for n in names
        }
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
        responses = {"200": {"description": "All", "content": content}}
        data = {
            "openapi": "3.0.3",
            "info": {"title": "A", "version": "1"},
            "paths": {"/a": {"get": {"responses": responses}}},
            "components": {"schemas": schemas},
        }
        found, _ = read_text(json.dumps(data).encode(), "api.json")
        assert found is not None
        return found

    with ends():
        found = changes(document("string"), document("integer"))
    assert len({change.pointer for change in found}) == 40  # each of them is told at least once


def test_an_edited_copy_of_an_official_document() -> None:
    openapi.require()
    (old,) = openapi.documents("jira")
    data = json.loads(old.source.text)
    del data["paths"]["/rest/api/3/myself"]
    data["paths"]["/rest/api/3/issue/{issueIdOrKey}"]["get"]["parameters"][1]["required"] = True
    data["components"]["schemas"]["CreatedIssue"]["properties"]["id"]["type"] = "integer"
    new, _ = read_text(json.dumps(data).encode(), "new.json")
    assert new is not None
    assert changes(old, old) == ()
    assert {(c.kind, c.operation, c.breaking) for c in changes(old, new)} == {
        ("required", "getIssue", True),
        ("type", "createIssue", True),
        ("type", "createIssues", True),
        ("removed", "getCurrentUser", True),
    }


def test_the_command(tmp_path: Path) -> None:
    case = next(case for case in CASES if case["name"] == "another name, and deprecated")
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(_document({}).source.text, encoding="utf-8")
    new.write_text(_document(case["new"]).source.text, encoding="utf-8")
    run = CliRunner().invoke(command, [str(old), str(new)])
    assert run.exit_code == 1
    assert run.output.startswith("breaks  other: was called `op`")
    assert run.output.endswith("2 changes, 1 of them breaking\n")
    run = CliRunner().invoke(command, [str(old), str(new), "--format", "json"])
    assert [change["kind"] for change in json.loads(run.output)] == ["renamed", "values"]
    run = CliRunner().invoke(command, [str(old), str(old)])
    assert (run.exit_code, run.output) == (0, "0 changes, 0 of them breaking\n")
    run = CliRunner().invoke(command, [str(old), str(tmp_path / "none.json")])
    assert (run.exit_code, "Y015" in run.output) == (1, True)
