"""Trace formulas as small automata.

A letter is a set of patterns, as bits: those that one call matches. Each machine reads letters and
has finitely many states, since it counts no further than matters. What the machines mean is what
`rewardlang.interpret.trace` says; the tests hold them against it on random traces.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rewardlang.frozen import frozen

State = Any
"""A small immutable value; equal states have the same future."""

COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


class TooMany(Exception):
    """An enumeration is larger than what may be spent on it."""


class TooManyStates(TooMany):
    """A product of machines, or its alphabet, is. No solver helps with that."""


@frozen
class Scope:
    """A window by the names of its patterns."""

    kind: Literal["before", "after", "between"]
    opens: str
    closes: str | None = None


@frozen
class Counter:
    """The number of calls that match `pattern` in a scope."""

    pattern: str
    scope: Scope | None = None


@frozen
class Total:
    """`sum of coefficient * counter  op  bound`."""

    counters: tuple[tuple[Counter, float], ...]
    op: str
    bound: float

    def holds(self, counts: Sequence[int]) -> bool:
        """Whether it holds for the numbers of its counters."""
        return bool(COMPARE[self.op](self._total(counts), self.bound))

    def distance(self, counts: Sequence[int]) -> int:
        """How far the sum is from the bound, rounded down."""
        return int(min(abs(self._total(counts) - self.bound), 1e6))

    def _total(self, counts: Sequence[int]) -> float:
        return sum(k * n for (_, k), n in zip(self.counters, counts, strict=True))


@frozen
class Ordered:
    """`only P`, `every Q preceded_by P`, `every P followed_by Q`, `seq P then Q ...`."""

    kind: Literal["only", "preceded_by", "followed_by", "seq"]
    patterns: tuple[str, ...]
    within: int | None = None


Property = Total | Ordered


def patterns_of(properties: Sequence[Property]) -> list[str]:
    """The patterns that decide them, each once."""
    found: dict[str, None] = {}
    for each in properties:
        if isinstance(each, Ordered):
            found.update(dict.fromkeys(each.patterns))
            continue
        for counter, _ in each.counters:
            found[counter.pattern] = None
            if counter.scope is not None:
                found[counter.scope.opens] = None
                if counter.scope.closes is not None:
                    found[counter.scope.closes] = None
    return list(found)


# ---- machines ----


class Count:
    """How often a pattern matched, up to `most`, which stands for that many or more."""

    def __init__(self, counter: Counter, bits: Mapping[str, int], most: int) -> None:
        self._bit = bits[counter.pattern]
        scope = counter.scope
        self._kind = "" if scope is None else scope.kind
        self._opens = 0 if scope is None else bits[scope.opens]
        self._closes = 0 if scope is None or scope.closes is None else bits[scope.closes]
        self._most = most
        self.start: State = (0, 0, False)
        """(counted for sure, counted if the scope opens or closes as it must, scope open)"""

    def step(self, state: State, letter: int) -> State:
        sure, maybe, is_open = state
        hit = bool(letter & self._bit)
        match self._kind:
            case "":
                return (self._plus(sure, hit), 0, False)
            case "before":
                if is_open:
                    return state
                if letter & self._opens:
                    return (maybe, 0, True)
                return (0, self._plus(maybe, hit), False)
            case "after":
                if is_open:
                    return (self._plus(sure, hit), 0, True)
                return (0, 0, bool(letter & self._opens))
            case _:
                if letter & self._closes:
                    return (self._plus(sure, maybe), 0, bool(letter & self._opens))
                if is_open:
                    return (sure, self._plus(maybe, hit), True)
                return (sure, 0, bool(letter & self._opens))

    def _plus(self, number: int, more: int) -> int:
        return min(self._most, number + more)

    def value(self, state: State) -> int:
        return int(state[0])


_FAILED = -1


class Only:
    """State: whether all calls matched.

    Here and below: `accepts` says whether the formula holds of a trace that ends now, `final` what
    it is of every longer one, None when that is open, `missing` about how many calls the opposite
    takes at least.
    """

    def __init__(self, each: Ordered, bits: Mapping[str, int]) -> None:
        self._bit = bits[each.patterns[0]]
        self.start: State = True

    def step(self, state: State, letter: int) -> State:
        return state and bool(letter & self._bit)

    def accepts(self, state: State) -> bool:
        return bool(state)

    def final(self, state: State) -> bool | None:
        return None if state else False

    def missing(self, state: State) -> int:
        return 1


class PrecededBy:
    """State: how many steps ago the last P was, 0 for never or too long, -1 when a Q had none."""

    def __init__(self, each: Ordered, bits: Mapping[str, int]) -> None:
        self._asks, self._gives = (bits[name] for name in each.patterns)
        self._within = each.within
        self.start: State = 0

    def step(self, state: State, letter: int) -> State:
        if state == _FAILED or (letter & self._asks and not state):
            return _FAILED
        return _aged(state, bool(letter & self._gives), self._within)

    def accepts(self, state: State) -> bool:
        return bool(state != _FAILED)

    def final(self, state: State) -> bool | None:
        return False if state == _FAILED else None

    def missing(self, state: State) -> int:
        return 1


def _aged(age: int, again: bool, within: int | None) -> int:
    """The distance from the next call to the last match; 0 when it is out of reach."""
    if again:
        return 1 if within is None or within >= 1 else 0
    if age == 0 or within is None:
        return age
    return age + 1 if age < within else 0


class FollowedBy:
    """State: how many steps ago the oldest P without its Q was, 0 for none, -1 when it is late."""

    def __init__(self, each: Ordered, bits: Mapping[str, int]) -> None:
        self._asks, self._gives = (bits[name] for name in each.patterns)
        self._within = each.within
        self.start: State = 0

    def step(self, state: State, letter: int) -> State:
        if state == _FAILED:
            return state
        waits = 0 if letter & self._gives else state
        if waits and self._within is not None:
            waits += 1
        elif not waits and letter & self._asks:
            waits = 1
        return _FAILED if self._within is not None and waits > self._within else waits

    def accepts(self, state: State) -> bool:
        return bool(state == 0)

    def final(self, state: State) -> bool | None:
        return False if state == _FAILED else None

    def missing(self, state: State) -> int:
        return 1


class Seq:
    """State: for each step but the last its age as in `PrecededBy`, or True when all was seen.

    The latest place where a step can stand is the best one for what must follow.
    """

    def __init__(self, each: Ordered, bits: Mapping[str, int]) -> None:
        self._bits = [bits[name] for name in each.patterns]
        self._within = each.within
        self.start: State = (0,) * (len(self._bits) - 1)

    def step(self, state: State, letter: int) -> State:
        if state is True:
            return state
        reached = (1, *state)
        ages = []
        for bit, before, own in zip(self._bits, reached, (*state, 0), strict=True):
            ages.append(_aged(own, bool(letter & bit and before), self._within))
        if letter & self._bits[-1] and reached[-1]:
            return True
        return tuple(ages[:-1])

    def accepts(self, state: State) -> bool:
        return state is True

    def final(self, state: State) -> bool | None:
        return True if state is True else None

    def missing(self, state: State) -> int:
        reached = [i for i, age in enumerate(state, 1) if age] if state is not True else []
        return len(self._bits) - max(reached, default=0)


Machine = Only | PrecededBy | FollowedBy | Seq


def machine(each: Ordered, bits: Mapping[str, int]) -> Machine:
    """The automaton of an order property."""
    match each.kind:
        case "only":
            return Only(each, bits)
        case "preceded_by":
            return PrecededBy(each, bits)
        case "followed_by":
            return FollowedBy(each, bits)
        case "seq":
            return Seq(each, bits)
