"""Expressions, effects and templates parsed to nodes; what does not parse becomes a diagnostic."""

from __future__ import annotations

from functools import lru_cache

from lark.exceptions import UnexpectedInput

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.syntax import nodes, syntax_errors
from rewardlang.syntax.build import Builder, Lark, Rejected
from rewardlang.syntax.grammar import parser
from rewardlang.syntax.limits import MAX_EXPRESSION
from rewardlang.syntax.placed import Placed


def parse_expression(text: Placed, out: list[Diagnostic]) -> nodes.Expr | None:
    """The expression, or None when it was reported to `out`."""
    tree = _tree(text, "start", out)
    if tree is not None:
        try:
            return Builder(text).expression(tree)
        except Rejected as rejected:
            out.append(rejected.diagnostic)
    return None


def parse_effect(text: Placed, out: list[Diagnostic]) -> nodes.Effect | None:
    """The effect of an operation, or None when it was reported to `out`."""
    tree = _tree(text, "effect", out)
    if tree is not None:
        try:
            return Builder(text).effect(tree)
        except Rejected as rejected:
            out.append(rejected.diagnostic)
    return None


@lru_cache(maxsize=1024)  # the same conditions stand in many scenarios
def _parsed(text: str, start: str) -> Lark:
    tree: Lark = parser().parse(text, start=start)
    return tree


def _tree(text: Placed, start: str, out: list[Diagnostic]) -> Lark | None:
    if len(text.text) > MAX_EXPRESSION:
        out.append(
            Diagnostic(
                codes.OVER_LIMIT,
                f"an expression may have {MAX_EXPRESSION:,} characters, this one has "
                f"{len(text.text):,}",
                Label(text.span(MAX_EXPRESSION, len(text.text)), "too much"),
                help="name parts of it under `let:`",
            )
        )
        return None
    try:
        return _parsed(text.text, start)
    except UnexpectedInput as error:
        out.append(syntax_errors.explain(error, text, start))
        return None
