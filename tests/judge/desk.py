"""Variants of the judged base scenario, tests/diagnostics/base/judged.yaml, and their judgement."""

from __future__ import annotations

from pathlib import Path

from diagnostics.page_examples import JUDGED_FILES, write

from rewardlang import driver
from rewardlang.judge import oracle, probe_rules, shape_rules, tasks
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import RULES, Draft
from rewardlang.judge.oracle import climb, play_oracle
from rewardlang.judge.own_tests import play_tests
from rewardlang.judge.probes import probe, repeat
from rewardlang.judge.tasks import choose_tasks

SECTIONS = (choose_tasks, play_oracle, climb, probe, repeat, play_tests)
"""What is played before anything is mutated or searched."""

_RULES = tuple(module.__name__ for module in (oracle, tasks, probe_rules, shape_rules))


def variant(folder: Path, *fragments: str) -> Path:
    """The scenario with the top-level keys of the fragments in place of its own."""
    return write([("scenario", fragment) for fragment in fragments], folder, JUDGED_FILES)


def drafted(path: Path, budget: Budget | None = None) -> Draft:
    """What these sections gather of a scenario."""
    scenario = driver.scenario_of(path)
    draft = Draft(Bench(scenario, driver.build(scenario)), budget or Budget())
    for section in SECTIONS:
        section(draft)
    return draft


def found(draft: Draft) -> dict[str, str]:
    """The codes that the rules on these sections report, and what the first of each points at."""
    result: dict[str, str] = {}
    for _, rule in RULES:
        for diagnostic in rule(draft) if rule.__module__ in _RULES else ():
            result.setdefault(diagnostic.code.id, diagnostic.label.span.text)
    return result
