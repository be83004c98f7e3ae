"""From an expression as written to its typed tree: one rule for each kind of node.

The rules live in the modules `infer_*`, by subject; importing `rewardlang.resolve` enters them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from rewardlang import tree
from rewardlang.resolve.facts import collect
from rewardlang.resolve.narrow import refine
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.json_schema import of_values
from rewardlang.types.relations import join
from rewardlang.types.types import Any as AnyType
from rewardlang.types.types import List, Object, Property, String, Type, Union

NOTHING: Type = Union(())
"""The type of the items of an empty list."""

N = TypeVar("N")
RULES: dict[type, Callable[[Any, Scope], tree.Expr]] = {}


def infers(
    kind: type[N],
) -> Callable[[Callable[[N, Scope], tree.Expr]], Callable[[N, Scope], tree.Expr]]:
    """Enter the decorated function as the rule for nodes of `kind`."""

    def enter(rule: Callable[[N, Scope], tree.Expr]) -> Callable[[N, Scope], tree.Expr]:
        RULES[kind] = rule
        return rule

    return enter


def infer(node: nodes.Expr, scope: Scope) -> tree.Expr:
    """The typed tree of `node` at the place `scope`; what is wrong goes to the scope's report."""
    made = refine(RULES[type(node)](node, scope), scope)
    scope.report.saw(made)
    return made


# ---- literals ----


def constant(span: Span, value: object, type_: Type | None = None) -> tree.Const:
    """A JSON value known when compiling."""
    found = shape_of(value) if type_ is None else type_
    return tree.Const(span=span, facts=tree.Facts(found), value=value)


def shape_of(value: object) -> Type:
    """The type of one JSON value by its shape; a text is any text, a number is exactly itself."""
    match value:
        case str():
            return String()
        case list():
            item = NOTHING
            for part in value:
                item = join(item, shape_of(part))
            return List(item, len(value))
        case dict():
            return Object({name: Property(shape_of(v), True) for name, v in value.items()})
        case _:
            return of_values([value])


@infers(nodes.Literal_)
def _literal(node: nodes.Literal_, scope: Scope) -> tree.Expr:
    return constant(node.span, node.value)


@infers(nodes.ListLiteral)
def _list(node: nodes.ListLiteral, scope: Scope) -> tree.Expr:
    return make_list(node.span, [infer(item, scope) for item in node.items], scope)


@infers(nodes.ObjectLiteral)
def _object(node: nodes.ObjectLiteral, scope: Scope) -> tree.Expr:
    return make_object(node.span, [(name.name, infer(v, scope)) for name, v in node.pairs])


def vouched(expr: tree.Expr) -> Type:
    """The type of `expr` as a part of something: what no schema vouches for can be anything."""
    return AnyType() if expr.facts.uncertain else expr.type


def make_list(span: Span, items: list[tree.Expr], scope: Scope) -> tree.Expr:
    """A list of `items`; a constant when they all are."""
    if any(map(is_error, items)):
        return failed(span)
    type_ = NOTHING
    for item in items:
        type_ = scope.join(type_, vouched(item))
    whole = List(type_, len(items))
    if all(isinstance(item, tree.Const) for item in items):
        return constant(span, [i.value for i in items if isinstance(i, tree.Const)], whole)
    facts = replace(collect(whole, *items), uncertain=False)
    return tree.MakeList(span=span, facts=facts, items=tuple(items))


def make_object(span: Span, pairs: list[tuple[str, tree.Expr]]) -> tree.Expr:
    """An object of `pairs`; a constant when all values are."""
    if any(is_error(value) for _, value in pairs):
        return failed(span)
    type_ = Object({name: Property(vouched(value), True, value.span) for name, value in pairs})
    if all(isinstance(value, tree.Const) for _, value in pairs):
        values = {name: value.value for name, value in pairs if isinstance(value, tree.Const)}
        return constant(span, values, type_)
    facts = replace(collect(type_, *(value for _, value in pairs)), uncertain=False)
    return tree.MakeObject(span=span, facts=facts, pairs=tuple(pairs))
