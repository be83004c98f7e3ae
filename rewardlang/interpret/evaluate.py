"""The meaning of expressions, node by node; the law is the docstring of `rewardlang.tree`.

What reads worlds is in `world`, what reads the trace in `trace`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rewardlang import tree
from rewardlang.interpret.context import Context
from rewardlang.interpret.values import (
    Failure,
    Json,
    at,
    calculate,
    compare,
    contains,
    field,
    is_number,
    ordered,
    pairs,
    same,
)
from rewardlang.types.types import Bool
from rewardlang_runtime.builtins import BUILTINS, search
from rewardlang_runtime.values import FAILURES, present, text

N = TypeVar("N")
Rule = Callable[[Any, Context], Json]
_RULES: dict[type, Rule] = {}


def rule(node: type[N]) -> Callable[[Callable[[N, Context], Json]], Rule]:
    """Enter the decorated function as the meaning of one kind of node."""

    def enter(function: Callable[[N, Context], Json]) -> Rule:
        _RULES[node] = function
        return function

    return enter


def evaluate(expr: tree.Expr, context: Context) -> Json:
    """The value of `expr`.

    Raises:
        Failure: It has none, and no atom of `expr` caught that.
        ScenarioFault: A value that the scenario said to be present is null.
    """
    if isinstance(expr.type, Bool):
        return holds(expr, context)
    return _RULES[type(expr)](expr, context)


def holds(expr: tree.Expr, context: Context) -> bool:
    """Whether a condition holds. Never fails: a failing atom is false."""
    match expr:
        case tree.And():
            return all(holds(item, context) for item in expr.items)
        case tree.Or():
            return any(holds(item, context) for item in expr.items)
        case tree.Not():
            return not holds(expr.item, context)
        case tree.If():
            return holds(expr.then if holds(expr.test, context) else expr.other, context)
        case _:
            try:
                return _RULES[type(expr)](expr, context) is True
            except Failure:
                return False


def let(name: str, context: Context) -> Json:
    """The value of a let: evaluated once, null when it fails."""
    if name not in context.known:
        try:
            value = evaluate(context.lets[name].value, context.outside())
        except Failure:
            value = None
        context.known[name] = value
    return context.known[name]


def call_function(function: Callable[..., Json], *args: Json) -> Json:
    """What a function of the runtime answers; what it raises on unexpected data is a failure."""
    try:
        return function(*args)
    except FAILURES as error:
        raise Failure(str(error)) from error


# ---- names ----


@rule(tree.Const)
def _const(expr: tree.Const, _: Context) -> Json:
    return expr.value


@rule(tree.Local)
def _local(expr: tree.Local, context: Context) -> Json:
    return context.locals[expr.name]


@rule(tree.LetRef)
def _let_ref(expr: tree.LetRef, context: Context) -> Json:
    return let(expr.name, context)


@rule(tree.RootRef)
def _root_ref(expr: tree.RootRef, context: Context) -> Json:
    return context.roots[expr.name]


@rule(tree.Get)
def _get(expr: tree.Get, context: Context) -> Json:
    value = evaluate(expr.object, context)
    return None if value is None and expr.safe else field(value, expr.name, expr.safe)


@rule(tree.At)
def _at(expr: tree.At, context: Context) -> Json:
    value = evaluate(expr.object, context)
    if value is None and expr.safe:
        return None
    return at(value, evaluate(expr.key, context), expr.safe)


@rule(tree.Present)
def _present(expr: tree.Present, context: Context) -> Json:
    return present(evaluate(expr.object, context), expr.object.span.text)


# ---- operators ----


@rule(tree.Compare)
def _compare(expr: tree.Compare, context: Context) -> Json:
    return compare(expr.op, evaluate(expr.left, context), evaluate(expr.right, context))


@rule(tree.In)
def _in(expr: tree.In, context: Context) -> Json:
    item, container = evaluate(expr.item, context), evaluate(expr.container, context)
    return contains(container, item) != expr.negated


@rule(tree.Matches)
def _matches(expr: tree.Matches, context: Context) -> Json:
    return call_function(search(expr.pattern), evaluate(expr.text, context))


@rule(tree.IsNull)
def _is_null(expr: tree.IsNull, context: Context) -> Json:
    return (evaluate(expr.object, context) is None) != expr.negated


@rule(tree.If)
def _if(expr: tree.If, context: Context) -> Json:
    return evaluate(expr.then if holds(expr.test, context) else expr.other, context)


@rule(tree.Arithmetic)
def _arithmetic(expr: tree.Arithmetic, context: Context) -> Json:
    return calculate(expr.op, evaluate(expr.left, context), evaluate(expr.right, context))


@rule(tree.Negate)
def _negate(expr: tree.Negate, context: Context) -> Json:
    value = evaluate(expr.item, context)
    if not is_number(value):
        raise Failure("only numbers have an opposite")
    return -value


@rule(tree.Coalesce)
def _coalesce(expr: tree.Coalesce, context: Context) -> Json:
    value = evaluate(expr.left, context)
    return evaluate(expr.right, context) if value is None else value


# ---- making values ----


@rule(tree.MakeList)
def _make_list(expr: tree.MakeList, context: Context) -> Json:
    return [evaluate(item, context) for item in expr.items]


@rule(tree.MakeObject)
def _make_object(expr: tree.MakeObject, context: Context) -> Json:
    return {key: evaluate(value, context) for key, value in expr.pairs}


@rule(tree.Text)
def _text(expr: tree.Text, context: Context) -> Json:
    parts = [p if isinstance(p, str) else evaluate(p, context) for p in expr.parts]
    return call_function(text, *parts)


@rule(tree.Builtin)
def _builtin(expr: tree.Builtin, context: Context) -> Json:
    args = [evaluate(arg, context) for arg in expr.args]
    return call_function(BUILTINS[expr.name].function, *args)


@rule(tree.Macro)
def _macro(expr: tree.Macro, context: Context) -> Json:
    items = pairs(evaluate(expr.source, context))
    values = [value for _, value in items]
    inside = [
        context.bind(dict(zip(expr.vars, pair[2 - len(expr.vars) :], strict=True)))
        for pair in items
    ]
    match expr.kind:
        case "any":
            return any(holds(expr.body, each) for each in inside)
        case "all":
            return all(holds(expr.body, each) for each in inside)
        case "none":
            return not any(holds(expr.body, each) for each in inside)
        case "count":
            return sum(holds(expr.body, each) for each in inside)
        case "filter":
            return [v for v, each in zip(values, inside, strict=True) if holds(expr.body, each)]
        case "map":
            return [evaluate(expr.body, each) for each in inside]
    keys = [evaluate(expr.body, each) for each in inside]
    for key in keys:
        ordered(keys[0], key)
    if expr.kind == "sort_by":
        return [values[i] for i in sorted(range(len(keys)), key=keys.__getitem__)]
    if not values:
        return None
    best = min(keys) if expr.kind == "min_by" else max(keys)
    return next(value for value, key in zip(values, keys, strict=True) if same(key, best))


@rule(tree.Draw)
def _draw(expr: tree.Draw, context: Context) -> Json:
    args = [evaluate(arg, context) for arg in expr.args]
    if context.rng is None:
        raise ValueError("a draw outside the generators of a world")
    match expr.kind:
        case "pick":
            if not args[0]:
                raise Failure("nothing to pick from")
            return context.rng.choice(args[0])
        case "shuffle":
            return context.rng.shuffled(args[0])
        case "integer":
            if args[0] > args[1]:
                raise Failure("no whole number lies between the two")
            return context.rng.integer(args[0], args[1])
