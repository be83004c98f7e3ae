"""Short names for the Python syntax nodes that generated code is made of; none has a place yet."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

_COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "in": ast.In,
    "not in": ast.NotIn,
    "is": ast.Is,
    "is not": ast.IsNot,
}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
}


def name(identifier: str) -> ast.Name:
    """`identifier`, read."""
    return ast.Name(identifier, ast.Load())


def store(identifier: str) -> ast.Name:
    """`identifier`, written."""
    return ast.Name(identifier, ast.Store())


def const(value: None | bool | int | float | str) -> ast.Constant:
    """A constant."""
    return ast.Constant(value)


def literal(value: Any) -> ast.expr:
    """JSON data, and tuples and expressions in it, as a Python literal."""
    if isinstance(value, ast.expr):
        return value
    if isinstance(value, dict):
        keys: list[ast.expr | None] = [const(key) for key in value]
        return ast.Dict(keys, [literal(item) for item in value.values()])
    if isinstance(value, list):
        return ast.List([literal(item) for item in value], ast.Load())
    if isinstance(value, tuple):
        return ast.Tuple([literal(item) for item in value], ast.Load())
    if value is None or isinstance(value, bool | int | float | str):
        return const(value)
    raise TypeError(f"{type(value).__name__} is no literal")


def tuple_(items: Sequence[ast.expr]) -> ast.Tuple:
    """`(items, ...)`."""
    return ast.Tuple(list(items), ast.Load())


def list_(items: Sequence[ast.expr]) -> ast.List:
    """`[items, ...]`."""
    return ast.List(list(items), ast.Load())


def attr(value: ast.expr, field: str) -> ast.Attribute:
    """`value.field`."""
    return ast.Attribute(value, field, ast.Load())


def sub(value: ast.expr, key: ast.expr) -> ast.Subscript:
    """`value[key]`."""
    return ast.Subscript(value, key, ast.Load())


def item(value: ast.expr, key: str | int) -> ast.Subscript:
    """`value[key]` with a constant key."""
    return sub(value, const(key))


def call(function: ast.expr, *args: ast.expr) -> ast.Call:
    """`function(args, ...)`."""
    return ast.Call(function, list(args), [])


def method(value: ast.expr, field: str, *args: ast.expr) -> ast.Call:
    """`value.field(args, ...)`."""
    return call(attr(value, field), *args)


def compare(left: ast.expr, op: str, right: ast.expr) -> ast.Compare:
    """`left op right`."""
    return ast.Compare(left, [_COMPARE[op]()], [right])


def binary(left: ast.expr, op: str, right: ast.expr) -> ast.BinOp:
    """`left op right`."""
    return ast.BinOp(left, _BINARY[op](), right)


def and_(items: Sequence[ast.expr]) -> ast.expr:
    """All of `items`, in order."""
    return items[0] if len(items) == 1 else ast.BoolOp(ast.And(), list(items))


def or_(items: Sequence[ast.expr]) -> ast.expr:
    """One of `items`, in order."""
    return items[0] if len(items) == 1 else ast.BoolOp(ast.Or(), list(items))


def not_(value: ast.expr) -> ast.expr:
    """`not value`, by the opposite comparison where that is exact for JSON data."""
    if isinstance(value, ast.Compare) and type(value.ops[0]) in _OPPOSITE:
        return ast.Compare(value.left, [_OPPOSITE[type(value.ops[0])]()], value.comparators)
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return value.operand
    if isinstance(value, ast.Constant) and isinstance(value.value, bool):
        return const(not value.value)
    return ast.UnaryOp(ast.Not(), value)


def choose(test: ast.expr, then: ast.expr, other: ast.expr) -> ast.IfExp:
    """`then if test else other`."""
    return ast.IfExp(test, then, other)


def walrus(identifier: str, value: ast.expr) -> ast.NamedExpr:
    """`(identifier := value)`."""
    return ast.NamedExpr(store(identifier), value)


def assign(target: str | ast.expr, value: ast.expr) -> ast.Assign:
    """`target = value`."""
    return ast.Assign([store(target) if isinstance(target, str) else target], value)


def add_to(target: str, value: ast.expr, op: str = "+") -> ast.AugAssign:
    """`target += value`."""
    return ast.AugAssign(store(target), _BINARY[op](), value)


def expr(value: ast.expr) -> ast.Expr:
    """An expression as a statement."""
    return ast.Expr(value)


def if_(test: ast.expr, body: Sequence[ast.stmt], other: Sequence[ast.stmt] = ()) -> ast.If:
    """`if test: body else: other`."""
    return ast.If(test, list(body), list(other))


def for_(target: str | ast.expr, source: ast.expr, body: Sequence[ast.stmt]) -> ast.For:
    """`for target in source: body`."""
    place = store(target) if isinstance(target, str) else target
    return ast.For(place, source, list(body), [])


def stored_tuple(names: Sequence[str]) -> ast.Tuple:
    """`(names, ...)`, written."""
    return ast.Tuple([store(each) for each in names], ast.Store())


def try_(body: Sequence[ast.stmt], handler: Sequence[ast.stmt]) -> ast.Try:
    """`body`; what it raises on unexpected data is caught and leads to `handler`."""
    caught = ast.ExceptHandler(name("FAILURES"), None, list(handler))
    return ast.Try(list(body), [caught], [], [])


def return_(value: ast.expr) -> ast.Return:
    """`return value`."""
    return ast.Return(value)


def function(identifier: str, params: Sequence[str], body: Sequence[ast.stmt]) -> ast.FunctionDef:
    """`def identifier(params): body`."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(param) for param in params],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    node = ast.FunctionDef(identifier, arguments, list(body), [])
    if "type_params" in ast.FunctionDef._fields:
        setattr(node, "type_params", [])  # noqa: B010 (Python 3.12 and later)
    return node


def is_simple(node: ast.expr) -> bool:
    """Whether evaluating `node` later, or twice, makes no difference and costs nothing."""
    return isinstance(node, ast.Name | ast.Constant)
