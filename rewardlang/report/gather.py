"""The facts of a report: the typed scenario, the judgement and the findings brought together."""

from __future__ import annotations

from pathlib import Path

from rewardlang import __version__, driver, kept, model
from rewardlang.cache import sha256
from rewardlang.diagnostics.render import render
from rewardlang.diagnostics.suppress import Use, suppression_of
from rewardlang.findings import run
from rewardlang.findings.finding import Finding
from rewardlang.findings.settings import Finder
from rewardlang.judge.budget import Budget
from rewardlang.judge.files import judge_file
from rewardlang.judge.judgement import Judgement, Outcome
from rewardlang.report import kinds
from rewardlang.report.facts import Facts, FileRead, Found, RewardScore, Rung, Silenced
from rewardlang.report.signal import signal_of
from rewardlang.report.task import items_of, lets_of, place, task_of
from rewardlang.report.verdict import proven, tried, verdict

_SEEDS = (0, 1, 2)
"""The tasks that are shown when no probe was played."""


def gather(path: Path, *, use_cache: bool = True) -> Facts:
    """Judge a scenario file, or read its judgement from the cache, and gather the facts.

    Raises:
        CheckFailed: The file has errors that nothing can suppress.
        NoScenario: It holds an API or a world.
    """
    files = kept.Recording()
    checked = driver.check(path, files)
    scenario = checked.judgeable or driver.scenario_of(path)
    options = run.Options(use_cache=use_cache)
    # For mypy: the settings have checked the types.
    budget = Budget(**options.over(Finder().settings(path)).budget)  # type: ignore[arg-type]
    judgement = judge_file(path, use_cache=use_cache, budget=budget)
    result = run.lint([path], options, judgements={path: judgement})
    seeds = tuple(sorted({outcome.seed for outcome in judgement.probes})) or _SEEDS
    findings = tuple(map(_found, result.findings))
    silenced = _silenced(checked, judgement, result.accepted)
    return Facts(
        name=scenario.name,
        title=scenario.title,
        path=scenario.source.path,
        files=tuple(
            FileRead(name, sha256(text))
            for name, text in files.texts.items()
            if isinstance(text, bytes)
        ),
        version=__version__,
        verdict=verdict(findings, silenced, judgement),
        proven=proven(judgement),
        tried=tried(judgement),
        seeds=seeds,
        task=task_of(scenario, driver.build(scenario), seeds),
        items=items_of(scenario),
        lets=lets_of(scenario),
        oracle=judgement.oracle,
        ladder=_ladder(scenario, judgement.ladder),
        probes=kinds.families(judgement.probes, seeds),
        tests=judgement.tests,
        trace_mutants=kinds.grouped(judgement.trace_mutants, kinds.MUTANTS, seeds),
        worst=kinds.worst(judgement.trace_mutants),
        reward_mutants=_score(judgement),
        searched=judgement.searched,
        levels=judgement.levels,
        signal=signal_of(judgement),
        undecided=judgement.undecided,
        findings=findings,
        silenced=silenced,
    )


def _found(finding: Finding) -> Found:
    diagnostic = finding.diagnostic
    return Found(
        diagnostic.code.id,
        diagnostic.code.name,
        diagnostic.code.level,
        diagnostic.message,
        place(diagnostic.label.span),
        diagnostic.help or "",
        render(diagnostic).plain,
        tuple((each.name, each.line) for each in diagnostic.evidence),
    )


def _silenced(
    checked: driver.Checked, judgement: Judgement, accepted: tuple[Finding, ...]
) -> tuple[Silenced, ...]:
    """What a reviewer would not see: findings under a comment, and those of a baseline."""
    uses: list[Use] = list(checked.uses)
    judged = (suppression_of(each, checked.suppressions) for each in judgement.diagnostics)
    uses += [use for use in judged if use is not None]
    silenced = [Silenced(id, place(each.comment), each.comment.text) for each, id in uses]
    for finding in accepted:
        diagnostic = finding.diagnostic
        where = place(diagnostic.label.span)
        silenced.append(Silenced(diagnostic.code.id, where, f"baseline: {diagnostic.message}"))
    return tuple(dict.fromkeys(silenced))


def _ladder(scenario: model.Scenario, ladder: tuple[Outcome, ...]) -> tuple[Rung, ...]:
    rungs: list[Rung] = []
    before: Outcome | None = None
    for outcome in ladder:
        calls = outcome.line["calls"]
        known = 0 if before is None else len(before.line["calls"])
        rungs.append(
            Rung(
                len(calls),
                outcome.reward,
                outcome.reward - (before.reward if before is not None else 0.0),
                calls[-1] if len(calls) > known else None,
                outcome.line["answer"],
                () if before is None else _moved(scenario, before, outcome),
                outcome.as_expected,
            )
        )
        before = outcome
    return tuple(rungs)


def _moved(scenario: model.Scenario, before: Outcome, after: Outcome) -> tuple[str, ...]:
    """What of the reward is no longer as it was."""
    gates = zip(scenario.gates, before.gates, after.gates, strict=True)
    parts = zip(scenario.parts, before.parts, after.parts, strict=True)
    factors = zip(scenario.penalties, before.penalties, after.penalties, strict=True)
    return (
        *(f"gate `{g.id}` {'holds' if new else 'fails'}" for g, old, new in gates if old != new),
        *(f"part `{p.id}` {old:.3g} to {new:.3g}" for p, old, new in parts if old != new),
        *(f"penalty `{p.id}` {old:.3g} to {new:.3g}" for p, old, new in factors if old != new),
    )


def _score(judgement: Judgement) -> RewardScore:
    mutants = judgement.reward_mutants
    counted = [each for each in mutants if each.equivalent is None]
    return RewardScore(
        judgement.mutation_score,
        sum(each.killed_by is not None for each in counted),
        tuple(each for each in counted if each.killed_by is None),
        tuple(each for each in mutants if each.equivalent is not None),
    )
