"""Conditions that are always the same, or that exclude each other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import conditions_and_scores
from rewardlang.lint.normal import negated, normal
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario
from rewardlang.resolve import intervals
from rewardlang.resolve.keys import key
from rewardlang.source import Span
from rewardlang.types.types import Bool, Number
from rewardlang.types.words import bounds_in_words
from rewardlang.walk import below, everything

_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@lint(codes.CONTRADICTION, codes.CONSTANT_CONDITION)
def contradictions(scenario: Scenario) -> Iterator[Diagnostic]:
    """Conditions that must hold together on one value, and conditions that are constant.

    Both in one pass: what excludes its neighbour is no constant by itself.
    """
    blamed: list[Span] = []
    gates = [gate.require for gate in scenario.gates]
    roots = list(conditions_and_scores(scenario))
    conjunctions: list[Sequence[tree.Expr]] = [_items(gates)]
    for root in roots:
        for node in everything(root):
            if isinstance(node, tree.And) and node not in gates:
                conjunctions.append(_items(node.items))
    for items in conjunctions:
        for found in _conflicts(items):
            if found.label.span not in blamed:
                blamed.append(found.label.span)
                yield found
    for root in roots:
        yield from _constants(root, scenario, blamed)


def _items(items: Sequence[tree.Expr]) -> list[tree.Expr]:
    flat: list[tree.Expr] = []
    for item in items:
        flat.extend(item.items if isinstance(item, tree.And) else [item])
    return flat


# ---- contradictions on one value ----


@dataclass(slots=True)
class _Domain:
    """What the conditions so far leave for one value."""

    allowed: list[str] | None = None
    excluded: list[str] = field(default_factory=list)
    low: tuple[float, bool] = (float("-inf"), False)
    high: tuple[float, bool] = (float("inf"), False)
    """Bounds, and whether they are themselves excluded."""
    null: bool | None = None
    since: tree.Expr | None = None

    def empty(self) -> bool:
        if self.allowed is not None and all(value in self.excluded for value in self.allowed):
            return True
        (low, open_low), (high, open_high) = self.low, self.high
        return low > high or (low == high and (open_low or open_high))


def _conflicts(items: Sequence[tree.Expr]) -> Iterator[Diagnostic]:
    domains: dict[str, _Domain] = {}
    said: dict[str, tree.Expr] = {}
    for item in items:
        opposite = said.get(negated(item))
        if opposite is not None:
            yield _conflict(item, opposite)
            continue
        said.setdefault(normal(item), item)
        for name, apply in _constraints(item):
            domain = domains.setdefault(name, _Domain())
            before = domain.since
            clash = apply(domain)
            domain.since = domain.since or item
            if clash or domain.empty():
                if before is not None:
                    yield _conflict(item, before)
                domains.pop(name)
                break


def _conflict(item: tree.Expr, other: tree.Expr) -> Diagnostic:
    return Diagnostic(
        codes.CONTRADICTION,
        "these two conditions can never hold together",
        Label(item.span, "excludes the other"),
        (Label(other.span, "this one"),),
        "one of them must go, or `or` was meant",
    )


_Narrowing = Callable[[_Domain], bool]
"""Narrows a domain; true when that clashes with what it was."""


def _constraints(item: tree.Expr) -> Iterator[tuple[str, _Narrowing]]:
    """What a condition says of values, by their keys."""
    holds = True
    while isinstance(item, tree.Not):
        item, holds = item.item, not holds
    if isinstance(item, tree.IsNull):
        null = item.negated != holds

        def of_null(domain: _Domain) -> bool:
            clash = domain.null is not None and domain.null != null
            if null and (domain.allowed is not None or domain.low[0] > float("-inf")):
                clash = True
            domain.null = null
            return clash

        yield key(item.object), of_null
    if isinstance(item, tree.In) and isinstance(item.container, tree.Const):
        values = item.container.value
        if isinstance(values, list):
            yield key(item.item), _membership([_text(v) for v in values], item.negated != holds)
    if isinstance(item, tree.Compare):
        op = item.op if holds else _NEGATED[item.op]
        for side, other, its_op in (
            (item.left, item.right, op), (item.right, item.left, _MIRRORED[op]),
        ):  # fmt: skip
            if isinstance(other, tree.Const) and not isinstance(side, tree.Const):
                yield key(side), _comparison(its_op, other.value)


def _membership(values: list[str], within: bool) -> _Narrowing:
    def narrow(domain: _Domain) -> bool:
        if within:
            if domain.null:
                return "null" not in values
            kept = values if domain.allowed is None else [v for v in domain.allowed if v in values]
            domain.allowed = kept
        else:
            domain.excluded.extend(values)
        return False

    return narrow


def _comparison(op: str, value: object) -> _Narrowing:
    def narrow(domain: _Domain) -> bool:
        if op in ("==", "!="):
            clash = _membership([_text(value)], op == "==")(domain)
            if op == "!=" or not isinstance(value, int | float) or isinstance(value, bool):
                return clash
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        if op in ("==", ">=", ">"):
            domain.low = max(domain.low, (value, op == ">"))
        if op in ("==", "<=", "<"):
            low, strict = domain.high
            if value < low or (value == low and op == "<" and not strict):
                domain.high = (value, op == "<")
        return False

    return narrow


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


# ---- constants ----


def _constants(root: tree.Expr, scenario: Scenario, blamed: Sequence[Span]) -> Iterator[Diagnostic]:
    """Comparisons that bounds decide, and `true` or `false` where a condition belongs."""
    pending: list[tuple[tree.Expr, bool]] = [(root, isinstance(root.type, Bool))]
    while pending:
        node, is_condition = pending.pop()
        outcome = _outcome(node, scenario)
        if is_condition and isinstance(node, tree.Const) and isinstance(node.value, bool):
            outcome = node.value
        if outcome is not None and not any(_within(node.span, span) for span in blamed):
            yield Diagnostic(
                codes.CONSTANT_CONDITION,
                f"this condition is always {str(outcome).lower()}",
                Label(node.span, _reason(node)),
                help="leave it out, or say what was meant",
            )
            continue
        logical = isinstance(node, tree.And | tree.Or | tree.Not)
        for part in below(node):
            is_test = isinstance(node, tree.If) and part is node.test
            pending.append((part, logical or is_test))


def _within(inner: Span, outer: Span) -> bool:
    return inner.source is outer.source and outer.start <= inner.start and inner.end <= outer.end


def _outcome(node: tree.Expr, scenario: Scenario) -> bool | None:
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
