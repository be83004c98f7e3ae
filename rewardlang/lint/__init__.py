"""Lints: what is well typed and still a mistake. Each reads the typed model and yields.

What needs no more than types and intervals comes first; `deduce` has the lints that reason about
conditions, by `proofs`. What needs episodes is in `rewardlang.judge`.
"""

from __future__ import annotations

from rewardlang.lint import deduce, evidence, nulls, numbers, references, rewards, unused
from rewardlang.lint.registry import LINTS, lint, run

SUBJECTS = (deduce, nulls, numbers, rewards, unused, evidence, references)
"""The modules whose import enters the lints."""

__all__ = ["LINTS", "lint", "run"]
