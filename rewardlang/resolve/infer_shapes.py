"""Templates to expressions: responses, oracle arguments, prompts, rows of a world."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import missing
from rewardlang.resolve.facts import combine
from rewardlang.resolve.infer import constant, infer, make_list, make_object
from rewardlang.resolve.scope import Scope, failed, is_error, is_world
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null
from rewardlang.types.types import CallType, String, Table
from rewardlang.types.words import describe


def infer_shape(shape: nodes.Shape, scope: Scope) -> tree.Expr:
    """The expression that a YAML value with templates stands for."""
    match shape:
        case nodes.Template():
            return infer_template(shape, scope)
        case nodes.ListTemplate():
            items = [infer_shape(item, scope) for item in shape.items]
            return make_list(shape.span, items, scope)
        case nodes.ObjectTemplate():
            pairs = [(name.name, infer_shape(value, scope)) for name, value in shape.pairs]
            return make_object(shape.span, pairs)
        case nodes.Constant():
            return constant(shape.span, shape.value)


def infer_template(template: nodes.Template, scope: Scope) -> tree.Expr:
    """A string with holes; one that is a single hole has the value of its expression."""
    if len(template.parts) == 1 and not isinstance(template.parts[0], str):
        expr = infer(template.parts[0], scope)
        return expr if is_error(expr) or _data(expr, scope) else failed(template.span)
    parts: list[str | tree.Expr] = []
    well = True
    for part in template.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        expr = infer(part, scope)
        if is_error(expr) or not _data(expr, scope):
            well = False
        elif may_be_null(scope.expand(expr.type)):
            missing(expr, scope)
            well = False
        parts.append(expr)
    if not well:
        return failed(template.span)
    holes = [part for part in parts if not isinstance(part, str)]
    if not holes:
        return constant(template.span, "".join(part for part in parts if isinstance(part, str)))
    facts = combine(String(), *holes)
    return tree.Text(span=template.span, facts=facts, parts=tuple(parts))


def infer_text(template: nodes.Template, scope: Scope) -> tree.Expr:
    """A template whose value is shown as text, whatever its one hole is."""
    expr = infer_template(template, scope)
    if is_error(expr) or isinstance(scope.expand(expr.type), String):
        return expr
    if may_be_null(scope.expand(expr.type)):
        missing(expr, scope)
        return failed(expr.span)
    return tree.Text(span=template.span, facts=combine(String(), expr), parts=(expr,))


def _data(expr: tree.Expr, scope: Scope) -> bool:
    """Whether `expr` is data, which has a text; else it was reported."""
    type_ = scope.expand(expr.type)
    if is_world(type_) or isinstance(type_, Table | CallType):
        scope.report.add(
            codes.INCOMPARABLE,
            "only data has a place in a template",
            expr.span,
            describe(type_),
        )
        return False
    return True
