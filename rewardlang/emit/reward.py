"""What a reward is made of: gates, parts and penalties, for the number alone and in detail."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rewardlang import model, tree
from rewardlang.emit import nodes
from rewardlang.emit.episode import EpisodeFunction
from rewardlang.emit.kinds import is_kind
from rewardlang.source import Span
from rewardlang.types.types import Number


def components(scenario: model.Scenario) -> list[tree.Expr]:
    """The expressions of a reward, in order."""
    found: list[tree.Expr | None] = [gate.require for gate in scenario.gates]
    for part in scenario.parts:
        found += [part.check, part.score]
    for penalty in scenario.penalties:
        found += [penalty.when, penalty.factor]
    return [expr for expr in found if expr is not None]


def unit_value(low: EpisodeFunction, expr: tree.Expr, hint: str) -> ast.expr:
    """A number in [0, 1]; 0 when `expr` fails or is none."""
    target = low.fresh(hint)
    node = low.attempt(target, expr, nodes.const(0.0))
    if _is_unit(expr):
        return node
    first, again = low.twice(node)
    if not is_kind(expr, Number):
        return nodes.call(low.pool.operator("unit"), first)
    within = ast.Compare(nodes.const(0.0), [ast.LtE(), ast.LtE()], [first, nodes.const(1.0)])
    return nodes.choose(within, again, nodes.const(0.0))


def _is_unit(expr: tree.Expr) -> bool:
    """Whether a value is certainly a number in [0, 1]."""
    type_ = expr.type
    if not is_kind(expr, Number) or not isinstance(type_, Number):
        return False
    return type_.low is not None and type_.high is not None and 0 <= type_.low <= type_.high <= 1


def total_weight(scenario: model.Scenario) -> float:
    """The weights' sum, added in order."""
    total = 0.0
    for part in scenario.parts:
        total += part.weight
    return total


def rounded(value: ast.expr) -> ast.expr:
    """`value`, at least 0, to a multiple of 1e-6: `int(value * 1e6 + 0.5) / 1e6` without a call."""
    scaled = nodes.binary(nodes.binary(value, "*", nodes.const(1e6)), "+", nodes.const(0.5))
    return nodes.binary(nodes.binary(scaled, "//", nodes.const(1.0)), "/", nodes.const(1e6))


def emit_scalar(low: EpisodeFunction, scenario: model.Scenario, span: Span) -> None:
    """Statements that return the reward alone; a gate that closes to 0 ends it at once."""
    caps = [gate for gate in scenario.gates if gate.otherwise > 0]
    if caps:
        low.put(nodes.assign("cap", nodes.const(1.0)), span)
    for gate in scenario.gates:
        low.note(f"gate {gate.id}", gate.span)
        low.ensure([gate.require])
        failed = nodes.not_(low.condition(gate.require))
        low.put(nodes.if_(failed, [_closed(gate)]), gate.span)
    total = total_weight(scenario)
    low.put(nodes.assign("value", nodes.const(0.0)), span)
    for part in scenario.parts:
        low.note(f"part {part.id}", part.span)
        low.ensure([expr for expr in (part.check, part.score) if expr is not None])
        if part.check is not None:
            earned = [nodes.add_to("value", nodes.const(part.weight))]
            low.put(nodes.if_(low.condition(part.check), earned), part.span)
        elif part.score is not None:
            score = unit_value(low, part.score, "score")
            low.put(nodes.add_to("value", _weighted(part.weight, score)), part.span)
    if total not in (0.0, 1.0):
        low.put(nodes.add_to("value", nodes.const(total), "/"), span)
    for penalty in scenario.penalties:
        _penalty_scalar(low, penalty)
    if caps:
        lower = nodes.compare(nodes.name("cap"), "<", nodes.name("value"))
        low.put(nodes.if_(lower, [nodes.assign("value", nodes.name("cap"))]), span)
    low.put(nodes.return_(rounded(nodes.name("value"))), span)


def _closed(gate: model.Gate) -> ast.stmt:
    if gate.otherwise <= 0:
        return nodes.return_(nodes.const(0.0))
    cap = nodes.const(gate.otherwise)
    lower = nodes.compare(nodes.name("cap"), ">", cap)
    return nodes.if_(lower, [nodes.assign("cap", nodes.const(gate.otherwise))])


def _penalty_scalar(low: EpisodeFunction, penalty: model.Penalty) -> None:
    low.note(f"penalty {penalty.id}", penalty.span)
    exprs = [penalty.factor] if penalty.when is None else [penalty.when, penalty.factor]
    low.ensure(exprs)

    def apply() -> None:
        constant = unit_constant(penalty.factor)
        factor: ast.expr
        if constant is not None:
            factor = nodes.const(constant)
        else:
            factor = unit_value(low, penalty.factor, "factor")
        low.put(nodes.add_to("value", factor, "*"), penalty.span)

    _when(low, penalty, apply)


def _when(low: EpisodeFunction, penalty: model.Penalty, apply: Callable[[], None]) -> None:
    if penalty.when is None:
        apply()
        return
    applies = low.condition(penalty.when)
    outer, low.block = low.block, []
    with low.inside({}):
        apply()
    body, low.block = low.block, outer
    low.put(nodes.if_(applies, body), penalty.span)


def unit_constant(expr: tree.Expr) -> float | None:
    """A constant factor in [0, 1]; others count as 0."""
    if not isinstance(expr, tree.Const):
        return None
    value = expr.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return 0.0
    return float(value)


# ---- rewards of conditions alone: a table of all outcomes ----

_TABLE_BITS = 10


def is_table(scenario: model.Scenario) -> bool:
    """Whether gates, parts and penalties are few conditions, so that all outcomes can be listed."""
    count = len(scenario.gates) + len(scenario.parts) + len(scenario.penalties)
    plain = all(part.check is not None for part in scenario.parts)
    constant = all(unit_constant(penalty.factor) is not None for penalty in scenario.penalties)
    return count <= _TABLE_BITS and plain and constant


def emit_looked_up(
    low: EpisodeFunction, scenario: model.Scenario, span: Span, *, detail: bool
) -> None:
    """Statements that find which conditions hold, as bits, and return what that is worth."""
    bit, parts = 1, 0
    low.put(nodes.assign("held", nodes.const(0)), span)
    for gate in scenario.gates:
        low.note(f"gate {gate.id}", gate.span)
        low.ensure([gate.require])
        holds = low.condition(gate.require)
        if detail or gate.otherwise > 0:
            low.put(nodes.if_(holds, [_bit(bit)]), gate.span)
        else:
            low.put(nodes.if_(nodes.not_(holds), [nodes.return_(nodes.const(0.0))]), gate.span)
            parts += bit
        bit *= 2
    for part in scenario.parts:
        assert part.check is not None
        low.note(f"part {part.id}", part.span)
        low.ensure([part.check])
        low.put(nodes.if_(low.condition(part.check), [_bit(bit)]), part.span)
        bit *= 2
    for penalty in scenario.penalties:
        low.note(f"penalty {penalty.id}", penalty.span)
        if penalty.when is None:
            low.put(_bit(bit), penalty.span)
        else:
            low.ensure([penalty.when])
            low.put(nodes.if_(low.condition(penalty.when), [_bit(bit)]), penalty.span)
        bit *= 2
    place: ast.expr = nodes.name("held")
    if parts:
        place = nodes.binary(place, "+", nodes.const(parts))
    caps = [gate.otherwise for gate in scenario.gates]
    weights = [part.weight for part in scenario.parts]
    factors = [unit_constant(penalty.factor) or 0.0 for penalty in scenario.penalties]
    found: ast.expr = nodes.sub(low.pool.details(caps, weights, factors, span), place)
    low.put(nodes.return_(found if detail else nodes.attr(found, "reward")), span)


def _bit(bit: int) -> ast.stmt:
    return nodes.add_to("held", nodes.const(bit))


# ---- any reward: sums and products ----


def emit_detail(low: EpisodeFunction, scenario: model.Scenario, span: Span) -> None:
    """Statements that return the reward and its parts."""
    gates, parts, factors = [], [], []
    for gate in scenario.gates:
        low.note(f"gate {gate.id}", gate.span)
        low.ensure([gate.require])
        gates.append(name := low.fresh("gate"))
        low.put(nodes.assign(name, low.condition(gate.require)), gate.span)
    for part in scenario.parts:
        low.note(f"part {part.id}", part.span)
        parts.append(name := low.fresh("part"))
        if part.check is not None:
            low.ensure([part.check])
            score = nodes.choose(low.condition(part.check), nodes.const(1.0), nodes.const(0.0))
            low.put(nodes.assign(name, score), part.span)
        elif part.score is not None:
            low.ensure([part.score])
            low.put(nodes.assign(name, unit_value(low, part.score, "score")), part.span)
    for penalty in scenario.penalties:
        factors.append(_penalty_detail(low, penalty))
    low.put(nodes.assign("value", _sum(scenario, parts)), span)
    total = total_weight(scenario)
    if total not in (0.0, 1.0):
        low.put(nodes.add_to("value", nodes.const(total), "/"), span)
    for name in factors:
        low.put(nodes.add_to("value", nodes.name(name), "*"), span)
    for name, gate in zip(gates, scenario.gates, strict=True):
        cap = [nodes.assign("value", nodes.const(gate.otherwise))]
        closed = nodes.not_(nodes.name(name))
        if gate.otherwise > 0:
            higher = nodes.compare(nodes.name("value"), ">", nodes.const(gate.otherwise))
            closed = nodes.and_([closed, higher])
        low.put(nodes.if_(closed, cap), gate.span)
    names = [
        nodes.tuple_([nodes.name(name) for name in group]) for group in (gates, parts, factors)
    ]
    four = nodes.tuple_([rounded(nodes.name("value")), *names])
    low.put(nodes.return_(nodes.call(low.pool.operator("detail"), four)), span)


def _weighted(weight: float, score: ast.expr) -> ast.expr:
    return score if weight == 1 else nodes.binary(nodes.const(weight), "*", score)


def _sum(scenario: model.Scenario, parts: list[str]) -> ast.expr:
    result: ast.expr = nodes.const(0.0)
    for number, (part, name) in enumerate(zip(scenario.parts, parts, strict=True)):
        share = _weighted(part.weight, nodes.name(name))
        result = share if number == 0 else nodes.binary(result, "+", share)
    return result


def _penalty_detail(low: EpisodeFunction, penalty: model.Penalty) -> str:
    low.note(f"penalty {penalty.id}", penalty.span)
    low.ensure([penalty.factor] if penalty.when is None else [penalty.when, penalty.factor])
    name = low.fresh("factor")
    constant = unit_constant(penalty.factor)
    if penalty.when is not None:
        low.put(nodes.assign(name, nodes.const(1.0)), penalty.span)

    def apply() -> None:
        if constant is None:
            low.put(nodes.assign(name, unit_value(low, penalty.factor, "score")), penalty.span)
        else:
            low.put(nodes.assign(name, nodes.const(constant)), penalty.span)

    _when(low, penalty, apply)
    return name
