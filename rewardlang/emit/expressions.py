"""Operators, templates and functions to Python: its own operators where types make them exact."""

from __future__ import annotations

import ast
import re

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.kinds import (
    equality_is_exact,
    is_bounded,
    is_container,
    is_kind,
    order_is_exact,
)
from rewardlang.emit.lowering import Lowering, lowers
from rewardlang.types.types import Bool, List, Number, Object, String, Table

_ORDERS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
_OPERATORS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "%": "remainder"}


@lowers(tree.Compare)
def _compare(low: Lowering, expr: tree.Compare) -> ast.expr:
    left, right = low.sequence([expr.left, expr.right])
    if expr.op in ("==", "!="):
        same = _equal(low, expr.left, expr.right, left, right)
        return same if expr.op == "==" else nodes.not_(same)
    low.mark(expr)
    if order_is_exact(expr.left, expr.right):
        return nodes.compare(left, expr.op, right)
    return nodes.call(low.pool.operator(_ORDERS[expr.op]), left, right)


def _equal(low: Lowering, left: tree.Expr, right: tree.Expr, a: ast.expr, b: ast.expr) -> ast.expr:
    for one, node, other in ((left, b, a), (right, a, b)):
        if isinstance(one, tree.Const) and (one.value is None or isinstance(one.value, bool)):
            return nodes.compare(node, "is", other)
    constants = isinstance(left, tree.Const) or isinstance(right, tree.Const)
    if not constants and (isinstance(left.type, Bool) or isinstance(right.type, Bool)):
        return nodes.compare(a, "is", b)
    if equality_is_exact(left, right):
        return nodes.compare(a, "==", b)
    for one, node, other in ((left, b, a), (right, a, b)):
        if isinstance(one, tree.Const) and isinstance(one.value, int | float):
            # 0 or 1, as all other numbers are exact: the bool that Python takes for it is not it.
            first, again = low.twice(node)
            same = nodes.compare(first, "==", other)
            return nodes.and_([same, nodes.compare(again, "is not", nodes.const(bool(one.value)))])
    return nodes.call(low.pool.operator("equal"), a, b)


@lowers(tree.In)
def _in(low: Lowering, expr: tree.In) -> ast.expr:
    low.mark(expr)
    item, container = expr.item, expr.container
    operator = "not in" if expr.negated else "in"
    constants = container.value if isinstance(container, tree.Const) else None
    if isinstance(constants, list) and equality_is_exact(item, container):
        return _in_constants(low, expr, constants, operator)
    if is_kind(container, Table):
        table, key = low.sequence([container, item])
        operator = "is" if expr.negated else "is not"
        return nodes.compare(nodes.method(table, "get", key), operator, nodes.const(None))
    a, b = low.sequence([item, container])
    in_list = is_kind(container, List) and equality_is_exact(item, container)
    if in_list or (is_kind(container, Object) and is_kind(item, String)):
        return nodes.compare(a, operator, b)
    if not is_container(container):
        low.risky = True
    there = nodes.call(low.pool.operator("member"), a, b)
    return nodes.not_(there) if expr.negated else there


def _in_constants(low: Lowering, expr: tree.In, values: list[object], operator: str) -> ast.expr:
    """Membership in a constant list: Python makes a frozen set of a set display of constants."""
    item = low.value(expr.item)
    if not values:
        low.put(nodes.expr(item), expr.item.span)
        return nodes.const(expr.negated)
    if len(values) > 3 and all(isinstance(v, str) for v in values) and is_kind(expr.item, String):
        return nodes.compare(item, operator, ast.Set([nodes.literal(v) for v in values]))
    return nodes.compare(item, operator, nodes.literal(tuple(values)))


@lowers(tree.Matches)
def _matches(low: Lowering, expr: tree.Matches) -> ast.expr:
    low.mark(expr)
    text = low.value(expr.text)
    if is_kind(expr.text, String):
        simple = _without_engine(text, expr.pattern)
        if simple is not None:
            return simple
    return nodes.call(low.pool.pattern(expr.pattern, expr.span), text)


_LITERAL = re.compile(r"(\^?)((?:[^\\.^$|?*+()\[\]{}]|\\[^A-Za-z0-9])*)(\$?)\Z")


def _without_engine(text: ast.expr, pattern: str) -> ast.expr | None:
    """A search for a literal text, for a prefix or for a suffix."""
    match = _LITERAL.match(pattern)
    if match is None or not match[2]:
        return None
    wanted = nodes.const(re.sub(r"\\(.)", r"\1", match[2]))
    if match[1] and match[3]:
        return nodes.compare(text, "==", wanted)
    if match[1]:
        return nodes.method(text, "startswith", wanted)
    if match[3]:
        return nodes.method(text, "endswith", wanted)
    return nodes.compare(wanted, "in", text)


@lowers(tree.If)
def _if(low: Lowering, expr: tree.If) -> ast.expr:
    return low.choice(expr, low.value)


@lowers(tree.Arithmetic)
def _arithmetic(low: Lowering, expr: tree.Arithmetic) -> ast.expr:
    low.mark(expr)
    left, right = low.sequence([expr.left, expr.right])
    if is_kind(expr.left, Number) and is_kind(expr.right, Number):
        result = nodes.binary(left, expr.op, right)
        if is_bounded(expr.type):
            return result
        return nodes.call(low.pool.operator("finite"), result)
    for kind in (String, List):
        if expr.op == "+" and is_kind(expr.left, kind) and is_kind(expr.right, kind):
            return nodes.binary(left, "+", right)
    return nodes.call(low.pool.operator(_OPERATORS[expr.op]), left, right)


@lowers(tree.Negate)
def _negate(low: Lowering, expr: tree.Negate) -> ast.expr:
    low.mark(expr)
    value = low.value(expr.item)
    if is_kind(expr.item, Number):
        return ast.UnaryOp(ast.USub(), value)
    return nodes.call(low.pool.operator("negative"), value)


@lowers(tree.MakeList)
def _make_list(low: Lowering, expr: tree.MakeList) -> ast.expr:
    return nodes.list_(low.sequence(expr.items))


@lowers(tree.MakeObject)
def _make_object(low: Lowering, expr: tree.MakeObject) -> ast.expr:
    values = low.sequence([value for _, value in expr.pairs])
    return ast.Dict([nodes.const(key) for key, _ in expr.pairs], values)


@lowers(tree.Text)
def _text(low: Lowering, expr: tree.Text) -> ast.expr:
    low.mark(expr)
    holes = [part for part in expr.parts if not isinstance(part, str)]
    values = iter(low.sequence(holes))
    parts = [nodes.const(p) if isinstance(p, str) else next(values) for p in expr.parts]
    if len(parts) <= 4 and all(is_kind(hole, String) for hole in holes) and len(parts) > 1:
        joined = parts[0]
        for part in parts[1:]:
            joined = nodes.binary(joined, "+", part)
        return joined
    return nodes.call(low.pool.operator("text"), *parts)


@lowers(tree.Builtin)
def _builtin(low: Lowering, expr: tree.Builtin) -> ast.expr:
    low.mark(expr)
    args = low.sequence(expr.args)
    if expr.name == "contains":
        args = [low.without_walrus(arg, expr.span) for arg in args]
    return _direct(expr, args) or nodes.call(low.pool.builtin(expr.name), *args)


def _direct(expr: tree.Builtin, args: list[ast.expr]) -> ast.expr | None:
    """Python's own way to say what some functions do, where types allow it."""
    first = expr.args[0] if expr.args else None
    if first is None:
        return None
    match expr.name:
        case "keys" | "values" if is_kind(first, Table):
            return nodes.method(args[0], expr.name)
        case "size" if is_kind(first, List):
            return nodes.call(nodes.name("len"), args[0])
        case "length" if is_kind(first, String):
            return nodes.call(nodes.name("len"), args[0])
        case "is_empty" if is_kind(first, List):
            return nodes.not_(args[0])
        case "take" if is_kind(first, List) and _count(expr.args[1]):
            return nodes.sub(args[0], ast.Slice(None, args[1], None))
        case "skip" if is_kind(first, List) and _count(expr.args[1]):
            return nodes.sub(args[0], ast.Slice(args[1], None, None))
        case "contains" if is_kind(first, List) and equality_is_exact(first, expr.args[1]):
            return nodes.compare(args[1], "in", args[0])
        case "lower" | "upper" | "strip" if is_kind(first, String):
            return nodes.method(args[0], expr.name)
        case _:
            return None


def _count(expr: tree.Expr) -> bool:
    return isinstance(expr, tree.Const) and type(expr.value) is int and expr.value >= 0


@lowers(tree.Search)
def _search(low: Lowering, expr: tree.Search) -> ast.expr:
    low.mark(expr)
    query = low.value(expr.query)
    spec = low.pool.search(expr.api, expr.name, expr.span)
    search = low.pool.runtime("search")
    world, now, actor = (nodes.name(each) for each in ("w", "now", "actor"))
    return nodes.call(search, world, spec, query, now, actor)


@lowers(tree.Formula)
def _formula(low: Lowering, expr: tree.Formula) -> ast.expr:
    return low.formula(expr)


@lowers(tree.TraceValue)
def _trace_value(low: Lowering, expr: tree.TraceValue) -> ast.expr:
    return low.formula(expr)
