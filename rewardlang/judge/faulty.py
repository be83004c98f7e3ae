"""What the `faults:` of a scenario do to policies: those that get over them, and those that do not.

The other sections play in a world where nothing goes wrong. Here the oracle tries again after each
fault, as `rewardlang.recovery` does, and two lesser policies are held against it on every task:

    group         what it does                                              should earn
    recovered     the oracle, trying again, and looking before a write      1
    gave up       the oracle up to a call that was refused, then its answer less than 1
    blind         the oracle, repeating whatever was not answered           less than 1, where it
                                                                            leaves another world
"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang import policies
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.budget import MORE_TIME
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.ends import Ends
from rewardlang.judge.judgement import Undecided
from rewardlang.recovery import OutOfCallsError, repeated, revealing, until_answered
from rewardlang_runtime import Environment
from rewardlang_runtime.values import FAILURES

CODES = ("E614", "E615", "E616", "E617", "H522", "H523")
_ROOM = 200
"""Calls of an episode that is played to learn how many the oracle needs."""


def meet_faults(draft: Draft) -> None:
    """The oracle and the lesser policies, on tasks that the oracle solves in a calm world."""
    scenario = draft.bench.scenario
    if not scenario.faults:
        return
    draft.struck = [0] * len(scenario.faults)
    for split, tasks in (("train", draft.oracle), ("eval", draft.held_out)):
        bench = Bench(scenario, draft.bench.compiled, split, calm=False)
        for calm in (tried.played for tried in tasks if tried.reward == 1.0):
            if draft.budget.spent:
                why = "the time was up before all faults were met"
                draft.undecided.append(Undecided(CODES, why, MORE_TIME))
                return
            _meet(draft, bench, calm)


def _meet(draft: Draft, bench: Bench, calm: Played) -> None:
    played = draft.attempt(calm.seed, "the oracle", lambda: _recovered(draft, bench, calm.seed))
    if played is None:
        return
    name = "the oracle, getting over what goes wrong"
    tried = Tried("probe", "recovered", name, played, "1", played.reward == 1.0, calm)
    draft.recovered.append(tried)
    strikes = bench.environment._strikes
    for number, struck in enumerate(strikes.struck if strikes is not None else ()):
        draft.struck[number] += struck
    if not _reveals(bench, played):
        draft.unrevealed.append(tried)
    if calm.seed in draft.seeds and played.line["split"] == "train" and played.reward == 1.0:
        draft.probes.append(tried)
        draft.probes += _gave_up(bench, played)
        draft.probes += _blind(draft, bench, played)


def _recovered(draft: Draft, bench: Bench, seed: int) -> Played:
    solution = draft.bench.solutions.get(seed)

    def persistent(environment: Environment) -> policies.Policy:
        if solution is None:
            yield from policies.oracle(environment)
            return
        sent, answer = solution
        try:
            for operation, args in sent:
                yield from until_answered(environment, operation, args)
        except OutOfCallsError:
            answer = ""
        yield "", answer

    return bench.follow(seed, persistent)


def needed(draft: Draft, seed: int, split: str) -> int | None:
    """How many calls the oracle makes of a task when it may make many; None if even that fails."""
    compiled = draft.bench.compiled._replace(calls_limit=_ROOM)
    bench = Bench(draft.bench.scenario, compiled, split, calm=False)
    played = draft.attempt(seed, "the oracle", lambda: _recovered(draft, bench, seed))
    if played is None or len(played.calls) == _ROOM or not played.calls[-1].ok:
        return None
    return len(played.calls)


def _reveals(bench: Bench, played: Played) -> bool:
    """Whether each write without an answer can be looked for."""
    for number, call in enumerate(played.calls):
        if call.fault == "lost" and call.unseen is not None and call.unseen[0] < 400:
            before = bench.again(played, played.sent[:number])
            world = before.episode.final
            if revealing(bench.environment, world, (call.op, call.args)) is None:
                return False
    return True


def _gave_up(bench: Bench, played: Played) -> Iterator[Tried]:
    """Up to each call that was refused by a fault, and then what the oracle says at the end.

    Looks after a write without an answer are left out: the write may have been all there was to do.
    """
    looking = False
    for number, call in enumerate(played.calls):
        looking = looking and not bench.writes.get(call.op, False)
        skipped, looking = looking, call.unseen is not None or (looking and call.fault is not None)
        if skipped or call.fault is None or call.fault == "stale" or call.unseen is not None:
            continue
        stopped = bench.again(played, played.sent[: number + 1], played.answer)
        shown = call.fault.replace("_", " ")
        name = f"the oracle up to call {number + 1}, `{call.op}`, {shown}, where it gives up"
        right = stopped.reward < played.reward
        yield Tried(
            "probe", "gave up", name, stopped, "less than 1", right, played,
            place=f"{call.fault} {call.op}",
        )  # fmt: skip


def _blind(draft: Draft, bench: Bench, played: Played) -> Iterator[Tried]:
    """Whatever was not answered is sent again at once."""
    lost = [call for call in played.calls if call.fault == "lost"]
    if not lost:
        return
    seed = played.seed
    again = draft.attempt(seed, "the oracle, repeating", lambda: bench.follow(seed, _repeating))
    if again is None:
        return
    ends = Ends(draft.bench)
    same = ends.world(again.episode.final) == ends.world(played.episode.final)
    expected = "1 at most" if same else "less than 1"
    name = f"the oracle, sending `{lost[0].op}` again without a look, as its answer was lost"
    right = same or again.reward < played.reward
    yield Tried("probe", "blind", name, again, expected, right, played, place=f"lost {lost[0].op}")


def _repeating(environment: Environment) -> policies.Policy:
    episode = environment.episode
    steps = environment.scenario.oracle(episode.initial, episode.params, episode.setup)
    try:
        operation, payload = next(steps)
        while operation:
            response = yield from repeated(environment, operation, payload)
            operation, payload = steps.send(response)
    except (OutOfCallsError, *FAILURES):
        # What it is answered the second time may be a refusal, from which it cannot go on.
        payload = ""
    yield "", payload
