"""Null where an author thinks of values."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import nodes
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario
from rewardlang.types.relations import may_be_null
from rewardlang.types.words import describe


@lint(codes.NULL_EQUALITY)
def null_equality(scenario: Scenario) -> Iterator[Diagnostic]:
    """`a == b` holds when both are missing, which is seldom what was meant."""
    for node in nodes(scenario):
        if not isinstance(node, tree.Compare) or node.op != "==":
            continue
        sides = (node.left, node.right)
        if any(isinstance(side, tree.Const) for side in sides):
            continue
        if all(may_be_null(side.type) for side in sides):
            text = " ".join(node.left.span.text.split())
            yield Diagnostic(
                codes.NULL_EQUALITY,
                "both sides may be null, and then this is true",
                Label(node.right.span, describe(node.right.type)),
                (Label(node.left.span, describe(node.left.type)),),
                f"write `{text} is not null and ...`",
            )
