"""The inside of a lambda: its parameters, and what may not stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewardlang.diagnostics import codes
from rewardlang.resolve.scope import LocalName, Scope
from rewardlang.syntax import nodes


def enter_lambda(node: nodes.Lambda, values: Sequence[LocalName], scope: Scope) -> Scope | None:
    """The scope inside `node`, whose parameters are `values`; None when it was reported."""
    names: dict[str, LocalName] = {}
    well = True
    for parameter, value in zip(node.params, values, strict=True):
        if parameter.name in names or parameter.name in scope.names:
            taken(parameter, scope)
            well = False
        names[parameter.name] = value
    if not well:
        return None
    return replace(scope.naming(names), inside="lambda", branch=False)


def taken(name: nodes.Identifier, scope: Scope) -> None:
    """Report that `name` means something else already."""
    scope.report.add(
        codes.NAME_TAKEN,
        f"the name `{name.name}` is taken",
        name.span,
        "means something else here",
        help="choose another name; none may hide another",
    )
