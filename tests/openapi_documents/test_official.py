"""The official documents, read whole."""

from __future__ import annotations

import jsonschema_rs
import openapi
import pytest

from rewardlang.openapi import Document, read

EXPECTED = {
    "jira-v3": (616, 970, ""),
    "confluence-v2": (218, 142, "/wiki/api/v2"),
    "confluence-v1": (130, 168, ""),
}


def _read(name: str) -> Document:
    openapi.require()
    document, problems = read(openapi.FOLDER / f"{name}.openapi.json")
    assert document is not None, problems
    return document


@pytest.mark.parametrize("name", EXPECTED)
def test_operations_schemas_and_base_path(name: str) -> None:
    document = _read(name)
    assert EXPECTED[name] == (
        len(document.operations),
        len(document.schemas),
        document.base_path,
    )
    assert len({operation.id for operation in document.operations}) == len(document.operations)
    assert all(operation.responses for operation in document.operations)


@pytest.mark.parametrize("name", EXPECTED)
def test_every_schema_is_one(name: str) -> None:
    document = _read(name)
    for schema in document.schemas.values():
        jsonschema_rs.meta.validate(schema)
