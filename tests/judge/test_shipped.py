"""The probes on the scenarios that come along: none is paid."""

from __future__ import annotations

from pathlib import Path

import pytest
from judge.desk import SECTIONS, drafted, found
from shipped import FILES, compiled, typed

from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import CHEAT, Draft

EXAMPLES = Path(__file__).parents[2] / "examples"
GOOD = [*FILES, EXAMPLES / "jira_assign.yaml"]
CHEATS = ("idle", "echo", "flattery", "template", "shotgun", "negated", "dump", "delete")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_probes_are_paid_as_they_should(path):
    draft = Draft(Bench(typed(path), compiled(path)), Budget())
    for section in SECTIONS:
        section(draft)
    assert len(draft.seeds) == 3
    assert all(t.reward == 1.0 for t in draft.oracle)
    assert len(draft.oracle) == Budget().oracles
    for tried in draft.probes:
        assert tried.as_expected, (tried.name, tried.reward, tried.expected)
        if tried.group in CHEATS:
            assert tried.gain <= CHEAT
    assert all(t.as_expected for t in draft.tests)
    assert not draft.faults
    assert not draft.undecided
    assert found(draft) == {}


def test_the_saturated_example_pays_for_any_task():
    draft = drafted(EXAMPLES / "saturated_transition.yaml")
    others = [t for t in draft.probes if t.group in ("other task", "sibling", "gone")]
    assert len(others) >= 9
    assert {t.reward for t in others} == {1.0}
    assert not any(t.as_expected for t in others)
