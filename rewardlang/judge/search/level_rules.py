"""Rules about which rewards there are: how many levels, how soon the first, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.saturation import any_arguments
from rewardlang.judge.search.task import Task

_EPISODES = 5
"""Fewer episodes than this say nothing of which levels there are."""
_FULL = 0.95
_NOISE = 1e-12
"""Sums of the same parts in floating point differ by less."""


@judges(codes.SATURATED)
def saturated(draft: Draft) -> Iterator[Diagnostic]:
    """Any arguments will do: who knows the names of the tools gets everything."""
    shown: list[Evidence] = []
    ways = tools = 0
    for task in draft.explored:
        found = any_arguments(draft, task)
        if found is None:
            return
        ways, tools = ways + found.ways, len(found.example.sent)
        names = ", ".join(f"`{name}`" for name, _ in found.example.sent)
        shown.append(
            Evidence(f"{names} with other arguments than the oracle's", found.example.line)
        )
    if not shown:
        return
    first = draft.bench.scenario.parts[0]
    what = "the call" if tools == 1 else f"the {tools} calls"
    yield Diagnostic(
        codes.SATURATED,
        f"the reward is saturated: {what} with any arguments earn at least {_FULL:g}, "
        "so every policy that knows the tools' names gets everything",
        Label(first.span, f"all {ways} ways that were tried, none of them the oracle's"),
        help="bind the parts to the row and to the values that the task names",
        evidence=tuple(shown),
    )


@judges(codes.TWO_LEVEL, codes.UNREACHABLE_MIDDLE)
def two_levels(draft: Draft) -> Iterator[Diagnostic]:
    """A reward of two values teaches nothing until it is all earned."""
    levels = {t.reward for t in draft.everything()}
    count = sum(1 for _ in draft.everything())
    for task in _explored(draft):
        assert task.found is not None
        levels.update(task.found.first)
        count += len(task.found.nodes)
    if count < _EPISODES or len(levels) > 2 or max(levels, default=0.0) < _FULL:
        return
    parts = draft.bench.scenario.parts
    worth = " and ".join(f"{level:g}" for level in sorted(levels))
    if len(parts) > 1:
        yield Diagnostic(
            codes.UNREACHABLE_MIDDLE,
            f"there are {len(parts)} parts, and yet every episode earns {worth}",
            Label(parts[0].span, f"of {count:,} states and episodes none lies between"),
            help="let a part be earned by a step on the way, or give a gate `otherwise:`",
        )
    else:
        yield Diagnostic(
            codes.TWO_LEVEL,
            f"every episode earns {worth}, and nothing between"
            if len(levels) > 1
            else f"every episode earns {worth}",
            Label(parts[0].span, f"of {count:,} states and episodes none lies between"),
            help="add parts for the steps on the way, or make the check a `score`",
        )


@judges(codes.SPARSE_FIRST_STEP)
def sparse_first_step(draft: Draft) -> Iterator[Diagnostic]:
    """A policy that explores must see a difference after one call."""
    explored = list(_explored(draft))
    if not explored or any(t.found is None or t.found.moved or not t.found.full for t in explored):
        return
    start = {t.played.seed: t.reward for t in draft.everything() if not t.played.calls}
    for tried in draft.everything():
        if len(tried.played.calls) == 1 and tried.reward != start.get(tried.played.seed, 0.0):
            return
    shortest = min(len(t.found.path(t.found.best)) for t in explored if t.found is not None)
    if shortest < 2:
        return
    parts = draft.bench.scenario.parts
    tried_calls = sum(
        t.found.layers[1] - 1 if len(t.found.layers) > 1 else 0 for t in explored if t.found
    )
    yield Diagnostic(
        codes.SPARSE_FIRST_STEP,
        "no single call from the start changes the reward",
        Label(
            parts[0].span,
            f"the first that does comes after it; {tried_calls} first calls were tried",
        ),
        help="add a part for the look-up that the task begins with",
    )


@judges(codes.NEAR_TIE)
def near_ties(draft: Draft) -> Iterator[Diagnostic]:
    """Rewards that rounding makes equal, or nearly: what should count does not."""
    for task in _explored(draft):
        assert task.found is not None
        raws = sorted(task.found.monitor.raws)
        for low, high in pairwise(raws):
            if _NOISE < high - low < 1e-6:
                parts = draft.bench.scenario.parts
                yield Diagnostic(
                    codes.NEAR_TIE,
                    f"two traces earn {low:.9f} and {high:.9f}, which rounding to six digits hides",
                    Label(parts[0].span, "in the sum of these parts"),
                    help="give what should count a weight that shows, or leave it out",
                )
                return


def _explored(draft: Draft) -> Iterator[Task]:
    return (task for task in draft.explored if task.found is not None)
