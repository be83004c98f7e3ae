"""`expect` is data of the file: its fields become constants before anything is lowered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from rewardlang import tree
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.tree import Facts

T = TypeVar("T")

_FOLDED = (
    "params", "assume", "holdout", "system", "prompts", "lets", "gates", "parts", "penalties",
    "oracle", "oracle_answer",
)  # fmt: skip


def with_constants(scenario: Scenario) -> Scenario:
    """The scenario with constants in place of `expect` and its fields."""
    folded = {name: _fold(getattr(scenario, name), scenario.expect) for name in _FOLDED}
    return replace(scenario, **folded)


def _fold(node: T, expect: Mapping[str, Any]) -> T:
    if isinstance(node, tuple):
        parts = [_fold(part, expect) for part in node]
        changed = any(a is not b for a, b in zip(parts, node, strict=True))
        # For mypy: a copy is of the node's own kind.
        return tuple(parts) if changed else node  # type: ignore[return-value]
    if not is_dataclass(node) or isinstance(node, Span | Facts | type):
        return node
    if isinstance(node, tree.Get) and isinstance(node.object, tree.RootRef | tree.Get):
        constant = _constant(node, expect)
        if constant is not None:
            return constant  # type: ignore[return-value]  # a copy is of the node's own kind
    if isinstance(node, tree.RootRef) and node.name == "expect":
        # For mypy: a copy is of the node's own kind.
        return tree.Const(span=node.span, facts=node.facts, value=dict(expect))  # type: ignore[return-value]
    changes = {}
    for field in fields(node):  # type: ignore[arg-type]  # a dataclass, as tested above
        value = getattr(node, field.name)
        folded = _fold(value, expect)
        if folded is not value:
            changes[field.name] = folded
    # For mypy: a copy is of the node's own kind.
    return replace(node, **changes) if changes else node  # type: ignore[type-var]


def _constant(expr: tree.Get, expect: Mapping[str, Any]) -> tree.Const | None:
    """`expect.a.b` as a constant; None for anything else, and for what is not there."""
    path: list[str] = []
    inner: tree.Expr = expr
    while isinstance(inner, tree.Get):
        path.insert(0, inner.name)
        inner = inner.object
    if not isinstance(inner, tree.RootRef) or inner.name != "expect":
        return None
    value: Any = expect
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return None
        value = value[name]
    return tree.Const(span=expr.span, facts=expr.facts, value=value)
