"""Names on their own: values of the context, lets, parameters, locals, tables, constants."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix
from rewardlang.diagnostics.spelling import suggest
from rewardlang.resolve.call_fields import call_field
from rewardlang.resolve.facts import collect
from rewardlang.resolve.infer import constant, infers
from rewardlang.resolve.report import listing
from rewardlang.resolve.scope import (
    CallFieldName,
    ConstName,
    LetName,
    LocalName,
    ParamName,
    RootName,
    Scope,
    TableName,
    failed,
)
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.types import Object


@infers(nodes.Name)
def _name(node: nodes.Name, scope: Scope) -> tree.Expr:
    return value_of(node.name, node.span, scope)


def value_of(name: str, span: Span, scope: Scope) -> tree.Expr:
    """What `name`, standing alone, evaluates to."""
    match scope.names.get(name):
        case None:
            unknown_name(name, span, scope)
            return failed(span)
        case RootName() as found:
            return tree.RootRef(span=span, facts=found.facts, name=found.root)
        case LocalName() as found:
            return tree.Local(span=span, facts=found.facts, name=name)
        case LetName():
            assert scope.lets is not None
            return scope.lets.reference(name, span, scope)
        case ParamName():
            return _param(name, span, scope)
        case CallFieldName():
            assert scope.call is not None
            return call_field(None, name, span, scope.call, scope)
        case TableName() as found:
            world = scope.names.get("state")
            provenance = world.facts.provenance if isinstance(world, RootName) else "environment"
            facts = tree.Facts(found.table, provenance)
            root = tree.RootRef(span=span, facts=facts, name="state")
            return tree.TableRef(span=span, facts=facts, world=root, name=found.table.name)
        case ConstName() as found:
            return constant(span, found.value, found.type)
        case _:
            scope.report.add(
                codes.UNKNOWN_NAME,
                f"`{name}` is no value by itself",
                span,
                "only what it holds can be used",
            )
            return failed(span)


def _param(name: str, span: Span, scope: Scope) -> tree.Expr:
    params = scope.names["params"]
    if not isinstance(params, RootName):  # a let of this name, which was reported
        return failed(span)
    assert isinstance(params.facts.type, Object)
    root = tree.RootRef(span=span, facts=params.facts, name="params")
    facts = collect(params.facts.type.properties[name].type, root)
    return tree.Get(span=span, facts=facts, object=root, name=name, safe=False)


def unknown_name(name: str, span: Span, scope: Scope) -> None:
    """Report a name that nothing in scope has."""
    if scope.report.silent:
        return
    if name in scope.hidden:
        scope.report.add(
            codes.UNKNOWN_NAME, f"there is no `{name}` here", span, help=scope.hidden[name]
        )
        return
    if name.startswith("_"):
        candidates = [n for n in scope.names if n.startswith("_")]
    else:
        candidates = list(scope.names)
    params = scope.names.get("params")
    inner = params.facts.type if isinstance(params, RootName) else None
    if isinstance(inner, Object) and name in inner.properties:
        scope.report.add(
            codes.UNKNOWN_NAME,
            f"there is no name `{name}`",
            span,
            "a parameter",
            help=f"write `params.{name}`",
            fix=Fix(span, f"params.{name}", safe=True),
        )
        return
    meant = suggest(name, candidates)
    scope.report.add(
        codes.UNKNOWN_NAME,
        f"there is no name `{name}`",
        span,
        listing("names", candidates) if meant is None else "",
        help=f"did you mean `{meant}`?" if meant else None,
        fix=Fix(span, meant) if meant else None,
        candidates=candidates,
    )
