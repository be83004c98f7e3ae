"""`pick`, `shuffle` and `integer`: random draws, in the generators of a world only."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import missing
from rewardlang.resolve.facts import collect
from rewardlang.resolve.infer import infer
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null
from rewardlang.types.types import Any, List, Number, Type
from rewardlang.types.words import describe

DRAWS = ("pick", "shuffle", "integer")


def draw(node: nodes.Call, name: str, scope: Scope) -> tree.Expr:
    """The typed draw."""
    count = 2 if name == "integer" else 1
    if len(node.args) != count or any(
        a.name is not None or isinstance(a.value, nodes.Lambda) for a in node.args
    ):
        wanted = "two whole numbers" if name == "integer" else "one list"
        scope.report.add(codes.WRONG_CALL, f"`{name}` takes {wanted}", node.span)
        return failed(node.span)
    args = [infer(a.value, scope) for a in node.args if not isinstance(a.value, nodes.Lambda)]
    if any(map(is_error, args)):
        return failed(node.span)
    for arg in args:
        type_ = scope.expand(arg.type)
        if may_be_null(type_):
            missing(arg, scope)
            return failed(node.span)
        wanted_type = Number | Any if name == "integer" else List | Any
        if not isinstance(type_, wanted_type):
            scope.report.add(
                codes.WRONG_CALL,
                f"`{name}` takes {'whole numbers' if name == 'integer' else 'a list'}",
                arg.span,
                describe(arg.type),
            )
            return failed(node.span)
    # A draw from nothing fails, which is reported when the row is made: no let hides it.
    facts = collect(_drawn(name, args, scope), *args)
    kind = name  # one of DRAWS
    # For mypy: a text that is one of the literals, as the schema has it.
    return tree.Draw(span=node.span, facts=facts, kind=kind, args=tuple(args))  # type: ignore[arg-type]


def _drawn(name: str, args: list[tree.Expr], scope: Scope) -> Type:
    first = scope.expand(args[0].type)
    if name == "integer":
        last = scope.expand(args[1].type)
        if isinstance(first, Number) and isinstance(last, Number):
            return Number(True, first.low, last.high)
        return Number(True)
    if name == "pick":
        return first.item if isinstance(first, List) else Any()
    return first
