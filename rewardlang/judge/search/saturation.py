"""Whether the oracle's operations earn everything whatever they are called with."""

from __future__ import annotations

from rewardlang.frozen import frozen
from rewardlang.judge.bench import Played
from rewardlang.judge.draft import Draft
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.task import Task
from rewardlang_runtime.values import equal

_FULL = 0.95
_FEWEST = 2
"""Ways that must be there before anything is said."""
_WIDTH = 12
"""Ways that are followed after each call."""


@frozen
class Blind:
    """`ways` to make the oracle's calls with other arguments, all paid; one of them played."""

    ways: int
    example: Played


def any_arguments(draft: Draft, task: Task) -> Blind | None:
    """The oracle's operations in order, each accepted, about other rows or with other values.

    None unless all of them earn everything, with no answer.
    """
    oracle, found = task.oracle, task.found
    if oracle is None or found is None or oracle.reward < _FULL or not oracle.calls:
        return None
    names = [call.op for call in oracle.calls]
    own = _own_end(found, oracle)
    ends = [end for end in _ends(found, names) if _differs(found, end, own)]
    if len(ends) < _FEWEST:
        return None
    if any(found.monitor.rewards(e.world, e.slots, e.history)[0] < _FULL for e in ends):
        return None
    sent = [found.actions[number] for number in ends[-1].path]
    played = draft.attempt(task.seed, "the search", lambda: draft.bench.play(task.seed, sent))
    return None if played is None or played.reward < _FULL else Blind(len(ends), played)


@frozen
class _End:
    """Where some calls lead."""

    world: int
    slots: int
    history: int
    path: tuple[int, ...]
    last: int


def _own_end(found: Found, oracle: Played) -> _End:
    """Where the oracle's own calls lead."""
    end = _End(0, 0, 0, (), -1)
    for call in oracle.calls:
        number = next(n for n in range(found.own) if found.actions[n] == (call.op, call.args))
        end = _further(found, end, number)
    return end


def _differs(found: Found, end: _End, own: _End) -> bool:
    """Whether calls end otherwise than the oracle's: in another world, or with another answer."""
    if own.world or end.world:
        return end.world != own.world
    calls = found.space.calls
    return not equal(calls[end.last].response, calls[own.last].response)


def _further(found: Found, end: _End, number: int) -> _End:
    space, monitor = found.space, found.monitor
    row = space.transitions[end.world]
    if number not in row:
        row[number] = space.run(end.world, number, found.actions[number])
    world, call = row[number]
    slots = monitor.step(end.slots, call, len(end.path))
    return _End(world, slots, monitor.further(end.history, call), (*end.path, number), call)


def _ends(found: Found, operations: list[str]) -> list[_End]:
    """The states after accepted calls of these operations, but not after the oracle's own where
    there are others."""
    ends = [_End(0, 0, 0, (), -1)]
    for name in operations:
        grown = [
            _further(found, end, number)
            for end in ends
            for number, action in enumerate(found.actions)
            if action[0] == name
        ]
        grown = [end for end in grown if found.space.calls[end.last].ok]
        others = [end for end in grown if end.path[-1] >= found.own]
        ends = (others or grown)[:_WIDTH]
    return ends
