"""Every operation of `scenarios/apis` against the official documents, deviations listed by name."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import openapi
import pytest
from click.testing import CliRunner
from operations import answers

from rewardlang.cli.conform import command
from rewardlang.conform import deviations
from rewardlang.conform.differences import Difference
from rewardlang.conform.run import Conformance, answered, conform

APIS = Path(__file__).resolve().parents[2] / "scenarios" / "apis"
NAMES = tuple(openapi.NAMES)


@cache
def _conformance(name: str) -> Conformance:
    openapi.require()
    return conform(APIS / f"{name}.yaml", openapi.paths(name))


def _lines(found: tuple[Difference, ...]) -> list[str]:
    return [f"{each.where}: {each.what}" for each in found]


@pytest.mark.parametrize("name", NAMES)
def test_what_differs_is_listed_in_the_conform_file(name: str) -> None:
    found = _conformance(name)
    assert _lines(found.sorted.unexplained) == []
    assert found.compared == len(found.api.operations)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_listed_differs(name: str) -> None:
    assert [f"{d.where}: {d.what}" for d in _conformance(name).sorted.stale] == []


@pytest.mark.parametrize("name", NAMES)
def test_answers_that_were_given_have_the_fields_of_the_document(name: str) -> None:
    """What the types leave open, a call of each operation shows."""
    found = _conformance(name)
    listed, _ = deviations.read(deviations.beside(APIS / f"{name}.yaml"))
    differences = [
        difference
        for operation, status, body in answers(name)
        for difference in answered(found, operation, status, body)
    ]
    assert _lines(deviations.sort(differences, listed).unexplained) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_command(name: str) -> None:
    openapi.require()
    documents = [str(path) for path in openapi.paths(name)]
    run = CliRunner().invoke(command, [name, *documents, "--format", "json"])
    assert run.exit_code == 0, run.output
    data = json.loads(run.output)
    assert data["conforms"]
    assert data["operations"]["documented"] >= 218
    for deviation in data["deviations"]:
        assert len(deviation["why"]) > 20
        assert deviation["path"].endswith(f"{name}.yaml")
        assert deviation["document"]["line"] == 1
        assert deviation["pointer"].startswith(("/paths/", "/components/"))


def test_only_what_is_left_out_is_listed_by_pattern() -> None:
    """A pattern could hide a difference that nobody has thought about."""
    for name in NAMES:
        listed, problems = deviations.read(deviations.beside(APIS / f"{name}.yaml"))
        assert problems == []
        broad = [d.where for d in listed if "*" in d.where and d.what != "left out"]
        assert [where for where in broad if not where.startswith("* body.body.")] == []
