"""Mutation of the reward: which of its lines does an episode hold in place?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.judge.alterations import Altered, alterations
from rewardlang.judge.budget import MORE_TIME, Budget
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.equivalence import why_equivalent
from rewardlang.judge.every_task import same_on_every_task
from rewardlang.judge.judgement import RewardMutant, Undecided
from rewardlang.judge.retold import Item, Retold, Seen
from rewardlang.judge.varied import varied
from rewardlang.source import Span
from rewardlang_runtime.values import ScenarioFault


class _TimeUp(Exception):
    """The budget is spent."""


def mutate_reward(draft: Draft) -> None:
    """Change the reward in every small way, and look for an episode that notices."""
    if not draft.solved():
        return
    retold = Retold(draft.bench.scenario)
    every = list(alterations(retold))
    hunt = _Hunt(retold, draft.budget, [retold.seen(tried) for tried in draft.everything()])
    found: dict[int, RewardMutant] = {}
    try:
        _look(draft, retold, hunt, every, found)
    except _TimeUp:
        why = f"{len(every) - len(found)} of {len(every)} changes of the reward were not decided"
        draft.undecided.append(Undecided(("H521",), why, MORE_TIME))
    draft.reward_mutants += [found[number] for number in sorted(found)]


def _look(
    draft: Draft,
    retold: Retold,
    hunt: _Hunt,
    every: list[Altered],
    found: dict[int, RewardMutant],
) -> None:
    """Decide the changes, by number: proofs that are cheap, episodes, more of them, dear proofs."""
    alive: list[int] = []
    for number, altered in enumerate(every):
        equivalent = why_equivalent(retold, altered)
        killer = None if equivalent else hunt.killer(altered)
        if equivalent is None and killer is None:
            alive.append(number)
        else:
            found[number] = _mutant(altered, killer, equivalent)
    for tried in varied(draft) if alive else ():
        seen = retold.seen(tried)
        for number in [number for number in alive if hunt.differs(every[number], seen)]:
            alive.remove(number)
            found[number] = _mutant(every[number], tried.name, None)
        if not alive:
            break
    for number in alive:
        altered = every[number]
        # For mypy: it infers no lambda with defaults.
        proof = draft.attempt(0, "the tasks", lambda a=altered: same_on_every_task(draft.bench, a))  # type: ignore[misc]
        found[number] = _mutant(altered, None, proof)


@dataclass(slots=True)
class _Hunt:
    """Looks for the episode that tells a changed reward from the original."""

    retold: Retold
    budget: Budget
    seen: list[Seen]
    _orders: dict[Item, list[Seen]] = field(default_factory=dict)
    """Episodes by item, those that told changes apart before the others."""

    def killer(self, altered: Altered) -> str | None:
        """The name of an episode with another reward under the change."""
        order = self._orders.setdefault(altered.item, list(self.seen))
        for number, seen in enumerate(order):
            if self.differs(altered, seen):
                order.insert(0, order.pop(number))
                return seen.tried.name
        return None

    def differs(self, altered: Altered, seen: Seen) -> bool:
        """Whether an episode earns something else under the change, in all or in a part.

        Behind a gate that caps the reward a part may change and the reward not: the part's own
        score, which tests bound and training logs, has noticed.
        """
        if self.budget.spent:
            raise _TimeUp
        try:
            return _told_apart(self.retold, altered, seen)
        except ScenarioFault:
            return True  # the change broke a promise of the scenario on this episode


def _told_apart(retold: Retold, altered: Altered, seen: Seen) -> bool:
    if altered.whole or all(seen.tried.played.detail.gates):
        return reward_under(retold, altered, seen) != seen.tried.reward
    changed = _changed(retold, altered, seen)
    now = retold.reward(altered.scenario, seen, changed)
    return now != seen.tried.reward or any(kind == "part" for kind, _ in changed)


def reward_under(retold: Retold, altered: Altered, seen: Seen) -> float:
    """What an episode earns under a change of the reward.

    Raises:
        ScenarioFault: What the scenario says to be present is missing under the change.
    """
    if altered.whole:
        return retold.reward(altered.scenario, seen, altered.values)
    changed = _changed(retold, altered, seen)
    return retold.reward(altered.scenario, seen, changed) if changed else seen.tried.reward


def _changed(retold: Retold, altered: Altered, seen: Seen) -> dict[Item, float]:
    """The gates, parts and penalties that come to something else, with what they come to."""
    concerned: Iterable[Item] = (altered.item,)
    if altered.let is not None:
        name, value = altered.let
        seen = retold.with_let(name, value, seen)
        concerned = (item for item, reads in retold.reads.items() if name in reads)
    values = {item: retold.value(item, altered.scenario, seen) for item in concerned}
    return {item: value for item, value in values.items() if value != _was(item, seen)}


def _was(item: Item, seen: Seen) -> float:
    """What a gate, part or penalty came to as it stands."""
    kind, number = item
    detail = seen.tried.played.detail
    if kind == "gate":
        return float(detail.gates[number])
    return detail.parts[number] if kind == "part" else detail.penalties[number]


def _mutant(altered: Altered, killer: str | None, equivalent: str | None) -> RewardMutant:
    span = altered.span
    line, column = span.begin
    return RewardMutant(
        altered.what, span.source.path, line, column, killer, equivalent, span.start, span.end,
        altered.pin,
    )  # fmt: skip


@judges(codes.SURVIVING_MUTANT)
def surviving_reward_mutants(draft: Draft) -> Iterator[Diagnostic]:
    """Each place that can be changed without any episode telling the difference."""
    source = draft.bench.scenario.source
    by_place: dict[tuple[int, int], list[RewardMutant]] = {}
    for mutant in draft.reward_mutants:
        if mutant.killed_by is None and mutant.equivalent is None:
            by_place.setdefault((mutant.start, mutant.end), []).append(mutant)
    for (start, end), mutants in by_place.items():
        more = f", nor {len(mutants) - 1} other changes here" if len(mutants) > 1 else ""
        yield Diagnostic(
            codes.SURVIVING_MUTANT,
            f"no episode notices {mutants[0].what}{more}",
            Label(Span(source, start, end), "nothing pins this"),
            help=f"add a test to `tests:`: {mutants[0].pin}",
        )
