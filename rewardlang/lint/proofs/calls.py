"""Which patterns one call can match together: the letters that the trace's machines read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlang import tree
from rewardlang.lint.proofs.abstract import FAULT, KIND, OP, STATUS, Abstraction
from rewardlang.lint.proofs.machines import TooManyStates
from rewardlang.lint.proofs.solve import Tableau, space
from rewardlang.lint.proofs.terms import (
    FALSE,
    TRUE,
    All,
    Atom,
    Either,
    Literal,
    Term,
    literals,
    negated,
)
from rewardlang.lint.proofs.values import NULL, Among, Cell, Order, text
from rewardlang.model import Scenario
from rewardlang.walk import everything
from rewardlang_runtime.calls import FAULTS

_INVENTED = ("unknown_tool",)
_NAMELESS = ("unknown_tool", "malformed_arguments")
"""Messages that are no tool call at all are calls without a name."""
_SENT = ("ok", "api_error", "invalid_request", "malformed_arguments")
MOST_PATTERNS = 24
"""Patterns in one question."""

MOST_LETTERS = 256
"""Letters of one operation."""

MOST_SOLVED = 20_000
"""Questions about single calls of one scenario; a large one asks a few hundred."""


def _answered(status: tuple[int, int], *kinds: str) -> Term:
    low, high = status
    return All((
        Literal(Atom(KIND, Among(tuple(map(text, kinds))))),
        Literal(Atom(STATUS, Order(">=", low))),
        Literal(Atom(STATUS, Order("<=", high))),
    ))  # fmt: skip


_STATUSES = Either((
    _answered((200, 399), "ok"),
    _answered((400, 599), "api_error", "invalid_request"),
    _answered((0, 0), "malformed_arguments", "unknown_tool"),
))  # fmt: skip
"""The status of a call by how it ended."""


class Calls:
    """The calls of a scenario's episodes, as far as patterns tell them apart."""

    def __init__(self, scenario: Scenario, abstraction: Abstraction) -> None:
        self._operations = scenario.operations
        self._tools = frozenset(scenario.tools)
        self._faults = scenario.faults
        self._abstraction = abstraction
        self._solved = 0
        self._letters: dict[tuple[str, ...], tuple[int, ...]] = {}

    def bits(self, patterns: Sequence[str]) -> Mapping[str, int]:
        """A bit for each pattern."""
        return {name: 1 << i for i, name in enumerate(patterns)}

    def letters(self, patterns: tuple[str, ...]) -> tuple[int, ...]:
        """The sets of `patterns` that one call can match, as bits; ascending.

        Raises:
            TooManyStates: There are too many patterns, letters, or questions about them.
        """
        found = self._letters.get(patterns)
        if found is None:
            if len(patterns) > MOST_PATTERNS:
                raise TooManyStates
            matches = [self._abstraction.patterns[name] for name in patterns]
            sets: dict[int, None] = {}
            for operation in self._named(matches):
                sets.update(dict.fromkeys(self._of(operation, matches)))
            found = self._letters[patterns] = tuple(sorted(sets))
        return found

    def possible(
        self, operation: str | None, conditions: Sequence[tree.Expr], offered: bool | None = None
    ) -> bool:
        """Whether a call of an operation (None: of any) can meet conditions on it.

        Args:
            offered: Whether to take the operation for one that is offered; None: as it is.
        """
        terms = list(map(self._abstraction.formula, conditions))
        names = [operation] if operation is not None else self._rest(conditions)
        return any(self._solve(terms, name, offered) for name in names)

    def can_succeed(self, alternative: tree.OpMatch) -> bool:
        """Whether a call that matches an alternative can be ok."""
        terms = [self._condition(alternative), Literal(Atom(KIND, Among((text("ok"),))))]
        names = [alternative.operation] if alternative.operation is not None else self._rest([])
        return any(self._solve(terms, name, True) for name in names)

    def _rest(self, conditions: Sequence[tree.Expr]) -> list[str]:
        """Operations that stand for all: those mentioned, an offered one, and an invented one."""
        found = [name for condition in conditions for name in self._spoken(condition)]
        offered = [name for name in self._operations if name in self._tools and name not in found]
        return [*dict.fromkeys(found), *offered[:1], ""]

    def _named(self, matches: Sequence[tree.Match]) -> list[str]:
        """Operations that patterns tell apart, and "" for a call of any other name."""
        found: dict[str, None] = {}
        for match in matches:
            for alternative in match.alternatives:
                if alternative.operation is not None:
                    found[alternative.operation] = None
                elif alternative.condition is not None:
                    # What an offered operation can answer, an invented one cannot.
                    found.update(dict.fromkeys(self._spoken(alternative.condition)))
        # One offered operation that no pattern names stands for all of them.
        rest = [name for name in self._operations if name in self._tools and name not in found]
        return [*found, *rest[:1], ""]

    def _spoken(self, condition: tree.Expr) -> list[str]:
        """Operations whose names a condition mentions."""
        return [
            node.value
            for node in everything(condition)
            if isinstance(node, tree.Const)
            and isinstance(node.value, str)
            and node.value in self._operations
        ]

    def _of(self, operation: str, matches: Sequence[tree.Match]) -> list[int]:
        terms = [self._match(match, operation) for match in matches]
        found: list[int] = []

        def grow(i: int, chosen: list[Term], letter: int) -> None:
            if i == len(terms):
                found.append(letter)
                if len(found) > MOST_LETTERS:
                    raise TooManyStates
                return
            for holds in (True, False):
                bit = holds << i
                if terms[i] in (TRUE, FALSE):
                    if holds == (terms[i] == TRUE):
                        grow(i + 1, chosen, letter | bit)
                    continue
                self._solved += 1
                if self._solved > MOST_SOLVED:
                    raise TooManyStates
                more = [*chosen, terms[i] if holds else negated(terms[i])]
                if self._solve(more, operation):
                    grow(i + 1, more, letter | bit)

        grow(0, [], 0)
        return found

    def _match(self, match: tree.Match, operation: str) -> Term:
        found = [
            self._condition(alternative)
            for alternative in match.alternatives
            if alternative.operation in (None, operation)
        ]
        if TRUE in found:
            return TRUE
        return Either(tuple(found)) if found else FALSE

    def _condition(self, alternative: tree.OpMatch) -> Term:
        if alternative.condition is None:
            return TRUE
        return self._abstraction.formula(alternative.condition)

    def _solve(self, terms: Sequence[Term], operation: str, offered: bool | None = None) -> bool:
        if not terms:
            return True
        if offered is None:
            offered = operation in self._tools
        given = {KIND: _kinds(_SENT if offered else _INVENTED if operation else _NAMELESS)}
        if operation:
            given[OP] = [Cell("string", text(operation), operation)]
        if any(isinstance(e.atom, Atom) and e.atom.path == STATUS for e in literals(terms)):
            terms = [*terms, _STATUSES]
        if any(isinstance(e.atom, Atom) and e.atom.path == FAULT for e in literals(terms)):
            terms = [*terms, self._faulted(operation, offered)]
        within = space(terms, self._abstraction.domains, given)
        return Tableau(within, lambda _: True).solve(terms) is not None

    def _faulted(self, operation: str, offered: bool) -> Term:
        """What may have gone wrong with a call of an operation, by how it ended."""
        found: list[Term] = [Literal(Atom(FAULT, NULL))]
        for fault in self._faults if offered else ():
            if operation in fault.operations:
                kinds = ("ok", "api_error") if fault.kind == "stale" else ("api_error",)
                facts: list[Term] = [
                    Literal(Atom(FAULT, Among((text(fault.kind),)))),
                    Literal(Atom(KIND, Among(tuple(map(text, kinds))))),
                ]
                if fault.kind != "stale":
                    status = FAULTS[fault.kind]
                    facts += [Literal(Atom(STATUS, Order(op, status))) for op in (">=", "<=")]
                found.append(All(tuple(facts)))
        return Either(tuple(found))


def _kinds(kinds: Sequence[str]) -> list[Cell]:
    return [Cell("string", text(kind), kind) for kind in kinds]
