"""The scenarios that come along, each read and compiled once per test run."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from rewardlang import driver, emit, model
from rewardlang.data import scenarios
from rewardlang_runtime import Scenario

FILES = sorted(scenarios().glob("*.yaml"))


@cache
def typed(path: Path) -> model.Scenario:
    """The typed model."""
    checked = driver.check(path)
    assert checked.scenario is not None, checked.diagnostics
    return checked.scenario


@cache
def compiled(path: Path) -> Scenario:
    """The runtime's scenario, from the compiled tree."""
    namespace: dict[str, Any] = {"__name__": f"shipped_{path.stem}"}
    exec(emit.compile_module(typed(path)), namespace)
    scenario: Scenario = namespace["SCENARIO"]
    return scenario


@cache
def offering_all(path: Path) -> Scenario:
    """The same with all operations of its APIs as tools."""
    scenario = typed(path)
    return driver.build(replace(scenario, tools=tuple(scenario.operations)))
