"""Rules about going round in circles: what is done and undone must not pay each time.

A reward here is what an episode is worth in the end; the rewards of steps that an environment gives
are the differences of that, so that a circle of states pays nothing of itself. What can pay is a
part that counts calls: round it goes up, and round again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Label
from rewardlang.frozen import frozen
from rewardlang.judge.draft import Draft, judges
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.task import Task

_WORLDS = 8
"""Worlds from which circles are looked for, the nearest first."""
_ROUNDS = 3


@frozen
class _Place:
    """A state of scoring, and how it was come by."""

    world: int
    slots: int
    history: int
    path: tuple[int, ...]


@judges(codes.NOT_POTENTIAL)
def pumps(draft: Draft) -> Iterator[Diagnostic]:
    """A part that goes up each time that the same is done and undone."""
    said: set[int] = set()
    for task in draft.explored:
        if task.found is None:
            continue
        for place, pair in _circles(task.found):
            for part, scores in _rising(task.found, place, pair):
                if part not in said:
                    said.add(part)
                    yield _pump(draft, task, task.found, place, pair, part, scores)


def _circles(found: Found) -> Iterator[tuple[_Place, tuple[int, int]]]:
    """Two calls that write, the second of which takes back what the first did."""
    compiled = found.space.compiled
    writing = [
        number
        for number, (name, _) in enumerate(found.actions)
        if name in compiled.operations and compiled.operations[name].writes
    ]
    seen: set[int] = set()
    for number, node in enumerate(found.nodes):
        world = node[0]
        if world in seen:
            continue
        seen.add(world)
        if len(seen) > _WORLDS:
            return
        path = tuple(each[5] for each in found.path(number))
        start = _Place(world, node[1], node[2], path)
        for first in writing:
            there = _further(found, start, first)
            if there is None or there.world == world:
                continue
            for second in writing:
                back = _further(found, there, second)
                # A time of change stays behind, so the circle may begin with its end.
                again = None if back is None else _round(found, back, (first, second))
                if back is not None and again is not None and again.world == back.world:
                    yield back, (first, second)


def _further(found: Found, place: _Place, action: int) -> _Place | None:
    """The state after a call; None when it is refused."""
    space, monitor = found.space, found.monitor
    row = space.transitions[place.world]
    if action not in row:
        row[action] = space.run(place.world, action, found.actions[action])
    world, call = row[action]
    if not space.calls[call].ok:
        return None
    slots = monitor.step(place.slots, call, len(place.path))
    history = monitor.further(place.history, call)
    return _Place(world, slots, history, (*place.path, action))


def _round(found: Found, place: _Place, pair: tuple[int, int]) -> _Place | None:
    """The state after both calls; None when one is refused, or does nothing."""
    there = _further(found, place, pair[0])
    if there is None or there.world == place.world:
        return None
    return _further(found, there, pair[1])


def _rising(
    found: Found, place: _Place, pair: tuple[int, int]
) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Parts that each round raises, with their scores before the first round and after each."""
    scores = [found.monitor.detail(place.world, place.slots, place.history)[0].parts]
    for _ in range(_ROUNDS - 1):
        after = _round(found, place, pair)
        if after is None or len(after.path) > found.space.compiled.calls_limit:
            return
        place = after
        scores.append(found.monitor.detail(place.world, place.slots, place.history)[0].parts)
    for part, each in enumerate(zip(*scores, strict=True)):
        if all(low < high for low, high in pairwise(each)):
            yield part, each


def _pump(
    draft: Draft,
    task: Task,
    found: Found,
    place: _Place,
    pair: tuple[int, int],
    part: int,
    scores: tuple[float, ...],
) -> Diagnostic:
    sent = [found.actions[number] for number in (*place.path, *pair * (_ROUNDS - 1))]
    played = draft.attempt(task.seed, "the search", lambda: draft.bench.play(task.seed, sent))
    first, second = (found.actions[number][0] for number in pair)
    where = draft.bench.scenario.parts[part]
    expr = where.check or where.score
    worth = ", ".join(f"{score:g}" for score in scores)
    return Diagnostic(
        codes.NOT_POTENTIAL,
        f"`{first}` and `{second}`, which takes it back, raise the part `{where.id}` each time",
        Label(where.span if expr is None else expr.span, f"{worth}, and the world is the same"),
        help="pay for the state that is reached, not for the calls that lead there",
        evidence=() if played is None else (Evidence("done and undone, twice", played.line),),
    )
