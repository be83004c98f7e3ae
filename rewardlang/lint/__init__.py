"""Lints: what is well typed and still a mistake. Each reads the typed model and yields.

What needs no more than types and intervals comes first; `deduce` has the lints that reason about
conditions, by `proofs`. What needs episodes is in `rewardlang.judge`.
"""

from __future__ import annotations

from rewardlang.lint import (
    deduce,
    duplicates,
    evidence,
    lengths,
    nulls,
    numbers,
    observation,
    order,
    patterns,
    references,
    requests,
    rewards,
    sizes,
    texts,
    unused,
    workflows,
)
from rewardlang.lint.duplicates import task_of
from rewardlang.lint.registry import API_LINTS, LINTS, lint, run, run_api

SUBJECTS = (
    deduce, nulls, numbers, rewards, unused, evidence, references, patterns, texts, lengths, order,
    sizes, observation, workflows, requests, duplicates,
)  # fmt: skip
"""The modules whose import enters the lints."""

__all__ = ["API_LINTS", "LINTS", "lint", "run", "run_api", "task_of"]
