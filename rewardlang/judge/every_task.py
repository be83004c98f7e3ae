"""A let that is known at reset, changed, and the same on every task there can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rewardlang import model, tree
from rewardlang.interpret import Context, Failure, evaluate, holds, named, same
from rewardlang.judge.alterations import Altered
from rewardlang.judge.bench import Bench
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.values import ScenarioFault

_MOST = 2_000
"""Draws of the parameters that are looked at; of more tasks nothing is proven."""


def same_on_every_task(bench: Bench, altered: Altered) -> str | None:
    """The proof in words, or None: the let reads the episode, or there are too many tasks."""
    if altered.let is None or altered.change is None:
        return None
    scenario, name = bench.scenario, altered.let[0]
    let = next(let for let in scenario.lets if let.name == name)
    if let.value.facts.stage != "setup":
        return None
    world = plan_of(bench.compiled).base.world
    count = 0
    for context in _draws(scenario, world):
        if count == _MOST:
            return None
        count += 1
        changed = replace(context, known={})
        if not same(_value(let.value, context), _value(altered.change.root, changed)):
            return None
    return f"`{name}` is the same on each of the {count} tasks" if count else None


def _draws(scenario: model.Scenario, world: Any) -> Iterator[Context]:
    """Where the lets of each task are evaluated, one for every draw that `assume` takes."""
    roots = {"initial": world, "expect": dict(scenario.expect), "params": {}}
    apis = {api.name: api for api in scenario.apis}
    lets = named(scenario.lets)

    def drawn(params: dict[str, Any], rest: tuple[model.Param, ...]) -> Iterator[Context]:
        context = Context(roots={**roots, "params": params}, lets=lets, apis=apis)
        if not rest:
            if all(holds(condition, context) for condition in scenario.assume):
                yield context
            return
        for choice in evaluate(rest[0].choices, context):
            yield from drawn({**params, rest[0].name: choice}, rest[1:])

    return drawn({}, scenario.params)


def _value(expr: tree.Expr, context: Context) -> Any:
    """The value of a let; null when it fails, and when the scenario's word is broken."""
    try:
        return evaluate(expr, context)
    except (Failure, ScenarioFault):
        return None
