"""Arithmetic and similarities that do not say what they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import Constants, nodes
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario
from rewardlang.types.types import Number
from rewardlang.types.words import bounds_in_words

_SIMILARITIES = (
    "f1", "precision", "recall", "jaccard", "lcs_ratio", "token_f1", "edit_sim", "subset_score",
    "matches_subset",
)  # fmt: skip
"""Functions whose value is the same for all when what is expected is empty."""

_SHORTEST = 4
"""Characters: a shorter text is half right with one letter."""


@lint(codes.ZERO_DENOMINATOR)
def zero_denominator(scenario: Scenario) -> Iterator[Diagnostic]:
    """A division by zero fails, and the whole score is 0."""
    for node in nodes(scenario):
        if not isinstance(node, tree.Arithmetic) or node.op not in ("/", "%"):
            continue
        type_ = node.right.type
        if not isinstance(type_, Number):
            continue
        if (type_.low is not None and type_.low > 0) or (type_.high is not None and type_.high < 0):
            continue
        text = " ".join(node.right.span.text.split())
        yield Diagnostic(
            codes.ZERO_DENOMINATOR,
            "this may divide by zero",
            Label(node.right.span, "0 is possible"),
            help=f"write `max({text}, 1)`, or test it first",
        )


@lint(codes.SATURATING)
def saturating(scenario: Scenario) -> Iterator[Diagnostic]:
    """A ramp or clamp all of whose values lie beyond one end is a constant."""
    factors = {id(penalty.factor) for penalty in scenario.penalties}
    for node in nodes(scenario):
        if not isinstance(node, tree.Builtin):
            continue
        flat = None
        if node.name == "ramp":
            flat = flat_ramp(node)
            if flat == "1" and id(node) in factors and rising_ramp(node):
                continue  # D210 says more of it.
        elif node.name == "clamp":
            flat = _flat_clamp(node)
        if flat is not None:
            value = node.args[0]
            yield Diagnostic(
                codes.SATURATING,
                f"this {node.name} is always {flat}",
                Label(node.span, "flat on all reachable values"),
                (Label(value.span, bounds_in_words(value.type)),),
                "move the bounds to where the value lies",
            )


def ends(expr: tree.Expr) -> tuple[float, float]:
    """The bounds of a number; infinite where there are none."""
    type_ = expr.type
    low = type_.low if isinstance(type_, Number) else None
    high = type_.high if isinstance(type_, Number) else None
    return (float("-inf") if low is None else low, float("inf") if high is None else high)


def flat_ramp(node: tree.Builtin) -> str | None:
    """What a ramp always is, in words; None when it has a slope somewhere."""
    value, good, bad, floor = node.args
    (low, high), (g, g_high), (b, b_high) = ends(value), ends(good), ends(bad)
    if isinstance(value, tree.Const) or g != g_high or b != b_high or g == b:
        return None
    lowest = ends(floor)
    least = f"{lowest[0]:g}" if lowest[0] == lowest[1] else "its floor"
    if g < b:
        return "1" if high <= g else least if low >= b else None
    return "1" if low >= g else least if high <= b else None


def rising_ramp(node: tree.Builtin) -> bool:
    """Whether a ramp is higher for higher values: `good` lies above `bad`."""
    _, good, bad, _ = node.args
    return ends(good)[0] > ends(bad)[1]


def _flat_clamp(node: tree.Builtin) -> str | None:
    value, bottom, top = node.args
    (low, high), (b, b_high), (t, t_high) = ends(value), ends(bottom), ends(top)
    if isinstance(value, tree.Const) or b != b_high or t != t_high:
        return None
    if high <= b:
        return f"{b:g}"
    return f"{t:g}" if low >= t else None


@lint(codes.EMPTY_EXPECTED)
def empty_expected(scenario: Scenario) -> Iterator[Diagnostic]:
    """Similarity to nothing is the same for every policy."""
    constants = Constants(scenario)
    for node in nodes(scenario):
        if not isinstance(node, tree.Builtin) or node.name not in _SIMILARITIES:
            continue
        for arg in node.args[:2]:
            if constants.value(arg) in ("", [], {}):
                yield Diagnostic(
                    codes.EMPTY_EXPECTED,
                    f"`{node.name}` compares with something that is always empty",
                    Label(arg.span, "always empty"),
                    help="say what is expected, or test for emptiness: `.is_empty()`",
                )


@lint(codes.SHORT_SIMILARITY)
def short_similarity(scenario: Scenario) -> Iterator[Diagnostic]:
    """One letter makes a third of a text of three."""
    constants = Constants(scenario)
    for node in nodes(scenario):
        if not isinstance(node, tree.Builtin) or node.name != "edit_sim":
            continue
        for arg in node.args[:2]:
            value = constants.value(arg)
            if isinstance(value, str) and 0 < len(value) < _SHORTEST:
                yield Diagnostic(
                    codes.SHORT_SIMILARITY,
                    f'"{value}" is too short for a similarity',
                    Label(arg.span, f"{len(value)} characters"),
                    help="compare with `==`",
                )
