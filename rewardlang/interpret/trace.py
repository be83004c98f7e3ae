"""The meaning of trace formulas: quantified over positions, exactly as the manual's table reads."""

from __future__ import annotations

from typing import Any

from rewardlang import tree
from rewardlang.interpret.context import Context
from rewardlang.interpret.evaluate import evaluate, holds, rule
from rewardlang.interpret.values import Failure, Json, is_number


@rule(tree.CallField)
def _call_field(expr: tree.CallField, context: Context) -> Json:
    call = context.call if expr.call is None else evaluate(expr.call, context)
    if call is None and expr.safe:
        return None
    if call is None:
        raise Failure("there is no such call")
    match expr.name:
        case "ok":
            return call.kind == "ok"
        case "error":
            return None if call.kind == "ok" else call.response
        case "index":
            return next(i for i, other in enumerate(context.calls) if other is call)
        case name:
            return getattr(call, name)


# ---- which calls ----


def matching(match: tree.Match, context: Context) -> list[int]:
    """The positions of the calls that match, in order."""

    def matches(call: Any, alternative: tree.OpMatch) -> bool:
        if alternative.operation is not None and call.op != alternative.operation:
            return False
        return alternative.condition is None or holds(alternative.condition, context.at(call))

    return [
        i
        for i, call in enumerate(context.calls)
        if any(matches(call, alternative) for alternative in match.alternatives)
    ]


def inside(window: tree.Window | None, context: Context) -> list[int]:
    """The positions that lie in a scope."""
    every = range(len(context.calls))
    if window is None:
        return list(every)
    opens = matching(window.opens, context)
    match window.kind:
        case "before":
            return [i for i in every if opens and i < opens[0]]
        case "after":
            return [i for i in every if opens and i > opens[0]]
        case "between":
            closes = matching(window.closes or window.opens, context)
            return [
                i
                for i in every
                if any(j > i for j in closes)
                and any(o < i and not any(o < c <= i for c in closes) for o in opens)
            ]


def scoped(match: tree.Match, window: tree.Window | None, context: Context) -> list[int]:
    """The positions of matching calls in a scope."""
    scope = inside(window, context)
    return [i for i in matching(match, context) if i in scope]


# ---- formulas ----


@rule(tree.Formula)
def _formula(expr: tree.Formula, context: Context) -> Json:
    found = scoped(expr.matches[0], expr.window, context)
    count = expr.count or 0
    match expr.kind:
        case "called":
            return len(found) > 0
        case "never":
            return len(found) == 0
        case "once":
            return len(found) == 1
        case "exactly":
            return len(found) == count
        case "at_least":
            return len(found) >= count
        case "at_most":
            return len(found) <= count
        case "only":
            return len(found) == len(context.calls)
        case "preceded_by":
            earlier = matching(expr.matches[1], context)
            return all(any(j < i and _near(expr, j, i) for j in earlier) for i in found)
        case "followed_by":
            later = matching(expr.matches[1], context)
            return all(any(j > i and _near(expr, i, j) for j in later) for i in found)
        case "seq":
            return _chain(expr, [matching(match, context) for match in expr.matches])


def _near(expr: tree.Formula, first: int, second: int) -> bool:
    return expr.within is None or second - first <= expr.within


def _chain(expr: tree.Formula, steps: list[list[int]]) -> bool:
    """Whether one position of each step can be chosen, each later than the one before and near."""
    ends = steps[0]
    for step in steps[1:]:
        ends = [i for i in step if any(j < i and _near(expr, j, i) for j in ends)]
    return len(ends) > 0


# ---- values ----


@rule(tree.TraceValue)
def _trace_value(expr: tree.TraceValue, context: Context) -> Json:
    found = [context.calls[i] for i in scoped(expr.match, expr.window, context)]
    match expr.kind:
        case "calls":
            return found
        case "count":
            return len(found)
        case "first":
            return found[0] if found else None
        case "last":
            return found[-1] if found else None
        case "best":
            return max([0.0, *(best_of(expr, call, context) for call in found)])


def best_of(expr: tree.TraceValue, call: Any, context: Context) -> Json:
    """The score of one call under `best`; 0 when it fails."""
    if expr.score is None or expr.var is None:
        raise ValueError("`best` without a score")
    try:
        value = evaluate(expr.score, context.bind({expr.var: call}))
    except Failure:
        return 0.0
    return value if is_number(value) else 0.0
