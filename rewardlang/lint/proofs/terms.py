"""Conditions as propositional formulas: literals over atoms, joined by `All` and `Either`.

`All(())` is true, `Either(())` is false; `not` is pushed down to the literals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewardlang.frozen import frozen
from rewardlang.lint.proofs.machines import Ordered, Total
from rewardlang.lint.proofs.values import Test


@frozen
class Atom:
    """A test of one value.

    Attributes:
        path: The key of the value: equal keys, equal values.
        may_fail: Whether the test can fail, and then be false, where the value is missing or of
            another type.
        sum: (unknown, coefficient) when the value is a sum of several numbers, for the solver.
    """

    path: str
    test: Test
    may_fail: bool = False
    sum: tuple[tuple[str, float], ...] = ()


@frozen
class Literal:
    """An atom or a property of the trace, as it is or negated."""

    atom: Atom | Ordered | Total
    holds: bool = True


@frozen
class All:
    items: tuple[Term, ...]


@frozen
class Either:
    items: tuple[Term, ...]


Term = Literal | All | Either

TRUE = All(())
FALSE = Either(())


def truth(value: bool) -> Term:
    """The constant formula."""
    return TRUE if value else FALSE


def negated(term: Term) -> Term:
    """`not term`."""
    match term:
        case Literal():
            return Literal(term.atom, not term.holds)
        case All():
            return Either(tuple(map(negated, term.items)))
        case Either():
            return All(tuple(map(negated, term.items)))


def literals(terms: Iterable[Term]) -> Iterator[Literal]:
    """Every literal, in order."""
    for term in terms:
        if isinstance(term, Literal):
            yield term
        else:
            yield from literals(term.items)
