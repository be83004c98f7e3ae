"""Budgets hold, also where scenarios are hostile: nothing takes much longer, or much memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from rewardlang import driver
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.search import explore
from rewardlang.judge.search.explore import Found, Limits
from rewardlang.judge.search.task import search

SCENARIOS = Path(__file__).parents[2] / "scenarios"
GIGABYTE = 1e9
JUDGE = """\
import json, sys
from pathlib import Path
from rewardlang import driver
from rewardlang.judge.budget import Budget
from rewardlang.judge.run import judge

scenario = driver.scenario_of("scenario.yaml")
compiled = driver.build(scenario)
budget = Budget(**json.loads(sys.argv[1]))
judgement = judge(scenario, compiled, budget)
# What getrusage says is at least what the process had that started this one.
peak = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
print(json.dumps({
    "over_s": -budget.left_s, "bytes": int(peak) * 1024,
    "undecided": [[list(u.codes), u.why, u.remedy] for u in judgement.undecided],
}))
"""


def heavy(path: Path) -> None:
    """126 issues, each compared with each, in two parts, at the end of every episode."""
    each = "final.issues.count(j => {}) "
    alike = "edit_sim(i.fields.summary, j.fields.summary, max_len=40) > 0.5"
    held = "fold(i.fields.summary).contains_text(fold(j.fields.summary))"
    path.write_text(
        f"""\
rewardlang: 1
scenario: heavy.one
title: Heavy
use: [jira]
world: acme
params: {{key: one_of(initial.issues.keys())}}
prompt: Move {{key}}.
limits: {{calls: 8}}
reward:
  parts:
    - id: a
      weight: 1
      check: >-
        called getTransitions{{ok, args.issueIdOrKey == params.key}}
        and final.issues.any(i => {each.format(alike)} > 1)
    - id: b
      weight: 1
      check: >-
        called doTransition{{ok, args.issueIdOrKey == params.key}}
        and final.issues.all(i => {each.format(held)} < 50)
oracle:
  - getTransitions: {{issueIdOrKey: "{{key}}"}}
    bind: listed
  - doTransition:
      {{issueIdOrKey: "{{key}}", transition: {{id: "{{listed.transitions.first()!.id}}"}}}}
""",
        encoding="utf-8",
    )


def judged(folder: Path, **budget: float) -> dict[str, Any]:
    """What judging the scenario in `folder` took and left open, in a process of its own."""
    command = [sys.executable, "-c", JUDGE, json.dumps(budget)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of one process")
def test_a_heavy_reward_ends_with_its_budget(tmp_path: Path) -> None:
    heavy(tmp_path / "scenario.yaml")
    found = judged(tmp_path, seconds=1.5)
    assert found["over_s"] < 2
    assert found["bytes"] < GIGABYTE
    assert found["undecided"], "it cannot be judged in this time"
    for codes, why, remedy in found["undecided"]:
        assert codes
        assert why
        assert "seconds" in remedy


def test_states_are_capped_and_the_clock_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever number of expansions is allowed."""
    scenario = driver.scenario_of(SCENARIOS / "jira_transition_issue.yaml")
    bench = Bench(scenario, driver.build(scenario))
    limits = Limits(depth=5, expansions=100_000_000, runs=100_000_000)

    def searched(budget: Budget) -> Found:
        found = search(bench, 0, limits, budget, 8, bench.oracle(0)).found
        assert found is not None
        return found

    late = searched(Budget(seconds=-1))
    assert late.why == explore.TIME
    assert len(late.nodes) == 1
    monkeypatch.setattr(explore, "_STATES", 500)
    capped = searched(Budget(seconds=60))
    assert capped.why == "after 500 states"
    # The state at which it is noticed is expanded to the end.
    assert len(capped.nodes) < 500 + len(capped.actions)
