"""Patterns that no call matches, and orders of calls that no episode has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Fix, Label
from rewardlang.lint.constants import outcome
from rewardlang.lint.proofs.abstract import conjuncts
from rewardlang.lint.proofs.machines import Ordered, Total
from rewardlang.lint.proofs.terms import literals
from rewardlang.lint.reading import Reading, smallest
from rewardlang.source import Span
from rewardlang.walk import everything, patterns_of

_FURTHER = 32
"""Calls beyond the limit that are tried, to see whether it is the limit that stands in the way."""


# ---- patterns ----


def empty_patterns(reading: Reading) -> Iterator[Diagnostic]:
    """Conditions in one pattern that no call meets, offered or not."""
    for match in matches(reading.every):
        for alternative in match.alternatives:
            if alternative.condition is None:
                continue
            items = conjuncts([alternative.condition])
            name = alternative.operation

            def together(some: Sequence[tree.Expr], name: str | None = name) -> bool:
                calls = reading.logic.calls
                return calls.possible(name, some) or (
                    # Whether it is offered is another question.
                    name is not None
                    and name not in reading.scenario.tools
                    and calls.possible(name, some, True)
                )

            if together(items):
                continue
            *others, last = smallest(items, together)
            yield Diagnostic(
                codes.EMPTY_PATTERN,
                "no call matches this pattern",
                Label(last.span, "excludes the other" if others else "never holds"),
                tuple(Label(other.span, "this one") for other in others),
                "leave one of them out" if others else "say what was meant, or leave it out",
            )


def matches(found: Iterable[tree.Expr]) -> Iterator[tree.Match]:
    """Every pattern of some nodes."""
    for node in found:
        if isinstance(node, tree.Formula | tree.TraceValue):
            yield from patterns_of(node)


def not_offered(match: tree.Match, reading: Reading) -> str | None:
    """The operation of a pattern that no call matches because it is not offered."""
    tools = reading.scenario.tools
    if any(each.operation is None or each.operation in tools for each in match.alternatives):
        return None
    for alternative in match.alternatives:
        items = [] if alternative.condition is None else [alternative.condition]
        if reading.logic.calls.possible(alternative.operation, items):
            return None
    return match.alternatives[0].operation


def unoffered_patterns(reading: Reading) -> Iterator[Diagnostic]:
    """Parts that ask for the success of an operation that is not offered.

    One of several alternatives may be a leftover of a longer list of tools; it does no harm.
    """
    for part in reading.scenario.parts:
        expr = part.score if part.check is None else part.check
        if expr is None or part.weight <= 0:
            continue
        for formula in _needed(expr):
            for match in matches([formula]):
                name = not_offered(match, reading)
                if name is not None and reading.clear(formula):
                    yield Diagnostic(
                        codes.EMPTY_PATTERN,
                        "no call matches this pattern",
                        Label(match.span, f"`{name}` is not offered, so its calls are never ok"),
                        help="add it to `tools`, or leave the condition out",
                    )


def _needed(expr: tree.Expr) -> Iterator[tree.Expr]:
    """The formulas and values of the trace in a condition, but not those of alternatives."""
    for node in conjuncts([expr]):
        if isinstance(node, tree.Not):
            node = node.item
        if not isinstance(node, tree.Or | tree.And):
            yield from (e for e in everything(node) if isinstance(e, tree.Formula))


# ---- bounds ----


def bounds_beyond_horizon(reading: Reading) -> Iterator[Diagnostic]:
    """`within` and `at_most` that no episode is long enough to violate."""
    calls = reading.scenario.limits.calls
    for node in reading.every:
        if not isinstance(node, tree.Formula):
            continue
        fix = None
        if node.within is not None and node.within >= calls - 1:
            text = f"within {node.within}"
            why = f"two calls are at most {calls - 1} apart"
            remedy = "leave it out, or give it a smaller number"
            fix = _without_bound(node)
        elif node.kind == "at_most" and (node.count or 0) >= calls:
            text, why = f"at_most {node.count}", f"there are never more than {calls} calls"
            remedy = "give it a smaller number, or leave the condition out"
        else:
            continue
        yield Diagnostic(
            codes.BOUND_BEYOND_HORIZON,
            f"`{text}` never makes a difference: an episode has {calls} calls",
            Label(node.span, why),
            help=remedy,
            fix=fix,
        )


def _without_bound(formula: tree.Formula) -> Fix | None:
    """Take out the `within` at the end of a formula: it says the same without."""
    bound = re.search(r"\s+within\s+\d+(\s+steps)?$", formula.span.text)
    if bound is None:
        return None
    span = formula.span
    return Fix(Span(span.source, span.start + bound.start(), span.end), "", safe=True)


# ---- orders ----


def impossible_formulas(reading: Reading) -> Iterator[Diagnostic]:
    """Formulas over the trace that are false by themselves."""
    for node in reading.every:
        if not isinstance(node, tree.Formula) or (node.window is None and node.kind != "seq"):
            continue  # A pattern that is not empty can match, and no call at all meets the others.
        if outcome(node, reading.scenario) is not None:
            continue
        if any(not_offered(match, reading) for match in matches([node])):
            continue
        if not reading.clear(node) or reading.logic.possible(node, reading.logic.formula(node)):
            continue
        needed = calls_needed([node], reading)
        if needed is not None:
            yield too_long([node], needed, reading)
        else:
            yield Diagnostic(
                codes.UNSATISFIABLE_ORDER,
                "no trace has this order",
                Label(node.span, "false in every episode"),
                help="check which call is meant to come first",
            )


def calls_needed(items: Sequence[tree.Expr], reading: Reading) -> int | None:
    """How many calls impossible conditions need; None: no number of calls helps."""
    limit = reading.scenario.limits.calls
    terms = list(map(reading.logic.formula, items))
    for horizon in chain([limit + _FURTHER], range(limit + 1, limit + _FURTHER)):
        answer = reading.logic.answer(terms, horizon)
        if answer.left_open or (not answer.possible and horizon == limit + _FURTHER):
            return None
        if answer.possible and horizon < limit + _FURTHER:
            return horizon
    return limit + _FURTHER


def too_long(items: Sequence[tree.Expr], needed: int, reading: Reading) -> Diagnostic:
    """What needs more calls than there may be."""
    *others, last = items
    limit = reading.scenario.limits.calls
    what = "these conditions need" if others else "this needs"
    return Diagnostic(
        codes.SEQ_TOO_LONG,
        f"{what} {needed} calls, and an episode has {limit}",
        Label(last.span, "together too long" if others else "too long"),
        tuple(Label(other.span, "and this") for other in others),
        f"raise `limits: calls` to {needed} or more, or ask for less",
    )


def about_order(items: Sequence[tree.Expr], reading: Reading) -> bool:
    """Whether conditions speak of the order of calls."""
    for literal in literals(map(reading.logic.formula, items)):
        match literal.atom:
            case Ordered(kind="only"):
                continue
            case Ordered():
                return True
            case Total(counters=counters):
                if any(counter.scope is not None for counter, _ in counters):
                    return True
            case _:
                continue
    return False


def contradictions(reading: Reading) -> Iterator[Diagnostic]:
    """Conditions that must hold together and never do: D202, or S302 where order is the matter."""
    gates = conjuncts([gate.require for gate in reading.scenario.gates])
    groups: list[Sequence[tree.Expr]] = [gates] if len(reading.scenario.gates) > 1 else []
    in_patterns = {
        id(alternative.condition)
        for match in matches(reading.every)
        for alternative in match.alternatives
    }
    for node in reading.every:
        if isinstance(node, tree.And) and id(node) not in in_patterns:
            groups.append(conjuncts([node]))
    for items in groups:
        yield from _contradiction(items, reading)


def _contradiction(items: Sequence[tree.Expr], reading: Reading) -> Iterator[Diagnostic]:
    logic = reading.logic

    def together(some: Sequence[tree.Expr]) -> bool:
        return logic.answer(list(map(logic.formula, some))).possible

    items = [item for item in items if reading.clear(item)]
    if not items or logic.possible(items[-1], *map(logic.formula, items)):
        return
    found = smallest(items, together)
    *others, last = found
    if not others:
        return
    needed = calls_needed(found, reading)
    if needed is not None:
        yield too_long(found, needed, reading)
        return
    order = about_order(found, reading)
    code: Code = codes.UNSATISFIABLE_ORDER if order else codes.CONTRADICTION
    many = "two" if len(others) == 1 else str(len(found))
    yield Diagnostic(
        code,
        f"these {many} conditions can never hold together",
        Label(last.span, "excludes the other" if len(others) == 1 else "excludes the others"),
        tuple(Label(other.span, "this one") for other in others),
        "one of them must go, or `or` was meant"
        if not order
        else "check which call is meant to come first",
    )
