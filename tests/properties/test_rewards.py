"""Interpreter, compiled reward and online scoring agree exactly, on random episodes.

REWARDLANG_TRACES is the number of episodes per scenario; `make differential` sets it to 20,000.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import shipped
from properties import traces

from rewardlang import interpret
from rewardlang_runtime import Detail, Episode, Scenario

COUNT = int(os.environ.get("REWARDLANG_TRACES", "2000"))


def online(scenario: Scenario, episode: Episode) -> Detail:
    """The reward, scored call by call."""
    if scenario.start is None or scenario.step is None or scenario.finish is None:
        return scenario.detail(episode)
    state = scenario.start()
    for index, call in enumerate(episode.calls):
        scenario.step(state, call, index, episode)
    return scenario.finish(state, episode)


FILES = [*shipped.FILES, Path(__file__).parent / "flaky" / "flaky_labels.yaml"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_all_agree(path: Path) -> None:
    typed, scenario = shipped.typed(path), shipped.compiled(path)
    seen = set()
    for episode in traces.episodes(scenario, COUNT, os.environ.get("REWARDLANG_SEED", "1")):
        expected = interpret.reward(typed, episode)
        detail = scenario.detail(episode)
        calls = "\n".join(map(repr, episode.calls))
        assert detail == expected, f"{episode.params}\n{calls}\n{episode.answer}"
        assert scenario.reward(episode) == expected.reward
        assert online(scenario, episode) == expected
        assert 0.0 <= expected.reward <= 1.0
        seen.add(expected.reward)
    assert len(seen) > 20, "the traces are too much alike to tell anything"
