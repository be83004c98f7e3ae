"""Proofs about conditions: what can hold together, in some episode, and what never can.

    typed condition -> abstract -> formula over tests of values and properties of the trace
    patterns        -> calls    -> letters: which patterns one call matches together
    trace formulas  -> machines -> automata over letters, and their products
    all of it       -> solve    -> literals with which it holds, or none

Everything errs on one side: it admits at least the episodes that there are, so that what is
impossible here is impossible. `decide.Logic` asks the questions.
"""

from __future__ import annotations

from rewardlang.lint.proofs.decide import Logic, Undecided

__all__ = ["Logic", "Undecided"]
