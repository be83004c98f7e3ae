"""jsonschema-rs against jsonschema, the quick check against both, and the words of errors."""

from __future__ import annotations

from typing import Any

import pytest
import tracker
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rewardlang_runtime.scenario import Api
from rewardlang_runtime.validate import Validator, defaults_of, plain

OPERATION = tracker.OPERATIONS[0]
API = tracker.SCENARIO.apis["app"]

ADF = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"enum": ["doc", "paragraph", "text"]},
        "version": {"const": 1},
        "text": {"type": "string", "minLength": 1, "pattern": "^[a-z]*$"},
        "content": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 3},
    },
    "additionalProperties": False,
}
REQUEST = {
    "type": "object",
    "$defs": {"node": ADF},
    "required": ["key", "fields"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "maxLength": 4},
        "count": {"type": ["integer", "null"], "minimum": 0, "maximum": 3},
        "fields": {
            "type": "object",
            "properties": {
                "description": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                "labels": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            },
        },
    },
}

nodes = st.recursive(
    st.none()
    | st.integers(-1, 4)
    | st.sampled_from([1.0, 1.5, True])
    | st.sampled_from(["", "a", "doc", "text", "aaaaa"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "content", "version", "labels", "description", "key"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
requests = st.fixed_dictionaries(
    {}, optional={"key": nodes, "count": nodes, "fields": nodes, "extra": nodes}
)


def validator(schema: dict[str, Any], **changes: Any) -> Validator:
    return Validator(OPERATION._replace(schema=schema), API._replace(**changes))


@settings(max_examples=300)
@given(requests | nodes)
def test_two_validators_agree(request_: Any) -> None:
    ours, theirs = validator(REQUEST), Draft202012Validator(REQUEST)
    assert ours.is_valid(request_) == theirs.is_valid(request_)
    if isinstance(request_, dict):
        assert bool(ours.errors(request_)) != theirs.is_valid(request_)


PLAIN_SCHEMAS = [
    {
        "type": "object",
        "properties": {n: {"type": "string"} for n in names},
        "required": list(names),
        "additionalProperties": False,
    }
    for names in ("a", "ab")
]


@given(st.dictionaries(st.sampled_from("abc"), nodes, max_size=3), st.sampled_from(PLAIN_SCHEMAS))
def test_the_quick_check_agrees(args: dict[str, Any], schema: dict[str, Any]) -> None:
    quick = plain(schema)
    assert quick is not None
    assert quick(args) == Draft202012Validator(schema).is_valid(args)


@pytest.mark.parametrize(
    "change",
    [
        {"additionalProperties": True},
        {"minProperties": 1},
        {"required": []},
        {"properties": {"a": {}}},
        {"properties": {"a": {"type": "string", "minLength": 1}}},
        {"properties": {"a": {"type": "integer"}}},
        {"$defs": {}},
    ],
)
def test_the_quick_check_is_for_plain_schemas_only(change: dict[str, Any]) -> None:
    assert plain({**PLAIN_SCHEMAS[0], **change}) is None


def test_errors_by_argument() -> None:
    errors = validator(REQUEST).errors(
        {"count": "x", "extra": 1, "fields": {"labels": ["a", 1], "description": {"type": "no"}}}
    )
    assert errors == {
        "count": "count must be an integer or null.",
        "extra": "extra must be .",
        "fields.description": "description must be .",
        "fields.labels.1": "labels[1] must be a string.",
        "key": "key is required.",
    }


def test_names_are_not_placeholders() -> None:
    errors = validator(REQUEST, wording={"default": "<{name}|{expected}>"}).errors(
        {"key": "a", "fields": {}, "{expected}": 1}
    )
    assert errors == {"{expected}": "<{expected}|>"}


def test_own_words_of_one_argument_and_of_ours() -> None:
    wording = {"required key": "Which one?", "default": "no"}
    assert validator(REQUEST, wording=wording).errors({"fields": {}}) == {"key": "Which one?"}
    assert validator(REQUEST, wording={}).errors({"fields": {}}) == {"key": "key is required"}


def test_the_number_of_errors_is_bounded() -> None:
    assert len(validator(REQUEST).errors({f"x{n}": n for n in range(200)})) == 16


def test_nothing_is_fetched() -> None:
    with pytest.raises(Exception, match="outside the scenario"):
        validator({"$ref": "http://example.com/schema.json"})


def test_patterns_are_linear() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    assert not validator(schema).is_valid({"a": "a" * 8_000 + "b"})


def test_defaults() -> None:
    schema = {"properties": {"a": {"default": 1}, "b": {}, "c": True, "d": {"default": None}}}
    assert defaults_of(schema) == {"a": 1, "d": None}
    assert defaults_of({}) == {}


def test_api_is_a_named_tuple() -> None:
    assert isinstance(API, Api)
