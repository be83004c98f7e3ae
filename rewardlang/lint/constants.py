"""Conditions that are always the same, by their bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import conditions_and_scores
from rewardlang.lint.reading import Reading, within
from rewardlang.model import Scenario
from rewardlang.resolve import intervals
from rewardlang.resolve.keys import key
from rewardlang.source import Span
from rewardlang.types.types import Bool, Number
from rewardlang.types.words import bounds_in_words
from rewardlang.walk import below


def constants(reading: Reading) -> Iterator[Diagnostic]:
    """Comparisons that bounds decide, and `true` or `false` where a condition belongs."""
    blamed = tuple(reading.blamed)
    for root in conditions_and_scores(reading.scenario):
        yield from _constants(root, reading.scenario, blamed)


def _constants(root: tree.Expr, scenario: Scenario, blamed: Sequence[Span]) -> Iterator[Diagnostic]:
    pending: list[tuple[tree.Expr, bool]] = [(root, isinstance(root.type, Bool))]
    while pending:
        node, is_condition = pending.pop()
        constant = outcome(node, scenario)
        if is_condition and isinstance(node, tree.Const) and isinstance(node.value, bool):
            constant = node.value
        if constant is not None and not any(within(node.span, bad) for bad in blamed):
            yield Diagnostic(
                codes.CONSTANT_CONDITION,
                f"this condition is always {str(constant).lower()}",
                Label(node.span, _reason(node)),
                help="leave it out, or say what was meant",
            )
            continue
        logical = isinstance(node, tree.And | tree.Or | tree.Not)
        for part in below(node):
            is_test = isinstance(node, tree.If) and part is node.test
            pending.append((part, logical or is_test))


def constant_parts(reading: Reading) -> Iterator[Diagnostic]:
    """Parts whose check holds in every episode, or in none, by logic."""
    for part in reading.scenario.parts:
        expr = part.check
        if expr is None or part.weight <= 0 or not reading.clear(expr):
            continue
        if reading.logic.possible(expr, reading.logic.formula(expr)):
            if not reading.logic.always(expr):
                continue
            constant, help_ = "true", "it pays every policy: say what was meant, or leave it out"
        else:
            constant, help_ = "false", "it pays nobody: say what was meant, or leave it out"
        yield Diagnostic(
            codes.CONSTANT_CONDITION,
            f"this condition is always {constant}",
            Label(expr.span, f"{constant} in every episode"),
            help=help_,
        )


def outcome(node: tree.Expr, scenario: Scenario) -> bool | None:
    """The value of a condition that is the same in every episode."""
    match node:
        case tree.Compare():
            left, right = node.left, node.right
            if node.facts.can_fail or left.facts.uncertain or right.facts.uncertain:
                return None
            if key(left) == key(right):
                return node.op in ("==", "<=", ">=")
            if isinstance(left.type, Number) and isinstance(right.type, Number):
                return intervals.compare(node.op, left.type, right.type)
            return None
        case tree.Formula(kind="at_least", count=0):
            return True
        case tree.Formula(kind="at_least" | "exactly", count=int(count)):
            return False if count > scenario.limits.calls else None
        case _:
            return None


def _reason(node: tree.Expr) -> str:
    if isinstance(node, tree.Compare):
        if key(node.left) == key(node.right):
            return "both sides are the same"
        for side in (node.left, node.right):
            type_ = side.type
            if isinstance(type_, Number) and not isinstance(side, tree.Const):
                return f"`{' '.join(side.span.text.split())}` is {bounds_in_words(type_)}"
    if isinstance(node, tree.Formula):
        return "there are never so many calls" if node.count else "0 is no condition"
    return "the same in every episode"
