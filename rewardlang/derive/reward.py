"""The reward of a task that has an oracle: what the oracle does, told as gates and parts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rewardlang import driver, model
from rewardlang.data import Overlay
from rewardlang.derive.draft import Reward
from rewardlang.derive.insert import stripped
from rewardlang.derive.telling import NoReward, Telling
from rewardlang.judge.bench import Bench
from rewardlang_runtime.values import ScenarioFault

__all__ = ["NoReward", "reward"]

_TASKS, _AMONG = 40, 200
_STUB = "reward: {parts: [{id: none, weight: 1, check: 'answer == \"nothing\"'}]}"


def reward(path: Path, *, replace: bool = False) -> Reward:
    """The reward for the oracle of a scenario file.

    Raises:
        CheckFailed: The file has errors other than a missing reward.
        NoReward: It has a reward, or no oracle, or the oracle says nothing to hold a policy to.
    """
    bench = Bench(*_typed(path, replace))
    scenario = bench.scenario
    if not scenario.oracle:
        raise NoReward("there is no `oracle:`; `rewardlang oracle` may find one")
    try:
        played = [bench.oracle(seed) for seed in bench.tasks(_TASKS, _AMONG)]
    except ScenarioFault as fault:
        raise NoReward(f"the oracle cannot be played: {fault}") from fault
    refused = next((c for p in played for c in p.calls if not c.ok), None)
    if refused is not None:
        raise NoReward(f"the oracle's `{refused.op}` is refused, with {refused.status}")
    return Telling(bench, played).reward()


def _typed(path: Path, replace: bool) -> tuple[model.Scenario, Any]:
    text = path.read_text(encoding="utf-8")
    if re.search(r"^reward:", text, re.MULTILINE):
        if not replace:
            raise NoReward("there is a reward already; --replace writes another")
        text = stripped(stripped(text, "reward"), "tests")
    else:
        text = stripped(text, "tests")
    files = Overlay()
    files.texts[path] = f"{text.rstrip()}\n{_STUB}\n"
    checked = driver.check(path, files)
    if checked.judgeable is None:
        errors = tuple(d for d in checked.diagnostics if d.code.level == "error")
        raise driver.CheckFailed(errors)
    return checked.judgeable, driver.build(checked.judgeable)
