"""The search as sections of a judgement: an oracle where the file has none, and what is reached."""

from __future__ import annotations

from functools import partial

from rewardlang.judge.bench import Played
from rewardlang.judge.budget import MORE_TIME
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.judgement import Searched, Undecided
from rewardlang.judge.search.explore import TIME, Found, Limits
from rewardlang.judge.search.task import Task, search

DRAWS = 2
"""Tasks that are searched: what is found on one is confirmed on the other."""
DEPTH = 5
RUN = 10
"""Expansions that one run of an operation counts for: reading a large table costs much more."""
_CODES = (
    "E602", "E603", "E604", "E607", "E608", "E611", "G801", "G802", "G804", "G807", "H518", "N411",
    "P707", "S309",
)  # fmt: skip
_NAMED = 3
"""Operations that a note names."""
_SHARE = 4
"""Each task gets one part in so many of the budget's expansions."""


def find_solutions(draft: Draft) -> None:
    """For a scenario without `oracle:`, what the search finds to solve the tasks."""
    bench = draft.bench
    for seed in draft.seeds:
        if bench.has_oracle(seed):
            return
        task = draft.attempt(seed, "the search for an oracle", partial(explore, draft, seed))
        if task is None or task.found is None:
            continue
        draft.explored.append(task)
        found = task.found
        if found.nodes[found.best][7] == 1.0:
            bench.solutions[seed] = (found.trace(found.best), found.answer(found.best))


def explore_tasks(draft: Draft) -> None:
    """Search the first tasks, and note what was reached."""
    searched = {task.seed for task in draft.explored}
    for seed in draft.seeds[:DRAWS]:
        if seed not in searched:
            task = draft.attempt(seed, "the search", partial(explore, draft, seed))
            if task is not None:
                draft.explored.append(task)
    for task in draft.explored:
        if task.found is not None:
            _note(draft, task, task.found)
    _note_open(draft)


def explore(draft: Draft, seed: int) -> Task:
    """Search one task, as deep as the oracle goes and a call deeper."""
    bench, budget = draft.bench, draft.budget
    oracle = bench.oracle(seed) if bench.has_oracle(seed) else None
    limit = bench.compiled.calls_limit
    depth = min(DEPTH, limit, limit if oracle is None else len(oracle.calls) + 1)
    share = budget.expansions // _SHARE
    enough = 1.0 if oracle is None else None
    limits = Limits(depth, share, share // RUN, enough)
    return search(bench, seed, limits, budget, budget.variants, oracle)


def _note(draft: Draft, task: Task, found: Found) -> None:
    """What was reached on a task, as data; what is said of a trace was played again before."""
    best = replayed(draft, task, found.best)
    shortcut = shorter(draft, task)
    draft.searched.append(
        Searched(
            task.seed,
            None if best is None else _tried("the best that the search reached", best).outcome(),
            found.depth,
            len(found.nodes),
            found.expansions,
            found.complete,
            tuple(sorted(found.first)),
            None if shortcut is None else _tried("a shortcut", shortcut).outcome(),
            sum(task.left_out.values()),
        )
    )


def _note_open(draft: Draft) -> None:
    """What searches that were cut short, or did not try every call, leave open."""
    late: dict[str, list[Task]] = {}
    cut: dict[str, list[Task]] = {}
    capped: dict[str, list[Task]] = {}
    scenario = draft.bench.scenario
    decided = any(t.reward == 1.0 for t in draft.everything())
    decided = decided or len(scenario.oracle) > scenario.limits.calls
    for task in draft.explored:
        found = task.found
        if found is None:
            continue
        unreached = not decided and 1.0 not in found.first
        if found.why == TIME:
            for code in _CODES:
                late.setdefault(code, []).append(task)
        elif unreached and not found.complete:
            cut.setdefault("E602", []).append(task)
        elif unreached and task.left_out:
            capped.setdefault("E602", []).append(task)
        needed = 0 if task.oracle is None else len(task.oracle.calls) - 1
        if found.why not in ("", TIME) and found.full < needed:
            cut.setdefault("E603", []).append(task)
    if late:
        why = f"the search of {_of(late)} ended {TIME}"
        draft.undecided.append(Undecided(tuple(late), why, MORE_TIME))
    if cut:
        task = next(iter(cut.values()))[0]
        ended = task.found.why if task.found is not None else ""
        why = f"the search of {_of(cut)} ended {ended}"
        more = f"allow more: `--budget expansions={10 * draft.budget.expansions}`"
        draft.undecided.append(Undecided(tuple(cut), why, more))
    if capped:
        left = next(iter(capped.values()))[0].left_out
        most = sorted(left, key=lambda name: -left[name])[:_NAMED]
        names = ", ".join(f"{left[name]} of `{name}`" for name in most)
        names += ", ..." * (len(left) > _NAMED)
        why = f"the search of {_of(capped)} left out ways to call operations ({names})"
        more = f"allow more: `--budget variants={4 * draft.budget.variants}`"
        draft.undecided.append(Undecided(tuple(capped), why, more))


def _of(open_: dict[str, list[Task]]) -> str:
    """The tasks about which something is open."""
    seeds = dict.fromkeys(task.seed for tasks in open_.values() for task in tasks)
    *before, last = map(str, seeds)
    if not before:
        return f"the task of seed {last}"
    return f"the tasks of seeds {', '.join(before)} and {last}"


def replayed(draft: Draft, task: Task, number: int) -> Played | None:
    """A node's trace, played in the environment; None when that earns something else."""
    found = task.found
    assert found is not None
    trace, answer = found.trace(number), found.answer(number)
    played = draft.attempt(
        task.seed, "what the search found", lambda: draft.bench.play(task.seed, trace, answer)
    )
    if played is None or played.reward != found.nodes[number][7]:
        return None
    return played


def shorter(draft: Draft, task: Task) -> Played | None:
    """The shortest trace to full reward, when it is shorter than the oracle."""
    found = task.found
    assert found is not None
    number = found.first.get(1.0)
    if number is None or task.oracle is None or task.oracle.reward < 1.0:
        return None
    if len(found.path(number)) >= len(task.oracle.calls):
        return None
    return replayed(draft, task, number)


def _tried(name: str, played: Played) -> Tried:
    return Tried("search", "search", name, played, "at most 1", played.reward <= 1.0)
