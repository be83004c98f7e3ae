"""What a condition asks for, when how often and with what outcome are left aside."""

from __future__ import annotations

from dataclasses import replace

from rewardlang import tree
from rewardlang.lint.normal import normal
from rewardlang.lint.proofs.abstract import Abstraction, conjuncts
from rewardlang.lint.proofs.machines import COMPARE, Ordered, Total, patterns_of
from rewardlang.lint.proofs.terms import Atom, Either, Literal, Term
from rewardlang.lint.proofs.values import NULL, Among, Outside
from rewardlang.walk import everything

_OUTCOME = ("ok", "kind", "status", "fault")


def subjects(literal: Literal, abstraction: Abstraction) -> list[str]:
    """The operations and values that a literal is about."""
    if isinstance(literal.atom, Atom):
        return [literal.atom.path]
    return [
        alternative.operation or "any"
        for name in patterns_of([literal.atom])
        for alternative in abstraction.patterns[name].alternatives
    ]


def same(a: Term, b: Term, abstraction: Abstraction, outcomes: bool) -> bool:
    """Whether formulas are equal up to upper bounds of numbers of calls.

    Args:
        outcomes: Whether the outcomes that patterns ask for count.
    """
    return _text(a, abstraction, outcomes) == _text(b, abstraction, outcomes)


def any_other_value(a: Term, b: Term) -> bool:
    """Whether `b` asks for what `a` does, but of some value only that it is not this or that.

    Of conjunctions alone: `a` gives the value, `b` rules others out, and asks for nothing else.
    """
    strict, loose = _facts(a), _facts(b)
    if strict is None or loose is None:
        return False
    given = {
        fact.atom.path: fact.atom.test.values
        for fact in strict
        if fact.holds and isinstance(fact.atom, Atom) and isinstance(fact.atom.test, Among)
    }
    others = [fact for fact in loose if fact not in strict]
    return bool(others) and all(
        isinstance(fact.atom, Atom)
        and isinstance(fact.atom.test, Among | Outside)
        and fact.holds == isinstance(fact.atom.test, Outside)
        and fact.atom.test.values != NULL.values
        and not set(given.get(fact.atom.path, fact.atom.test.values)) & set(fact.atom.test.values)
        for fact in others
    )


def _facts(term: Term) -> list[Literal] | None:
    """The literals of a conjunction; None when it is none."""
    if isinstance(term, Literal):
        return [term]
    if isinstance(term, Either):
        return None
    found: list[Literal] = []
    for item in term.items:
        inner = _facts(item)
        if inner is None:
            return None
        found.extend(inner)
    return found


def _text(term: Term, abstraction: Abstraction, outcomes: bool) -> str:
    if not isinstance(term, Literal):
        items = sorted({_text(item, abstraction, outcomes) for item in term.items})
        return items[0] if len(items) == 1 else f"{type(term).__name__}({', '.join(items)})"
    atom = term.atom
    match atom:
        case Ordered():
            names = [_name(name, abstraction, outcomes) for name in atom.patterns]
            return f"{term.holds} {atom.kind} {names} {atom.within}"
        case Total(counters=((counter, 1),)) if (least := _least(atom, term.holds)) > 0:
            name = _name(counter.pattern, abstraction, outcomes)
            return f"at least {least} {name} {counter.scope}"
        case _:
            return f"{term.holds} {atom}"


def _least(total: Total, holds: bool) -> int:
    """The lowest number with which a comparison of one counter holds; 0 when that may be none."""
    most = max(1, int(total.bound) + 1)
    good = [n for n in range(min(most, 64) + 1) if bool(COMPARE[total.op](n, total.bound)) == holds]
    return good[0] if good else 0


def _name(pattern: str, abstraction: Abstraction, outcomes: bool) -> str:
    if outcomes:
        return pattern
    match = abstraction.patterns[pattern]
    return normal(replace(match, alternatives=tuple(map(_any_outcome, match.alternatives))))


def _any_outcome(alternative: tree.OpMatch) -> tree.OpMatch:
    if alternative.condition is None:
        return alternative
    kept = tuple(item for item in conjuncts([alternative.condition]) if not _of_outcome(item))
    if not kept:
        return replace(alternative, condition=None)
    whole = kept[0]
    if len(kept) > 1:
        whole = tree.And(span=whole.span, facts=whole.facts, items=kept)
    return replace(alternative, condition=whole)


def _of_outcome(item: tree.Expr) -> bool:
    fields = [node for node in everything(item) if isinstance(node, tree.CallField)]
    return bool(fields) and all(node.call is None and node.name in _OUTCOME for node in fields)
