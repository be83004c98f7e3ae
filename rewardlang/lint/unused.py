"""Definitions that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import every_expression
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.walk import below


@lint(codes.UNUSED)
def unused_definitions(scenario: Scenario) -> Iterator[Diagnostic]:
    """A let, a parameter or a key of `expect` that is never read is a leftover or a typo."""
    reads = _Reads()
    for root in every_expression(scenario):
        reads.look(root)
    for let in scenario.lets:
        if let.name not in reads.lets:
            yield _unused("let", let.name, let.span)
    for param in scenario.params:
        if param.name not in reads.params:
            yield _unused("parameter", param.name, param.span)
    if not reads.whole_expect:
        for name, span in scenario.expect_spans.items():
            if name not in reads.expect:
                yield _unused("constant", name, span)


def _unused(kind: str, name: str, span: Span) -> Diagnostic:
    return Diagnostic(
        codes.UNUSED,
        f"the {kind} `{name}` is never read",
        Label(span, "nothing refers to it"),
        help="use it, or leave it out",
    )


class _Reads:
    """The names that expressions mention."""

    def __init__(self) -> None:
        self.lets: dict[str, bool] = {}
        self.params: dict[str, bool] = {}
        self.expect: dict[str, bool] = {}
        self.whole_expect = False

    def look(self, expr: tree.Expr) -> None:
        pending = [expr]
        while pending:
            part = pending.pop()
            match part:
                case tree.LetRef():
                    self.lets[part.name] = True
                case tree.Get(object=tree.RootRef(name="params")):
                    self.params[part.name] = True
                    continue
                case tree.Get(object=tree.RootRef(name="expect")):
                    self.expect[part.name] = True
                    continue
                case tree.RootRef(name="expect"):
                    self.whole_expect = True
                case _:
                    pass
            pending.extend(below(part))
