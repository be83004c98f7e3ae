"""Calls: builtin functions, methods, macros with lambdas, and the functions that spaces hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix
from rewardlang.diagnostics.spelling import suggest
from rewardlang.resolve.chain_errors import (
    SIZES,
    missing,
    object_null,
    redundant,
    shown,
    size_of,
)
from rewardlang.resolve.chains import Chain, chain_of, chains
from rewardlang.resolve.draws import DRAWS, draw
from rewardlang.resolve.facts import always_there, collect, combine, doubtful, rises
from rewardlang.resolve.infer import constant, infer, infers
from rewardlang.resolve.infer_macros import macro
from rewardlang.resolve.infer_spaces import call_member
from rewardlang.resolve.literals import check_literals
from rewardlang.resolve.report import listing
from rewardlang.resolve.results import result_of
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.resolve.signatures import MACROS, all_signatures, functions, method_names
from rewardlang.resolve.spaces import space_of
from rewardlang.resolve.unify import Bound, substitute, unify
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.notation import Parameter, Signature
from rewardlang.types.relations import Fit, may_be_null, nullable, without_null
from rewardlang.types.types import Any, Bool, Error, List, Null, Type, Var
from rewardlang.types.words import describe

_MOST_SAFE_CALLS = 3
"""`?.` before calls in one chain: each makes the tree twice as large."""


@infers(nodes.Call)
def _infer_call(node: nodes.Call, scope: Scope) -> tree.Expr:
    return _call(node, scope).expr


@chains(nodes.Call)
def _call(node: nodes.Call, scope: Scope) -> Chain:
    scope = scope.branching(False)
    if isinstance(node.callee, nodes.Field):
        space = space_of(node.callee.object, scope)
        if space is None:
            return _method(node, node.callee, scope)
        made = call_member(space, node.callee, node, scope)
    elif isinstance(node.callee, nodes.Name):
        made = _function(node, node.callee, scope)
    else:
        scope.report.add(
            codes.WRONG_CALL, "only names can be called", node.callee.span, "no function"
        )
        made = failed(node.span)
    return Chain(made, made.type)


def _function(node: nodes.Call, callee: nodes.Name, scope: Scope) -> tree.Expr:
    name = callee.name
    if scope.place == "generator" and name in DRAWS:
        return draw(node, name, scope)
    found = all_signatures().get(name)
    if found is not None and not found.method:
        return _builtin(node, callee.span, found, None, scope)
    if name in scope.names:
        scope.report.add(
            codes.WRONG_CALL, f"`{name}` is no function", callee.span, "a value, not a function"
        )
    elif found is not None or name in MACROS:
        first = shown(node.args[0].span) if node.args else "x"
        scope.report.add(
            codes.UNKNOWN_NAME,
            f"there is no function `{name}`",
            callee.span,
            "a method",
            help=f"write `{first}.{name}(...)`",
        )
    elif name == "one_of":
        scope.report.add(
            codes.UNKNOWN_NAME, "`one_of` stands only under `params:`", callee.span,
            "the whole of a parameter",
        )  # fmt: skip
    else:
        names = [*functions(), *(DRAWS if scope.place == "generator" else ())]
        scope.report.unknown("function", name, callee.span, names, kind="functions")
    for argument in node.args:
        if not isinstance(argument.value, nodes.Lambda):
            infer(argument.value, scope)
    return failed(node.span)


def _method(node: nodes.Call, callee: nodes.Field, scope: Scope) -> Chain:
    chain = chain_of(callee.object, scope)
    receiver = chain.expr
    error = Chain(failed(node.span), Error())
    if is_error(receiver):
        return error
    name = callee.name
    whole = scope.expand(chain.solid)
    target = scope.expand(without_null(whole))
    names = method_names(target)
    found = all_signatures().get(name.name)
    known = name.name in MACROS or (found is not None and found.method)
    if name.name not in names and not (isinstance(target, Any) and known):
        _unknown_method(name, receiver, target, names, scope)
        return error
    if may_be_null(whole) and not callee.safe:
        object_null(receiver, whole, name, scope)
        return error
    if callee.safe and not may_be_null(whole):
        if chain.narrowed:
            pass
        elif always_there(receiver):
            redundant(receiver, name, scope)
        elif not chain.skips:
            scope.report.add(
                codes.WRONG_CALL, "`?.` has nothing to skip here", callee.span, "never null",
                help=f"write `{shown(receiver.span)}.{name.name}(...)`",
            )  # fmt: skip
            return error
    skips = chain.skips or (callee.safe and may_be_null(whole))
    if skips:
        solid = replace(receiver.facts, type=target)
        receiver = replace(receiver, facts=solid)
    if name.name in MACROS:
        made = macro(node, name, receiver, scope)
    else:
        assert found is not None
        made = _builtin(node, name.span, found, receiver, scope)
    if not skips or is_error(made):
        return Chain(made, made.type)
    return _skipping(node, chain, made, scope)


def _skipping(node: nodes.Call, chain: Chain, made: tree.Expr, scope: Scope) -> Chain:
    """`x?.f(...)`: null when x is null, else the call."""
    depth = 0
    part: nodes.Expr = node
    while isinstance(part, nodes.Call | nodes.Field | nodes.Index):
        depth += isinstance(part, nodes.Call)
        part = part.callee if isinstance(part, nodes.Call) else part.object
    if depth > _MOST_SAFE_CALLS:
        scope.report.add(
            codes.OVER_LIMIT,
            f"a chain has at most {_MOST_SAFE_CALLS} calls after a `?.`",
            node.span,
            f"{depth} calls",
            help="name the first part under `let:`",
        )
        return Chain(failed(node.span), Error())
    span, receiver = node.span, chain.expr
    test_facts = replace(collect(Bool(), receiver), can_fail=rises(receiver), uncertain=False)
    test = tree.IsNull(span=span, facts=test_facts, object=receiver, negated=False)
    null = tree.Const(span=span, facts=tree.Facts(Null()), value=None)
    solid = made.type
    facts = collect(nullable(solid), receiver, made, uncertain=doubtful(made))
    facts = replace(facts, can_fail=rises(made), uncertain=doubtful(made))
    whole = tree.If(span=span, facts=facts, test=test, then=null, other=made)
    return Chain(whole, solid, skips=True)


def _unknown_method(
    name: nodes.Identifier, receiver: tree.Expr, target: Type, names: list[str], scope: Scope
) -> None:
    meant = suggest(name.name, names)
    help = f"did you mean `{meant}`?" if meant else None
    fix = Fix(name.span, meant) if meant else None
    found = all_signatures().get(name.name)
    size = size_of(target)
    if name.name in SIZES and size is not None and "." not in size:
        help, fix = f"did you mean `{size}`?", Fix(name.span, size)
    elif meant is None and found is not None and not found.method:
        help = f"write `{name.name}({shown(receiver.span)}, ...)`"
    elif meant is None:
        others = [n for n, s in all_signatures().items() if s.method]
        elsewhere = suggest(name.name, [*others, *MACROS])
        if name.name in others and found is not None:
            help = f"`{name.name}` is for {describe(found.params[0].type)}"
        elif elsewhere is not None:
            help = f"did you mean `{elsewhere}`?"
            fix = Fix(name.span, elsewhere)
    scope.report.add(
        codes.UNKNOWN_NAME,
        f"{describe(target)} has no method `{name.name}`",
        name.span,
        listing("methods", names) if names else f"`{shown(receiver.span)}` is {describe(target)}",
        help=help,
        fix=fix,
        candidates=names,
    )


# ---- builtins ----


def _builtin(
    node: nodes.Call, name_span: Span, found: Signature, receiver: tree.Expr | None, scope: Scope
) -> tree.Expr:
    given = bind(node, name_span, found, receiver, scope)
    if given is None or any(is_error(expr) for _, expr in given):
        return failed(node.span)
    bound: Bound = {}
    can_fail = False
    for parameter, expr in given:
        how = unify(parameter.type, expr.type, bound, scope.expand)
        if how is Fit.NO:
            _wrong_type(found, parameter, expr, bound, scope)
            return failed(node.span)
        if how is Fit.NULL:
            missing(expr, scope)
            return failed(node.span)
        exact = not isinstance(parameter.type, Any | Var)
        can_fail = can_fail or (exact and (how is Fit.UNKNOWN or doubtful(expr)))
    if not _check_literals(given, bound, scope):
        return failed(node.span)
    args = [expr for _, expr in given]
    result = result_of(found.name, args, substitute(found.result, bound), node.span, scope)
    if result is None:
        return failed(node.span)
    can_fail = can_fail or any(map(rises, args)) or result.can_fail
    facts = replace(combine(result.type, *args), can_fail=can_fail)
    return tree.Builtin(span=node.span, facts=facts, name=found.name, args=tuple(args))


def bind(
    node: nodes.Call,
    name_span: Span,
    found: Signature,
    receiver: tree.Expr | None,
    scope: Scope,
) -> list[tuple[Parameter, tree.Expr]] | None:
    """The arguments of a call, by parameter, in the order of the signature, defaults filled in."""
    params = list(found.params)
    placed: dict[str, tree.Expr] = {}
    more: list[tree.Expr] = []
    if receiver is not None:
        placed[params[0].name] = receiver
    names = [p.name for p in params if p.name != "self"]
    queue = [p for p in params if p.name not in placed]
    well = True
    for argument in node.args:
        if isinstance(argument.value, nodes.Lambda):
            scope.report.add(
                codes.WRONG_CALL, f"`{found.name}` takes no lambda", argument.span, found.text
            )
            return None
        if argument.name is not None:
            name = argument.name.name
            parameter = next((p for p in params if p.name == name and name != "self"), None)
            if parameter is None or name in placed:
                _bad_name(argument.name, name in placed, names, found, scope)
                well = False
                continue
            queue = [p for p in queue if p.name != name]
        elif queue:
            parameter = queue.pop(0)
        elif found.rest is not None:
            more.append(infer(argument.value, scope))
            continue
        else:
            scope.report.add(
                codes.WRONG_CALL, f"too many arguments for `{found.name}`", argument.span,
                f"takes {len(names)}", help=f"its signature is `{found.text}`",
            )  # fmt: skip
            return None
        placed[parameter.name] = infer(argument.value, scope)
    if not well:
        return None
    for parameter in params:
        if parameter.name not in placed:
            if not parameter.optional:
                scope.report.add(
                    codes.WRONG_CALL,
                    f"`{found.name}` needs `{parameter.name}`",
                    name_span,
                    f"{describe(parameter.type)} is missing",
                    help=f"its signature is `{found.text}`",
                )
                return None
            placed[parameter.name] = constant(node.span, parameter.default)
    given = [(p, placed[p.name]) for p in params]
    if found.rest is not None:
        given.extend((found.rest, expr) for expr in more)
    return given


def _bad_name(
    name: nodes.Identifier, twice: bool, names: Sequence[str], found: Signature, scope: Scope
) -> None:
    if twice:
        scope.report.add(codes.WRONG_CALL, f"`{name.name}` is given twice", name.span, "again here")
        return
    scope.report.unknown(
        "parameter", name.name, name.span, names, code=codes.WRONG_CALL, kind="parameters",
        message=f"`{found.name}` has no parameter `{name.name}`",
        help=f"its signature is `{found.text}`",
    )  # fmt: skip


def _wrong_type(
    found: Signature, parameter: Parameter, expr: tree.Expr, bound: Bound, scope: Scope
) -> None:
    wanted = substitute(parameter.type, bound)
    name = "" if parameter.name == "self" else f" for `{parameter.name}`"
    scope.report.add(
        codes.WRONG_CALL,
        f"`{found.name}` takes {describe(wanted)}{name}, not {describe(expr.type)}",
        expr.span,
        describe(expr.type),
        help=f"its signature is `{found.text}`",
    )


def _check_literals(
    given: Sequence[tuple[Parameter, tree.Expr]], bound: Bound, scope: Scope
) -> bool:
    """Constants that meet values of one type variable must be in those values' domain."""
    by_variable: dict[str, list[tree.Expr]] = {}
    for parameter, expr in given:
        type_ = parameter.type
        inner = type_.item if isinstance(type_, List) else type_
        if isinstance(inner, Var):
            by_variable.setdefault(inner.name, []).append(expr)
    well = True
    for exprs in by_variable.values():
        values = [expr for expr in exprs if not isinstance(expr, tree.Const)]
        for literal in exprs:
            if isinstance(literal, tree.Const) and values:
                other = values[0]
                well = check_literals(literal, other.type, scope, other=other.span) and well
    return well
