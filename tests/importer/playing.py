"""Imported APIs, played: a scenario that offers every operation, and calls of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rewardlang import driver
from rewardlang.importer import importing
from rewardlang.openapi import read
from rewardlang_runtime import Environment, Scenario

HERE = Path(__file__).parent
PETS = HERE / "pets.yaml"

_SCENARIO = """\
rewardlang: 1
scenario: every_operation
title: Every operation
use: [{name}]
world: {name}
tools: ["*"]
prompt: Do what there is to do.
limits: {{calls: 64}}
reward:
  parts:
    - {{id: called, weight: 1, check: count(any) > 0}}
"""


def imported(path: Path, folder: Path, globs: tuple[str, ...] = ()) -> importing.Imported:
    """The files of a document, written."""
    document, problems = read(path)
    assert document is not None, problems
    made = importing.make(document, importing.name_of(path.name), globs)
    assert made.diagnostics == ()
    for file in made.files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    return made


def scenario(folder: Path, name: str) -> Scenario:
    """A scenario with every operation of an imported API as a tool."""
    path = folder / f"every_{name}.yaml"
    path.write_text(_SCENARIO.format(name=name), encoding="utf-8")
    return driver.load(path, use_cache=False)


class Client:
    """Calls operations of one episode, and gives status and body."""

    def __init__(self, made: Scenario) -> None:
        self.environment = Environment(made)
        self.environment.reset(seed=0)

    def __call__(self, operation: str, /, **args: Any) -> tuple[int | None, Any]:
        self.environment.call(operation, json.dumps(args))
        call = self.environment.episode.calls[-1]
        return call.status, json.loads(json.dumps(call.response))
