"""Answers that a search tries: what the reward listens for, alone and together."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang import model
from rewardlang.judge.search.expectations import Expected
from rewardlang.judge.search.monitor import rewarded
from rewardlang.walk import everything, mentioned
from rewardlang_runtime.values import text
from rewardlang import tree

_MOST = 6


def answers_of(
    scenario: model.Scenario, expected: Iterable[Expected], given: str | None
) -> tuple[str, ...]:
    """Candidate answers, none first; that of the oracle is `given`."""
    if not _listens(scenario):
        return ("",)
    said = [text(each.value) for each in expected if each.kind == "answer"]
    said = list(dict.fromkeys(said))
    found = [""]
    if given:
        found.append(given)
    if len(said) > 1:
        found.append("; ".join(said))
    return tuple(dict.fromkeys([*found, *said]))[:_MOST]


def _listens(scenario: model.Scenario) -> bool:
    """Whether the reward reads the answer."""
    lets = {let.name: let for let in scenario.lets}
    roots = list(rewarded(scenario))
    exprs = [*roots, *(lets[name].value for name in mentioned(roots, lets))]
    return any(
        isinstance(part, tree.RootRef) and part.name == "answer"
        for expr in exprs
        for part in everything(expr)
    )
