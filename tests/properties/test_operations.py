"""Compiled operations do what the interpreter says: the same answers, the same worlds after."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import shipped
import yaml
from properties import traces

from rewardlang import interpret, model
from rewardlang.data import scenarios
from rewardlang.interpret import Failure
from rewardlang_runtime import Scenario, World, load_base
from rewardlang_runtime.validate import Validator, defaults_of
from rewardlang_runtime.values import FAILURES, ScenarioFault

COUNT = int(os.environ.get("REWARDLANG_OPERATIONS", "1500"))
FILES = {
    "jira": scenarios() / "jira_get_issue.yaml",
    "confluence": scenarios() / "confluence_create_page.yaml",
}
CASES = Path(__file__).parent.parent / "scenarios"


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


def requests(api: str, scenario: Scenario, rng: random.Random) -> Iterator[tuple[str, Any, bool]]:
    """Operation, arguments, whether a new world begins: cases, some spoiled, and random ones."""
    words = traces.pool(scenario)
    cases = yaml.safe_load((CASES / f"cases_{api}.yaml").read_text())
    while True:
        first = True
        for call in rng.choice(cases)["calls"]:
            args = call["args"]
            if rng.random() < 0.25:
                args = traces.spoiled(args, rng, words)
            if call["op"] in scenario.operations and isinstance(args, dict):
                yield call["op"], args, first
                first = False
            if rng.random() < 0.2:
                name = rng.choice(sorted(scenario.operations))
                schema = scenario.operations[name].schema
                yield name, traces.sample(schema, schema, rng, words, 0), first


@pytest.mark.parametrize("api", FILES)
def test_operations_agree(api: str) -> None:
    typed, scenario = shipped.typed(FILES[api]), shipped.offering_all(FILES[api])
    defined: dict[str, model.Operation] = typed.operations
    apis = {each.name: each for each in typed.apis}
    rng = random.Random(os.environ.get("REWARDLANG_SEED", "1"))
    base = load_base(scenario)
    valid = {
        name: Validator(operation, scenario.apis[operation.api]).is_valid
        for name, operation in scenario.operations.items()
    }
    users = base.world["users"].keys()
    by_code = by_hand = World(base)
    actor = scenario.actor
    answered: dict[str, set[Any]] = {name: set() for name in sorted(scenario.operations)}
    for number, (name, args, fresh) in enumerate(islice(requests(api, scenario, rng), COUNT)):
        if fresh:
            by_code, by_hand = World(base), World(base)
            actor = scenario.actor if rng.random() < 0.8 else rng.choice(users)
        operation = scenario.operations[name]
        if not valid[name](args):
            continue
        args = {**defaults_of(operation.schema), **args}
        now = f"2026-03-02T{number % 24:02}:00:00.000+0000"
        compiled = outcome(operation.run, by_code, args, now, actor)
        run = partial(interpret.run, defined[name], apis)
        expected = outcome(run, by_hand, args, now, actor)
        assert compiled == expected, f"{name} {args}"
        assert state(by_code) == state(by_hand), f"{name} {args}"
        answered[name].add(expected if isinstance(expected, str) else expected[0])
    assert not any("failure" in found for found in answered.values()), answered
    succeeded = [name for name, found in answered.items() if min(map(int, found)) < 300]
    assert len(succeeded) > 0.8 * len(answered), answered
