"""Rules about orders that a reward asks for and the environment never allows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.interpret import Context, context_of, holds
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.monitor import rewarded
from rewardlang.walk import everything, mentioned
from rewardlang_runtime import Call

_DEEP = 3
"""Layers that must have been expanded to the last state before anything is said."""


@judges(codes.WORKFLOW_ORDER)
def impossible_orders(draft: Draft) -> Iterator[Diagnostic]:
    """Each step of a `seq` can be made, but never one after the other."""
    explored = [task for task in draft.explored if task.found is not None]
    if not explored or any(t.found is None or t.found.full < _DEEP for t in explored):
        return
    played = [tuple(tried.played.calls) for tried in draft.everything()]
    for formula in _chains(draft):
        for first, then in pairwise(formula.matches):
            before = after = True
            for task in explored:
                assert task.found is not None
                draft.bench.environment.reset(seed=task.seed)
                context = context_of(draft.bench.scenario, draft.bench.environment.episode)
                seen = _Seen(first, then, context)
                one, other, ordered = seen.search(task.found)
                if ordered or any(seen.trace(calls) for calls in played):
                    before = False
                    break
                before, after = before and one, after and other
            if before and after:
                states = sum(len(t.found.nodes) for t in explored if t.found is not None)
                yield Diagnostic(
                    codes.WORKFLOW_ORDER,
                    "each of these steps can be made, and the second never after the first",
                    Label(then.span, f"never after the step before it, in {states:,} states"),
                    (Label(first.span, "this comes first"),),
                    help="turn the order round, or offer the operation that lies between the two",
                )
                break


def _chains(draft: Draft) -> Iterator[tree.Formula]:
    """The `seq` formulas of the reward."""
    lets = {one.name: one for one in draft.bench.scenario.lets}
    roots = list(rewarded(draft.bench.scenario))
    exprs = [*(lets[name].value for name in mentioned(roots, lets)), *roots]
    for expr in exprs:
        for part in everything(expr):
            if isinstance(part, tree.Formula) and part.kind == "seq" and part.within is None:
                yield part


class _Seen:
    """Whether calls match two steps, and whether the second ever comes after the first."""

    def __init__(self, first: tree.Match, then: tree.Match, context: Context) -> None:
        self.first = first
        self.then = then
        self.context = context
        self._known: dict[tuple[int, bool], bool] = {}

    def search(self, found: Found) -> tuple[bool, bool, bool]:
        """Whether the first was seen, the second, and the second after the first."""
        calls = found.space.calls
        begun = [False] * len(found.nodes)
        one = other = False
        for number, node in enumerate(found.nodes):
            if not number:
                continue
            call, parent = node[6], node[4]
            second = self._cached(call, calls[call], last=True)
            if second and begun[parent]:
                return True, True, True
            first = self._cached(call, calls[call], last=False)
            begun[number] = begun[parent] or first
            one, other = one or first, other or second
        return one, other, False

    def trace(self, calls: tuple[Call, ...]) -> bool:
        """Whether the second comes after the first in an episode."""
        begun = False
        for call in calls:
            if begun and self._matches(self.then, call):
                return True
            begun = begun or self._matches(self.first, call)
        return False

    def _cached(self, number: int, call: Call, *, last: bool) -> bool:
        if (number, last) not in self._known:
            self._known[number, last] = self._matches(self.then if last else self.first, call)
        return self._known[number, last]

    def _matches(self, match: tree.Match, call: Call) -> bool:
        return any(
            (a.operation is None or a.operation == call.op)
            and (a.condition is None or holds(a.condition, self.context.at(call)))
            for a in match.alternatives
        )
