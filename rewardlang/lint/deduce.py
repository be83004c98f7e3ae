"""The lints that reason about conditions, in the order in which mistakes explain one another."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint import constants, sequences, vacuous, verdicts
from rewardlang.lint.proofs import Logic
from rewardlang.lint.reading import Reading
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario

_ORDER = (
    sequences.empty_patterns,
    sequences.bounds_beyond_horizon,
    sequences.impossible_formulas,
    sequences.contradictions,
    constants.constants,
    verdicts.constant_gates,
    verdicts.dominated_penalties,
    sequences.unoffered_patterns,
    constants.constant_parts,
    verdicts.related_parts,
    verdicts.conflicting_parts,
    vacuous.vacuous_precedence,
    vacuous.scope_never_opens,
)


@lint(
    codes.EMPTY_PATTERN, codes.BOUND_BEYOND_HORIZON, codes.UNSATISFIABLE_ORDER,
    codes.SEQ_TOO_LONG, codes.CONTRADICTION, codes.CONSTANT_CONDITION, codes.IMPOSSIBLE_GATE,
    codes.TAUTOLOGICAL_GATE, codes.DOMINATED_PENALTY, codes.IMPLIED_PART, codes.DUPLICATE_PART,
    codes.CONFLICTING_PARTS, codes.VACUOUS_PRECEDENCE, codes.SCOPE_NEVER_OPENS,
    codes.INCOMPLETE,
)  # fmt: skip
def deductions(scenario: Scenario) -> Iterator[Diagnostic]:
    """What follows from conditions, each mistake once."""
    reading = Reading(scenario, Logic(scenario))
    for rule in _ORDER:
        for found in rule(reading):
            if found.label.span not in reading.blamed:
                yield reading.blame(found)
    yield from _left_open(reading)


_DECIDED = "D202, D203, D204, D205, D207, D210, S302, S304, S305 and S306"

_REASONS = {
    "solver": (
        "these conditions relate several numbers, which takes a solver",
        "install it: `pip install 'rewardlang[prove]'`",
    ),
    "choices": (
        "these conditions have too many alternatives to try one by one",
        "install the solver: `pip install 'rewardlang[prove]'`",
    ),
    "size": (
        "these conditions have more cases than lint looks at",
        "ask for less at once, compare with smaller numbers, or lower `limits: calls`",
    ),
}


def _left_open(reading: Reading) -> Iterator[Diagnostic]:
    """One note for each reason, at the first condition that it concerns."""
    for why, (message, remedy) in _REASONS.items():
        places = [each.expr for each in reading.logic.open if each.why == why]
        if places:
            yield Diagnostic(
                codes.INCOMPLETE,
                message,
                Label(places[0].span, f"not decided here: {_DECIDED}"),
                help=remedy,
            )
