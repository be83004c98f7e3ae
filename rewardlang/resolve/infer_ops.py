"""Operators: logic, comparison, membership, arithmetic, null tests, choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.resolve import intervals
from rewardlang.resolve.chain_errors import missing, or_null, shown
from rewardlang.resolve.conditions import condition
from rewardlang.resolve.equality import compare, contains
from rewardlang.resolve.facts import always_there, collect, combine, rises
from rewardlang.resolve.infer import constant, infer, infers
from rewardlang.resolve.keys import key
from rewardlang.resolve.narrow import facts_of
from rewardlang.resolve.patterns import matches
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.relations import comparable, kinds, may_be_null, without_null
from rewardlang.types.types import Any, Bool, List, Null, Number, String, Type
from rewardlang.types.words import describe


@infers(nodes.Binary)
def _binary(node: nodes.Binary, scope: Scope) -> tree.Expr:
    match node.op:
        case "and" | "or" | "implies":
            return _logic(node, scope)
        case "??":
            return _coalesce(node, scope)
        case "matches":
            return matches(node, scope)
    inner = scope.branching(False)
    left, right = infer(node.left, inner), infer(node.right, inner)
    if is_error(left) or is_error(right):
        return failed(node.span)
    match node.op:
        case "==" | "!=" | "<" | "<=" | ">" | ">=":
            return compare(node, left, right, scope)
        case "in" | "not in":
            return contains(node, left, right, scope)
        case _:
            return _arithmetic(node, left, right, scope)


# ---- logic ----


def _logic(node: nodes.Binary, scope: Scope) -> tree.Expr:
    """`and`, `or`, and `a implies b` as `not a or b`; each side knows what those before it say."""
    if node.op == "implies":
        return _implies(node, scope)
    operands: list[nodes.Expr] = []
    part: nodes.Expr = node
    while isinstance(part, nodes.Binary) and part.op == node.op:
        operands.append(part.right)
        part = part.left
    operands.append(part)
    items: list[tree.Expr] = []
    for i, operand in enumerate(reversed(operands)):
        side = "left" if i == 0 else "right"
        item = condition(operand, scope, f"the {side} side of `{node.op}`")
        items.append(item)
        if not is_error(item):
            scope = scope.knowing(facts_of(item, node.op == "and", scope))
    if any(map(is_error, items)):
        return failed(node.span)
    facts = combine(Bool(), *items)
    if node.op == "and":
        return tree.And(span=node.span, facts=facts, items=_flat(tree.And, items))
    return tree.Or(span=node.span, facts=facts, items=_flat(tree.Or, items))


def _implies(node: nodes.Binary, scope: Scope) -> tree.Expr:
    inner = scope.branching(False)
    left = condition(node.left, scope.branching(True), "the left side of `implies`")
    known = inner if is_error(left) else inner.knowing(facts_of(left, True, inner))
    right = condition(node.right, known, "the right side of `implies`")
    if is_error(left) or is_error(right):
        return failed(node.span)
    facts = combine(Bool(), left, right)
    never = tree.Not(span=left.span, facts=combine(Bool(), left), item=left)
    return tree.Or(span=node.span, facts=facts, items=(never, *_flat(tree.Or, [right])))


def _flat(
    kind: type[tree.And] | type[tree.Or], items: Sequence[tree.Expr]
) -> tuple[tree.Expr, ...]:
    flat: list[tree.Expr] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else [item])
    return tuple(flat)


@infers(nodes.Unary)
def _unary(node: nodes.Unary, scope: Scope) -> tree.Expr:
    if node.op == "not":
        item = condition(node.operand, scope, "what `not` turns round")
        if is_error(item):
            return failed(node.span)
        return tree.Not(span=node.span, facts=combine(Bool(), item), item=item)
    item = infer(node.operand, scope)
    type_ = _number_operand(item, "-", scope)
    if type_ is None:
        return failed(node.span)
    if isinstance(item, tree.Const) and isinstance(item.value, int | float):
        return constant(node.span, -item.value)
    found = intervals.negate(type_) if isinstance(type_, Number) else type_
    return tree.Negate(span=node.span, facts=combine(found, item), item=item)


@infers(nodes.If)
def _if(node: nodes.If, scope: Scope) -> tree.Expr:
    inner = scope.branching(True)
    test = condition(node.test, inner, "the condition of `if`")
    outer = scope.branching(False)
    there = elsewhere = outer
    if not is_error(test):
        there = outer.knowing(facts_of(test, True, outer))
        elsewhere = outer.knowing(facts_of(test, False, outer))
    then, other = infer(node.then, there), infer(node.other, elsewhere)
    if is_error(test) or is_error(then) or is_error(other):
        return failed(node.span)
    _check_branches(then, other, scope)
    type_ = scope.join(then.type, other.type)
    if isinstance(type_, Bool):
        facts = combine(type_, test, then, other)
    else:
        found = collect(type_, then, other)
        facts = replace(collect(type_, test, then, other), can_fail=found.can_fail)
        facts = replace(facts, uncertain=found.uncertain)
    return tree.If(span=node.span, facts=facts, test=test, then=then, other=other)


def _check_branches(then: tree.Expr, other: tree.Expr, scope: Scope) -> None:
    a, b = kinds(then.type, scope.expand), kinds(other.type, scope.expand)
    if "any" in a or "any" in b or not (a - {"null"}) or not (b - {"null"}):
        return
    if not comparable(then.type, other.type, scope.expand):
        scope.report.add(
            codes.INCOMPARABLE,
            "the two branches have different types",
            other.span,
            describe(other.type),
            others=[Label(then.span, describe(then.type))],
        )


# ---- null ----


@infers(nodes.IsNull)
def _is_null(node: nodes.IsNull, scope: Scope) -> tree.Expr:
    expr = infer(node.operand, scope.branching(False))
    if is_error(expr):
        return failed(node.span)
    if always_there(expr):
        known = scope.known.get(key(expr))
        if (known is not None and known.asked) or _always_there_unasked(node.operand, scope):
            _decided(node.span, expr, node.negated, scope)
    elif isinstance(expr.type, Null) and not expr.facts.can_fail:
        _decided(node.span, expr, not node.negated, scope)
    facts = combine(Bool(), expr)
    facts = replace(facts, can_fail=rises(expr))
    return tree.IsNull(span=node.span, facts=facts, object=expr, negated=node.negated)


def _decided(span: Span, expr: tree.Expr, outcome: bool, scope: Scope) -> None:
    """A null test whose outcome is known: T110 where it chooses a branch, else T111."""
    text = shown(expr.span)
    state = "always null" if isinstance(expr.type, Null) else "always there"
    if scope.branch:
        scope.report.add(
            codes.UNREACHABLE_BRANCH,
            f"one branch is never taken: `{text}` is {state}",
            span,
            f"always {str(outcome).lower()}",
            help="leave the test out",
        )
    else:
        scope.report.add(
            codes.REDUNDANT_NULL_TEST,
            f"`{text}` is {state}",
            span,
            f"always {str(outcome).lower()}",
            help=f"leave the test out{or_null(expr)}",
        )


def _coalesce(node: nodes.Binary, scope: Scope) -> tree.Expr:
    inner = scope.branching(False)
    left, right = infer(node.left, inner), infer(node.right, inner)
    if is_error(left) or is_error(right):
        return failed(node.span)
    if always_there(left):
        if _always_there_unasked(node.left, inner):
            scope.report.add(
                codes.REDUNDANT_NULL_TEST,
                f"`{shown(left.span)}` is always there",
                node.op_span.to(right.span),
                "never used",
                help=f"write `{shown(left.span)}`{or_null(left)}",
            )
        return left
    solid = without_null(scope.expand(left.type))
    if not isinstance(solid, Null) and not comparable(solid, right.type, scope.expand):
        right_kinds = kinds(right.type, scope.expand)
        if right_kinds - {"null"}:
            scope.report.add(
                codes.INCOMPARABLE,
                "what stands for null has another type",
                right.span,
                describe(right.type),
                others=[Label(left.span, describe(left.type))],
            )
            return failed(node.span)
    type_: Type = right.type if isinstance(solid, Null) else scope.join(solid, right.type)
    facts = collect(type_, left, right)
    return tree.Coalesce(span=node.span, facts=facts, left=left, right=right)


def _always_there_unasked(node: nodes.Expr, scope: Scope) -> bool:
    """Whether `node` is there also without what conditions before have found out."""
    if not scope.known:
        return True
    with scope.report.muted():
        return always_there(infer(node, replace(scope, known={})))


# ---- arithmetic ----


def _number_operand(expr: tree.Expr, op: str, scope: Scope) -> Number | Any | None:
    """The type of a number that `op` is applied to; None when it was reported."""
    if is_error(expr):
        return None
    type_ = scope.expand(expr.type)
    if isinstance(type_, Number | Any):
        return type_
    if may_be_null(type_) and isinstance(scope.expand(without_null(type_)), Number):
        missing(expr, scope)
        return None
    scope.report.add(
        codes.INCOMPARABLE,
        f"`{op}` needs numbers",
        expr.span,
        describe(expr.type),
        help=f"write `(1 if {shown(expr.span)} else 0)`" if isinstance(type_, Bool) else None,
    )
    return None


def _arithmetic(node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope) -> tree.Expr:
    op = node.op
    assert op in ("+", "-", "*", "/", "%")
    if op == "+":
        joined = _joined(node, left, right, scope)
        if joined is not None:
            return joined
    a = _number_operand(left, op, scope)
    b = None if a is None else _number_operand(right, op, scope)
    if a is None or b is None:
        return failed(node.span)
    if isinstance(a, Any) or isinstance(b, Any):
        facts = combine(Any() if op == "+" else Number(), left, right, can_fail=True)
    else:
        found = intervals.arithmetic(op, a, b)
        zero = op in "/%" and (b.low is None or b.low <= 0) and (b.high is None or b.high >= 0)
        facts = combine(found, left, right, can_fail=zero or not intervals.bounded(found))
    return tree.Arithmetic(span=node.span, facts=facts, op=op, left=left, right=right)


def _joined(
    node: nodes.Binary, left: tree.Expr, right: tree.Expr, scope: Scope
) -> tree.Expr | None:
    """`+` of two strings or two lists; None when it is about numbers."""
    a, b = scope.expand(left.type), scope.expand(right.type)
    inner = [scope.expand(without_null(type_)) for type_ in (a, b)]
    for kind in (String, List):
        if not any(isinstance(type_, kind) for type_ in inner):
            continue
        if not all(isinstance(type_, kind | Any) for type_ in inner):
            break
        for expr, type_ in ((left, a), (right, b)):
            if may_be_null(type_):
                missing(expr, scope)
                return failed(node.span)
        if isinstance(left, tree.Const) and isinstance(right, tree.Const):
            # For mypy: constants of these types.
            return constant(node.span, left.value + right.value)  # type: ignore[operator]
        whole = String() if kind is String else scope.join(a, b)
        facts = combine(whole, left, right)
        return tree.Arithmetic(span=node.span, facts=facts, op="+", left=left, right=right)
    else:
        return None
    first = isinstance(inner[0], String | List)
    mine, other = (left, right) if first else (right, left)
    text = isinstance(inner[0 if first else 1], String)
    scope.report.add(
        codes.INCOMPARABLE,
        "`+` joins two strings, two lists or two numbers",
        other.span,
        describe(other.type),
        others=[Label(mine.span, describe(mine.type))],
        help=f"write `str({shown(other.span)})`" if text else None,
    )
    return failed(node.span)
