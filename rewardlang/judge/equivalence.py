"""Changes of the reward that no episode can tell from the original, and the proof of it.

That nothing told them apart is no proof. What is not proven here counts as alive.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang import model, tree
from rewardlang.interpret import Context, evaluate
from rewardlang.judge.alterations import Altered
from rewardlang.judge.retold import Retold, items, roots
from rewardlang.judge.reward_edits import Change
from rewardlang.resolve import intervals
from rewardlang.types.types import Number
from rewardlang.walk import everything

_DOMAIN = 1_000
"""Whole numbers that are tried one by one."""


def why_equivalent(retold: Retold, altered: Altered) -> str | None:
    """The proof in words, or None when there is none."""
    scenario, change = retold.scenario, altered.change
    if change is None:
        kind, _ = altered.item
        only = kind == "part" and len(scenario.parts) == 1
        if only and altered.scenario.parts[0].weight > 0:
            return "weights are shares, and there is one part"
        return None
    return (
        _rejected(scenario, altered, change)
        or _same_counts(scenario, change)
        or _same_distance(scenario, change)
        or _decided(change)
    )


# ---- what the compiler would not take ----


def _rejected(scenario: model.Scenario, altered: Altered, change: Change) -> str | None:
    """`ok` dropped where a response is read: the compiler asks for it (T108)."""
    if not isinstance(change.before, tree.OpMatch):
        return None
    before, after = _conditions(change.before), _conditions(change.after)
    gone = [condition for condition in before if all(condition is not c for c in after)]
    if not any(isinstance(c, tree.CallField) and c.name == "ok" for c in gone):
        return None
    inside = any(_reads_response(condition) for condition in after)
    if inside or _read_outside(scenario, altered, change):
        return "without `ok` the compiler does not let the response be read (T108)"
    return None


def _conditions(match: tree.OpMatch) -> tuple[tree.Expr, ...]:
    condition = match.condition
    if isinstance(condition, tree.And):
        return condition.items
    return () if condition is None else (condition,)


def _reads_response(condition: tree.Expr) -> bool:
    """Whether a condition looks into the response of the call that is matched."""
    return any(read.call is None for read in _responses_read(condition))


def _responses_read(root: tree.Expr) -> Iterator[tree.CallField]:
    """Responses whose fields or items are read, which takes a known outcome."""
    for node in everything(root):
        inside = node.object if isinstance(node, tree.Get) else None
        inside = node.source if isinstance(node, tree.Macro) else inside
        if isinstance(inside, tree.CallField) and inside.name == "response":
            yield inside


def _read_outside(scenario: model.Scenario, altered: Altered, change: Change) -> bool:
    """Whether the response of a call that the pattern finds is read outside of the pattern."""
    let = None if altered.let is None else altered.let[0]
    everywhere = [root for item in items(scenario) for root in roots(scenario, item)]
    everywhere += [other.value for other in scenario.lets]
    for root in everywhere:
        for read in _responses_read(root):
            for part in () if read.call is None else everything(read.call):
                if isinstance(part, tree.LetRef) and part.name == let:
                    return True
                if isinstance(part, tree.TraceValue) and change.before in part.match.alternatives:
                    return True
    return False


# ---- bounds that are never reached ----


def _same_counts(scenario: model.Scenario, change: Change) -> str | None:
    """A count compared with another number, or on another ramp, for every count there can be."""
    before, after = change.before, change.after
    match before, after:
        case tree.Formula(kind="exactly" | "at_least" | "at_most" | "once"), tree.Formula():
            if before.window != after.window:
                return None
            reach = _reach(scenario, before.window)
            same = all(_holds(before, n) == _holds(after, n) for n in range(reach + 1))
            return f"there are never more than {reach} such calls" if same else None
        case tree.Compare(), tree.Compare():
            return _same_values(scenario, before, after, before.left, before.right)
        case tree.Builtin(name="ramp"), tree.Builtin():
            return _same_values(scenario, before, after, before.args[0], *before.args[1:])
    return None


def _reach(scenario: model.Scenario, window: tree.Window | None) -> int:
    """The most calls that can match; those that open and close a scope lie outside it."""
    outside = 0 if window is None else 2 if window.kind == "between" else 1
    return max(0, scenario.limits.calls - outside)


def _holds(formula: tree.Formula, count: int) -> bool:
    match formula.kind:
        case "exactly":
            return count == formula.count
        case "at_least":
            return count >= (formula.count or 0)
        case "at_most":
            return count <= (formula.count or 0)
        case "once":
            return count == 1
        case _:
            return count > 0


def _same_values(
    scenario: model.Scenario, before: tree.Expr, after: tree.Expr, *operands: tree.Expr
) -> str | None:
    """Both evaluated for every value of the one operand that is no constant."""
    varying = [operand for operand in operands if not isinstance(operand, tree.Const)]
    if len(varying) != 1:
        return None
    domain = _domain(scenario, varying[0])
    if domain is None or domain.stop - domain.start > _DOMAIN:
        return None
    same = all(_at(before, varying[0], n) == _at(after, varying[0], n) for n in domain)
    shown = " ".join(varying[0].span.text.split())
    return f"`{shown}` is never less than {domain[0]} or more than {domain[-1]}" if same else None


def _domain(scenario: model.Scenario, expr: tree.Expr) -> range | None:
    if isinstance(expr, tree.TraceValue) and expr.kind == "count":
        return range(_reach(scenario, expr.window) + 1)
    type_ = expr.type
    if not isinstance(type_, Number) or not type_.integer or not intervals.bounded(type_):
        return None
    assert type_.low is not None
    assert type_.high is not None
    return range(int(type_.low), int(type_.high) + 1)


def _at(expr: tree.Expr, varying: tree.Expr, value: int) -> Any:
    """The value of a comparison or a ramp with a number in place of one operand."""
    constant = tree.Const(span=varying.span, facts=varying.facts, value=value)
    operands = [constant if each is varying else each for each in _operands(expr)]
    match expr:
        case tree.Compare():
            left, right = operands
            node: tree.Expr = tree.Compare(
                span=expr.span, facts=expr.facts, op=expr.op, left=left, right=right, plain=False
            )
        case tree.Builtin():
            node = tree.Builtin(
                span=expr.span, facts=expr.facts, name=expr.name, args=tuple(operands)
            )
        case _:
            raise AssertionError(expr)
    return evaluate(node, Context())


def _operands(expr: tree.Expr) -> Iterator[tree.Expr]:
    if isinstance(expr, tree.Compare):
        yield from (expr.left, expr.right)
    elif isinstance(expr, tree.Builtin):
        yield from expr.args


def _same_distance(scenario: model.Scenario, change: Change) -> str | None:
    """`within k` where no two calls are further apart."""
    before, after = change.before, change.after
    if not isinstance(before, tree.Formula) or not isinstance(after, tree.Formula):
        return None
    if before.within is None or after.within is None:
        return None
    furthest = max(0, scenario.limits.calls - 1)
    if min(before.within, after.within) >= furthest:
        return f"no two calls are more than {furthest} steps apart"
    return None


# ---- what types decide ----


def _decided(change: Change) -> str | None:
    """A comparison that the bounds of both sides decide, alike before and after."""
    outcomes = []
    for node in (change.before, change.after):
        if not isinstance(node, tree.Compare) or node.facts.can_fail:
            return None
        left, right = node.left.type, node.right.type
        if not isinstance(left, Number) or not isinstance(right, Number):
            return None
        outcomes.append(intervals.compare(node.op, left, right))
    if outcomes[0] is not None and outcomes[0] == outcomes[1]:
        return f"it is always {str(outcomes[0]).lower()}"
    return None
