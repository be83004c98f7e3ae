"""What a report shows, as plain data: the page, the text and the JSON all read it.

Rewards are in [0, 1]; places are `path:line`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from rewardlang.frozen import frozen
from rewardlang.judge.judgement import Outcome, RewardMutant, Searched, Undecided


@frozen
class FileRead:
    """A file that the reward depends on; `digest` is the SHA-256 of its bytes."""

    path: str
    digest: str


@frozen
class Drawn:
    """One task as the policy sees it; `fault` is why there is none."""

    seed: int
    prompt: str
    params: Mapping[str, Any]
    fault: str = ""


@frozen
class Tool:
    name: str
    doc: str
    writes: bool


@frozen
class Task:
    """What the policy is asked, in which world, with what.

    Attributes:
        calls, observation, answer: Limits: calls of an episode, characters of the others.
        held_out: The condition under which a task is kept from training; "" without one.
        faults: What goes wrong, each as the file says it.
        names: Tools that are offered under other names, with those names.
    """

    system: str
    world: str
    actor: str
    apis: tuple[str, ...]
    tools: tuple[Tool, ...]
    calls: int
    observation: int
    answer: int
    held_out: str
    draws: tuple[Drawn, ...]
    faults: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()


@frozen
class Item:
    """A gate, a part, a penalty, or a name that these use.

    Attributes:
        weight, share: Of a part: its weight, and that in all weights.
        effect: What it does to the reward, in words.
        texts: Its expressions by their keys, as they stand in the file.
    """

    kind: Literal["gate", "part", "penalty", "let"]
    id: str
    place: str
    effect: str
    texts: Mapping[str, str]
    weight: float | None = None
    share: float | None = None


@frozen
class Rung:
    """A step of the oracle.

    Attributes:
        step: The number of calls so far.
        call: The call of this step as a trace has it; None at the start and for the answer.
        answer: What was answered in this step.
        moved: What changed in the reward: "part `reached` 0 to 1".
    """

    step: int
    reward: float
    rise: float
    call: Mapping[str, Any] | None
    answer: str
    moved: tuple[str, ...]
    as_expected: bool


@frozen
class Range:
    """The lowest and the highest reward of some episodes, and how many they are."""

    low: float
    high: float
    count: int


@frozen
class Group:
    """Probes or mutants of one kind.

    Attributes:
        what: What they do, in words.
        expected: What they should earn; more than one where it depends on the task.
        by_seed: What they earned on each task of `Facts.seeds`; None where there was none.
        missed: How many earned something else.
    """

    group: str
    what: str
    expected: tuple[str, ...]
    by_seed: tuple[Range | None, ...]
    rewards: Range
    missed: int
    outcomes: tuple[Outcome, ...]


@frozen
class Family:
    """Probes with one intent."""

    title: str
    note: str
    groups: tuple[Group, ...]


@frozen
class RewardScore:
    """Mutation of the reward: the score, and what it is made of."""

    score: float | None
    told_apart: int
    survivors: tuple[RewardMutant, ...]
    equivalents: tuple[RewardMutant, ...]


@frozen
class Signal:
    """What GRPO can learn from.

    Attributes:
        start: The reward of doing nothing.
        first: The single call without an answer that earned most, with its reward; None when no
            call that was tried earned more than nothing.
        flat: By group size, then by success rate: the share of groups without variance.
    """

    start: float
    first: tuple[str, float] | None
    rates: tuple[float, ...]
    flat: Mapping[int, tuple[float, ...]]


@frozen
class Found:
    """A finding. `excerpt` is how the command line shows it."""

    code: str
    name: str
    level: str
    message: str
    place: str
    help: str
    excerpt: str
    evidence: tuple[tuple[str, Mapping[str, Any]], ...]


@frozen
class Silenced:
    """A finding that a comment or a baseline passes over; `by` says which."""

    code: str
    place: str
    by: str


@frozen
class Facts:
    """All of it.

    Attributes:
        verdict: In one sentence.
        proven, tried: What that rests on, a sentence each.
        seeds: The tasks on which probes and mutants were tried.
        levels: Distinct rewards of all episodes, ascending.
    """

    name: str
    title: str
    path: str
    files: tuple[FileRead, ...]
    version: str
    verdict: str
    proven: tuple[str, ...]
    tried: tuple[str, ...]
    seeds: tuple[int, ...]
    task: Task
    items: tuple[Item, ...]
    lets: tuple[Item, ...]
    oracle: tuple[Outcome, ...]
    ladder: tuple[Rung, ...]
    probes: tuple[Family, ...]
    tests: tuple[Outcome, ...]
    trace_mutants: tuple[Group, ...]
    worst: tuple[Outcome, ...]
    reward_mutants: RewardScore
    searched: tuple[Searched, ...]
    levels: tuple[float, ...]
    signal: Signal
    undecided: tuple[Undecided, ...]
    findings: tuple[Found, ...]
    silenced: tuple[Silenced, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found but notes, and nothing silenced."""
        return not self.silenced and all(each.level == "note" for each in self.findings)

    @property
    def left_open(self) -> tuple[tuple[str, str, str], ...]:
        """What was not decided: rules or a place, why, and what to do about it."""
        rows = [(", ".join(each.codes), each.why, each.remedy) for each in self.undecided]
        known = [each.why for each in self.undecided]
        for found in self.findings:
            # The judge says in a note what is listed already; the static rules in a note alone.
            if found.code == "M904" and not any(why in found.message for why in known):
                rows.append((found.place, found.message, found.help))
        cut = [each for each in self.searched if not each.complete]
        if cut:
            seeds = " and ".join(str(each.seed) for each in cut)
            why = f"the search of seed {seeds} was cut short: there may be shorter paths, or other "
            rows.append(("search", f"{why}levels", "raise the budget of `expansions`"))
        left = sum(each.left_out for each in self.searched)
        if left:
            why = f"{left:,} calls and values of arguments, less likely ones, were not tried"
            rows.append(("search", why, "raise the budget of `variants`"))
        return tuple(rows)
