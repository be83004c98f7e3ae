"""The task and what earns what, out of the typed scenario."""

from __future__ import annotations

import textwrap

from rewardlang import model
from rewardlang.judge.faults import FAULTS, fault_of
from rewardlang.report.facts import Drawn, Item, Task, Tool
from rewardlang.source import Span
from rewardlang.tree import Typed
from rewardlang_runtime import Environment, Scenario


def task_of(scenario: model.Scenario, compiled: Scenario, seeds: tuple[int, ...]) -> Task:
    """What the policy is asked in the tasks of some seeds, with what and within which limits."""
    environment = Environment(compiled)
    draws = tuple(_drawn(scenario, environment, seed) for seed in seeds)
    operations = scenario.operations
    return Task(
        environment.system,
        scenario.world.name,
        scenario.actor,
        tuple(api.title or api.name for api in scenario.apis),
        tuple(Tool(name, operations[name].doc, operations[name].writes) for name in compiled.tools),
        scenario.limits.calls,
        scenario.limits.observation,
        scenario.limits.answer,
        "" if scenario.holdout is None else text_of(scenario.holdout),
        draws,
        tuple(" ".join(fault.span.text.split()) for fault in scenario.faults),
        scenario.names,
    )


def _drawn(scenario: model.Scenario, environment: Environment, seed: int) -> Drawn:
    try:
        environment.reset(seed=seed)
    except FAULTS as error:
        fault = fault_of(error, "the task", seed, scenario)
        if fault is None:
            raise
        return Drawn(seed, "", {}, fault.message)
    return Drawn(seed, environment.prompt, environment.params)


def items_of(scenario: model.Scenario) -> tuple[Item, ...]:
    """Gates, parts and penalties in the order of the file."""
    total = sum(part.weight for part in scenario.parts)
    found = [_gate(gate) for gate in scenario.gates]
    found += [_part(part, part.weight / total if total else 0.0) for part in scenario.parts]
    found += [_penalty(penalty) for penalty in scenario.penalties]
    return tuple(found)


def _gate(gate: model.Gate) -> Item:
    effect = f"else at most {gate.otherwise:g}" if gate.otherwise else "else nothing"
    return Item("gate", gate.id, place(gate.span), effect, {"require": text_of(gate.require)})


def _part(part: model.Part, share: float) -> Item:
    key, expr = ("check", part.check) if part.check is not None else ("score", part.score)
    effect = "all or nothing" if part.check is not None else "by degrees"
    texts = {} if expr is None else {key: text_of(expr)}
    return Item("part", part.id, place(part.span), effect, texts, part.weight, share)


def _penalty(penalty: model.Penalty) -> Item:
    texts = {} if penalty.when is None else {"when": text_of(penalty.when)}
    texts["factor"] = text_of(penalty.factor)
    return Item("penalty", penalty.id, place(penalty.span), "times its factor", texts)


def lets_of(scenario: model.Scenario) -> tuple[Item, ...]:
    """The names that gates, parts and penalties use."""
    return tuple(
        Item("let", let.name, place(let.span), "", {"let": text_of(let.value)})
        for let in scenario.lets
    )


def text_of(expr: Typed) -> str:
    """An expression as it stands in the file, without the indentation around it."""
    first, _, rest = expr.span.text.partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".rstrip() if rest else first


def place(span: Span) -> str:
    """`path:line`."""
    return f"{span.source.path}:{span.begin.line}"
