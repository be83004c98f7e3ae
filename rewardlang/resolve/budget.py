"""Every expression of a scenario, and of its APIs in its world, against the budget of steps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from rewardlang import tree
from rewardlang.model import Api, Operation, Scenario, World
from rewardlang.resolve.cost import Costs
from rewardlang.resolve.extent import UNIT, Sizes
from rewardlang.resolve.report import Report
from rewardlang.types.relations import Expand


def check_costs(scenario: Scenario, expand: Expand, report: Report) -> None:
    """Report what may take too many steps (P701)."""
    text, items = _longest(scenario.world)
    sizes = Sizes(
        expand,
        {name: len(rows) for name, rows in scenario.world.rows.items()},
        scenario.limits.calls,
        1 + text / UNIT,
        float(max(items, 1)),
    )
    met = *((api.source.path, api.source.text) for api in scenario.apis), *sizes.numbers
    known = _affordable.get(met)
    sizes = known or sizes
    costs = Costs(sizes)
    costs.define(scenario.lets, report)
    for expr in _expressions(scenario):
        costs.check(expr, report)
    if known is not None:
        return
    before = len(report.diagnostics)
    for api in scenario.apis:
        for operation in api.operations.values():
            _check_operation(operation, api, sizes, report)
    if len(report.diagnostics) == before:
        _affordable[met] = sizes
        while len(_affordable) > _KEPT:
            _affordable.popitem(last=False)


_KEPT = 16
_affordable: OrderedDict[tuple[object, ...], Sizes] = OrderedDict()
"""The sizes met by APIs, by path and text, and numbers, whose operations were within the budget."""


def _check_operation(operation: Operation, api: Api, sizes: Sizes, report: Report) -> None:
    costs = Costs(sizes)
    costs.define(operation.lets, report)
    for rule in operation.errors:
        costs.check(rule.when, report)
        costs.check(rule.body, report)
    for effect in operation.effects:
        for part in (effect.when, effect.value, effect.place.key):
            if part is not None:
                costs.check(part, report)
    if operation.body is not None:
        costs.check(operation.body, report)


def _expressions(scenario: Scenario) -> Iterator[tree.Expr]:
    for param in scenario.params:
        yield param.choices
    yield from scenario.assume
    for gate in scenario.gates:
        yield gate.require
    for part in scenario.parts:
        found = part.check or part.score
        if found is not None:
            yield found
    for penalty in scenario.penalties:
        if penalty.when is not None:
            yield penalty.when
        yield penalty.factor
    for step in scenario.oracle:
        yield step.args
    for text in (scenario.holdout, scenario.system, scenario.oracle_answer, *scenario.prompts):
        if text is not None:
            yield text


_measured: OrderedDict[int, tuple[World, tuple[int, int]]] = OrderedDict()
"""Worlds by identity, which scenarios share, with what `_longest` found."""


def _longest(world: World) -> tuple[int, int]:
    """The longest text and the longest list in a world."""
    if id(world) not in _measured:
        _measured[id(world)] = world, _measure(world)
        while len(_measured) > _KEPT:
            _measured.popitem(last=False)
    return _measured[id(world)][1]


def _measure(world: World) -> tuple[int, int]:
    text = items = 0
    pending: list[object] = [row for rows in world.rows.values() for row in rows.values()]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            text = max(text, len(value))
        elif isinstance(value, list):
            items = max(items, len(value))
            pending.extend(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
    return text, items
