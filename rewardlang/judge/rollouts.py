"""The rollouts of a training run, added up while they are read, a line at a time.

A run folder of `rewardlang train` holds them in `transcripts/`: `baseline.jsonl` and
`trained.jsonl`, the held-out tasks before and after, and `training.jsonl`, the groups of each step.
A file of traces with their rewards and parts, as `rewardlang run --save` or another trainer writes
them, will do as well. What is kept does not grow with the episodes, only with the groups.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

PHASES = ("baseline", "training", "trained")
"""In the order of a run; a line of a file that names none is of training."""
REWARD, FULL, FIRST_PART = 0, 1, 2
"""Columns of what is added up: the reward, whether it is full, and from there on the parts."""
_PERFECT = 1 - 1e-6
_LONGEST = 64 * 2**20
"""Bytes of a line, beyond which it is no episode."""


class BadRollouts(Exception):
    """What was given holds no rollouts; the message says where and what to do."""


class Place(NamedTuple):
    """Where a line begins, to read it again."""

    path: Path
    offset: int


class Rollout(NamedTuple):
    """One episode as far as it counts here. `task` is the same for episodes of one task."""

    scenario: str | None
    phase: str
    decoding: str
    step: int | None
    task: bytes
    reward: float
    parts: Mapping[str, float]


@dataclass(slots=True)
class Sample:
    """Sums of numbers, each a mean over some episodes or the value of one."""

    count: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value
        self.squares += value * value

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def variance(self) -> float:
        """Of the mean: the sample's variance over its size; 0 for a single value."""
        if self.count < 2:
            return 0.0
        spread = self.squares - self.total * self.total / self.count
        return max(0.0, spread) / (self.count - 1) / self.count


@dataclass(slots=True)
class Group:
    """The rollouts of one task in one step.

    Attributes:
        totals: Sums by column.
        best: Where the rollout with the highest reward is, the first of several.
    """

    step: int | None
    totals: list[float]
    best: Place
    count: int = 0
    least: float = math.inf
    most: float = -math.inf

    def add(self, values: Sequence[float], place: Place) -> None:
        for column, value in enumerate(values):
            self.totals[column] += value
        self.count += 1
        reward = values[REWARD]
        self.least = min(self.least, reward)
        if reward > self.most:
            self.most, self.best = reward, place

    @property
    def unanimous(self) -> bool:
        """Whether all earn the same, so that no advantage differs from 0."""
        return self.least == self.most

    def mean(self, column: int) -> float:
        return self.totals[column] / self.count


class Parts:
    """How the parts of all episodes vary, and vary together."""

    def __init__(self, count: int) -> None:
        self.count = 0
        self.totals = [0.0] * count
        self.least = [math.inf] * count
        self.most = [-math.inf] * count
        self.products = [[0.0] * (first + 1) for first in range(count)]
        """Sums of products; of a part and one that is not after it."""

    def add(self, values: Sequence[float]) -> None:
        self.count += 1
        for first, value in enumerate(values):
            self.totals[first] += value
            self.least[first] = min(self.least[first], value)
            self.most[first] = max(self.most[first], value)
            row = self.products[first]
            for second in range(first + 1):
                row[second] += value * values[second]

    def constant(self, part: int) -> bool:
        return self.least[part] == self.most[part]

    def product(self, first: int, second: int) -> float:
        """The sum of the products of two parts."""
        return self.products[max(first, second)][min(first, second)]

    def covariance(self, first: int, second: int) -> float:
        return self.product(first, second) / self.count - (
            self.totals[first] / self.count * self.totals[second] / self.count
        )

    def deviation(self, part: int) -> float:
        """The standard deviation."""
        return math.sqrt(max(0.0, self.covariance(part, part)))

    def correlation(self, first: int, second: int) -> float:
        """Pearson's; of parts that both vary."""
        return self.covariance(first, second) / (self.deviation(first) * self.deviation(second))


@dataclass(slots=True)
class Rollouts:
    """The rollouts of one scenario, added up.

    Attributes:
        names: Of the parts, in the order of the lines.
        held_out: For ("baseline", "greedy") and the like a sample for each column.
    """

    names: tuple[str, ...]
    parts: Parts
    held_out: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)
    _groups: dict[tuple[int | None, bytes], Group] = field(default_factory=dict)

    def add(self, rollout: Rollout, place: Place) -> None:
        scores = [rollout.parts[name] for name in self.names]
        self.parts.add(scores)
        values = [rollout.reward, float(rollout.reward >= _PERFECT), *scores]
        if rollout.phase == "training":
            key = rollout.step, rollout.task
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = Group(rollout.step, [0.0] * len(values), place)
            group.add(values, place)
        elif rollout.phase in PHASES:
            at = rollout.phase, rollout.decoding
            samples = self.held_out.setdefault(at, [Sample() for _ in values])
            for sample, value in zip(samples, values, strict=True):
                sample.add(value)

    def groups(self) -> list[Group]:
        """The groups of training, of two rollouts or more, by their steps."""
        groups = [group for group in self._groups.values() if group.count > 1]
        return sorted(groups, key=lambda group: -1 if group.step is None else group.step)


def read(path: Path) -> dict[str | None, Rollouts]:
    """The rollouts of each scenario in a run folder or a file; None: of lines that name none.

    Raises:
        BadRollouts: There are none, or a line is broken.
        OSError: A file cannot be read.
    """
    found: dict[str | None, Rollouts] = {}
    for file in _files(path):
        for number, (place, line) in enumerate(_lines(file), 1):
            where = f"{file}, line {number}"
            data = _json(line, where)
            if data is None:
                continue
            rollout = _rollout(data, where)
            names = tuple(rollout.parts)
            known = found.get(rollout.scenario)
            if known is None:
                known = found[rollout.scenario] = Rollouts(names, Parts(len(names)))
            if known.names != names and set(known.names) != set(names):
                raise BadRollouts(
                    f"{where}: the parts {_listed(names)} are others than those of the lines "
                    f"before, {_listed(known.names)}; keep runs of different rewards apart"
                )
            known.add(rollout, place)
    if not found:
        raise BadRollouts(f"{path} holds no rollouts; look again when a step has been taken")
    return found


def line_at(place: Place) -> dict[str, Any]:
    """The line at a place from which it was read before.

    Raises:
        BadRollouts: It is not there any more.
    """
    with place.path.open("rb") as file:
        file.seek(place.offset)
        try:
            data: dict[str, Any] = orjson.loads(file.readline())
        except ValueError as error:
            raise BadRollouts(f"{place.path} was rewritten while it was read") from error
    return data


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise BadRollouts(
                f"there is no {path}; give a run folder of `rewardlang train`, or a .jsonl file"
            )
        if not path.is_file():
            raise BadRollouts(f"{path} is no file; its lines are read more than once")
        return [path]
    files = [path / "transcripts" / f"{phase}.jsonl" for phase in PHASES]
    there = [file for file in files if file.is_file()]
    if not there:
        raise BadRollouts(
            f"{path} is no run folder: it has no transcripts/training.jsonl; give the folder "
            "that `rewardlang train` names when it begins, or a .jsonl file"
        )
    return there


def _lines(path: Path) -> Iterator[tuple[Place, bytes]]:
    with path.open("rb") as file:
        offset = 0
        while line := file.readline(_LONGEST + 1):
            if len(line) > _LONGEST:
                raise BadRollouts(f"{path}: a line of more than {_LONGEST >> 20} MB is no episode")
            yield Place(path, offset), line
            offset += len(line)


def _json(line: bytes, where: str) -> Any:
    """The data of a line; None when it is empty, or torn off by the end of a run."""
    if not line.strip():
        return None
    try:
        return orjson.loads(line)
    except ValueError as error:
        if not line.endswith(b"\n"):  # training was stopped, or is about to write the rest
            return None
        raise BadRollouts(f"{where}: no JSON: {error}") from error


def _rollout(data: Any, where: str) -> Rollout:
    if type(data) is not dict:
        raise BadRollouts(f"{where}: a rollout is an object")
    parts = _of(data, "parts", dict, where)
    if data.get("reward") is None or not parts:
        raise BadRollouts(
            f"{where}: `{'parts' if data.get('reward') is not None else 'reward'}` is missing; "
            "`rewardlang train` and `rewardlang run --save` write both"
        )
    task = [_of(data, "seed", int, where), _of(data, "params", dict, where)]
    if task == [None, None]:
        raise BadRollouts(f"{where}: `seed` or `params` must say which task it is")
    # One seed has a prompt for each of its phrasings, and both splits have the seed.
    whole = [*task, _of(data, "split", str, where), _of(data, "prompt", str, where)]
    return Rollout(
        _of(data, "scenario", str, where),
        _of(data, "phase", str, where) or "training",
        _of(data, "decoding", str, where) or "sampled",
        _of(data, "step", int, where),
        _digest(whole, where),
        _unit(data["reward"], "reward", where),
        {name: _unit(value, f"parts.{name}", where) for name, value in parts.items()},
    )


def _digest(task: list[Any], where: str) -> bytes:
    try:
        text = orjson.dumps(task, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:  # it reads deeper data than it writes
        raise BadRollouts(f"{where}: `params`: {error}") from error
    return blake2b(text, digest_size=16).digest()


def _of(data: dict[str, Any], key: str, kind: type, where: str) -> Any:
    value = data.get(key)
    if value is not None and type(value) is not kind:
        raise BadRollouts(f"{where}: `{key}` is {_KINDS[kind]}, not {type(value).__name__}")
    return value


_KINDS = {str: "text", int: "a whole number", dict: "an object"}


def _unit(value: Any, name: str, where: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise BadRollouts(f"{where}: `{name}` is a number from 0 to 1")
    return float(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
