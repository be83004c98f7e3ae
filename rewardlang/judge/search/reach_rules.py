"""Rules about what can be reached: the maximum, shorter ways to it, operations, sound worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rewardlang import model
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.judge.bench import Played
from rewardlang.judge.draft import Draft, Tried, judges
from rewardlang.judge.search.section import shorter


@judges(codes.GOAL_UNREACHABLE)
def goal_unreachable(draft: Draft) -> Iterator[Diagnostic]:
    """The maximum must be reachable within the limit of calls."""
    scenario = draft.bench.scenario
    limit, steps = scenario.limits.calls, scenario.oracle
    highest = {task.seed: max(task.found.first) for task in draft.explored if task.found}
    if any(t.reward == 1.0 for t in draft.everything()) or 1.0 in highest.values():
        return
    if len(steps) > limit:
        reached = max(highest.values(), default=0.0)
        yield Diagnostic(
            codes.GOAL_UNREACHABLE,
            f"the maximum is out of reach: the oracle makes {len(steps)} calls, "
            f"and the limit is {limit}",
            Label(steps[limit].span, "the first call beyond the limit"),
            help=f"allow more `calls` in `limits`; {reached:g} is the most that was reached",
        )
        return
    explored = [task.found for task in draft.explored if task.found is not None]
    # A call that was left out may be the one that is missing; M904 says so.
    tried = not any(task.left_out for task in draft.explored)
    if explored and tried and all(f.complete and f.depth >= limit for f in explored):
        states = sum(len(found.nodes) for found in explored)
        yield Diagnostic(
            codes.GOAL_UNREACHABLE,
            f"no trace within the limit of {limit} calls earns 1; "
            f"the most is {max(highest.values()):g}",
            Label(
                scenario.parts[0].span,
                f"{states:,} states were reached, all there are with the arguments tried",
            ),
            help="look for parts that exclude each other, and for gates that the task breaks",
        )


@judges(codes.SHORTCUT)
def shortcut(draft: Draft) -> Iterator[Diagnostic]:
    """Full reward by fewer calls than the oracle makes, unless a test of the file says it may."""
    found = [(task, played) for task in draft.explored if (played := shorter(draft, task))]
    if not found:
        return
    task, played = min(found, key=lambda pair: len(pair[1].calls))
    assert task.oracle is not None
    meant = [
        len(tried.played.calls)
        for tried, test in _own_tests(draft)
        if test.reward.low >= 1.0 and tried.reward == 1.0
    ]
    if meant and min(meant) <= len(played.calls):
        return
    names = ", ".join(f"`{call.op}`" for call in played.calls)
    short, long = len(played.calls), len(task.oracle.calls)
    what = "1 call earns" if short == 1 else f"{short} calls earn"
    draws = "" if len(found) == len(draft.explored) else ", on one of the tasks that were searched"
    yield Diagnostic(
        codes.SHORTCUT,
        f"{what} all that the oracle's {long} do: {names}{draws}",
        _left_out(draft, task.oracle, played),
        help="ask for the step in a part or a gate, or show in `tests:`, with `reward: 1`, "
        "that the short way is meant",
        evidence=tuple(Evidence("a shorter way to the full reward", p.line) for _, p in found),
    )


def _left_out(draft: Draft, oracle: Played, short: Played) -> Label:
    """The step of the oracle that a shorter way leaves out; or else one that it replaces."""
    steps = draft.bench.scenario.oracle
    long, made = (Counter(call.op for call in played.calls) for played in (oracle, short))
    gone, new = long - made, made - long
    left = [number for number, step in enumerate(steps) if gone[step.operation]]
    needless = [number for number in left if not new or _needless(draft, oracle, number)]
    if not left:
        return Label(steps[0].span, "the oracle takes more calls")
    if needless:
        return Label(steps[needless[0]].span, "not needed for the full reward")
    does = "do" if len(new) > 1 else "does"
    return Label(steps[left[0]].span, f"{_listed(new)} {does} as well as {_listed(gone)}")


def _needless(draft: Draft, oracle: Played, number: int) -> bool:
    """Whether the oracle earns 1 without one of its calls, all others as they were."""
    seed, rest = oracle.seed, (*oracle.sent[:number], *oracle.sent[number + 1 :])
    played = draft.attempt(
        seed, "the oracle without a step", lambda: draft.bench.play(seed, rest, oracle.answer)
    )
    return played is not None and played.reward == 1.0


def _listed(names: Iterable[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def _own_tests(draft: Draft) -> Iterator[tuple[Tried, model.Test]]:
    by_name = {test.name: test for test in draft.bench.scenario.tests}
    for tried in draft.tests:
        yield tried, by_name[tried.name]
