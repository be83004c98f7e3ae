"""What a reward reads of an episode, so that others need not prepare the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rewardlang import tree
from rewardlang.emit.stages import Stages
from rewardlang.types.types import CallType, Nullable
from rewardlang.walk import below, mentioned, patterns_of


@dataclass
class Reads:
    """Operations whose arguments and responses are read, "*" for all; whether the world is."""

    args: set[str] = field(default_factory=set)
    response: set[str] = field(default_factory=set)
    world: bool = False
    snapshots: bool = False


def reads_of(exprs: Iterable[tree.Expr], stages: Stages) -> Reads:
    """What expressions read, also through lets."""
    exprs = list(exprs)
    names = mentioned(exprs, stages.lets)
    reads = Reads()
    for expr in [*(stages.lets[name].value for name in names), *exprs]:
        _look(expr, (), reads)
    return reads


def _look(expr: tree.Expr, operations: tuple[str, ...], reads: Reads) -> None:
    """`operations`: those of the pattern around `expr`."""
    match expr:
        case tree.RootRef(name="final") | tree.DeltaRows() | tree.ChangedOnly():
            reads.world = True
        case tree.CallField(name="before" | "after"):
            reads.world = reads.snapshots = True
        case tree.CallField(name="args"):
            reads.args.update(_operations(expr, operations))
        case tree.CallField(name="response" | "error"):
            reads.response.update(_operations(expr, operations))
        case tree.Formula() | tree.TraceValue():
            for match in patterns_of(expr):
                for alternative in match.alternatives:
                    if alternative.condition is not None:
                        _look(alternative.condition, (alternative.operation or "*",), reads)
            if isinstance(expr, tree.TraceValue) and expr.score is not None:
                _look(expr.score, operations, reads)
            return
    for child in below(expr):
        _look(child, operations, reads)


def _operations(expr: tree.CallField, around: tuple[str, ...]) -> tuple[str, ...]:
    """The operations that a call can be of."""
    if expr.call is None:
        return around
    type_ = expr.call.type
    if isinstance(type_, Nullable):
        type_ = type_.inner
    return (isinstance(type_, CallType) and type_.operations) or ("*",)
