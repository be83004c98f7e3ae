"""The meaning of the language: a tree-walking evaluator, small rather than fast.

It is what generated code is tested against, what expands worlds when compiling, and what explains
rewards. It shares no code with `emit`.
"""

from __future__ import annotations

# Both enter their rules into the evaluator's table when imported.
from rewardlang.interpret import trace, world
from rewardlang.interpret.context import Context, named
from rewardlang.interpret.evaluate import evaluate, holds, let
from rewardlang.interpret.operations import run
from rewardlang.interpret.reward import (
    ELSEWHERE,
    Explanation,
    Shown,
    context_of,
    explain,
    reward,
    shown,
)
from rewardlang.interpret.values import Failure, same

__all__ = [
    "ELSEWHERE",
    "Context",
    "Explanation",
    "Failure",
    "Shown",
    "context_of",
    "evaluate",
    "explain",
    "holds",
    "let",
    "named",
    "reward",
    "run",
    "same",
    "shown",
    "trace",
    "world",
]
