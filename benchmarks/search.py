"""Expansions a second of the search, against the plain environment that makes the same calls.

The world is Acme's Jira site cut to three issues; the scenarios are the shipped ones over it. An
expansion is one call in one state: the state after it, and what it then earns with each candidate
answer. The environment makes the calls of traces that the search has found, one by one, and gives
the reward after each.

Run: python benchmarks/search.py [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import NamedTuple

from rewardlang import driver, model
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.search.explore import Found, Limits
from rewardlang.judge.search.task import search

HERE = Path(__file__).parent
TARGET = 200_000
SCENARIOS = ("jira_transition_issue", "jira_get_issue", "jira_add_labels")
ISSUES = 3
DEPTH = 5
EXPANSIONS = 400_000
ROUNDS = 5
TRACES = 500


class Row(NamedTuple):
    """One line of the table; the rates are per second, medians over rounds."""

    name: str
    actions: int
    states: int
    expansions: int
    search: float
    environment: float

    @property
    def ratio(self) -> float:
        return self.search / self.environment


def cut(scenario: model.Scenario) -> model.Scenario:
    """The scenario in its world cut to a few issues, of one project each."""
    issues = scenario.world.rows["issues"]
    kept: dict[str, dict[str, object]] = {}
    for project in ("PAY", "PLT", "SUP"):
        key = f"{project}-51"  # the one issue that all three have with the same summary
        kept[key] = issues[key]
    assert len(kept) == ISSUES
    ids = {row["id"] for row in kept.values()}
    comments = {
        key: row for key, row in scenario.world.rows["comments"].items() if row["issue"] in ids
    }
    rows = {**scenario.world.rows, "issues": kept, "comments": comments}
    # Three issues are three tasks, all of them for training.
    return replace(scenario, world=replace(scenario.world, rows=rows), holdout=None)


def timed(run: Callable[[], int]) -> float:
    """How many of what `run` counts it does in a second of the processor."""
    start = process_time()
    done = run()
    return done / (process_time() - start)


def measure(name: str) -> Row:
    """Search one scenario, and play what was found in the environment, in turn."""
    scenario = cut(driver.scenario_of(HERE.parent / "scenarios" / f"{name}.yaml"))
    bench = Bench(scenario, driver.build(scenario))
    limits = Limits(DEPTH, EXPANSIONS, EXPANSIONS)
    oracle = bench.oracle(0)

    def explored() -> Found:
        found = search(bench, 0, limits, Budget(seconds=600), 8, oracle).found
        assert found is not None
        return found

    found = explored()
    count = len(found.nodes)
    some = [found.trace(number) for number in range(1, count, max(1, count // TRACES))]
    environment = bench.environment

    def plain() -> int:
        calls = 0
        for trace in some:
            environment.reset(seed=0)
            for operation, args in trace:
                environment.call(operation, args)
                environment.detail()
            calls += len(trace)
        return calls

    for number in range(1, count, max(1, count // 50)):
        played = bench.play(0, found.trace(number), found.answer(number))
        assert played.reward == found.nodes[number][7], "search and environment disagree"
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(timed(lambda: explored().expansions))
        theirs.append(timed(plain))
    middle = ROUNDS // 2
    return Row(
        name, len(found.actions), count, found.expansions,
        sorted(ours)[middle], sorted(theirs)[middle],
    )  # fmt: skip


def main() -> None:
    """Print the table, and write it as JSON when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    rows = [measure(name) for name in SCENARIOS]
    print(f"Python {platform.python_version()}, {platform.system()}, one core, {ISSUES} issues")
    print(
        f"{'scenario':24}{'actions':>8}{'states':>9}{'expansions':>12}"
        f"{'a second':>12}{'environment':>13}{'ratio':>7}"
    )
    for row in rows:
        print(
            f"{row.name:24}{row.actions:8}{row.states:9,}{row.expansions:12,}"
            f"{row.search:12,.0f}{row.environment:13,.0f}{row.ratio:7.1f}"
        )
    if options.json:
        options.json.write_text(json.dumps([row._asdict() | {"ratio": row.ratio} for row in rows]))
    sys.exit(0 if all(row.search >= TARGET for row in rows) else 1)


if __name__ == "__main__":
    main()
