"""Rules about a reward as training met it: groups without spread, dead parts, what is gamed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from typing import NamedTuple

import orjson

from rewardlang import model
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.frozen import frozen
from rewardlang.judge.rollouts import FIRST_PART, FULL, REWARD, Group, Rollouts, Sample, line_at
from rewardlang_runtime.traces import BadTrace, parse_traces

GROUPS = 16
"""Groups below which nothing is said of a run, and rollouts in it twice as many."""
_DEGENERATE = 0.8
_FULL, _NOTHING = 0.95, 0.05
_ALIKE = 0.99
_VARIED = 0.1
"""The standard deviation of a part below which a correlation is that of a few odd episodes."""
_IMPLIED = 0.95
_CHANGE = 0.05
"""A rise or a fall that is less than this, or than two standard errors, is none."""


@frozen
class Run:
    """A scenario, and what became of it in training.

    Attributes:
        groups: Of training, by step.
        first, last: A quarter of the groups at either end, 8 to 64.
    """

    scenario: model.Scenario
    rollouts: Rollouts
    groups: Sequence[Group]
    first: Sequence[Group] = field(init=False)
    last: Sequence[Group] = field(init=False)

    def __post_init__(self) -> None:
        ends = min(64, max(GROUPS // 2, len(self.groups) // 4))
        object.__setattr__(self, "first", self.groups[:ends])
        object.__setattr__(self, "last", self.groups[-ends:])

    def column(self, part: model.Part) -> int:
        """The column of a part among those that are added up."""
        return FIRST_PART + self.rollouts.names.index(part.id)

    @property
    def learned(self) -> bool:
        """Whether the reward rose to nearly everything."""
        low, high = (_means(groups, REWARD).mean for groups in (self.first, self.last))
        return low < _FULL <= high

    @property
    def hopeless(self) -> bool:
        return max(group.most for group in self.last) <= _NOTHING


@frozen
class Watched:
    """What a run says of its scenario's reward; `undecided` are codes that it cannot decide."""

    diagnostics: tuple[Diagnostic, ...]
    undecided: frozenset[str] = frozenset()


def watch(scenario: model.Scenario, rollouts: Rollouts) -> Watched:
    """Hold a run's rollouts against its scenario's reward."""
    run = Run(scenario, rollouts, rollouts.groups())
    left, why = _left_open(run)
    found = [_undecided(run, left, why)] if left else []
    for code, rule in RULES.items():
        if code not in left:
            found += rule(run)
    return Watched(tuple(found), frozenset(left))


def _left_open(run: Run) -> tuple[tuple[str, ...], str]:
    """The codes that cannot be decided, and why."""
    rollouts = run.rollouts
    if {part.id for part in run.scenario.parts} != set(rollouts.names):
        others = ", ".join(f"`{name}`" for name in rollouts.names)
        return tuple(RULES), f"the rollouts have other parts, {others}"
    if rollouts.parts.count < 2 * GROUPS:
        return tuple(RULES), f"there are fewer than {2 * GROUPS} rollouts"
    if len(run.groups) < GROUPS:
        left = tuple(code for code in RULES if code != codes.DEAD_PART.id)
        return left, f"there are {len(run.groups)} groups, of {GROUPS} needed"
    return (), ""


def degenerate(run: Run) -> Iterator[Diagnostic]:
    """Groups in which all rollouts earn the same move nothing.

    Those that earn everything, in a run that rose to it, are what it has learned, and do not count.
    """
    left = [g for g in run.groups if not (run.learned and g.mean(FULL) == 1)]
    still = [group for group in left if group.unanimous]
    if not still or len(still) <= _DEGENERATE * len(left):
        return
    nothing = sum(group.most <= _NOTHING for group in still)
    yield Diagnostic(
        codes.DEGENERATE,
        f"{len(still)} of {len(left)} groups have no spread: all rollouts earn the same, "
        "and every advantage is 0",
        _at(run, f"in {nothing} of these groups nobody earned more than {_NOTHING:g}"),
        help="pay for steps on the way, and draw tasks that the policy solves now and then",
        evidence=_shown(f"one of a group that all earned {still[-1].most:g}", still[-1]),
    )


def saturated(run: Run) -> Iterator[Diagnostic]:
    """Nothing left to earn though nothing was learned, or nothing earned at all."""
    low, high = (_means(groups, REWARD).mean for groups in (run.first, run.last))
    if min(low, high) >= _FULL:
        yield Diagnostic(
            codes.SATURATED,
            f"the reward is saturated: training began at {low:.2f} and ended at {high:.2f}, "
            "so there was nothing to learn",
            _at(run, f"in the first {len(run.first)} groups, and in the last"),
            help="ask for more, or draw harder tasks",
            evidence=_shown("one of the last group", run.last[-1]),
        )
    elif run.hopeless:
        most = max(group.most for group in run.last)
        yield Diagnostic(
            codes.SATURATED,
            f"the reward is hopeless: no rollout of the last {len(run.last)} groups earned "
            f"more than {most:.2g}",
            _at(run, f"{high:.2g} on average, {low:.2g} at the beginning"),
            help="pay for the first steps, or begin with a policy that makes them now and then",
            evidence=_shown("the best of the last group", run.last[-1]),
        )


def dead_parts(run: Run) -> Iterator[Diagnostic]:
    """A part that never varies, or always as another does, tells a policy nothing."""
    parts = run.rollouts.parts
    seen: list[model.Part] = []
    hopeless = len(run.groups) >= GROUPS and run.hopeless
    for part in run.scenario.parts:
        number = run.column(part) - FIRST_PART
        if parts.constant(number):
            value = parts.least[number]
            if not (hopeless and value == 0):
                yield _constant(run, part, value)
            continue
        if parts.deviation(number) < _VARIED:
            continue
        for other in seen:
            alike = parts.correlation(number, run.column(other) - FIRST_PART)
            if alike > _ALIKE:
                yield Diagnostic(
                    codes.DEAD_PART,
                    f"`{part.id}` and `{other.id}` go together in {parts.count:,} rollouts, "
                    f"with a correlation of {alike:.3f}",
                    Label(part.span, f"says what `{other.id}` says"),
                    (Label(other.span, "already said here"),),
                    "leave one of them out and give its weight to a step that is not paid yet",
                )
                break
        seen.append(part)


def _constant(run: Run, part: model.Part, value: float) -> Diagnostic:
    return Diagnostic(
        codes.DEAD_PART,
        f"`{part.id}` is {value:g} in each of {run.rollouts.parts.count:,} rollouts",
        Label(part.span, "no policy can tell what it is for"),
        help="pay for a step on the way to it"
        if value == 0
        else "make it a gate if it must not be lost, or leave it out",
    )


class _Check(NamedTuple):
    """Something stricter than the training reward, before and after."""

    what: str
    known: str
    column: int
    before: Sample
    after: Sample


def gamed(run: Run) -> Iterator[Diagnostic]:
    """The training reward rises, and a stricter check falls."""
    first, last = (_means(groups, REWARD) for groups in (run.first, run.last))
    if any(group.step is None for group in run.groups) or _change(first, last) <= 0:
        return
    strict = strictest(run)
    for check in _checks(run, strict):
        if _change(check.before, check.after) >= 0:
            continue
        part = strict if check.column >= FIRST_PART else None
        yield Diagnostic(
            codes.RISING_REWARD_FALLING_CHECK,
            f"the training reward rises from {first.mean:.2f} to {last.mean:.2f}, while "
            f"{check.what} falls from {check.before.mean:.2f} to {check.after.mean:.2f}",
            _at(run, check.known) if part is None else Label(part.span, check.known),
            help="read what the last steps are paid for; write such an episode down as a test "
            "with the reward that it should have",
            evidence=_paid_without(run, check.column),
        )
        return


def strictest(run: Run) -> model.Part | None:
    """The check that asks for everything: where it holds the other parts are all but full.

    Of several the one that holds most seldom; None when no check is like that.
    """
    sums = run.rollouts.parts
    found: list[tuple[float, int, model.Part]] = []
    numbers = {part.id: run.column(part) - FIRST_PART for part in run.scenario.parts}
    for order, part in enumerate(run.scenario.parts):
        number = numbers[part.id]
        total = sums.totals[number]
        if part.check is None or total == 0 or len(numbers) < 2:
            continue
        if all(sums.product(number, n) >= _IMPLIED * total for n in numbers.values()):
            found.append((total, order, part))
    return min(found)[2] if found else None


def _checks(run: Run, strict: model.Part | None) -> Iterator[_Check]:
    """From the farthest from training to the nearest."""
    columns = [(REWARD, "reward"), (FULL, "share of full rewards")]
    if strict is not None:
        columns.append((run.column(strict), f"`{strict.id}`"))
    held_out = run.rollouts.held_out
    for decoding in ("sampled", "greedy"):
        before, after = (held_out.get((phase, decoding)) for phase in ("baseline", "trained"))
        if before is None or after is None:
            continue
        for column, what in columns:
            where = "on held-out tasks" if what[0] == "`" else "of held-out tasks"
            known = f"on {after[column].count} held-out tasks, {decoding}"
            name = f"{what} {where}" if what[0] == "`" else f"the {what} {where}"
            yield _Check(name, known, column, before[column], after[column])
    for column, what in reversed(columns[1:]):
        known = f"in the last {len(run.last)} groups, against the first"
        name = what if what[0] == "`" else f"the {what}"
        yield _Check(name, known, column, _means(run.first, column), _means(run.last, column))


def _change(before: Sample, after: Sample) -> float:
    """How much a mean has changed; 0 when that may be chance."""
    change = after.mean - before.mean
    error = math.sqrt(before.variance + after.variance)
    return change if abs(change) > max(_CHANGE, 2 * error) else 0.0


def _means(groups: Sequence[Group], column: int) -> Sample:
    """The means of groups as a sample: rollouts of one group are not independent."""
    sample = Sample()
    for group in groups:
        sample.add(group.mean(column))
    return sample


def _paid_without(run: Run, column: int) -> tuple[Evidence, ...]:
    """Of the last groups the rollout that earned most although the check fails in it."""
    wanted = FULL if column == REWARD else column
    for group in sorted(run.last, key=lambda g: (-g.most, g.best)):
        line = line_at(group.best)
        value = line["reward"] if wanted < FIRST_PART else None
        if value is None:
            value = line["parts"][run.rollouts.names[wanted - FIRST_PART]]
        if value < 1:
            return _shown(f"paid {group.most:g} at the end of training", group)
    return ()


def _shown(name: str, group: Group) -> tuple[Evidence, ...]:
    """The best rollout of a group; nothing when its line is no trace that can be played again."""
    line = line_at(group.best)
    try:
        list(parse_traces([orjson.dumps(line)]))
    except BadTrace:
        return ()
    return (Evidence(name, line),) if line.get("calls") is not None else ()


def _at(run: Run, known: str) -> Label:
    return Label(run.scenario.parts[0].span, known)


def _undecided(run: Run, left: Sequence[str], why: str) -> Diagnostic:
    return Diagnostic(
        codes.INCOMPLETE,
        f"not decided: {', '.join(left)}, as {why}",
        _at(run, "judged without the rollouts"),
        help="give the rollouts of a longer run of this file as it is now",
    )


Rule = Callable[[Run], Iterator[Diagnostic]]
RULES: dict[str, Rule] = {
    codes.DEGENERATE.id: degenerate,
    codes.SATURATED.id: saturated,
    codes.DEAD_PART.id: dead_parts,
    codes.RISING_REWARD_FALLING_CHECK.id: gamed,
}
