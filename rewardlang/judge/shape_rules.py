"""What all probes together say of a reward: its floor, its gates, whether it can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.judge.draft import Draft, Tried, judges

_FEWEST = 3
"""Traces with something to lose, below which nothing is said of gates."""


@judges(codes.FREE_CREDIT)
def free_credit(draft: Draft) -> Iterator[Diagnostic]:
    """Parts that hold before anything is done, behind a gate or a penalty that hides them, and
    scores that begin above 0, as a similarity to what is there already does.

    A check that holds at the start, and nothing hides it, is H501's.
    """
    scenario = draft.bench.scenario
    still = [t for t in draft.probes if t.group == "idle" and not t.played.answer]
    total = sum(part.weight for part in scenario.parts)
    for number, part in enumerate(scenario.parts):
        free = [t for t in still if _is_free(t, t.played.detail.parts[number])]
        if not free or len(free) < min(2, len(draft.seeds)):
            continue
        score = min(t.played.detail.parts[number] for t in free)
        expr = part.check or part.score
        assert expr is not None
        yield Diagnostic(
            codes.FREE_CREDIT,
            f"`{part.id}` is worth {part.weight * score / total:.2g} before anything is done",
            Label(expr.span, f"{score:.2g} at the start"),
            help="pay for the change, `gain(before, after)`, or make it a gate",
            evidence=(free[0].evidence(),),
        )


def _is_free(still: Tried, score: float) -> bool:
    return 0 < score < 1 or (score == 1 and still.reward == 0)


@judges(codes.GATE_HEAVY)
def gate_heavy(draft: Draft) -> Iterator[Diagnostic]:
    """A gate that takes everything from most attempts with something to show hides the way up.

    The attempts are some of the oracle's calls, without others.
    """
    honest = [t for t in draft.probes if t.group == "some" and any(t.played.detail.parts)]
    if len(honest) < _FEWEST:
        return
    zeroed: Counter[int] = Counter()
    for tried in honest:
        for number, gate in enumerate(draft.bench.scenario.gates):
            if gate.otherwise <= 0 and not tried.played.detail.gates[number]:
                zeroed[number] += 1
    for number, count in sorted(zeroed.items()):
        if 2 * count <= len(honest):
            continue
        gate = draft.bench.scenario.gates[number]
        shown = next(t for t in honest if not t.played.detail.gates[number])
        yield Diagnostic(
            codes.GATE_HEAVY,
            f"the gate `{gate.id}` takes everything from {count} of {len(honest)} partial episodes",
            Label(gate.require.span, "false in most of them"),
            help="give it an `otherwise`, so that a better attempt earns more than a worse one",
            evidence=(shown.evidence(),),
        )


@judges(codes.NOTHING_ENGAGED)
def nothing_engaged(draft: Draft) -> Iterator[Diagnostic]:
    """When no blind probe got past request validation, "no hole found" means little."""
    blind = [t for t in draft.probes if t.group in ("minimal", "random", "delete")]
    calls = [call for tried in blind for call in tried.played.calls]
    if not calls or any(call.kind in ("ok", "api_error") for call in calls):
        return
    yield Diagnostic(
        codes.NOTHING_ENGAGED,
        f"none of {len(calls)} calls of the probes got past the validation of its arguments",
        Label(draft.bench.top, "judged by the oracle's own calls alone"),
        help="this says nothing of the reward; write `tests:` with the attempts that you fear",
    )


@judges(codes.INCOMPLETE)
def incomplete(draft: Draft) -> Iterator[Diagnostic]:
    """What was not decided, and why."""
    for undecided in draft.undecided:
        if undecided.told:
            continue
        yield Diagnostic(
            codes.INCOMPLETE,
            f"not decided: {', '.join(undecided.codes)}, as {undecided.why}",
            Label(draft.bench.top, "judged in part"),
            help=undecided.remedy,
        )


@judges(codes.NONDETERMINISTIC)
def nondeterministic(draft: Draft) -> Iterator[Diagnostic]:
    """The same calls earn the same, each time that they are played and whoever computes it."""
    for first, again in draft.repeated:
        if first.played.detail == again:
            continue
        yield Diagnostic(
            codes.NONDETERMINISTIC,
            f"one episode earns {first.reward:.6g} and, computed again, {again.reward:.6g}",
            _differing(draft, first, again.parts),
            help="please report this: nothing that a scenario can say should make it so",
            evidence=(first.evidence(),),
        )
        return


def _differing(draft: Draft, first: Tried, parts: tuple[float, ...]) -> Label:
    scenario = draft.bench.scenario
    for part, one, other in zip(scenario.parts, first.played.detail.parts, parts, strict=True):
        expr = part.check or part.score
        if one != other and expr is not None:
            return Label(expr.span, f"{one:.6g} and {other:.6g}")
    return Label(draft.bench.top, "in this scenario")
