"""Whether several properties can hold on one trace: the product of their machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlang.lint.proofs.machines import (
    Count,
    Counter,
    Ordered,
    Property,
    State,
    TooManyStates,
    Total,
    machine,
)


class Product:
    """The automata of several properties, run together.

    Args:
        wanted: Properties with whether each must hold.
        bits: The letter bit of each pattern.
        letters: What one call can match.
        horizon: Calls in an episode at most.

    Attributes:
        states: States that were looked at.
    """

    def __init__(
        self,
        wanted: Sequence[tuple[Property, bool]],
        bits: Mapping[str, int],
        letters: Sequence[int],
        horizon: int,
    ) -> None:
        self._letters = letters
        self._horizon = horizon
        self.states = 0
        counters: dict[Counter, int] = {}
        for each, _ in wanted:
            if isinstance(each, Total):
                most = _interesting(each, horizon)
                for counter, _ in each.counters:
                    counters[counter] = max(counters.get(counter, 0), most)
        self._counts = [Count(counter, bits, most) for counter, most in counters.items()]
        places = {counter: i for i, counter in enumerate(counters)}
        self._totals = [
            (each, holds, [places[counter] for counter, _ in each.counters])
            for each, holds in wanted
            if isinstance(each, Total)
        ]
        ordered = [(each, holds) for each, holds in wanted if isinstance(each, Ordered)]
        self._machines = [(machine(each, bits), holds) for each, holds in ordered]
        # Numbers, scoped ones too, never fall while the trace grows.
        self._ends = [_last(i, self._totals, horizon) for i in places.values()]
        self._parts = [*self._counts, *(part for part, _ in self._machines)]
        self._steps: list[dict[tuple[State, int], State]] = [{} for _ in self._parts]

    def possible(self, most_states: int) -> bool:
        """Whether some trace has all properties: a greedy try, then breadth first.

        Raises:
            TooManyStates: There are more than `most_states`.
        """
        start = tuple(part.start for part in self._parts)
        return self._greedy(start, most_states) or self._search(start, most_states)

    def _greedy(self, state: tuple[State, ...], most_states: int) -> bool:
        """Whether taking the most promising call each time leads there."""
        seen = {state}
        for _ in range(min(self._horizon, most_states) + 1):
            if not self._missing(state):
                return True
            found: list[tuple[int, tuple[State, ...]]] = []
            for letter in self._letters:
                reached = self._step(state, letter)
                if reached not in seen and not self._hopeless(reached):
                    found.append((self._missing(reached), reached))
            if not found:
                return False
            state = min(found, key=lambda each: each[0])[1]
            seen.add(state)
            self.states += 1
        return False

    def _search(self, start: tuple[State, ...], most_states: int) -> bool:
        seen, layer = {start}, [start]
        for _ in range(self._horizon):
            following: list[tuple[State, ...]] = []
            for state in layer:
                for letter in self._letters:
                    reached = self._step(state, letter)
                    if reached in seen or self._hopeless(reached):
                        continue
                    if not self._missing(reached):
                        return True
                    if len(seen) >= most_states:
                        raise TooManyStates
                    self.states += 1
                    seen.add(reached)
                    following.append(reached)
            if not following:
                return False
            layer = following
        return False

    def _step(self, state: tuple[State, ...], letter: int) -> tuple[State, ...]:
        found = []
        for part, own, known in zip(self._parts, state, self._steps, strict=True):
            to = known.get((own, letter))
            if to is None:
                to = known[own, letter] = part.step(own, letter)
            found.append(to)
        return tuple(found)

    def _missing(self, state: tuple[State, ...]) -> int:
        """About how many calls it takes until all properties hold; 0 when they do."""
        missing = 0
        counts = [part.value(own) for part, own in zip(self._counts, state, strict=False)]
        for total, holds, places in self._totals:
            numbers = [counts[i] for i in places]
            if total.holds(numbers) != holds:
                missing += 1 + total.distance(numbers)
        for (part, holds), own in zip(self._machines, state[len(counts) :], strict=True):
            if part.accepts(own) != holds:
                missing += part.missing(own)
        return missing

    def _hopeless(self, state: tuple[State, ...]) -> bool:
        """Whether no further call can make all hold."""
        for own, end in zip(state, self._ends, strict=False):
            if end is not None and own[0] > end:
                return True
        orders = state[len(self._counts) :]
        return any(
            part.final(own) == (not holds)
            for (part, holds), own in zip(self._machines, orders, strict=True)
        )


def _interesting(total: Total, horizon: int) -> int:
    """Up to where the counters of a comparison must be known: just beyond the bound."""
    if len(total.counters) > 1:
        return horizon
    return min(horizon, max(0, int(total.bound / total.counters[0][1])) + 1)


def _last(place: int, totals: Sequence[tuple[Total, bool, list[int]]], horizon: int) -> int | None:
    """The highest number of a counter with which its own comparisons hold; None is no limit.

    Beyond it no trace can do better.
    """
    limits = []
    for total, holds, places in totals:
        if places == [place]:
            most = _interesting(total, horizon + 1)
            good = [n for n in range(most + 1) if total.holds([n]) == holds]
            if not good:
                return -1
            if good[-1] < most:
                limits.append(good[-1])
    return min(limits) if limits else None
