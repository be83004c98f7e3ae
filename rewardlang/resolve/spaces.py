"""Names that hold other names: APIs, workflows, query languages, what changed, lists of a world."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.infer import constant
from rewardlang.resolve.scope import (
    ApiSpace,
    ConstName,
    DeltaSpace,
    DeltaTable,
    ListsSpace,
    Scope,
    SearchSpace,
    Space,
    WorkflowSpace,
    WorkflowsSpace,
    failed,
)
from rewardlang.syntax import nodes
from rewardlang.types.types import List

CHANGES = ("created", "updated", "deleted")
WORKFLOW_FUNCTIONS = ("find", "moves", "transition")


def space_of(node: nodes.Expr, scope: Scope) -> Space | None:
    """The space that `node` names, or None when it is a value (or unknown)."""
    if isinstance(node, nodes.Name):
        found = scope.names.get(node.name)
        return found if isinstance(found, Space) else None
    if not isinstance(node, nodes.Field):
        return None
    outer = space_of(node.object, scope)
    return None if outer is None else _inner(outer, node.name.name, scope)


def _inner(space: Space, name: str, scope: Scope) -> Space | None:
    match space:
        case ApiSpace() if name == "workflow":
            return WorkflowsSpace(space.api)
        case WorkflowsSpace() if name in scope.apis[space.api].workflows:
            return WorkflowSpace(space.api, name)
        case DeltaSpace() if name in space.type.tables:
            return DeltaTable(space.type.tables[name])
        case _:
            return None


def members(space: Space, scope: Scope) -> tuple[str, list[str]]:
    """What to call the names in `space`, and the names."""
    match space:
        case ApiSpace():
            return "name", ["workflow"]
        case WorkflowsSpace():
            workflows = scope.apis[space.api].workflows
            return "workflow", [*workflows, *(WORKFLOW_FUNCTIONS if len(workflows) == 1 else ())]
        case WorkflowSpace():
            return "function", list(WORKFLOW_FUNCTIONS)
        case SearchSpace():
            return "query language", list(scope.apis[space.api].searches)
        case DeltaSpace():
            return "table", [*space.type.tables, "changed_only", "is_empty"]
        case DeltaTable():
            return "change", list(CHANGES)
        case ListsSpace():
            return "list", list(space.lists)


def member(space: Space, node: nodes.Field, scope: Scope) -> tree.Expr:
    """The value called `node.name` in `space`; most of what spaces hold is no value."""
    name = node.name.name
    if isinstance(space, DeltaTable) and name in CHANGES:
        facts = tree.Facts(List(space.table.row), "environment", "episode")
        which = name  # one of CHANGES
        # For mypy: a text that is one of the literals, as the schema has it.
        return tree.DeltaRows(span=node.span, facts=facts, table=space.table.name, which=which)  # type: ignore[arg-type]
    if isinstance(space, ListsSpace) and name in space.lists:
        found: ConstName = space.lists[name]
        return constant(node.span, found.value, found.type)
    what, names = members(space, scope)
    if name in names:
        scope.report.add(
            codes.UNKNOWN_NAME,
            f"`{name}` is no value by itself",
            node.name.span,
            "only what it holds can be used",
        )
    else:
        scope.report.unknown(what, name, node.name.span, names, kind=f"{what}s")
    return failed(node.span)
