"""Comparisons and membership: which types go together, and when Python's operator is exact."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.resolve.chain_errors import missing, shown
from rewardlang.resolve.facts import combine, doubtful, rises
from rewardlang.resolve.literals import check_literals
from rewardlang.resolve.scope import Scope, failed
from rewardlang.syntax import nodes
from rewardlang.types.relations import (
    TEMPORAL,
    comparable,
    may_be_null,
    scalar_leaves,
    string_conflict,
    without_null,
)
from rewardlang.types.types import Any, Bool, List, Null, Number, Object, String, Table, Type, Union
from rewardlang.types.words import describe

CompareOp = Literal["==", "!=", "<", "<=", ">", ">="]


def compare(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> tree.Expr:
    """A comparison of two values."""
    op = cast(CompareOp, node.op)
    ordering = op in ("<", "<=", ">", ">=")
    if ordering:
        well = _orderable(node, left, right, scope)
    else:
        well = _equatable(node, left, right, scope)
    if not well:
        return failed(node.span)
    facts = combine(Bool(), left, right)
    can_fail = rises(left) or rises(right)
    if ordering:
        can_fail = can_fail or doubtful(left) or doubtful(right)
    facts = replace(facts, can_fail=can_fail)
    return tree.Compare(
        span=node.span, facts=facts, op=op, left=left, right=right,
        plain=not can_fail if ordering else is_plain(left, right, scope),
    )  # fmt: skip


def is_plain(left: tree.Expr, right: tree.Expr, scope: Scope) -> bool:
    """Whether Python's `==` is strict enough: no bool can meet a number."""
    a, b = _leaves(left, scope), _leaves(right, scope)
    return not _meet(a, b) and not _meet(b, a)


def _meet(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a & {"bool", "any"}) and bool(b & {"number", "any"})


def _leaves(expr: tree.Expr, scope: Scope) -> frozenset[str]:
    if expr.facts.uncertain:
        return frozenset({"any"})
    return scalar_leaves(expr.type, scope.expand)


def _equatable(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> bool:
    a, b = left.type, right.type
    for expr, other in ((left, right), (right, left)):
        if isinstance(expr, tree.Const) and expr.value is None:
            test = "is null" if node.op == "==" else "is not null"
            scope.report.add(
                codes.INCOMPARABLE,
                f"`{node.op}` does not test for null",
                expr.span,
                "null",
                help=f"write `{shown(other.span)} {test}`",
            )
            return False
    if not comparable(a, b, scope.expand):
        _never_equal(node, left, right, scope)
        return False
    return _same_strings(node, left, right, scope)


def _never_equal(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> None:
    outcome = "false" if node.op == "==" else "true"
    scope.report.add(
        codes.INCOMPARABLE,
        f"this comparison is always {outcome}: {_words(left.type)} is never {_words(right.type)}",
        right.span,
        describe(right.type),
        others=[Label(left.span, describe(left.type))],
        help=_conversion(left, right, scope),
    )


def _conversion(left: tree.Expr, right: tree.Expr, scope: Scope) -> str | None:
    """How to make the two sides alike."""
    for text, other in ((left, right), (right, left)):
        if not isinstance(scope.expand(without_null(text.type)), String):
            continue
        if not isinstance(scope.expand(without_null(other.type)), Number):
            continue
        if isinstance(other, tree.Const):
            return f'did you mean "{other.value}"?'
        return f"write `str({shown(other.span)})`"
    return None


def _words(type_: Type) -> str:
    text = describe(without_null(type_))
    return f"an {text}" if text[:1] in "aeio" and text[:3] != "one" else f"a {text}"


def _same_strings(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> bool:
    a, b = (scope.expand(without_null(scope.expand(e.type))) for e in (left, right))
    if not isinstance(a, String) or not isinstance(b, String):
        return True
    outcome = "true" if node.op == "!=" else "false"
    for literal, value in ((right, left), (left, right)):
        if isinstance(literal, tree.Const):
            return check_literals(
                literal, value.type, scope, other=value.span,
                always=f"this comparison is always {outcome}",
            )  # fmt: skip
    why = string_conflict(a, b)
    for time, text in ((a, b), (b, a)):
        if time.format in TEMPORAL and text.format is None and text.enum is None:
            why = f"{time.format} is not plain text"
    if why is not None:
        scope.report.add(
            codes.INCOMPARABLE,
            f"this comparison is always {outcome}: {why}",
            right.span,
            _strings(b),
            others=[Label(left.span, _strings(a))],
        )
    return why is None


def _strings(type_: String) -> str:
    if type_.enum is not None:
        return "one of " + ", ".join(f'"{v}"' for v in type_.enum[:8])
    return str(type_)


def _orderable(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> bool:
    sides = []
    for expr in (left, right):
        type_ = scope.expand(expr.type)
        inner = scope.expand(without_null(type_))
        if not isinstance(inner, Number | String | Any):
            scope.report.add(
                codes.INCOMPARABLE,
                f"`{node.op}` needs two numbers or two strings",
                expr.span,
                describe(expr.type),
                help=f"write `{shown(expr.span)}.size()`" if isinstance(inner, List) else None,
            )
            return False
        if may_be_null(type_):
            missing(expr, scope)
            return False
        sides.append(inner)
    a, b = sides
    if not isinstance(a, Any) and not isinstance(b, Any) and type(a) is not type(b):
        scope.report.add(
            codes.INCOMPARABLE,
            f"`{node.op}` needs two numbers or two strings",
            right.span,
            describe(right.type),
            others=[Label(left.span, describe(left.type))],
            help=_conversion(left, right, scope),
        )
        return False
    if isinstance(a, String) and isinstance(b, String):
        if isinstance(left, tree.Const) or isinstance(right, tree.Const):
            return True
        why = string_conflict(replace(a, enum=None), replace(b, enum=None))
        if why is not None:
            scope.report.add(
                codes.INCOMPARABLE, f"these two have no order: {why}", right.span, str(b),
                others=[Label(left.span, str(a))],
            )  # fmt: skip
            return False
    return True


# ---- membership ----


def contains(node: nodes.Binary, item: tree.Expr, container: tree.Expr, scope: Scope) -> tree.Expr:
    """`item in container`: a list's items, an object's or a table's keys."""
    type_ = scope.expand(container.type)
    if may_be_null(type_) and not isinstance(type_, Null):
        missing(container, scope)
        return failed(node.span)
    match type_:
        case List():
            inside: Type = type_.item
        case Object() | Table():
            inside = String()
        case Any():
            inside = Any()
        case _:
            help = None
            if isinstance(type_, String):
                help = f"write `{shown(container.span)}.contains_text({shown(item.span)})`"
            scope.report.add(
                codes.INCOMPARABLE,
                "`in` looks into a list, an object or a table",
                container.span,
                describe(container.type),
                help=help,
            )
            return failed(node.span)
    empty = isinstance(inside, Union) and not inside.variants
    if not empty and not comparable(item.type, inside, scope.expand):
        outcome = "true" if node.op == "not in" else "false"
        scope.report.add(
            codes.INCOMPARABLE,
            f"this is always {outcome}: {_words(item.type)} is never {_words(inside)}",
            container.span,
            describe(container.type),
            others=[Label(item.span, describe(item.type))],
        )
        return failed(node.span)
    well = check_literals(item, inside, scope, other=container.span)
    if not isinstance(item, tree.Const):
        well = check_literals(container, item.type, scope, other=item.span) and well
    if not well:
        return failed(node.span)
    facts = combine(Bool(), item, container)
    fails = rises(item) or rises(container) or doubtful(container)
    if isinstance(type_, List):
        plain = is_plain(item, container, scope) and not doubtful(container)
    else:
        plain = not doubtful(item) and isinstance(scope.expand(item.type), String)
        fails = fails or (not plain and isinstance(type_, Table))
    return tree.In(
        span=node.span, facts=replace(facts, can_fail=fails), item=item, container=container,
        negated=node.op == "not in", plain=plain,
    )  # fmt: skip
