"""Paths: `x.name`, `x?.name`, `x[key]`, `x!`, through values and through names that hold names."""

from __future__ import annotations

from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import missing, object_null, of_the_episode, shown
from rewardlang.resolve.chains import Chain, Link, chain_of, chains, trusted
from rewardlang.resolve.facts import always_there, collect, combine, doubtful, rises
from rewardlang.resolve.infer import infer, infers
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.resolve.spaces import member, space_of
from rewardlang.syntax import nodes
from rewardlang.types.relations import join, may_be_null, nullable, without_null
from rewardlang.types.types import Any, Error, List, Number, Object, String, Table, Type, Union
from rewardlang.types.words import describe
from rewardlang.walk import below


@infers(nodes.Field)
def _infer_field(node: nodes.Field, scope: Scope) -> tree.Expr:
    return _field(node, scope).expr


@infers(nodes.Index)
def _infer_index(node: nodes.Index, scope: Scope) -> tree.Expr:
    return _index(node, scope).expr


@chains(nodes.Field)
def _field(node: nodes.Field, scope: Scope) -> Chain:
    space = space_of(node.object, scope)
    if space is not None:
        expr = member(space, node, scope)
        return Chain(expr, expr.type)
    return Link(chain_of(node.object, scope), node.name, node.safe, node.span, scope).follow()


@chains(nodes.Index)
def _index(node: nodes.Index, scope: Scope) -> Chain:
    chain = chain_of(node.object, scope)
    constant_key = node.key.value if isinstance(node.key, nodes.Literal_) else None
    whole = scope.expand(chain.solid)
    target = scope.expand(without_null(whole))
    if isinstance(constant_key, str) and isinstance(target, Object | Union):
        return _named(node, constant_key, chain, target, scope)
    key = infer(node.key, scope)
    if is_error(chain.expr) or is_error(key) or isinstance(whole, Error):
        return Chain(failed(node.span), Error())
    if may_be_null(whole) and not node.safe:
        name = nodes.Identifier(node.key.span, f"[{shown(node.key.span)}]")
        object_null(chain.expr, chain.solid, name, scope)
        return Chain(failed(node.span), Error())
    if isinstance(target, Table):
        return _row(node, chain, target, key, scope)
    found = _item(target, key, scope)
    if found is None:
        return Chain(failed(node.span), Error())
    solid = nullable(found) if node.safe else found
    skips = chain.skips or (node.safe and may_be_null(whole))
    safe = node.safe or skips
    unsure = doubtful(chain.expr) or doubtful(key) or not safe
    if isinstance(target, List):  # a whole number of JSON can be 1.0, which is no place in a list
        unsure = unsure or not isinstance(key, tree.Const | tree.Builtin)
    facts = collect(nullable(solid) if skips else solid, chain.expr, can_fail=unsure)
    facts = replace(facts, can_fail=facts.can_fail or rises(key))
    made = tree.At(span=node.span, facts=facts, object=chain.expr, key=key, safe=safe)
    return Chain(trusted(made), solid, skips)


def _named(node: nodes.Index, name: str, chain: Chain, target: Type, scope: Scope) -> Chain:
    """`x["name"]`: the field, without a guess at the spelling when the object is open."""
    identifier = nodes.Identifier(node.key.span, name)
    if isinstance(target, Object) and name not in target.properties and target.rest is not None:
        # Asked for by its text: a key of a map, or a field that the schema leaves open.
        open_ = Object({}, target.rest, target.name, target.origin)
        solid: Type = nullable(open_) if may_be_null(scope.expand(chain.solid)) else open_
        chain = replace(chain, solid=solid)
    return Link(chain, identifier, node.safe, node.span, scope).follow()


def _row(node: nodes.Index, chain: Chain, table: Table, key: tree.Expr, scope: Scope) -> Chain:
    if not isinstance(chain.expr, tree.TableRef):
        return Chain(failed(node.span), Error())
    inner = scope.expand(without_null(key.type))
    if not isinstance(inner, String | Any):
        scope.report.add(
            codes.INCOMPARABLE,
            f"keys of `{table.name}` are strings",
            key.span,
            describe(key.type),
            help=f"write `str({shown(key.span)})`" if isinstance(inner, Number) else None,
        )
        return Chain(failed(node.span), Error())
    facts = combine(nullable(table.row), chain.expr, key)
    facts = replace(facts, can_fail=rises(key))
    made = tree.Row(span=node.span, facts=facts, table=chain.expr, key=key)
    return Chain(made, facts.type)


def _item(target: Type, key: tree.Expr, scope: Scope) -> Type | None:
    """The type of `target[key]`, when it is there."""
    type_ = scope.expand(key.type)
    match target:
        case Any():
            return Any()
        case List():
            if isinstance(type_, Any) or (isinstance(type_, Number) and type_.integer):
                return target.item
            wanted = "a whole number"
        case Object():
            if isinstance(type_, String | Any):
                found = target.rest
                for property_ in target.properties.values():
                    found = property_.type if found is None else join(found, property_.type)
                return Any() if found is None else found
            wanted = "a string"
        case _:
            scope.report.add(
                codes.INCOMPARABLE, f"{describe(target)} has no items", key.span, "looked up here"
            )
            return None
    if may_be_null(type_):
        missing(key, scope)
        return None
    scope.report.add(
        codes.INCOMPARABLE,
        f"the key of {describe(target)} must be {wanted}",
        key.span,
        describe(key.type),
    )
    return None


def _sent(expr: tree.Expr, scope: Scope) -> bool:
    """Whether the policy decides if `expr` is null; what a row holds, it does not."""
    match expr:
        case tree.RootRef():
            return expr.name == "args"
        case tree.Get() | tree.At():
            return _sent(expr.object, scope)
        case tree.Row():
            return _made_of_sent(expr.key, scope)
        case tree.Transition():
            return any(_made_of_sent(key, scope) for key in expr.keys)
        case tree.LetRef() if scope.lets is not None:
            value = scope.lets.value(expr.name)
            return value is not None and _sent(value, scope)
        case _:
            return _made_of_sent(expr, scope)


def _made_of_sent(expr: tree.Expr, scope: Scope) -> bool:
    """Whether `expr` is computed from what the policy sends, and not only from rows it chose."""
    if isinstance(expr, tree.Row | tree.Transition | tree.Search):
        return False
    if isinstance(expr, tree.RootRef):
        return expr.name == "args"
    if isinstance(expr, tree.LetRef):
        value = scope.lets.value(expr.name) if scope.lets is not None else None
        return value is not None and _made_of_sent(value, scope)
    return any(_made_of_sent(part, scope) for part in below(expr))


def _plain_index(node: nodes.Expr) -> bool:
    """Whether `node` is `x[key]`, which has a value or fails, and so is never null."""
    return isinstance(node, nodes.Index) and not node.safe


@infers(nodes.Present)
def _present(node: nodes.Present, scope: Scope) -> tree.Expr:
    expr = infer(node.object, scope)
    if is_error(expr):
        return failed(node.span)
    if scope.place == "operation" and _sent(expr, scope):
        scope.report.add(
            codes.UNSAFE_ACCESS,
            "`!` on a value that the policy sends",
            node.span,
            "its absence would be the scenario's fault",
            help="answer with an error under `errors:` when it is null",
        )
        return failed(node.span)
    if scope.place == "scenario" and of_the_episode(expr):
        help = "read on with `?.`, or test it with `is not null` first"
        if isinstance(expr, tree.At | tree.Get) and _plain_index(node.object):
            help = "leave the `!` out: where there is none, the condition around it is false"
        scope.report.add(
            codes.UNSAFE_ACCESS,
            "`!` on what the policy can change",
            node.span,
            "its absence would not be the scenario's fault",
            help=help,
        )
        return failed(node.span)
    if always_there(expr):
        return expr
    facts = collect(without_null(scope.expand(expr.type)), expr)
    return tree.Present(span=node.span, facts=facts, object=expr)
