"""Rewards derived from oracles: those of the scenarios that come along, without theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rewardlang import data, driver, model
from rewardlang.cli.derive import command
from rewardlang.derive.insert import stripped
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import Draft
from rewardlang.judge.oracle import climb, play_oracle
from rewardlang.judge.own_tests import play_tests
from rewardlang.judge.probes import probe
from rewardlang.judge.tasks import choose_tasks
from rewardlang.judge.trace_mutants import mutate_traces

SHIPPED = sorted(path.stem for path in data.scenarios().glob("*.yaml"))


def shipped(name: str, folder: Path) -> Path:
    """A copy of a scenario that comes along."""
    path = folder / f"{name}.yaml"
    path.write_text((data.scenarios() / f"{name}.yaml").read_text())
    return path


def bare(name: str, folder: Path) -> Path:
    """A copy of a scenario without its reward and its tests."""
    path = shipped(name, folder)
    path.write_text(stripped(path.read_text(), "tests", "reward"))
    return path


def run(*arguments: object) -> Result:
    """What the command says and does."""
    return CliRunner().invoke(command, ["reward", *map(str, arguments)], catch_exceptions=False)


def typed(path: Path) -> model.Scenario:
    """A scenario of which no lint has anything to say."""
    checked = driver.check(path)
    assert [f"{d.code.id}: {d.message}" for d in checked.diagnostics] == []
    assert checked.scenario is not None
    return checked.scenario


def bench(scenario: model.Scenario, split: str = "train") -> Bench:
    """The scenario, ready to be played."""
    return Bench(scenario, driver.build(scenario), split)


def judged(scenario: model.Scenario) -> Draft:
    """The cheap sections of the judge."""
    draft = Draft(bench(scenario), Budget())
    for section in (choose_tasks, play_oracle, climb, probe, play_tests):
        section(draft)
    return draft


@pytest.mark.parametrize("name", SHIPPED)
def test_another_reward_for_a_shipped_scenario(name: str, tmp_path: Path) -> None:
    path = shipped(name, tmp_path)
    by_hand = typed(path)
    result = run(path, "--replace", "--write")
    assert result.exit_code == 0, result.output
    scenario = typed(path)
    for split in ("train", "eval"):
        playing = bench(scenario, split)
        seeds = playing.tasks(40, 100)
        assert {playing.oracle(seed).reward for seed in seeds} == {1.0}
        assert {playing.play(seed, ()).reward for seed in seeds} == {0.0}
    draft = judged(scenario)
    cheats = ("idle", "claim", "boast", "echo", "prompt", "refused", "invented")
    low = [tried for tried in draft.probes if tried.group in cheats]
    assert low
    assert [(t.name, t.reward) for t in (*draft.probes, *draft.tests) if not t.as_expected] == []
    agrees(by_hand, scenario)


def agrees(by_hand: model.Scenario, scenario: model.Scenario) -> None:
    """The derived reward pays what the one by hand pays well, and little for what that pays little,
    for the oracle changed in every way that the judge knows."""
    draft = judged(by_hand)
    mutate_traces(draft)
    other = bench(scenario)
    pairs = []
    for tried in (*draft.ladder, *draft.probes, *draft.tests, *draft.trace_mutants):
        if tried.group != "frozen":  # its world does not do what the calls say
            again = other.again(tried.played, tried.played.sent, tried.played.answer)
            pairs.append((tried.reward, again.reward, tried.name))
    assert len(pairs) > 200
    assert [pair for pair in pairs if pair[0] <= 0.35 and pair[1] > 0.5] == []
    assert [pair for pair in pairs if pair[0] == 1.0 and pair[1] < 0.9] == []
    assert [pair for pair in pairs if pair[0] == 0.0 and pair[1] > 0.1] == []
    apart = [(a, b) for n, a in enumerate(pairs) for b in pairs[:n] if abs(a[0] - b[0]) > 0.1]
    same = [(a[0] - b[0]) * (a[1] - b[1]) >= 0 for a, b in apart]
    assert sum(same) / len(same) > 0.95
