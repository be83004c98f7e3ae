"""Which calls of an episode the scenario's faults strike, and how those are answered."""

from __future__ import annotations

from typing import Any

from rewardlang_runtime.calls import FAULTS, Call, FaultedCall
from rewardlang_runtime.rng import mix, stream
from rewardlang_runtime.scenario import Fault, Json, Operation, Scenario
from rewardlang_runtime.world import World

_STEP = 0x9E3779B97F4A7C15
_UNIT = 2.0**-64


class Drawn:
    """What the faults of a scenario's episodes are drawn from."""

    __slots__ = ("_faults", "_stream")

    def __init__(self, scenario: Scenario, split: str) -> None:
        self._faults = scenario.faults
        self._stream = stream(scenario.name, split, "faults")

    def episode(self, seed: int) -> Strikes:
        """The faults of the task of a seed, with nothing struck yet."""
        return Strikes(self._faults, mix(self._stream + (seed + 1) * _STEP))


class Strikes:
    """The faults of one episode: a function of the task and of the calls that were made.

    Attributes:
        struck: How many calls each fault has struck so far.
    """

    __slots__ = ("_faults", "_past", "_remembers", "_seen", "_start", "struck")

    def __init__(self, faults: tuple[Fault, ...], start: int) -> None:
        self._faults = faults
        self._start = start
        self._seen = [0] * len(faults)
        self.struck = [0] * len(faults)
        self._past: list[World] = []
        """The world before each call; the same object for as long as nothing is written."""
        self._remembers = any(fault.kind == "stale" for fault in faults)

    def strike(self, operation: Operation, numbers: tuple[int, ...], now: World) -> Strike | None:
        """What strikes the present call, of the faults of its operation; the first one wins.

        All of them count the call, but for a stale read that would read what is there anyway.
        """
        if self._remembers:
            self._past.append(now)
        found = None
        for number in numbers:
            fault = self._faults[number]
            behind = self._past[max(0, len(self._past) - 1 - fault.steps)] if fault.steps else now
            if fault.kind == "stale" and behind is now:
                continue
            self._seen[number] = seen = self._seen[number] + 1
            if found is None and self._falls(number, fault, seen):
                self.struck[number] += 1
                found = Strike(fault, operation, behind)
        return found

    def _falls(self, number: int, fault: Fault, seen: int) -> bool:
        if fault.at_most and self.struck[number] >= fault.at_most:
            return False
        if fault.nth:
            return seen in fault.nth
        if fault.every:
            return seen % fault.every == 0
        return mix(self._start ^ mix((number << 32) + seen)) * _UNIT < fault.chance


class Strike:
    """A fault that strikes one call: how the call goes then, and how it is recorded."""

    __slots__ = ("_behind", "_operation", "_unseen", "fault")

    def __init__(self, fault: Fault, operation: Operation, behind: World) -> None:
        self.fault = fault
        self._operation = operation
        self._behind = behind
        self._unseen: tuple[int, Json] | None = None

    def run(self, world: World, args: dict[str, Any], now: str, actor: str) -> tuple[int, Json]:
        """In place of the operation's own `run`."""
        fault, operation = self.fault, self._operation
        if fault.kind == "stale":
            return operation.run(self._behind, args, now, actor)
        if fault.kind == "lost":
            self._unseen = operation.run(world, args, now, actor)
        return FAULTS[fault.kind], dict(fault.answers)[operation.api]

    def struck(self, call: Call) -> FaultedCall:
        """The call as it is recorded."""
        wait = self.fault.retry_after
        return FaultedCall(call, call.before, call.after, self.fault.kind, wait, self._unseen)
