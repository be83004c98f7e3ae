"""The tasks that are judged, and what the scenario promised of them and did not keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rewardlang import model
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.interpret import Context, Failure, evaluate, holds, named
from rewardlang.judge.draft import Draft, judges
from rewardlang_runtime import Rng, ScenarioFault
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.world import World, load_base

_AMONG = 64
"""Seeds that are looked through for tasks that differ."""
_DRAWN = 200
"""Draws that `assume` is tried on."""
_BLAMED = 40
"""Draws that each condition of `assume` is tried on, to say which rejects most."""
_REJECTED = 0.9
"""The share of draws above which too many are rejected."""


def choose_tasks(draft: Draft) -> None:
    """Which seeds are played: the first whose tasks differ."""
    wanted, bench = draft.budget.draws, draft.bench
    draft.seeds = draft.attempt(0, "the task", lambda: bench.tasks(wanted, _AMONG)) or ()


# ---- rules ----


@judges(codes.ASSUMPTION_FALSE)
def assumption_false(draft: Draft) -> Iterator[Diagnostic]:
    """`assume` leaves out what is no task; it must leave tasks over."""
    scenario, compiled = draft.bench.scenario, draft.bench.compiled
    if not scenario.params:
        return
    world = load_base(compiled).world
    rng = Rng("assume", 0)
    try:
        rejected = sum(compiled.draw(world, rng) is None for _ in range(_DRAWN))
    except ScenarioFault:
        return  # a fault that `choose_tasks` has met, too
    if rejected <= _REJECTED * _DRAWN:
        return
    every = rejected == _DRAWN
    yield Diagnostic(
        codes.ASSUMPTION_FALSE,
        "no draw of the parameters is left"
        if every
        else f"{rejected / _DRAWN:.0%} of the draws of the parameters are rejected",
        _most_rejecting(scenario, world),
        help="draw from a list that is filtered already, or assume less",
    )


def _most_rejecting(scenario: model.Scenario, world: World) -> Label:
    """The condition of `assume` that rejects most, or a parameter that has nothing to draw from."""
    rng = Rng("assume", 1)
    rejects = [0] * len(scenario.assume)
    empty: model.Param | None = None
    context = Context(
        roots={"initial": world, "final": world, "expect": dict(scenario.expect), "params": {}},
        lets=named(scenario.lets),
        apis={api.name: api for api in scenario.apis},
    )
    for _ in range(_BLAMED):
        params: dict[str, object] = {}
        drawn = replace(context, roots={**context.roots, "params": params}, known={})
        for param in scenario.params:
            try:
                choices = evaluate(param.choices, drawn)
            except Failure:
                choices = []
            if not choices:
                empty = empty or param
                break
            params[param.name] = rng.choice(choices)
            drawn.known.clear()
        else:
            for number, condition in enumerate(scenario.assume):
                rejects[number] += not holds(condition, drawn)
    if not any(rejects):
        param = empty or scenario.params[0]
        return Label(param.choices.span, "often empty" if empty else "drawn from this")
    worst = max(range(len(rejects)), key=lambda number: rejects[number])
    span = scenario.assume[worst].span
    return Label(span, f"false for {rejects[worst]} of {_BLAMED} draws")


@judges(codes.ONE_TRAINING_TASK)
def one_training_task(draft: Draft) -> Iterator[Diagnostic]:
    """Of two tasks the split that the author did not ask for leaves one."""
    scenario = draft.bench.scenario
    several = draft.budget.draws > 1 and len(draft.seeds) == 1 and scenario.holdout is None
    if not several or plan_of(draft.bench.compiled).tasks.single:
        return
    yield Diagnostic(
        codes.ONE_TRAINING_TASK,
        "training has only one task: the other is held out for evaluation",
        Label(scenario.params[0].choices.span, "there are two tasks in all"),
        help="draw from more, or say with `holdout` which tasks training never sees",
    )


@judges(codes.ORACLE_BELOW_ONE, codes.BROKEN_PROMISE)
def broken_promises(draft: Draft) -> Iterator[Diagnostic]:
    """What could not be played at all."""
    scenario = draft.bench.scenario
    for fault in draft.faults:
        if "satisfies `assume`" in fault.message:
            continue  # E612 says why there is no task
        code = codes.ORACLE_BELOW_ONE if fault.where == "oracle" else codes.BROKEN_PROMISE
        span = fault.span or draft.bench.top
        yield Diagnostic(
            code,
            f"{fault.doing} cannot be played with seed {fault.seed}: {fault.message}",
            Label(span, "fails here" if fault.span else "in this scenario"),
            help="keep such tasks out with `assume`, or allow for the value to be missing",
        )
    for tried in draft.everything():
        for call in tried.played.calls:
            if call.status == 500 and tried.played.faults:
                operation = scenario.operations[call.op]
                reason = tried.played.faults[0].strip().rsplit("\n", 1)[-1]
                yield Diagnostic(
                    codes.BROKEN_PROMISE,
                    f"`{call.op}` fails inside: {reason}",
                    Label(operation.span, "answered 500"),
                    help="mend the operation: arguments within its schema must never break it",
                    evidence=(tried.evidence(),),
                )
                return
