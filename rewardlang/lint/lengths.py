"""Scores that grow with the length of a text or with the number of calls (N407)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.claims import claims
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import Sources
from rewardlang.model import Part, Scenario
from rewardlang.source import Span

_COUNTING = frozenset({"split", "words", "numbers", "storage_headings"})
"""Functions that take a text apart, so that a longer text has more of it."""


@lint(codes.LENGTH_REWARDING)
def length_rewarding(scenario: Scenario) -> Iterator[Diagnostic]:
    """More words, or the same call more often, are the cheapest way to a higher score."""
    lets = {let.name: let for let in scenario.lets}
    sources = Sources(lets)
    operations = scenario.operations
    every = list(claims(scenario))
    shrinking = [_what(claim.expr, lets) for claim in every if claim.sign < 0]
    blamed: list[Span] = []
    for claim in every:
        if claim.sign <= 0 or not isinstance(claim.item, Part) or claim.call:
            continue
        kind = None
        if _is_length(claim.expr, sources):
            kind = "a longer text"
        elif _is_count(claim.expr):
            match = claim.expr.match  # type: ignore[union-attr]  # a count is a trace value
            names = [each.operation for each in match.alternatives]
            if all(name is None or not operations[name].writes for name in names):
                kind = "one more call"
        whole = _paid(claim.item)
        if kind is None or whole.span in blamed or _what(claim.expr, lets) in shrinking:
            continue
        if _enough_at_once(whole, claim.expr, lets):
            continue
        blamed.append(whole.span)
        yield Diagnostic(
            codes.LENGTH_REWARDING,
            f"the part `{claim.item.id}` pays for {kind}",
            Label(claim.expr.span, "more of it is never worth less"),
            help="ask what the text says, or what the calls brought to light; a penalty may cap it",
        )


def _paid(part: Part) -> tree.Expr:
    found = part.score if part.check is None else part.check
    assert found is not None
    return found


def _what(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> str:
    """What is measured, in words that two expressions share when it is the same."""
    while isinstance(expr, tree.LetRef) and expr.name in lets:
        expr = lets[expr.name].value
    return " ".join(expr.span.text.split())


def _is_length(expr: tree.Expr, sources: Sources) -> bool:
    """Whether `expr` counts characters or words of a text that the policy wrote."""
    if not isinstance(expr, tree.Builtin) or expr.name not in ("length", "size"):
        return False
    inner = expr.args[0]
    if expr.name == "size":
        if not isinstance(inner, tree.Builtin) or inner.name not in _COUNTING:
            return False
        inner = inner.args[0]
    return bool(sources.of(inner) & {"answer", "args", "final"})


def _is_count(expr: tree.Expr) -> bool:
    return isinstance(expr, tree.TraceValue) and expr.kind == "count"


def _enough_at_once(whole: tree.Expr, measured: tree.Expr, lets: Mapping[str, tree.LetDef]) -> bool:
    """Whether one character or one call earns as much as any number of them."""
    one, many = _Worth(measured, 1.0, lets).of(whole), _Worth(measured, 1e6, lets).of(whole)
    return one is None or one == many


class _Worth:
    """What expressions are worth where `measured` is `amount` and all else is worth 1."""

    def __init__(self, measured: tree.Expr, amount: float, lets: Mapping[str, tree.LetDef]) -> None:
        self._measured = measured
        self._amount = amount
        self._lets = lets
        self._known: dict[str, float | None] = {}

    def of(self, expr: tree.Expr) -> float | None:
        """The value of `expr`; None when it is not known."""
        if expr is self._measured:
            return self._amount
        match expr:
            case tree.Const(value=bool() | int() | float() as value):
                return float(value)
            case tree.LetRef() if expr.name in self._lets:
                if expr.name not in self._known:
                    self._known[expr.name] = self.of(self._lets[expr.name].value)
                return self._known[expr.name]
            case tree.Arithmetic():
                left = self.of(expr.left)
                right = self.of(expr.right)
                if left is None or right is None:
                    return None
                match expr.op:
                    case "+":
                        return left + right
                    case "-":
                        return left - right
                    case "*":
                        return left * right
                    case "/" if right:
                        return left / right
                    case _:
                        return None
            case tree.Builtin(name="min" | "max"):
                values = [self.of(arg) for arg in expr.args]
                known = [value for value in values if value is not None]
                return (min if expr.name == "min" else max)(known) if known else None
            case tree.Builtin(name="clamp", args=(value, low, high)):
                found = [self.of(each) for each in (value, low, high)]
                a, b, c = found
                return None if a is None or b is None or c is None else min(max(a, b), c)
            case tree.Builtin(name="ramp", args=(value, good, bad, floor)):
                found = [self.of(each) for each in (value, good, bad, floor)]
                v, g, w, f = found
                if v is None or g is None or w is None or f is None or g == w:
                    return None
                return f + (1 - f) * min(1.0, max(0.0, (v - w) / (g - w)))
            case tree.Builtin(name="round" | "floor" | "ceil", args=(value, *_)):
                return self.of(value)
            case tree.Compare():
                left = self.of(expr.left)
                right = self.of(expr.right)
                if left is None or right is None:
                    return 1.0
                held = {
                    "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
                    "==": left == right, "!=": left != right,
                }  # fmt: skip
                return float(held[expr.op])
            case tree.And():
                values = [self.of(item) for item in expr.items]
                return min((value for value in values if value is not None), default=1.0)
            case tree.Or():
                values = [self.of(item) for item in expr.items]
                return max((value for value in values if value is not None), default=1.0)
            case tree.Not():
                inner = self.of(expr.item)
                return None if inner is None else 1.0 - inner
            case tree.TraceValue(kind="best", score=score) if score is not None:
                return self.of(score)
            case tree.If():
                test = self.of(expr.test)
                return self.of(expr.then if test is None or test else expr.other)
            case _:
                return 1.0
