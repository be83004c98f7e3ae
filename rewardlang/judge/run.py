"""All sections in order of their cost, then all rules."""

from __future__ import annotations

from rewardlang import model
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import RULES, Draft, Section
from rewardlang.judge.judgement import Judgement
from rewardlang_runtime import Scenario

SECTIONS: tuple[Section, ...] = ()


def judge(scenario: model.Scenario, compiled: Scenario, budget: Budget | None = None) -> Judgement:
    """Play, attack and mutate a scenario that has no errors."""
    draft = Draft(Bench(scenario, compiled), budget or Budget())
    for section in SECTIONS:
        section(draft)
    diagnostics = [found for _, rule in RULES for found in rule(draft)]
    diagnostics.sort(key=lambda d: (d.label.span.start, d.label.span.end, d.code.id))
    return Judgement(
        scenario.name,
        scenario.source.path,
        tuple(diagnostics),
        tuple(tried.outcome() for tried in draft.oracle),
        tuple(tried.outcome() for tried in draft.ladder),
        tuple(tried.outcome() for tried in draft.probes),
        tuple(tried.outcome() for tried in draft.trace_mutants),
        tuple(draft.reward_mutants),
        tuple(draft.searched),
        tuple(draft.undecided),
    )
