"""The published schemas: valid, documented key by key, and one text where they share a part."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from rewardlang.syntax.api_file import TIME_FORMAT
from rewardlang.syntax.scenario_file import ANSWER, CALLS, OBSERVATION
from rewardlang.syntax.shape import KINDS, schema


def subschemas(node, path=""):
    """Every property's schema with its path."""
    if isinstance(node, dict):
        for name, value in node.get("properties", {}).items():
            yield f"{path}.{name}", value
        for key, value in node.items():
            yield from subschemas(value, f"{path}.{key}")
    elif isinstance(node, list):
        for item in node:
            yield from subschemas(item, path)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_json_schemas(kind):
    Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_documented_in_one_sentence(kind):
    top = schema(kind)
    for path, property_ in subschemas(top):
        if "$ref" in property_ and "description" not in property_:
            property_ = top["$defs"][property_["$ref"].rsplit("/", 1)[1]]
        said = property_.get("description", "")
        assert said.endswith("."), path
        assert "\n" not in said, path
        assert len(said) <= 200, path


@pytest.mark.parametrize("kind", ["scenario", "api"])
def test_shared_parts_are_the_same(kind):
    own, world = schema(kind)["$defs"], schema("world")["$defs"]
    shared = set(own) & set(world)
    assert {"version", "name", "expression"} <= shared
    for name in shared:
        assert own[name] == world[name], name


def test_a_world_in_place_is_a_world():
    inline = schema("scenario")["properties"]["world"]["properties"]
    world = schema("world")["properties"]
    assert set(inline) == set(world) - {"rewardlang", "world", "use"}
    for key, value in inline.items():
        assert value == world[key]


def test_defaults_in_the_documentation_are_those_in_the_code():
    limits = schema("scenario")["properties"]["limits"]["properties"]
    for key, default in (("calls", CALLS), ("observation", OBSERVATION), ("answer", ANSWER)):
        assert f"; {default} by default." in limits[key]["description"]
    assert (
        f'"{TIME_FORMAT}" by default.' in schema("api")["properties"]["time_format"]["description"]
    )
