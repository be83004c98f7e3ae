"""Calls of what spaces hold: workflow look-ups, searches, `delta.changed_only`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.model import Workflow
from rewardlang.resolve.chain_errors import missing
from rewardlang.resolve.changes import changed_only
from rewardlang.resolve.facts import combine, doubtful, rises
from rewardlang.resolve.infer import infer
from rewardlang.resolve.literals import outside
from rewardlang.resolve.scope import (
    DeltaSpace,
    Scope,
    SearchSpace,
    Space,
    WorkflowSpace,
    WorkflowsSpace,
    failed,
    is_error,
)
from rewardlang.resolve.spaces import WORKFLOW_FUNCTIONS, members
from rewardlang.syntax import nodes
from rewardlang.types.relations import may_be_null, nullable
from rewardlang.types.types import Any, List, Nullable, Object, Property, String, Type
from rewardlang.types.words import describe


def call_member(space: Space, callee: nodes.Field, node: nodes.Call, scope: Scope) -> tree.Expr:
    """The call of `callee.name` in `space`."""
    name = callee.name.name
    match space:
        case DeltaSpace() if name in ("changed_only", "is_empty"):
            return changed_only(space, name, node, scope)
        case WorkflowSpace() if name in WORKFLOW_FUNCTIONS:
            return _workflow(space.api, space.name, name, callee, node, scope)
        case WorkflowsSpace() if name in WORKFLOW_FUNCTIONS:
            workflows = list(scope.apis[space.api].workflows)
            if len(workflows) == 1:
                return _workflow(space.api, workflows[0], name, callee, node, scope)
        case SearchSpace() if name in scope.apis[space.api].searches:
            return _search(space.api, name, node, scope)
        case _:
            pass
    what, names = members(space, scope)
    if name in names:
        scope.report.add(
            codes.WRONG_CALL, f"`{name}` is no function", callee.name.span, f"a {what}"
        )
    else:
        scope.report.unknown(what, name, callee.name.span, names, kind=f"{what}s")
    return failed(node.span)


def _arguments(node: nodes.Call, count: int, name: str, scope: Scope) -> list[tree.Expr] | None:
    """Exactly `count` strings."""
    if len(node.args) != count or any(
        a.name is not None or isinstance(a.value, nodes.Lambda) for a in node.args
    ):
        scope.report.add(
            codes.WRONG_CALL,
            f"`{name}` takes {count} {'string' if count == 1 else 'strings'}",
            node.span,
            f"{len(node.args)} given",
        )
        return None
    args: list[tree.Expr] = []
    for argument in node.args:
        assert not isinstance(argument.value, nodes.Lambda)
        expr = infer(argument.value, scope)
        args.append(expr)
        if is_error(expr):
            continue
        type_ = scope.expand(expr.type)
        if may_be_null(type_):
            missing(expr, scope)
            args[-1] = failed(expr.span)
        elif not isinstance(type_, String | Any):
            scope.report.add(
                codes.WRONG_CALL, f"`{name}` takes a string", expr.span, describe(expr.type)
            )
            args[-1] = failed(expr.span)
    return None if any(map(is_error, args)) else args


# ---- workflows ----


def statuses(workflow: Workflow) -> tuple[str, ...]:
    """Every status that the workflow names, in order."""
    found = [workflow.start]
    for move in workflow.moves:
        found.extend([*move.sources, move.target])
    return tuple(dict.fromkeys(found))


def move_type(workflow: Workflow) -> Object:
    """The type of a move: {id, name, from, to}."""
    named = statuses(workflow)
    status = String(enum=named, origin=workflow.span)
    ids = tuple(move.id for move in workflow.moves)
    names = tuple(dict.fromkeys(move.name for move in workflow.moves))
    return Object(
        {
            "id": Property(String(enum=ids, origin=workflow.span), True),
            "name": Property(String(enum=names, origin=workflow.span), True),
            "from": Property(List(status), True),
            "to": Property(status, True),
        },
        name="Move",
    )


def _workflow(
    api: str, name: str, function: str, callee: nodes.Field, node: nodes.Call, scope: Scope
) -> tree.Expr:
    workflow = scope.apis[api].workflows[name]
    by = {"find": ("id",), "moves": ("from",), "transition": ("from", "to")}[function]
    keys = _arguments(node, len(by), function, scope)
    if keys is None:
        return failed(node.span)
    if not _known_statuses(workflow, by, keys, scope):
        return failed(node.span)
    move = move_type(workflow)
    type_: Type = List(move, len(workflow.moves)) if function == "moves" else nullable(move)
    if function == "transition":
        exists = _exists(workflow, keys, callee, scope)
        if exists is False:
            return failed(node.span)
        if exists:
            type_ = move
    facts = combine(type_, *keys)
    facts = replace(facts, can_fail=any(rises(k) or doubtful(k) for k in keys))
    return tree.Transition(
        span=node.span, facts=facts, api=api, workflow=name, by=by, keys=tuple(keys)
    )


def _known_statuses(
    workflow: Workflow, by: Sequence[str], keys: Sequence[tree.Expr], scope: Scope
) -> bool:
    named = statuses(workflow)
    well = True
    for what, key in zip(by, keys, strict=True):
        if what == "id" or not isinstance(key, tree.Const) or not isinstance(key.value, str):
            continue
        if key.value not in named:
            domain = String(enum=named, origin=workflow.span)
            why = f"not a status of workflow `{workflow.name}`"
            outside(key.value, key.span, domain, why, scope, None, "")
            well = False
    return well


def _exists(
    workflow: Workflow, keys: Sequence[tree.Expr], callee: nodes.Field, scope: Scope
) -> bool | None:
    """Whether there is such a move, when both ends are constants."""
    start, end = keys
    if not isinstance(start, tree.Const) or not isinstance(end, tree.Const):
        return None
    if any(start.value in m.sources and end.value == m.target for m in workflow.moves):
        return True
    ways = [m.target for m in workflow.moves if start.value in m.sources]
    listed = ", ".join(f'"{way}"' for way in ways) or "nowhere"
    scope.report.add(
        codes.OUTSIDE_DOMAIN,
        f'no transition leads from "{start.value}" to "{end.value}"',
        start.span.to(end.span),
        f'from "{start.value}" to {listed}',
        others=[Label(workflow.span, "declared here")],
    )
    return False


# ---- searches ----


def _search(api: str, name: str, node: nodes.Call, scope: Scope) -> tree.Expr:
    args = _arguments(node, 1, name, scope)
    if args is None:
        return failed(node.span)
    row = scope.apis[api].searches[name].row
    type_ = Object(
        {
            "error": Property(Nullable(String()), True),
            "rows": Property(List(row), True),
        }
    )
    facts = replace(combine(type_, *args), provenance="environment")
    facts = replace(facts, can_fail=rises(args[0]) or doubtful(args[0]))
    return tree.Search(span=node.span, facts=facts, api=api, name=name, query=args[0])
