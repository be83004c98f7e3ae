"""Lints: what is well typed and still a mistake. Each reads the typed model and yields.

This release has those of families D and N that need only types and intervals: D201 constant
conditions, D202 contradictions on one value, D206 the same part twice, D208 unused definitions,
D209 weights, D210 penalties without effect, D211 parts with a `when` (found while reading), N401
scores outside [0, 1], N402 flat ramps, N403 empty expectations, N404 lopsided weights, N408 zero
denominators, N410 similarities to very short texts; and T109, null equality, whose types are known
only when all is resolved.

Not yet, for what they need beyond that: D203 and D204 (which gates hold on every trace), D205 and
D207 (implication between parts) need the product of the trace formulas' machines and a search
through the environment; N405, N406 and N407 need probes and mutations of episodes; N409 needs a
notion of free text in schemas; N411 needs the values of states that a search finds.
"""

from __future__ import annotations

from rewardlang.lint import evidence, logic, nulls, numbers, rewards, unused
from rewardlang.lint.registry import LINTS, lint, run

SUBJECTS = (logic, nulls, numbers, rewards, unused, evidence)
"""The modules whose import enters the lints."""

__all__ = ["LINTS", "lint", "run"]
