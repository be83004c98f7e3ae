"""What enumeration cannot decide, by z3: the optional extra `prove`.

That is arithmetic between several numbers of which no cells can be made, and formulas with more
choices than the tableau may try. Without z3 both are left open, and lint says so (M904).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import ModuleType
from typing import Any

from rewardlang.lint.proofs.abstract import Abstraction
from rewardlang.lint.proofs.machines import COMPARE, Total
from rewardlang.lint.proofs.solve import Facts, space
from rewardlang.lint.proofs.terms import All, Atom, Either, Literal, Term, literals
from rewardlang.lint.proofs.values import Among, Order

MODELS = 16
"""Assignments that are tried against the trace before a question is left open."""

MOST_WORK, MOST_SEARCH = 20_000, 500_000
"""Of one check of a conjunction, and of formulas, in z3's units, which are the same on every
machine: conjunctions take some 600, seven pigeons in six holes 200,000."""

MOST_PROOFS, MOST_SEARCHES = 100, 5
"""Conjunctions, and formulas, of one scenario that are put to z3."""


@cache
def z3() -> ModuleType | None:
    """The solver, None when it is not installed."""
    try:
        import z3 as module
    except ImportError:
        return None
    return module  # type: ignore[no-any-return]  # z3 has no types


def beyond_cells(facts: Facts) -> bool:
    """Whether sums of several numbers meet other tests of the same numbers."""
    sums = [_unknowns(fact) for fact in facts if len(_unknowns(fact)) > 1]
    if not sums:
        return False
    uses: dict[str, int] = {}
    for fact in dict.fromkeys((_name(f), _unknowns(f)) for f in facts):
        for unknown in fact[1]:
            uses[unknown] = uses.get(unknown, 0) + 1
    return any(uses[unknown] > 1 for names in sums for unknown in names)


def _name(fact: Literal) -> str:
    return fact.atom.path if isinstance(fact.atom, Atom) else str(fact.atom)


def _unknowns(fact: Literal) -> tuple[str, ...]:
    """The numbers that a fact is about."""
    match fact.atom:
        case Atom(sum=parts) if parts:
            return tuple(name for name, _ in parts)
        case Atom(test=Order() | Among()):
            return (fact.atom.path,)
        case Total():
            return tuple(f"count {counter}" for counter, _ in fact.atom.counters)
        case _:
            return ()


def possible(facts: Facts, abstraction: Abstraction, horizon: int) -> bool | None:
    """Whether numbers exist with which `facts` hold; None: not decided."""
    if z3() is None:
        return None
    problem = _Problem(abstraction, horizon, MOST_WORK)
    for fact in facts:
        problem.add(problem.number(fact))
    return problem.check()


def search(
    terms: Sequence[Term],
    abstraction: Abstraction,
    horizon: int,
    accept: Callable[[Facts], bool],
) -> bool | None:
    """Whether formulas can hold together; None: not decided.

    Args:
        accept: Whether a trace has the properties that an assignment gives it.

    Raises:
        TooMany: `accept` raised it.
    """
    if z3() is None:
        return None
    problem = _Problem(abstraction, horizon, MOST_SEARCH)
    problem.cells(terms)
    for term in terms:
        problem.add(problem.formula(term))
    traced = list(dict.fromkeys(_properties(terms)))
    for _ in range(MODELS):
        found = problem.check()
        if not found:
            return found
        facts = problem.chosen(traced)
        if accept(facts):
            return True
        problem.exclude(facts)
    return None


def _properties(terms: Sequence[Term]) -> Iterator[Any]:
    for literal in literals(terms):
        if not isinstance(literal.atom, Atom):
            yield literal.atom


class _Problem:
    """Formulas in z3's terms."""

    def __init__(self, abstraction: Abstraction, horizon: int, most: int) -> None:
        found = z3()
        assert found is not None
        self._z3: Any = found
        self._abstraction = abstraction
        self._horizon = horizon
        self._solver = found.Solver()
        self._solver.set("rlimit", most)
        self._numbers: dict[str, Any] = {}
        self._cells: dict[tuple[Atom, bool], Any] = {}

    def add(self, constraint: Any) -> None:
        self._solver.add(constraint)

    def check(self) -> bool | None:
        """Whether what was added can hold; None when z3 does not know."""
        found = self._solver.check()
        if found == self._z3.unknown:
            return None
        return bool(found == self._z3.sat)

    def chosen(self, atoms: Sequence[Any]) -> Facts:
        """What the model says of `atoms`."""
        model = self._solver.model()
        return tuple(
            Literal(atom, bool(model.eval(self._bool(atom), model_completion=True)))
            for atom in atoms
        )

    def exclude(self, facts: Facts) -> None:
        """At least one of `facts` must be otherwise."""
        terms = [self._bool(f.atom) if f.holds else self._z3.Not(self._bool(f.atom)) for f in facts]
        self.add(self._z3.Not(self._z3.And(*terms)))

    def _bool(self, atom: Any) -> Any:
        return self._z3.Bool(str(atom))

    # ---- formulas ----

    def formula(self, term: Term) -> Any:
        match term:
            case All():
                return self._z3.And(*map(self.formula, term.items))
            case Either():
                return self._z3.Or(*map(self.formula, term.items))
            case Literal(atom=Atom() as atom):
                return self._z3.And(self._cells[atom, term.holds], self.number(term))
            case Literal():
                chosen = self._bool(term.atom)
                chosen = chosen if term.holds else self._z3.Not(chosen)
                return self._z3.And(chosen, self.number(term))

    def cells(self, terms: Sequence[Term]) -> None:
        """A variable for the cell of each value, and which cells each literal leaves."""
        within = space(terms, self._abstraction.domains, {})
        for atom, holds in within.masks:
            cell = self._z3.Int(f"cell of {atom.path}")
            mask, count = within.masks[atom, holds], within.whole[atom.path].bit_length()
            self._cells[atom, holds] = self._z3.Or(
                *(cell == i for i in range(count) if mask >> i & 1)
            )

    # ---- numbers ----

    def number(self, fact: Literal) -> Any:
        """What a fact says of numbers; true when it says nothing of them."""
        comparison = self._comparison(fact.atom)
        failed = isinstance(fact.atom, Atom) and fact.atom.may_fail and not fact.holds
        if comparison is None or failed:
            return self._z3.BoolVal(True)
        return comparison if fact.holds else self._z3.Not(comparison)

    def _comparison(self, atom: Any) -> Any:
        match atom:
            case Total():
                parts = [(f"count {counter}", k) for counter, k in atom.counters]
                return COMPARE[atom.op](self._sum(parts), _exact(atom.bound))
            case Atom(test=Order(op=op, bound=int() | float() as bound)):
                return COMPARE[op](self._sum(self._parts(atom)), _exact(bound))
            case Atom(test=Among(values=(value,))) if _is_number(value):
                return self._sum(self._parts(atom)) == _exact(float(value))
            case _:
                return None

    def _parts(self, atom: Atom) -> Sequence[tuple[str, float]]:
        return atom.sum or ((atom.path, 1),)

    def _sum(self, parts: Sequence[tuple[str, float]]) -> Any:
        return self._z3.Sum(*(self._unknown(name) * _exact(k) for name, k in parts))

    def _unknown(self, name: str) -> Any:
        """The variable of a number, within the bounds that are known of it."""
        if name in self._numbers:
            return self._numbers[name]
        whole = self._abstraction.integers.get(name, False) or name.startswith("count ")
        found = self._z3.Int(name) if whole else self._z3.Real(name)
        self._numbers[name] = found
        if name.startswith("count "):
            self.add(self._z3.And(found >= 0, found <= self._horizon))
            return found
        within = self._abstraction.domains.get(name)
        if within is not None and within.kind == "number":
            if within.low > float("-inf"):
                self.add(found >= _exact(within.low))
            if within.high < float("inf"):
                self.add(found <= _exact(within.high))
        return found


def _is_number(value: str) -> bool:
    return value[0] in "-0123456789"


def _exact(value: float) -> Any:
    """A number as z3 takes it without loss: whole, or a fraction of two whole numbers."""
    if value == int(value):
        return int(value)
    up, down = value.as_integer_ratio()
    module = z3()
    assert module is not None
    return module.Q(up, down)
