"""The search as sections of a judgement: an oracle where the file has none, and what is reached."""

from __future__ import annotations

from functools import partial

from rewardlang.judge.bench import Played
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.judgement import Searched, Undecided
from rewardlang.judge.search.explore import Found, Limits
from rewardlang.judge.search.task import Task, search

DRAWS = 2
"""Tasks that are searched: what is found on one is confirmed on the other."""
DEPTH = 5
CALLS = 8
"""Grounded calls of one operation."""
RUN = 10
"""Expansions that one run of an operation counts for: reading a large table costs much more."""
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
    return search(bench, seed, limits, budget, CALLS, oracle)


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
        )
    )


def _note_open(draft: Draft) -> None:
    """What searches that were cut short leave open."""
    cut: dict[str, list[Task]] = {}
    earned = any(t.reward == 1.0 for t in draft.everything())
    for task in draft.explored:
        found = task.found
        if found is None or found.complete:
            continue
        if not earned and 1.0 not in found.first:
            cut.setdefault("E602", []).append(task)
        if task.oracle is not None and found.full < len(task.oracle.calls) - 1:
            cut.setdefault("E603", []).append(task)
    if cut:
        tasks = next(iter(cut.values()))
        seeds = " and ".join(str(task.seed) for task in tasks)
        ended = tasks[0].found.why if tasks[0].found is not None else ""
        why = f"the search of the tasks with seeds {seeds} ended {ended} each"
        draft.undecided.append(Undecided(tuple(cut), why, "raise the budget of expansions"))


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
