"""Calls that need no knowledge of a task: they satisfy schemas, and differ where they should."""

from __future__ import annotations

import jsonschema
import pytest
from shipped import FILES, compiled, typed

from rewardlang.judge import callers
from rewardlang.judge.bench import Bench


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_minimal_calls_satisfy_their_schemas(path):
    bench = Bench(typed(path), compiled(path))
    calls = callers.minimal_calls(bench, ["PAY-51"])
    assert [name for name, _ in calls] == list(bench.compiled.tools)
    for name, args in calls:
        schema = bench.compiled.operations[name].schema
        jsonschema.validate(args, schema)
        assert set(args) == set(schema.get("required", ()))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "word"),
        ({"enum": ["b", "a"]}, "b"),
        ({"const": 7}, 7),
        ({"type": ["integer", "null"], "minimum": 3}, 3),
        ({"type": "boolean"}, False),
        ({"type": "array", "items": {"type": "number"}, "minItems": 2}, [0, 0]),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        (
            {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"$ref": "#/defs/A"}, "b": {}},
                "defs": {"A": {"type": "string"}},
            },
            {"a": "word"},
        ),
        (True, "word"),
    ],
)
def test_minimal_values(schema, value):
    assert callers.minimal(schema, schema, ["word", "other"]) == value


def test_a_schema_that_refers_to_itself_ends():
    # For ruff: a view of a table, no dict.
    schema = {"$ref": "#/defs/A", "defs": {"A": {"required": ["a"], "properties": {"a": {"$ref": "#/defs/A"}}}}}  # fmt: skip # noqa: E501
    assert "a" in callers.minimal(schema, schema, ["word"])


def test_variants():
    request = {"title": "Old", "body": {"text": ["one", {"deep": "two"}]}, "count": 3}
    paths = list(callers.texts_of(request))
    assert paths == [("title",), ("body", "text", 0), ("body", "text", 1, "deep")]
    changed = callers.varied(request, paths[2], 2)
    assert changed == {"title": "Old", "body": {"text": ["one", {"deep": "two 2"}]}, "count": 3}
    assert request["body"]["text"][1] == {"deep": "two"}


def test_deletions_begin_with_what_is_named():
    path = next(path for path in FILES if path.stem == "jira_transition_issue")
    bench = Bench(typed(path), compiled(path))
    calls = list(callers.deletions(bench, ["PAY-51", "nothing"]))
    assert calls[0] == ("deleteIssue", {"issueIdOrKey": "PAY-51"})
    keys = [args["issueIdOrKey"] for name, args in calls if name == "deleteIssue"]
    assert len(set(keys)) > 100
