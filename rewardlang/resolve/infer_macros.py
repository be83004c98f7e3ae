"""Macros: `xs.filter(x => ...)` and its kin over lists, maps, tables."""

from __future__ import annotations

from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.call_fields import call_of
from rewardlang.resolve.chain_errors import missing, response_of_error, shown
from rewardlang.resolve.conditions import condition
from rewardlang.resolve.facts import collect, doubtful, rises
from rewardlang.resolve.infer import infer, vouched
from rewardlang.resolve.lambdas import enter_lambda
from rewardlang.resolve.scope import LocalName, Scope, failed, is_error
from rewardlang.syntax import nodes
from rewardlang.types.json_schema import INT64
from rewardlang.types.relations import join, may_be_null, nullable
from rewardlang.types.types import Any, Bool, List, Number, Object, String, Table, Type
from rewardlang.types.words import describe

_TESTS = ("any", "all", "none", "count", "filter")
_ORDERS = ("sort_by", "min_by", "max_by")


def macro(node: nodes.Call, name: nodes.Identifier, source: tree.Expr, scope: Scope) -> tree.Expr:
    """The call of a macro on `source`, which is not null."""
    if isinstance(source, tree.CallField) and source.name == "response":
        call = call_of(source, scope)
        if call is not None and call.outcome == "":
            response_of_error(call, name, scope)
            return failed(node.span)
    body_node = _lambda(node, name, scope)
    if body_node is None:
        return failed(node.span)
    item, first, most = items_of(scope.expand(source.type))
    values = [LocalName(_local(item, source))]
    if len(body_node.params) == 2:
        values.insert(0, LocalName(_local(first, source)))
    inside = enter_lambda(body_node, values, scope)
    if inside is None:
        return failed(node.span)
    kind = name.name
    if kind in _TESTS:
        body = condition(body_node.body, inside, f"the body of `{kind}`")
    else:
        body = infer(body_node.body, inside)
        if kind in _ORDERS and not is_error(body):
            body = _orderable(body, kind, scope)
    if is_error(body):
        return failed(node.span)
    type_ = _result(kind, item, vouched(body), most)
    unsure = doubtful(source) or (kind in _ORDERS and (doubtful(body) or _mixed(body, scope)))
    facts = collect(type_, source, body, can_fail=unsure or rises(body))
    if kind not in ("filter", "sort_by", "min_by", "max_by"):
        facts = replace(facts, uncertain=False)
    return tree.Macro(
        span=node.span,
        facts=facts,
        # For mypy: a text that is one of the literals, as the schema has it.
        kind=kind,  # type: ignore[arg-type]
        source=source,
        vars=tuple(parameter.name for parameter in body_node.params),
        body=body,
    )


def _local(type_: Type, source: tree.Expr) -> tree.Facts:
    return replace(collect(type_, source), can_fail=False)


def items_of(source: Type) -> tuple[Type, Type, int | None]:
    """The type of the items, of their indices or keys, and how many there are at most."""
    match source:
        case List():
            return source.item, Number(True, 0, INT64[1]), source.max_items
        case Table():
            return source.row, String(), None
        case Object():
            found = source.rest
            for property_ in source.properties.values():
                found = property_.type if found is None else join(found, property_.type)
            return Any() if found is None else found, String(), None
        case _:
            return Any(), Any(), None


def _lambda(node: nodes.Call, name: nodes.Identifier, scope: Scope) -> nodes.Lambda | None:
    """The one argument, a lambda with one or two parameters."""
    what = "=> ..." if name.name in _TESTS else "=> value"
    help = f"write `.{name.name}(x {what})`"
    if len(node.args) != 1 or node.args[0].name is not None:
        if name.name == "count" and not node.args:
            help = "write `.size()`"
        scope.report.add(
            codes.WRONG_CALL, f"`{name.name}` takes one lambda", name.span,
            f"{len(node.args)} arguments", help=help,
        )  # fmt: skip
        return None
    value = node.args[0].value
    if not isinstance(value, nodes.Lambda):
        if name.name in ("any", "all", "none", "count", "filter"):
            help = f"write `.{name.name}(x => x == {shown(value.span)})`"
        scope.report.add(
            codes.WRONG_CALL, f"`{name.name}` takes a lambda", value.span, "a value", help=help
        )
        return None
    if len(value.params) > 2:
        scope.report.add(
            codes.WRONG_CALL, "a lambda has one or two parameters", value.params[2].span
        )
        return None
    return value


def _orderable(body: tree.Expr, kind: str, scope: Scope) -> tree.Expr:
    type_ = scope.expand(body.type)
    if isinstance(type_, Number | String | Any):
        return body
    if may_be_null(type_):
        missing(body, scope)
    else:
        scope.report.add(
            codes.INCOMPARABLE,
            f"`{kind}` needs numbers or strings to order by",
            body.span,
            describe(body.type),
        )
    return failed(body.span)


def _mixed(body: tree.Expr, scope: Scope) -> bool:
    return not isinstance(scope.expand(body.type), Number | String)


def _result(kind: str, item: Type, body: Type, most: int | None) -> Type:
    match kind:
        case "any" | "all" | "none":
            return Bool()
        case "count":
            return Number(True, 0, INT64[1] if most is None else most)
        case "map":
            return List(body, most)
        case "filter" | "sort_by":
            return List(item, most)
        case _:
            return nullable(item)
