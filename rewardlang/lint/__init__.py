"""Lints: what is well typed and still a mistake. Each reads the typed model and yields.

What needs no more than types and intervals comes first; `deduce` has the lints that reason about
conditions, by `proofs`. What needs episodes is in `rewardlang.judge`.
"""

from __future__ import annotations

from rewardlang.lint import (
    deduce,
    evidence,
    nulls,
    numbers,
    patterns,
    references,
    rewards,
    unused,
)
from rewardlang.lint.registry import API_LINTS, LINTS, lint, run, run_api

SUBJECTS = (deduce, nulls, numbers, rewards, unused, evidence, references, patterns)
"""The modules whose import enters the lints."""

__all__ = ["API_LINTS", "LINTS", "lint", "run", "run_api"]
