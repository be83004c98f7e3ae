"""Every operation of `scenarios/apis` against the official documents, deviations listed by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openapi
import pytest
import yaml
from openapi_compare import request_differences, response_differences
from operations import answers

from rewardlang.syntax.files import ApiFile, OperationItem
from rewardlang.syntax.load import read_api

HERE = Path(__file__).parent
APIS = HERE.parents[1] / "scenarios" / "apis"
DEVIATIONS: dict[str, dict[str, str]] = yaml.safe_load((HERE / "deviations.yaml").read_text())


def _api(name: str) -> ApiFile:
    found, diagnostics = read_api(APIS / f"{name}.yaml")
    assert found is not None, diagnostics
    return found


FILES = {name: _api(name) for name in ("jira", "confluence")}
OPERATIONS = [(name, op) for name, api in FILES.items() for op in api.operations]


def _official(name: str, ours: OperationItem) -> tuple[dict[str, Any], openapi.Document]:
    api = FILES[name]
    path = ours.path[1:] if ours.path.startswith("//") else api.base_path + ours.path
    for document in openapi.documents(name):
        found = document.operation(ours.method, path)
        if found is not None:
            return found, document
    raise AssertionError(f"no document has {ours.method} {path}")


def _differences(name: str, ours: OperationItem) -> list[str]:
    official, document = _official(name, ours)
    found = list(request_differences(ours, official, document, FILES[name].schemas))
    answers = official["responses"]
    if str(ours.status) not in answers:
        found.append(f"answer {ours.status}: not in the document")
    for status in sorted({e.status for e in ours.errors}):
        if str(status) not in answers:
            found.append(f"answer {status}: not in the document")
    return found


def _answer_differences(name: str, ours: OperationItem) -> list[str]:
    official, document = _official(name, ours)
    return [
        line
        for operation, status, body in answers(name)
        if operation == ours.name.name
        for line in response_differences(status, body, official, document)
    ]


@pytest.mark.parametrize(("name", "ours"), OPERATIONS, ids=lambda v: getattr(v, "path", None))
def test_requests_are_those_of_the_official_document(name: str, ours: OperationItem) -> None:
    openapi.require()
    known = DEVIATIONS.get(ours.name.name, {})
    assert [line for line in _differences(name, ours) if line not in known] == []


@pytest.mark.parametrize(("name", "ours"), OPERATIONS, ids=lambda v: getattr(v, "path", None))
def test_answers_have_the_fields_of_the_official_document(name: str, ours: OperationItem) -> None:
    openapi.require()
    known = DEVIATIONS.get(ours.name.name, {})
    assert [line for line in _answer_differences(name, ours) if line not in known] == []


def test_every_listed_deviation_exists() -> None:
    openapi.require()
    found = {
        op.name.name: {*_differences(name, op), *_answer_differences(name, op)}
        for name, op in OPERATIONS
    }
    stale = [
        f"{operation}: {line}"
        for operation, lines in DEVIATIONS.items()
        for line in lines
        if line not in found.get(operation, set())
    ]
    assert stale == []


def test_every_deviation_has_a_reason() -> None:
    assert all(len(reason) > 20 for lines in DEVIATIONS.values() for reason in lines.values())
