"""What of the judge's findings is said beside those of the static rules."""

from __future__ import annotations

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Label
from rewardlang.findings.judged import Judged
from rewardlang.source import Source, Span

SOURCE = Source("a.yaml", "x" * 100)


def found(code: Code, at: int) -> Diagnostic:
    return Diagnostic(code, f"at {at}", Label(Span(SOURCE, at, at + 1)))


def test_the_same_code_of_the_same_part_is_said_once() -> None:
    judged = Judged(
        "a",
        (found(codes.SATURATING, 12), found(codes.SATURATING, 32), found(codes.UNUSED, 15),
         found(codes.SATURATING, 90)),
        frozenset(),
        ((10, 20), (30, 40)),
    )  # fmt: skip
    static = [found(codes.SATURATING, 18), found(codes.SATURATING, 91)]
    left = [each.message for each in judged.beside(static)]
    assert left == ["at 32", "at 15", "at 90"]
    assert len(list(judged.beside([]))) == 4


def test_a_refused_call_that_is_paid_is_said_once() -> None:
    """S307 says it of the pattern; what the judge sees of it (H512) is the same mistake."""
    farmed = (found(codes.ERROR_FARMING, 12), found(codes.ERROR_FARMING, 32))
    judged = Judged("a", farmed, frozenset(), ((10, 20), (30, 40)))
    static = [found(codes.OK_NOT_REQUIRED, 18)]
    assert [each.message for each in judged.beside(static)] == ["at 32"]
