"""What the judge found: every episode it played and what that earned, as data for reports.

Plain data: a judgement is kept in the cache as JSON and read back without the scenario.
"""

from __future__ import annotations

from typing import Any, Literal

from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.frozen import frozen

OutcomeKind = Literal["oracle", "prefix", "probe", "mutant", "search", "test"]


@frozen
class Outcome:
    """One episode and what it should have earned.

    Attributes:
        name: What was done, in words: "idle", "oracle without step 2, doTransition".
        reward: In [0, 1].
        expected: What the reward should be, in words: "at most 0.05", "1", "less than 1".
        as_expected: Whether it is.
        line: The episode as a line of a trace file; `rewardlang run FILE --trace` plays it again.
        gates, parts, penalties: As in `Detail`.
        group: The probe or the kind of mutation: "idle", "drop-step".
    """

    kind: OutcomeKind
    name: str
    seed: int
    reward: float
    expected: str
    as_expected: bool
    line: dict[str, Any]
    gates: tuple[bool, ...]
    parts: tuple[float, ...]
    penalties: tuple[float, ...]
    group: str = ""


@frozen
class RewardMutant:
    """One change of the reward's own text.

    Attributes:
        what: "gate `read_only` dropped", "`==` made `!=` in the part `reached`".
        path, line, column: Where; from 1.
        killed_by: The name of an outcome whose reward differs under the mutant; None: nothing
            tells them apart, and the line is not pinned.
        equivalent: Why no trace can tell them apart, when that is proven; such do not count.
        start, end: What was changed, as offsets in the file.
        pin: What a test must do to tell them apart.
    """

    what: str
    path: str
    line: int
    column: int
    killed_by: str | None
    equivalent: str | None
    start: int = 0
    end: int = 0
    pin: str = ""


@frozen
class Searched:
    """What the bounded search found out of one task.

    Attributes:
        best: The highest reward that it reached, with the shortest trace to it.
        complete: Whether every state within the depth was looked at.
        levels: Distinct rewards reached, ascending.
        left_out: Ways to call operations, and values of arguments, that were not tried: the budget
            allows so many of each, the likeliest.
    """

    seed: int
    best: Outcome | None
    depth: int
    states: int
    expansions: int
    complete: bool
    levels: tuple[float, ...]
    shortcut: Outcome | None
    """A trace to the maximum that is shorter than the oracle, if there is one."""
    left_out: int = 0


@frozen
class Undecided:
    """What a budget, or a solver that is not installed, left open (M904).

    Attributes:
        told: Whether another finding is the reason, which is then said alone.
    """

    codes: tuple[str, ...]
    why: str
    remedy: str
    told: bool = False


@frozen
class Judgement:
    """All of it. Sections that were not run are empty or None."""

    scenario: str
    path: str
    diagnostics: tuple[Diagnostic, ...] = ()
    oracle: tuple[Outcome, ...] = ()
    ladder: tuple[Outcome, ...] = ()
    """The oracle's prefixes on one draw, from nothing to all of it."""
    probes: tuple[Outcome, ...] = ()
    tests: tuple[Outcome, ...] = ()
    """The file's own tests."""
    trace_mutants: tuple[Outcome, ...] = ()
    reward_mutants: tuple[RewardMutant, ...] = ()
    searched: tuple[Searched, ...] = ()
    undecided: tuple[Undecided, ...] = ()

    @property
    def levels(self) -> tuple[float, ...]:
        """Distinct rewards of all episodes played, ascending."""
        played = (*self.oracle, *self.ladder, *self.probes, *self.trace_mutants)
        found = {outcome.reward for outcome in played}
        for each in self.searched:
            found.update(each.levels)
        return tuple(sorted(found))

    @property
    def mutation_score(self) -> float | None:
        """Reward mutants that something tells from the original, of those that something could."""
        counted = [m for m in self.reward_mutants if m.equivalent is None]
        if not counted:
            return None
        return sum(m.killed_by is not None for m in counted) / len(counted)
