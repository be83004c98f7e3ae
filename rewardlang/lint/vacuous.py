"""Parts that are paid because nothing happened: precedence without its event, scopes never open."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.proofs.machines import COMPARE, Counter, Ordered, Total
from rewardlang.lint.proofs.terms import All, Either, Literal, Term
from rewardlang.lint.reading import Reading, condition_of, within
from rewardlang.model import Part


def vacuous_precedence(reading: Reading) -> Iterator[Diagnostic]:
    """A part paid by `every Q preceded_by P` to a policy that calls neither."""
    for part, expr, formula in _formulas(reading):
        literal = reading.logic.formula(formula)
        if not isinstance(literal, Literal) or not isinstance(literal.atom, Ordered):
            continue
        if literal.atom.kind not in ("preceded_by", "followed_by"):
            continue
        if not _paid_without(literal, literal.atom.patterns, expr, reading):
            continue
        asked = _text(formula.matches[0])
        why = "true of a trace without such calls"
        here = within(formula.span, expr.span)
        yield Diagnostic(
            codes.VACUOUS_PRECEDENCE,
            f"the part `{part.id}` is paid when `{asked}` is never called",
            Label(formula.span, why)
            if here
            else Label(expr.span, "paid by a let that asks nothing"),
            () if here else (Label(formula.span, why),),
            help=f"ask for the call as well: `called {asked} and every {asked} ...`",
        )


def scope_never_opens(reading: Reading) -> Iterator[Diagnostic]:
    """A part paid by `never P after Q` to a policy that never does Q."""
    for part, expr, formula in _formulas(reading):
        literal = reading.logic.formula(formula)
        if formula.window is None or not isinstance(literal, Literal):
            continue
        total = literal.atom
        if not isinstance(total, Total):
            continue
        # `never P after Q`, `not called P after Q`: the one that holds when nothing is counted.
        literal = Literal(total, bool(COMPARE[total.op](0, total.bound)))
        scope = total.counters[0][0].scope
        if scope is None or not _paid_without(literal, (scope.opens,), expr, reading):
            continue
        opens = _text(formula.window.opens)
        here = within(formula.span, expr.span)
        yield Diagnostic(
            codes.SCOPE_NEVER_OPENS,
            f"the part `{part.id}` is paid when `{opens}` is never called",
            Label(formula.window.opens.span if here else expr.span, "the scope need not open"),
            (Label(formula.span, "nothing is in a scope that never opens"),),
            f"ask for the call as well: `called {opens} and ...`",
        )


def _text(match: tree.Match) -> str:
    return " ".join(match.span.text.split())


def _formulas(reading: Reading) -> Iterator[tuple[Part, tree.Expr, tree.Formula]]:
    """Formulas over the trace that parts read, each once for its part."""
    for part in reading.scenario.parts:
        expr = condition_of(part)
        if expr is None or part.weight <= 0 or not reading.clear(expr):
            continue
        for node in reading.nodes(expr):
            if isinstance(node, tree.Formula):
                yield part, expr, node


def _paid_without(
    literal: Literal, patterns: tuple[str, ...], expr: tree.Expr, reading: Reading
) -> bool:
    """Whether a condition can hold by `literal` while no call matches any of `patterns`.

    Only when nothing else than the trace decides: a test of the final state may well be one that
    fails as long as nothing is called, and then there is nothing wrong.
    """
    way = _by_way_of(literal, reading.logic.formula(expr))
    if way is None:
        return False
    idle = [Literal(Total(((Counter(name), 1),), "==", 0)) for name in patterns]
    gates = [reading.logic.formula(gate.require) for gate in reading.zero_gates()]
    return reading.logic.by_trace_alone(expr, [*way, *idle, *gates])


def _by_way_of(literal: Literal, term: Term) -> list[Term] | None:
    """What must hold for a formula to hold through one of its literals; None: it has no such."""
    match term:
        case Literal():
            return [term] if term == literal else None
        case All():
            for i, item in enumerate(term.items):
                found = _by_way_of(literal, item)
                if found is not None:
                    return [*term.items[:i], *found, *term.items[i + 1 :]]
        case Either():
            for item in term.items:
                found = _by_way_of(literal, item)
                if found is not None:
                    return found
    return None
