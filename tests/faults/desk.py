"""The help desk of the judged examples with things that go wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from diagnostics.page_examples import JUDGED_FILES, write

from rewardlang import driver, model, policies
from rewardlang_runtime import Environment, Scenario


def written(folder: Path, *fragments: str) -> Path:
    """The judged base scenario with the top-level keys of the fragments in place of its own."""
    return write(
        [("scenario", f"{fragment.rstrip()}\n") for fragment in fragments], folder, JUDGED_FILES
    )


def faulty(folder: Path, responses: str, *fragments: str) -> tuple[model.Scenario, Scenario]:
    """The base scenario with these faults, one a line, typed and compiled."""
    lines = "".join(f"    - {line.strip()}\n" for line in responses.strip().splitlines())
    path = written(folder, f"faults:\n  responses:\n{lines}", *fragments)
    scenario = driver.scenario_of(path)
    return scenario, driver.build(scenario)


def told(environment: Environment, operation: str, **args: Any) -> Any:
    """What a call is answered."""
    return orjson.loads(environment.call(operation, args))


def history(environment: Environment) -> list[tuple[str, int, str | None]]:
    """Operation, status and fault of each call."""
    return [(call.op, call.status, call.fault) for call in environment.episode.calls]


def solved(scenario: Scenario, seed: int, split: str = "train") -> Environment:
    """The environment after the oracle's episode."""
    environment = Environment(scenario, split)
    environment.reset(seed=seed)
    policies.play(environment, policies.oracle(environment))
    return environment
