"""Tasks: from a seed to the parameters of an episode, and what training never sees.

A task is a function of (scenario, split, seed) alone. The splits are "train" and "eval"; no draw
of one is ever a draw of the other, unless the scenario has only one task.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple
from zlib import crc32

import orjson

from rewardlang_runtime.rng import Rng, mix, stream
from rewardlang_runtime.scenario import Json, Params, Scenario
from rewardlang_runtime.values import FAILURES, ScenarioFault, text
from rewardlang_runtime.world import World

SPLITS: Final = ("train", "eval")
ATTEMPTS = 2_000
"""How many draws may be rejected before the scenario is at fault."""

_SHARE = 5
"""One in so many tasks is held out when the scenario does not say which."""
_PROBES = 100
"""Draws that are looked at to tell a small space of tasks from a large one."""
_KEPT = 512
_STEP = 0x9E3779B97F4A7C15
_RANGE = 1 << 64


class Task(NamedTuple):
    """What an episode starts from. Shared by all episodes of the task: never changed."""

    params: Params
    setup: tuple[Json, ...]
    prompt: str
    system: str


class Tasks:
    """The tasks of one scenario."""

    __slots__ = ("_border", "_cache", "_given", "_names", "_streams", "_world", "scenario")

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.scenario = scenario
        self._world = world
        self._streams = {split: stream(scenario.name, split) for split in SPLITS}
        self._cache: dict[tuple[str, int], Task] = {}
        self._given: dict[tuple[str, int, bytes], Task] = {}
        self._names: frozenset[str] | None = None
        self._border: int | None = None
        """The fingerprint below which tasks are held out."""

    def task(self, split: str, seed: int) -> Task:
        """The task that a seed names; a few hundred are kept, as a group of rollouts shares one."""
        task = self._cache.get((split, seed))
        if task is None:
            if len(self._cache) >= _KEPT:
                self._cache.clear()
            task = self._cache[split, seed] = self._set_up(self.draw(split, seed), split, seed)
        return task

    def given(self, params: Any, split: str, seed: int) -> Task:
        """The task with these parameters; the seed chooses the phrasing of its prompt.

        Raises:
            ValueError: They are not the parameters of this scenario.
        """
        try:
            key = (split, seed, orjson.dumps(params))
        except TypeError as error:
            raise ValueError(f"params are no JSON data: {error}") from error
        task = self._given.get(key)
        if task is None:
            self._check(params)
            if len(self._given) >= _KEPT:
                self._given.clear()
            own: Params = orjson.loads(key[2])
            task = self._given[key] = self._set_up(own, split, seed)
        return task

    def _check(self, params: Any) -> None:
        if type(params) is not dict:
            raise ValueError("params are an object")
        names = self.names()
        unknown = next((str(name) for name in params if name not in names), None)
        if unknown is not None:
            known = ", ".join(f"`{name}`" for name in sorted(names)) or "none"
            raise ValueError(
                f"{self.scenario.name} has no parameter `{unknown[:80]}`; it has: {known}"
            )
        missing = min(names - params.keys(), default=None)
        if missing is not None:
            raise ValueError(f"{self.scenario.name} needs the parameter `{missing}`, too")

    def _set_up(self, params: Params, split: str, seed: int) -> Task:
        scenario, world = self.scenario, self._world
        try:
            setup = scenario.setup(world, params)
            phrase = scenario.prompts[self.phrasing(split, seed)]
            system = scenario.system(world, params, setup) if scenario.system else ""
            return Task(params, setup, phrase(world, params, setup), system)
        except FAILURES as error:
            raise ScenarioFault(
                f"{scenario.name}: the task cannot be set up from {text(params)}: {error!r}"
            ) from error
        except ScenarioFault as error:
            error.add_note(in_task(split, seed, params))
            raise

    def draw(self, split: str, seed: int) -> Params:
        """The parameters of a task.

        Raises:
            ScenarioFault: No draw satisfies `assume` and belongs to `split`.
        """
        rng = Rng.at(self._start(split, seed))
        wanted = split == "eval"
        for _ in range(ATTEMPTS):
            params = self._once(rng)
            if params is not None and self._belongs(params, wanted):
                return params
        raise self._fault(split, seed)

    def held_out(self, params: Params) -> bool:
        """Whether a task with these parameters is kept from training."""
        if self.scenario.held_out is None:
            return fingerprint(params) < self._border_of()
        try:
            return self.scenario.held_out(self._world, params)
        except FAILURES as error:
            raise ScenarioFault(f"{self.scenario.name}: `holdout` fails: {error!r}") from error

    @property
    def single(self) -> bool:
        """Whether there is one task only, which both splits then have."""
        return self.scenario.held_out is None and self._border_of() == _RANGE

    def names(self) -> frozenset[str]:
        """The names of the parameters."""
        if self._names is None:
            rng = Rng.at(stream(self.scenario.name, "probe"))
            for _ in range(ATTEMPTS):
                params = self._once(rng)
                if params is not None:
                    self._names = frozenset(params)
                    return self._names
            raise self._fault("train", 0)
        return self._names

    def _belongs(self, params: Params, held_out: bool) -> bool:
        return self.single or self.held_out(params) == held_out

    def _border_of(self) -> int:
        if self._border is None:
            self._border = self._probe()
        return self._border

    def phrasing(self, split: str, seed: int) -> int:
        """Which of the scenario's prompts the task has."""
        count = len(self.scenario.prompts)
        return mix(self._start(split, seed) ^ _STEP) % count if count > 1 else 0

    def _start(self, split: str, seed: int) -> int:
        return mix(self._streams[split] + (seed + 1) * _STEP)

    def _once(self, rng: Rng) -> Params | None:
        try:
            return self.scenario.draw(self._world, rng)
        except FAILURES as error:
            raise ScenarioFault(
                f"{self.scenario.name}: the parameters cannot be drawn: {error!r}"
            ) from error

    def _probe(self) -> int:
        """The fingerprint below which tasks are held out.

        One in five of many tasks; of a few, the first fifth in order of fingerprints, at least one.
        """
        rng = Rng.at(stream(self.scenario.name, "probe"))
        seen: dict[int, None] = {}
        for _ in range(ATTEMPTS):
            params = self._once(rng)
            if params is not None:
                seen[fingerprint(params)] = None
                if len(seen) == _PROBES:
                    return _RANGE // _SHARE
        if not seen:
            raise ScenarioFault(
                f"{self.scenario.name}: none of {ATTEMPTS} draws satisfies `assume`"
            )
        if len(seen) == 1:
            return _RANGE
        prints = sorted(seen)
        return prints[max(1, len(prints) // _SHARE) - 1] + 1

    def _fault(self, split: str, seed: int) -> ScenarioFault:
        rng = Rng.at(self._start(split, seed))
        drawn = sum(self._once(rng) is not None for _ in range(ATTEMPTS))
        if not drawn:
            why = "none satisfies `assume`"
        elif split == "eval":
            why = f"{drawn} satisfy `assume`, and none of them is held out"
        else:
            why = f"{drawn} satisfy `assume`, and all of them are held out"
        return ScenarioFault(
            f"{self.scenario.name}: no task for seed {seed} of {split}: of {ATTEMPTS} draws {why}"
        )


def in_task(split: str, seed: int, params: Params) -> str:
    """A note for a fault: the task in which it showed."""
    return f"in the task of seed {seed} of {split}, {text(params)}"


def fingerprint(params: Params) -> int:
    """64 bits of the parameters' values, whatever their order."""
    plain = orjson.dumps(params, option=orjson.OPT_SORT_KEYS)
    return mix(crc32(plain) * _STEP + len(plain))
