"""Facts of an expression from the facts of its parts."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.types.relations import may_be_null
from rewardlang.types.types import Any, Bool, Error, Provenance, Stage, Type

_DISTRUST: dict[Provenance, int] = {"scenario": 0, "environment": 1, "agent": 2}


def rises(expr: tree.Expr) -> bool:
    """Whether a failure in `expr` leaves it: every bool expression catches its own."""
    return expr.facts.can_fail and not isinstance(expr.type, Bool)


def doubtful(expr: tree.Expr) -> bool:
    """Whether using `expr` as what its type says can fail; a bool expression is always a bool."""
    facts = expr.facts
    if isinstance(facts.type, Bool):
        return False
    return facts.uncertain or isinstance(facts.type, Any)


def combine(type_: Type, *parts: tree.Expr, can_fail: bool = False) -> tree.Facts:
    """Facts of a value of `type_` computed from `parts`: trusted as little, as late as the worst.

    The computation uses each part as what it should be, so it can fail on a doubtful one.
    """
    return _facts(type_, parts, can_fail or any(map(doubtful, parts)), isinstance(type_, Any))


def collect(
    type_: Type, *parts: tree.Expr, can_fail: bool = False, uncertain: bool = False
) -> tree.Facts:
    """Facts of a value that consists of `parts`, or is one of them: as certain as they are."""
    uncertain = uncertain or isinstance(type_, Any) or any(map(doubtful, parts))
    return _facts(type_, parts, can_fail, uncertain)


def _facts(
    type_: Type, parts: tuple[tree.Expr, ...], can_fail: bool, uncertain: bool
) -> tree.Facts:
    trust: Provenance = "scenario"
    stage: Stage = "setup"
    failing = can_fail
    for part in parts:  # one loop: this runs for every node of every expression
        facts = part.facts
        if _DISTRUST[facts.provenance] > _DISTRUST[trust]:
            trust = facts.provenance
        if facts.stage == "episode":
            stage = "episode"
        failing = failing or rises(part)
    return tree.Facts(type_, trust, stage, failing, uncertain)


def always_there(expr: tree.Expr) -> bool:
    """Whether `expr` is certainly not null, whatever the policy does."""
    if expr.facts.can_fail or doubtful(expr) or isinstance(expr.type, Error):
        return False
    return not may_be_null(expr.type)
