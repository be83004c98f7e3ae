"""The questions that lints ask: can these conditions hold together, in any episode?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.lint.proofs import prove
from rewardlang.lint.proofs.abstract import Abstraction
from rewardlang.lint.proofs.calls import Calls
from rewardlang.lint.proofs.machines import (
    Ordered,
    Property,
    TooMany,
    TooManyStates,
    Total,
    patterns_of,
)
from rewardlang.lint.proofs.product import Product
from rewardlang.lint.proofs.solve import Facts, Tableau, space
from rewardlang.lint.proofs.terms import Atom, Term, negated
from rewardlang.model import Scenario

MOST_STATES = 4_000
"""States of one product of trace machines; about a tenth of a second."""

MOST_IN_ALL = 20_000
"""States of all products of one scenario."""

MOST_QUESTIONS = 1_000
"""Questions about one scenario; a large one asks some 50."""


@frozen
class Undecided:
    """A question that was left open, and why: "size", "solver" or "choices"."""

    expr: tree.Expr
    why: str


@dataclass(slots=True)
class Answer:
    """Whether conditions can hold together, and a set of literals with which they do."""

    possible: bool
    facts: Facts = ()
    left_open: str = ""
    """Why nothing was decided: `possible` is then true, to be on the safe side."""


@dataclass(slots=True)
class Logic:
    """The conditions of one scenario.

    Attributes:
        open: Questions that were not decided, in order.
    """

    scenario: Scenario
    abstraction: Abstraction = field(init=False)
    calls: Calls = field(init=False)
    open: list[Undecided] = field(default_factory=list)
    _left: int = MOST_IN_ALL
    _asked: int = 0
    _proofs: int = 0
    _searches: int = 0
    _traces: dict[tuple[frozenset[tuple[Property, bool]], int], bool | TooManyStates] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        self.abstraction = Abstraction(self.scenario)
        self.calls = Calls(self.scenario, self.abstraction)

    def formula(self, expr: tree.Expr) -> Term:
        """The formula of a condition."""
        return self.abstraction.formula(expr)

    def possible(self, asked: tree.Expr, *terms: Term) -> bool:
        """Whether formulas can hold together; true when that was not decided.

        Args:
            asked: The condition that the question is about, for what is left open.
        """
        answer = self.answer(terms)
        if answer.left_open:
            self.leave_open(asked, answer.left_open)
        return answer.possible

    def leave_open(self, asked: tree.Expr, why: str) -> None:
        """Note that a question was not decided."""
        self.open.append(Undecided(asked, why))

    def always(self, asked: tree.Expr) -> bool:
        """Whether a condition holds in every episode, as far as that is decided."""
        return not self.possible(asked, negated(self.formula(asked)))

    def implies(self, asked: tree.Expr, other: tree.Expr) -> bool:
        """Whether `other` holds wherever `asked` does."""
        return not self.possible(asked, self.formula(asked), negated(self.formula(other)))

    def answer(self, terms: Sequence[Term], horizon: int | None = None) -> Answer:
        """Whether formulas can hold together in an episode of at most `horizon` calls."""
        self._asked += 1
        if self._asked > MOST_QUESTIONS:
            return Answer(True, left_open="size")
        reach = self.scenario.limits.calls if horizon is None else horizon
        missing = False

        def accept(facts: Facts) -> bool:
            nonlocal missing
            if not self.happens(facts, reach):
                return False
            if not prove.beyond_cells(facts):
                return True
            self._proofs += 1
            found = None
            if self._proofs <= prove.MOST_PROOFS:
                found = prove.possible(facts, self.abstraction, reach)
            missing = missing or found is None
            return found is not False

        try:
            within = space(terms, self.abstraction.domains, {})
            facts = Tableau(within, accept).solve(terms)
        except TooManyStates:
            return Answer(True, left_open="size")
        except TooMany:
            return self._whole(terms, reach)
        if facts is None:
            return Answer(False)
        if not missing or not prove.beyond_cells(facts):
            return Answer(True, facts)
        return Answer(True, facts, "size" if prove.z3() else "solver")

    def by_trace_alone(self, asked: tree.Expr, terms: Sequence[Term]) -> bool:
        """Whether formulas can hold together whatever values are, besides what the trace decides.

        Only what is settled when the episode starts may be assumed, and that nothing else changed.
        False when that was not decided, which is noted for `asked`.
        """
        horizon = self.scenario.limits.calls

        def accept(facts: Facts) -> bool:
            free = self.abstraction.harmless
            if any(isinstance(f.atom, Atom) and f.atom.path not in free for f in facts):
                return False
            return self.happens(facts, horizon)

        try:
            within = space(terms, self.abstraction.domains, {})
            return Tableau(within, accept).solve(terms) is not None
        except TooMany:
            self.leave_open(asked, "size")
            return False

    def _whole(self, terms: Sequence[Term], horizon: int) -> Answer:
        """The same by the solver, when there are too many choices."""
        if prove.z3() is None:
            return Answer(True, left_open="choices")
        self._searches += 1
        if self._searches > prove.MOST_SEARCHES:
            return Answer(True, left_open="size")
        try:
            found = prove.search(
                terms, self.abstraction, horizon, lambda f: self.happens(f, horizon)
            )
        except TooMany:
            return Answer(True, left_open="size")
        if found is None:
            return Answer(True, left_open="size")
        return Answer(found)

    def happens(self, facts: Facts, horizon: int) -> bool:
        """Whether a trace of at most `horizon` calls has all properties among `facts`.

        Raises:
            TooManyStates: The product of their machines is too large.
        """
        wanted = [
            (fact.atom, fact.holds) for fact in facts if isinstance(fact.atom, Total | Ordered)
        ]
        if not wanted:
            return True
        name = (frozenset(wanted), horizon)
        if name not in self._traces:
            self._traces[name] = self._happens(wanted, horizon)
        found = self._traces[name]
        if isinstance(found, TooManyStates):
            raise found
        return found

    def _happens(
        self, wanted: Sequence[tuple[Property, bool]], horizon: int
    ) -> bool | TooManyStates:
        patterns = tuple(patterns_of([each for each, _ in wanted]))
        try:
            letters = self.calls.letters(patterns)
            product = Product(wanted, self.calls.bits(patterns), letters, horizon)
            try:
                return product.possible(min(MOST_STATES, self._left))
            finally:
                self._left -= product.states
        except TooManyStates as found:
            return found
