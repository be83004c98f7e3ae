"""What is counted while recordings are scored; it does not grow with them.

Counts of pieces of a recording are added up in the order of the pieces, and of what is shown as an
example the first few are kept, so that the same recordings give the same summary in every run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from rewardlang.recordings.items import Problem
from rewardlang.scoring import Score

Verdict = Literal["pass", "fail", "unknown"]
SILENT = "silent"
EXAMPLES, SILENT_EXAMPLES, PROBLEMS = 3, 10, 100
"""How many traces are shown of each reason and of silent failures; how many problems of a file."""
_REASONS = 50
"""Different reasons why rewards are unknown; more than that are counted together."""
_OTHER = "other reasons"
_ROUNDING = 1e-9


class Miss(NamedTuple):
    """A gate, part or penalty that took something of a reward.

    Attributes:
        id: `gate name`, `part name` or `penalty name`.
        value: Its score or factor; 0 for a gate.
        text: The condition that did not hold, and its value, or "".
        calls: The calls that decided it, by number from 1; none when it was their absence.
    """

    id: str
    value: float
    text: str
    calls: tuple[int, ...]


class Example(NamedTuple):
    """A trace that is shown, with texts cut to what a page holds.

    Attributes:
        keys: All that it is an example of: `silent`, and the ids of its misses.
        calls: `op`, `args`, `kind`, `status` and `response` of each, and how many more there are.
    """

    place: str
    scenario: str
    keys: tuple[str, ...]
    score: Score
    verdict: Verdict
    asked: str
    answer: str
    calls: tuple[dict[str, Any], ...]
    more: int
    misses: tuple[Miss, ...]

    @property
    def silent(self) -> bool:
        """Whether nothing reported an error, though the goal was not reached."""
        return SILENT in self.keys


def verdict_of(score: Score, threshold: float) -> Verdict:
    """Whether a trace passes; unknown while what is not known could still decide it."""
    if score.low >= threshold - _ROUNDING:
        return "pass"
    return "fail" if score.high < threshold - _ROUNDING else "unknown"


def each_of(score: Score) -> Iterator[tuple[str, float | bool | None]]:
    """Gates, parts and penalties, as `kind id`, and what each came to."""
    for id, held in score.gates.items():
        yield f"gate {id}", held
    for id, value in score.parts.items():
        yield f"part {id}", value
    for id, value in score.penalties.items():
        yield f"penalty {id}", value


def missed(score: Score) -> list[tuple[str, float]]:
    """The items that took something of a reward, with their values."""
    return [(id, float(value)) for id, value in each_of(score) if value is not None and value < 1]


@dataclass(slots=True)
class Tally:
    """What became of the traces of one scenario.

    Attributes:
        rewards: Sum of the rewards that are known, and how many these are.
        weight: Sum over traces of the share of the weight of all parts that could be judged.
        judged: How often each gate, part and penalty could be.
        missed: How often each of them took something, among traces that do not pass.
        why: Why rewards are unknown.
        shown: Places of the examples, by what they are examples of.
    """

    scenario: str
    verdicts: Counter[str] = field(default_factory=Counter)
    rewards: float = 0.0
    known: int = 0
    calls: int = 0
    silent: int = 0
    weight: float = 0.0
    judged: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    shown: dict[str, list[str]] = field(default_factory=dict)

    @property
    def traces(self) -> int:
        """How many there are."""
        return sum(self.verdicts.values())

    @property
    def mean(self) -> float | None:
        """Of the rewards that are known."""
        return self.rewards / self.known if self.known else None

    @property
    def share(self) -> float | None:
        """Of the traces with a verdict, those that pass."""
        judged = self.verdicts["pass"] + self.verdicts["fail"]
        return self.verdicts["pass"] / judged if judged else None

    def never(self, items: Iterable[str]) -> list[str]:
        """Those of a scenario's items that no trace decides."""
        return [id for id in items if not self.judged[id]] if self.traces else []

    def add(self, score: Score, weights: dict[str, float], verdict: Verdict, calls: int) -> None:
        """Count a trace; `weights` are of parts and sum to 1."""
        self.verdicts[verdict] += 1
        self.calls += calls
        if score.reward is not None:
            self.rewards += score.reward
            self.known += 1
        self.weight += sum(weights[id] for id, v in score.parts.items() if v is not None)
        for id, value in each_of(score):
            if value is not None:
                self.judged[id] += 1
        if verdict != "pass":
            for id, _ in missed(score):
                self.missed[id] += 1
        if score.why is not None:
            _count(self.why, _CALL.sub("a call ", score.why), 1)

    def merge(self, other: Tally) -> None:
        """Add what came after."""
        self.verdicts += other.verdicts
        self.rewards += other.rewards
        self.known += other.known
        self.calls += other.calls
        self.silent += other.silent
        self.weight += other.weight
        self.judged += other.judged
        self.missed += other.missed
        for reason, count in other.why.items():
            _count(self.why, reason, count)


_CALL = re.compile(r"call \d+, .{0,200}?, (?=has )")


def _count(counts: Counter[str], reason: str, count: int) -> None:
    counts[reason if reason in counts or len(counts) < _REASONS else _OTHER] += count


@dataclass(slots=True)
class FileTally:
    """What was found in one file."""

    path: str
    form: str
    unit: str = "line"
    """What the numbers of its traces and problems count."""
    traces: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    """The first of them."""
    more: int = 0
    """How many problems there are besides."""

    def trouble(self, problem: Problem) -> None:
        """Count something that could not be read."""
        if len(self.problems) < PROBLEMS:
            self.problems.append(problem)
        else:
            self.more += 1

    def merge(self, other: FileTally) -> None:
        """Add what came after."""
        self.traces += other.traces
        self.left_out += other.left_out
        for problem in other.problems:
            self.trouble(problem)
        self.more += other.more


@dataclass(slots=True)
class Survey:
    """Everything that recordings were found to say.

    Attributes:
        threshold: The reward from which on a trace passes.
        items: The gates, parts and penalties of each scenario, as `kind id`.
        examples: By place and scenario.
    """

    threshold: float
    tallies: dict[str, Tally] = field(default_factory=dict)
    items: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: list[FileTally] = field(default_factory=list)
    examples: dict[tuple[str, str], Example] = field(default_factory=dict)

    @property
    def problems(self) -> int:
        """How many things could not be read."""
        return sum(len(file.problems) + file.more for file in self.files)

    def show(self, example: Example) -> None:
        """Keep an example if one is still wanted of what it shows."""
        tally = self.tallies[example.scenario]
        for key in example.keys:
            places = tally.shown.setdefault(key, [])
            if len(places) < most(key):
                places.append(example.place)
                self.examples[example.scenario, example.place] = example

    def examples_of(self, scenario: str, key: str) -> list[Example]:
        """The examples of one kind, in the order of the recordings."""
        places = self.tallies[scenario].shown.get(key, ())
        return [self.examples[scenario, place] for place in places]


def most(key: str) -> int:
    """How many examples are kept of a kind."""
    return SILENT_EXAMPLES if key == SILENT else EXAMPLES
