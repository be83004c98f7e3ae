"""The shape of a reward: weights, parts, penalties."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.normal import normal
from rewardlang.lint.registry import lint
from rewardlang.model import Part, Scenario
from rewardlang.source import Span
from rewardlang.types.types import Number
from rewardlang.types.words import bounds_in_words

_DOMINANT = 0.8
_NEGLIGIBLE = 1e-6


@lint(codes.DUPLICATE_PART)
def duplicate_part(scenario: Scenario) -> Iterator[Diagnostic]:
    """The same condition twice is paid twice."""
    seen: dict[str, Part] = {}
    for part in scenario.parts:
        expr = part.score if part.check is None else part.check
        if expr is None:
            continue
        first = seen.setdefault(normal(expr), part)
        if first is not part:
            other = first.score if first.check is None else first.check
            assert other is not None
            yield Diagnostic(
                codes.DUPLICATE_PART,
                f"the part `{part.id}` says the same as `{first.id}`",
                Label(expr.span, "again here"),
                (Label(other.span, "first here"),),
                f"leave one out and give `{first.id}` the weight of both",
            )


@lint(codes.WEIGHT_NOT_POSITIVE)
def weight_not_positive(scenario: Scenario) -> Iterator[Diagnostic]:
    """Weights are shares: 0 is no part, and a negative one pays for failing."""
    for part in scenario.parts:
        if part.weight <= 0:
            yield Diagnostic(
                codes.WEIGHT_NOT_POSITIVE,
                f"the weight of `{part.id}` is {part.weight:g}",
                Label(part.weight_span or part.span, "no share of the reward"),
                help="use a penalty for what should cost something"
                if part.weight < 0
                else "leave the part out",
            )


@lint(codes.WEIGHT_DOMINANCE)
def weight_dominance(scenario: Scenario) -> Iterator[Diagnostic]:
    """A part with nearly all of the weight hides the others; one with none is not seen."""
    parts = [part for part in scenario.parts if part.weight > 0]
    total = sum(part.weight for part in parts)
    if len(parts) < 2:
        return
    for part in parts:
        share = part.weight / total
        if _NEGLIGIBLE < share < _DOMINANT:
            continue
        few = share <= _NEGLIGIBLE
        yield Diagnostic(
            codes.WEIGHT_DOMINANCE,
            f"`{part.id}` has {share:.0%} of the weight"
            if not few
            else f"`{part.id}` has less of the weight than rewards are rounded to",
            Label(part.weight_span or part.span, f"{part.weight:g} of {total:g}"),
            help="bring the weights nearer to each other, or make it a gate"
            if not few
            else "give it more weight, or leave it out",
        )


@lint(codes.SCORE_OUT_OF_RANGE)
def score_out_of_range(scenario: Scenario) -> Iterator[Diagnostic]:
    """Scores and factors are proven to lie in [0, 1], or the reward would not."""
    numbers = [("score", part.score) for part in scenario.parts]
    numbers += [("factor", penalty.factor) for penalty in scenario.penalties]
    for what, expr in numbers:
        if expr is None:
            continue
        type_ = expr.type
        low = type_.low if isinstance(type_, Number) else None
        high = type_.high if isinstance(type_, Number) else None
        proven = low is not None and low >= 0 and high is not None and high <= 1
        if proven and not expr.facts.uncertain:
            continue
        yield Diagnostic(
            codes.SCORE_OUT_OF_RANGE,
            f"this {what} is not proven to lie in [0, 1]",
            Label(expr.span, bounds_in_words(type_)),
            help=_bounded(expr.span),
        )


def _bounded(span: Span) -> str:
    text = " ".join(span.text.split())
    return f"write `clamp({text if len(text) <= 60 else '...'}, 0, 1)`, or scale it"
