"""What a place demands of an expression: a condition is a bool, a score a number."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import missing, shown
from rewardlang.resolve.infer import infer
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null, without_null
from rewardlang.types.types import Any, Bool, List, Number, String
from rewardlang.types.words import describe


def condition(node: nodes.Expr, scope: Scope, what: str) -> tree.Expr:
    """A bool; else reported as T106, or T103 when only null is in the way."""
    return as_condition(infer(node, scope), scope, what)


def as_condition(expr: tree.Expr, scope: Scope, what: str) -> tree.Expr:
    """`expr`, when it is a bool."""
    if is_error(expr):
        return expr
    type_ = scope.expand(expr.type)
    if isinstance(type_, Bool):
        return expr
    if isinstance(type_, Any):
        # An atom must have the type bool: anything but true is false.
        true = tree.Const(span=expr.span, facts=tree.Facts(Bool()), value=True)
        facts = tree.Facts(
            Bool(), expr.facts.provenance, expr.facts.stage, can_fail=expr.facts.can_fail
        )
        return tree.Compare(
            span=expr.span, facts=facts, op="==", left=expr, right=true, plain=False
        )
    if may_be_null(type_) and isinstance(scope.expand(without_null(type_)), Bool):
        missing(expr, scope)
        return failed(expr.span)
    scope.report.add(
        codes.NOT_A_BOOL,
        f"{what} must be a bool",
        expr.span,
        describe(expr.type),
        help=_question(expr),
    )
    return failed(expr.span)


def _question(expr: tree.Expr) -> str | None:
    text = shown(expr.span)
    if may_be_null(expr.type):
        return f"write `{text} is not null`"
    match expr.type:
        case Number():
            return f"compare it: `{text} > 0`"
        case String():
            return f'compare it: `{text} != ""`'
        case List():
            return f"write `not {text}.is_empty()`"
        case _:
            return None


def number(node: nodes.Expr, scope: Scope, what: str) -> tree.Expr:
    """A number; else reported as T106, or T103 when only null is in the way."""
    expr = infer(node, scope)
    if is_error(expr):
        return expr
    type_ = scope.expand(expr.type)
    if isinstance(type_, Number | Any):
        return expr
    if may_be_null(type_) and isinstance(scope.expand(without_null(type_)), Number):
        missing(expr, scope)
        return failed(expr.span)
    text = shown(expr.span)
    scope.report.add(
        codes.NOT_A_BOOL,
        f"{what} must be a number",
        expr.span,
        describe(expr.type),
        help=f"write `1 if {text} else 0`, or `check:`" if isinstance(type_, Bool) else None,
    )
    return failed(expr.span)
