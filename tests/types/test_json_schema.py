"""JSON Schemas as types."""

from __future__ import annotations

import pytest

from rewardlang.types.json_schema import INT64, Schemas
from rewardlang.types.types import (
    Any,
    Bool,
    List,
    Named,
    Null,
    Nullable,
    Number,
    Object,
    String,
    Union,
)
from rewardlang.types.words import describe

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}


def read(schema, **others):
    schemas = Schemas()
    schemas.add("api", {**others, "It": schema})
    return schemas.expand(schemas.read("api", schema))


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        (True, Any()),
        ({}, Any()),
        ({"description": "anything"}, Any()),
        ({"type": "null"}, Null()),
        ({"type": "boolean"}, Bool()),
        (WHOLE, Number(True, *INT64)),
        ({"type": "integer", "exclusiveMinimum": 2, "exclusiveMaximum": 5}, Number(True, 3, 4)),
        ({"type": "number"}, Number()),
        ({"type": "number", "minimum": 0, "maximum": 1}, Number(False, 0, 1)),
        (TEXT, String()),
        ({"type": "string", "format": "date"}, String("date")),
        ({"type": "string", "pattern": "^a", "maxLength": 3}, String(None, None, "^a", 3)),
        ({"type": ["string", "null"]}, Nullable(String())),
        ({"type": ["null"]}, Null()),
        ({"enum": ["a", "b"]}, String(enum=("a", "b"))),
        ({"enum": ["a", None]}, Nullable(String(enum=("a",)))),
        ({"enum": [1, 3]}, Number(True, 1, 3)),
        ({"enum": [1, "a"]}, Union((String(enum=("a",)), Number(True, 1, 1)))),
        ({"const": "a"}, String(enum=("a",))),
        ({"const": 2.5}, Number(False, 2.5, 2.5)),
        ({"const": None}, Null()),
        ({"type": "array", "items": TEXT, "maxItems": 3}, List(String(), 3)),
        ({"items": TEXT}, List(String())),
        ({"type": "array"}, List(Any())),
        ({"type": "array", "prefixItems": [TEXT], "items": False}, List(String())),
        ({"type": ["string", "integer"]}, Union((String(), Number(True, *INT64)))),
        ({"anyOf": [TEXT, {"type": "null"}]}, Nullable(String())),
        ({"anyOf": [TEXT, True]}, Any()),
        ({"allOf": [TEXT, {"type": "string", "maxLength": 5}]}, String(max_length=5)),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, String(enum=("b",))),
        ({"$ref": "#/schemas/Text"}, String()),
        ({"$ref": "#/schemas/Text", "maxLength": 5, "type": "string"}, String(max_length=5)),
        ({"$ref": "#/schemas/Loop"}, Any()),
    ],
)
def test_scalars_lists_and_unions(schema, type_):
    loop = {"$ref": "#/schemas/Loop"}
    assert read(schema, Text=TEXT, Loop=loop) == type_


def test_objects():
    found = read(
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": TEXT, "b": WHOLE},
            "additionalProperties": False,
        }
    )
    assert isinstance(found, Object)
    assert found.properties["a"].required
    assert not found.properties["b"].required
    assert found.rest is None
    assert describe(found) == "{a, b?}"


@pytest.mark.parametrize(
    ("schema", "rest"),
    [
        ({"type": "object"}, Any()),
        ({"type": "object", "additionalProperties": TEXT}, String()),
        ({"type": "object", "additionalProperties": False}, None),
        ({"additionalProperties": False, "patternProperties": {"^x": WHOLE}}, Number(True, *INT64)),
    ],
)
def test_other_fields(schema, rest):
    found = read(schema)
    assert isinstance(found, Object)
    assert found.rest == rest


def test_all_of_merges_objects():
    found = read(
        {
            "allOf": [
                {"type": "object", "required": ["a"], "properties": {"a": TEXT}},
                {"$ref": "#/schemas/More"},
            ],
            "required": ["b"],
            "properties": {"b": {"enum": ["x"]}},
        },
        More={"type": "object", "properties": {"a": {"maxLength": 3, "type": "string"}, "b": TEXT}},
    )
    assert isinstance(found, Object)
    assert found.properties["a"].type == String(max_length=3)
    assert found.properties["a"].required
    assert found.properties["b"].type == String(enum=("x",))
    assert found.properties["b"].required


def test_a_tag_tells_variants_apart():
    def block(kind):
        return {"type": "object", "required": ["type"], "properties": {"type": {"const": kind}}}

    found = read({"oneOf": [block("heading"), block("text")]})
    assert isinstance(found, Union)
    assert found.tag == "type"
    found = read({"oneOf": [block("heading"), block("heading")]})
    assert isinstance(found, Union)
    assert found.tag is None
    found = read({"oneOf": [block("heading"), {"$ref": "#/schemas/Text"}]}, Text=block("text"))
    assert isinstance(found, Union)
    assert found.tag == "type"


def test_recursive_schemas_end():
    schemas = Schemas()
    schemas.add(
        "api",
        {
            "Node": {
                "type": "object",
                "properties": {
                    "content": {"type": "array", "items": {"$ref": "#/schemas/Node"}},
                    "next": {"anyOf": [{"$ref": "#/schemas/Node"}, {"type": "null"}]},
                },
            }
        },
    )
    node = schemas.expand(Named("Node", "api"))
    assert isinstance(node, Object)
    assert str(node) == "Node"
    content = node.properties["content"].type
    assert isinstance(content, List)
    assert content.item == Named("Node", "api")
    assert schemas.expand(content.item) is node
    assert node.properties["next"].type == Nullable(Named("Node", "api"))


def test_schemas_that_merge_each_other_without_end_are_given_up():
    schemas = Schemas()
    count = 500
    schemas.add(
        "api",
        {
            f"S{i}": {"allOf": [{"$ref": f"#/schemas/S{(i + 1) % count}"}, {"type": "object"}]}
            for i in range(count)
        },
    )
    assert schemas.too_deep


def test_a_long_chain_of_schemas_is_read():
    schemas = Schemas()
    chain = {
        f"S{i}": {
            "allOf": [{"$ref": f"#/schemas/S{i + 1}"}, {"type": "object", "required": [f"f{i}"]}]
        }
        for i in range(500)
    }
    schemas.add("api", {**chain, "S500": {"type": "object", "properties": {"x": TEXT}}})
    assert not schemas.too_deep
    first = schemas.expand(Named("S0", "api"))
    assert isinstance(first, Object)
    assert first.properties["x"].type == String()
