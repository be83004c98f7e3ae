"""Judgements of variants of the judged base by its mutants alone."""

from __future__ import annotations

from pathlib import Path

from judge.desk import drafted, variant

from rewardlang.judge import mutation_rules, reward_mutants
from rewardlang.judge.draft import RULES, Draft
from rewardlang.judge.reward_mutants import mutate_reward
from rewardlang.judge.trace_mutants import mutate_traces

_RULES = (mutation_rules.__name__, reward_mutants.__name__)


def traces_mutated(path: Path) -> Draft:
    """The scenario's draft with the mutants of its oracle."""
    draft = drafted(path)
    mutate_traces(draft)
    return draft


def mutated(folder: Path, *fragments: str, reward: bool = False) -> Draft:
    """The draft of a variant of the base with its mutants, those of the reward on request."""
    draft = traces_mutated(variant(folder, *fragments))
    if reward:
        mutate_reward(draft)
    return draft


def found(draft: Draft) -> dict[str, list[str]]:
    """The codes that the rules on mutants report, and what each finding points at."""
    result: dict[str, list[str]] = {}
    for _, rule in RULES:
        for diagnostic in rule(draft) if rule.__module__ in _RULES else ():
            result.setdefault(diagnostic.code.id, []).append(diagnostic.label.span.text)
    return result
