"""Every trace that a judgement shows earns, played again, what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from rewardlang import driver
from rewardlang.judge.judgement import Judgement, Outcome
from rewardlang.judge.run import judge
from rewardlang_runtime.traces import parse_traces, score_trace

BROKEN = Path(__file__).parents[1] / "broken"
FILES = ("H/paid_for_the_asking.yaml", "G/all_or_nothing.yaml", "N/paid_per_tag.yaml")
"""One whose calls are believed, so that a frozen world pays; two about which the search speaks."""


@pytest.mark.parametrize("name", FILES)
def test_every_line_is_played_again_alike(name: str) -> None:
    scenario = driver.scenario_of(BROKEN / name)
    compiled = driver.build(scenario)
    judgement = judge(scenario, compiled)
    shown = list(lines(judgement))
    assert len(shown) > 100
    for line in shown:
        (trace,) = parse_traces([orjson.dumps(line)])
        verdict = score_trace(compiled, trace)
        assert verdict.detail is not None, (verdict.reason, line)
        assert verdict.detail.reward == line["reward"]
    if name == FILES[0]:
        (found,) = [d for d in judgement.diagnostics if d.code.id == "H510"]
        assert all(evidence.line["world"] == "frozen" for evidence in found.evidence)
        assert all(evidence.line["reward"] >= 0.9 for evidence in found.evidence)


def lines(judgement: Judgement) -> Iterator[Mapping[str, Any]]:
    """The traces of all outcomes, and those of the findings."""
    outcomes: list[Outcome] = [
        *judgement.oracle, *judgement.ladder, *judgement.probes, *judgement.tests,
        *judgement.trace_mutants,
    ]  # fmt: skip
    for searched in judgement.searched:
        outcomes += [found for found in (searched.best, searched.shortcut) if found]
    yield from (outcome.line for outcome in outcomes)
    for diagnostic in judgement.diagnostics:
        yield from (evidence.line for evidence in diagnostic.evidence)
