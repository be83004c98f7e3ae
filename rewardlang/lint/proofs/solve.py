"""Whether formulas can hold together: a tableau over cells, and products for the trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewardlang.lint.proofs.machines import TooMany
from rewardlang.lint.proofs.terms import All, Atom, Either, Literal, Term, literals
from rewardlang.lint.proofs.values import ANYTHING, Cell, Domain, cells, outcomes

Facts = tuple[Literal, ...]
"""Literals that were chosen so that the formulas hold."""

MOST_LITERALS = 10_000
"""Literals of all formulas of one question."""

MOST_CHOICES = 4_000
"""Literals tried in one question; more of them and the question is left open."""

MOST_DEPTH = 200
"""Choices one after the other; each takes a frame."""


@dataclass(slots=True)
class Space:
    """The cells of each value in question, and which of them each literal leaves (bit masks)."""

    whole: dict[str, int]
    masks: dict[tuple[Atom, bool], int]


def space(
    terms: Iterable[Term], domains: Mapping[str, Domain], given: Mapping[str, Sequence[Cell]]
) -> Space:
    """What the atoms of `terms` make of the values that they read.

    Raises:
        TooMany: There are more than MOST_LITERALS.
    """
    by_path: dict[str, dict[Atom, None]] = {}
    for number, literal in enumerate(literals(terms)):
        if number > MOST_LITERALS:
            raise TooMany
        if isinstance(literal.atom, Atom):
            by_path.setdefault(literal.atom.path, {})[literal.atom] = None
    whole: dict[str, int] = {}
    masks: dict[tuple[Atom, bool], int] = {}
    for path, atoms in by_path.items():
        found = given.get(path)
        if found is None:
            found = cells(domains.get(path, ANYTHING), [atom.test for atom in atoms])
        whole[path] = (1 << len(found)) - 1
        for atom in atoms:
            can_hold = can_fail = 0
            for i, cell in enumerate(found):
                holds, fails = outcomes(atom.test, cell, atom.may_fail)
                can_hold |= holds << i
                can_fail |= fails << i
            masks[atom, True], masks[atom, False] = can_hold, can_fail
    return Space(whole, masks)


@dataclass(slots=True)
class _Branch:
    """What was chosen so far."""

    left: dict[str, int]
    facts: dict[Literal, None]
    open: list[Either]


@dataclass(slots=True)
class Tableau:
    """A search for values and a trace with which formulas hold.

    Attributes:
        accept: Whether the literals of a branch can hold together, as far as cells cannot tell:
            the trace and arithmetic. Called before each choice and at the end.
        most: Literals that may be tried.
        tried: Literals so far.
    """

    space: Space
    accept: Callable[[Facts], bool]
    most: int = MOST_CHOICES
    tried: int = field(default=0, init=False)

    def solve(self, terms: Sequence[Term]) -> Facts | None:
        """Literals with which all of `terms` hold, or None.

        Raises:
            TooMany: The search is too large.
        """
        branch = _Branch(dict(self.space.whole), {}, [])
        return self._grow(branch, terms, 0)

    def _grow(self, branch: _Branch, terms: Sequence[Term], depth: int) -> Facts | None:
        if depth > MOST_DEPTH:
            raise TooMany
        if not self._take(branch, terms):
            return None
        while True:
            choice: tuple[Term, ...] | None = None
            place = -1
            for i, either in enumerate(branch.open):
                options = tuple(item for item in either.items if self._possible(branch, item))
                if not options:
                    return None
                if choice is None or len(options) < len(choice):
                    choice, place = options, i
                    if len(options) == 1:
                        break
            facts = tuple(branch.facts)
            if choice is None:
                return facts if self.accept(facts) else None
            del branch.open[place]
            if len(choice) == 1:
                if not self._take(branch, choice):
                    return None
                continue
            if not self.accept(facts):
                return None
            for option in choice:
                copy = _Branch(dict(branch.left), dict(branch.facts), list(branch.open))
                found = self._grow(copy, (option,), depth + 1)
                if found is not None:
                    return found
            return None

    def _take(self, branch: _Branch, terms: Sequence[Term]) -> bool:
        """Add formulas that must hold; whether that is possible."""
        pending = list(reversed(terms))
        while pending:
            term = pending.pop()
            match term:
                case All():
                    pending.extend(reversed(term.items))
                case Either():
                    if len(term.items) == 1:
                        pending.append(term.items[0])
                    else:
                        branch.open.append(term)
                case Literal():
                    if not self._literal(branch, term):
                        return False
        return True

    def _literal(self, branch: _Branch, literal: Literal) -> bool:
        self.tried += 1
        if self.tried > self.most:
            raise TooMany
        if Literal(literal.atom, not literal.holds) in branch.facts:
            return False
        branch.facts[literal] = None
        if isinstance(literal.atom, Atom):
            path = literal.atom.path
            branch.left[path] &= self.space.masks[literal.atom, literal.holds]
            return branch.left[path] != 0
        return True

    def _possible(self, branch: _Branch, term: Term) -> bool:
        """Whether an option is not excluded at first sight."""
        match term:
            case Literal():
                if Literal(term.atom, not term.holds) in branch.facts:
                    return False
                if isinstance(term.atom, Atom):
                    left = branch.left[term.atom.path]
                    return left & self.space.masks[term.atom, term.holds] != 0
                return True
            case All():
                return all(self._possible(branch, item) for item in term.items)
            case Either():
                return any(self._possible(branch, item) for item in term.items)
