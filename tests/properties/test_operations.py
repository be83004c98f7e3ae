"""Compiled operations do what the interpreter says: the same answers, the same worlds after them."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest
from properties import traces

from rewardlang import driver, emit, interpret, model
from rewardlang.data import scenarios
from rewardlang.interpret import Failure
from rewardlang_runtime import World, load_base
from rewardlang_runtime.validate import Validator, defaults_of
from rewardlang_runtime.values import FAILURES, ScenarioFault

COUNT = int(os.environ.get("REWARDLANG_OPERATIONS", "1500"))
FILES = [scenarios() / f"{name}.yaml" for name in ("jira_get_issue", "confluence_create_page")]


def outcome(run: Any, world: World, *args: Any) -> Any:
    """Status and body; or that there is none. A failure leaves the world as it was."""
    saved = world.save()
    try:
        return run(world, *args)
    except (Failure, *FAILURES):
        world.load(saved)
        return "failure"
    except ScenarioFault:
        world.load(saved)
        return "fault"


def state(world: World) -> Any:
    """All rows and counters."""
    return {name: table.items() for name, table in world.items()}, world.counters


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_operations_agree(path: Path) -> None:
    checked = driver.check(path)
    assert checked.scenario is not None, checked.diagnostics
    defined: dict[str, model.Operation] = checked.scenario.operations
    apis = {api.name: api for api in checked.scenario.apis}
    namespace: dict[str, Any] = {"__name__": "differential"}
    exec(emit.compile_module(checked.scenario), namespace)
    scenario = namespace["SCENARIO"]
    rng = random.Random(os.environ.get("REWARDLANG_SEED", "1"))
    words = traces.pool(scenario)
    base = load_base(scenario)
    valid = {
        name: Validator(operation, scenario.apis[operation.api]).is_valid
        for name, operation in scenario.operations.items()
    }
    names = sorted(scenario.operations)
    users = list(base.world["users"].keys())
    by_code = by_hand = World(base)
    answered: dict[str, set[Any]] = {name: set() for name in names}
    for number in range(COUNT):
        if number % 12 == 0:
            by_code, by_hand = World(base), World(base)
            actor = scenario.actor if rng.random() < 0.7 else rng.choice(users)
        name = rng.choice(names)
        operation = scenario.operations[name]
        args = traces.sample(operation.schema, operation.schema, rng, words, 0)
        if rng.random() < 0.3:
            args = traces.spoiled(args, rng, words)
        if not isinstance(args, dict) or not valid[name](args):
            continue
        args = {**defaults_of(operation.schema), **args}
        now = f"2026-03-02T{number % 24:02}:00:00.000+0000"
        compiled = outcome(operation.run, by_code, args, now, actor)

        def interpreted(world: World, *rest: Any, name: str = name) -> Any:
            return interpret.run(defined[name], apis, world, *rest)

        expected = outcome(interpreted, by_hand, args, now, actor)
        assert compiled == expected, f"{name} {args}"
        assert state(by_code) == state(by_hand), f"{name} {args}"
        answered[name].add(expected if isinstance(expected, str) else expected[0])
    assert not any("failure" in found for found in answered.values()), answered
    assert sum(len(found) > 1 for found in answered.values()) >= 5, "few operations met an error"
