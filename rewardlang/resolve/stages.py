"""Where only what is known at reset may stand: parameters, assumptions, prompts, the oracle."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.resolve.chain_errors import shown
from rewardlang.resolve.scope import Scope, failed, is_error
from rewardlang.walk import below


def at_reset(expr: tree.Expr, what: str, scope: Scope) -> tree.Expr:
    """`expr`, when it is known at reset; else reported as T120."""
    if is_error(expr) or expr.facts.stage == "setup":
        return expr
    culprit = _culprit(expr)
    scope.report.add(
        codes.NOT_YET_KNOWN,
        f"`{shown(culprit.span)}` is not known yet",
        culprit.span,
        f"known only during the episode, but needed for {what}",
        help=_instead(culprit),
    )
    return failed(expr.span)


def _culprit(expr: tree.Expr) -> tree.Expr:
    """The innermost part that makes `expr` late."""
    while True:
        if isinstance(expr, tree.Formula | tree.TraceValue):
            return expr
        late = [part for part in below(expr) if part.facts.stage == "episode"]
        if not late:
            return expr
        expr = late[0]


def _instead(expr: tree.Expr) -> str | None:
    if isinstance(expr, tree.RootRef) and expr.name == "final":
        return "write `initial`: the world at reset"
    if isinstance(expr, tree.LetRef):
        return "use a let that reads only `initial`, `params` and `expect`"
    return None
