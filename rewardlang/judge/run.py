"""All sections in order of their cost, then all rules."""

from __future__ import annotations

from rewardlang import model
from rewardlang.judge import fault_rules, mutation_rules, probe_rules, shape_rules
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import RULES, Draft, Section
from rewardlang.judge.faulty import meet_faults
from rewardlang.judge.judgement import Judgement
from rewardlang.judge.oracle import climb, play_oracle
from rewardlang.judge.own_tests import play_tests
from rewardlang.judge.probes import probe, repeat
from rewardlang.judge.reward_mutants import mutate_reward
from rewardlang.judge.search import (
    cycle_rules,
    leak_rules,
    level_rules,
    operation_rules,
    order_rules,
    reach_rules,
)
from rewardlang.judge.search.section import explore_tasks, find_solutions
from rewardlang.judge.tasks import choose_tasks
from rewardlang.judge.trace_mutants import mutate_traces
from rewardlang_runtime import Scenario

SUBJECTS = (
    fault_rules,
    mutation_rules,
    probe_rules,
    shape_rules,
    cycle_rules,
    leak_rules,
    level_rules,
    operation_rules,
    order_rules,
    reach_rules,
)
"""The modules whose import enters rules that no section stands beside."""

SECTIONS: tuple[Section, ...] = (
    choose_tasks,
    find_solutions,
    play_oracle,
    climb,
    probe,
    repeat,
    meet_faults,
    play_tests,
    mutate_traces,
    mutate_reward,
    explore_tasks,
)


def judge(scenario: model.Scenario, compiled: Scenario, budget: Budget | None = None) -> Judgement:
    """Play, attack and mutate a scenario that has no errors."""
    draft = Draft(Bench(scenario, compiled), budget or Budget())
    for section in SECTIONS:
        # A section notes its own faults; one that it does not expect ends that section alone.
        draft.attempt(0, section.__name__.replace("_", " "), lambda run=section: run(draft))  # type: ignore[misc]
    diagnostics = [found for _, rule in RULES for found in rule(draft)]
    diagnostics.sort(key=lambda d: (d.label.span.start, d.label.span.end, d.code.id))
    return Judgement(
        scenario.name,
        scenario.source.path,
        tuple(diagnostics),
        tuple(tried.outcome() for tried in (*draft.oracle, *draft.held_out)),
        tuple(tried.outcome() for tried in draft.ladder),
        tuple(tried.outcome() for tried in draft.probes),
        tuple(tried.outcome() for tried in draft.tests),
        tuple(tried.outcome() for tried in draft.trace_mutants),
        tuple(draft.reward_mutants),
        tuple(draft.searched),
        tuple(draft.undecided),
    )
