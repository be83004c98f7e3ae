"""What sections gather and rules read: episodes that were played, and what each was for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from rewardlang.diagnostics.diagnostic import Code, Diagnostic, Evidence
from rewardlang.frozen import frozen
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.budget import Budget
from rewardlang.judge.faults import FAULTS, Fault, fault_of
from rewardlang.judge.judgement import Outcome, OutcomeKind, RewardMutant, Searched, Undecided
from rewardlang.judge.mutant import Start
from rewardlang.source import Span
from rewardlang_runtime import Detail

if TYPE_CHECKING:
    from rewardlang.judge.search.task import Task

T = TypeVar("T")

CHEAT = 0.05
"""The most that a policy may earn without doing the task."""


@frozen
class Tried:
    """One episode with what it was for.

    Attributes:
        group: The probe or the kind of mutation: "idle", "drop-step". Rules select by it.
        name: The same in words, with what was changed: "oracle without step 2, doTransition".
        expected: What it should earn, in words.
        base: What it is compared with: the oracle's episode that it was made from; for a
            dishonest answer, the same calls without one.
        place: Of a mutant, what was changed, the same on every task: "step 2, fields.summary".
    """

    kind: OutcomeKind
    group: str
    name: str
    played: Played
    expected: str
    as_expected: bool
    base: Played | None = None
    place: str = ""

    @property
    def reward(self) -> float:
        return self.played.reward

    @property
    def gain(self) -> float:
        """What it earned above its base."""
        return self.reward - (self.base.reward if self.base is not None else 0.0)

    def outcome(self) -> Outcome:
        """The same as plain data."""
        played = self.played
        return Outcome(
            self.kind, self.name, played.seed, played.reward, self.expected, self.as_expected,
            played.line, played.detail.gates, played.detail.parts, played.detail.penalties,
            self.group,
        )  # fmt: skip

    def evidence(self) -> Evidence:
        """The trace that a finding shows."""
        return Evidence(self.name, self.played.line)


@dataclass(slots=True)
class Draft:
    """A judgement in the making. Sections append; rules read."""

    bench: Bench
    budget: Budget
    seeds: tuple[int, ...] = ()
    """Tasks on which probes and mutants are tried: those of seeds 0, 1, 2 when they differ."""
    oracle: list[Tried] = field(default_factory=list)
    held_out: list[Tried] = field(default_factory=list)
    """The same on tasks that training never sees."""
    ladder: list[Tried] = field(default_factory=list)
    probes: list[Tried] = field(default_factory=list)
    recovered: list[Tried] = field(default_factory=list)
    """The oracle while things go wrong, for scenarios with `faults:`."""
    unrevealed: list[Tried] = field(default_factory=list)
    """Of these, episodes in which an answer was lost and nothing offered shows what was done."""
    struck: list[int] = field(default_factory=list)
    """How many calls of these each fault has struck."""
    starts: tuple[Start, ...] = ()
    """What mutants are made from, one for each task."""
    trace_mutants: list[Tried] = field(default_factory=list)
    tests: list[Tried] = field(default_factory=list)
    """The calls of the file's own `tests:`."""
    reward_mutants: list[RewardMutant] = field(default_factory=list)
    searched: list[Searched] = field(default_factory=list)
    explored: list[Task] = field(default_factory=list)
    """What the search has seen of each task, for the rules that read it."""
    undecided: list[Undecided] = field(default_factory=list)
    repeated: list[tuple[Tried, Detail]] = field(default_factory=list)
    """Episodes, with what they earned when played or computed again."""
    faults: list[Fault] = field(default_factory=list)
    """What could not be played, each place once."""

    def attempt(
        self, seed: int, doing: str, play: Callable[[], T], span: Span | None = None
    ) -> T | None:
        """`play()`, or None when the scenario is at fault, which is noted.

        `span` is where that is reported when nothing better is known.
        """
        try:
            return play()
        except FAULTS as error:
            fault = fault_of(error, doing, seed, self.bench.scenario)
            if fault is None:
                raise
            fault = replace(fault, span=fault.span or span)
            if all((f.where, f.span) != (fault.where, fault.span) for f in self.faults):
                self.faults.append(fault)
            return None

    def solved(self) -> list[Played]:
        """The oracle's episodes on `seeds`, as far as they earn 1: what mutants are made from."""
        tried = (t for t in self.oracle if t.played.seed in self.seeds)
        return [t.played for t in tried if t.reward == 1.0]

    def everything(self) -> Iterator[Tried]:
        """Every episode that was played."""
        yield from self.oracle
        yield from self.held_out
        yield from self.ladder
        yield from self.probes
        yield from self.recovered
        yield from self.trace_mutants
        yield from self.tests


Section = Callable[[Draft], None]
Rule = Callable[[Draft], Iterator[Diagnostic]]
RULES: list[tuple[tuple[Code, ...], Rule]] = []
"""Rules with the codes that they report, in the order in which they were entered."""


def judges(*codes: Code) -> Callable[[Rule], Rule]:
    """Enter the decorated function, which reports `codes`."""

    def enter(function: Rule) -> Rule:
        RULES.append((codes, function))
        return function

    return enter
