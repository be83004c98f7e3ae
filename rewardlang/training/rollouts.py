"""Episodes as TRL runs them: an environment per rollout, its reward, and a record of each.

The reward is the environment's, from the calls it recorded. TRL answers calls of unknown tools
itself and drops broken ones, but `grpo.py` and `turns.py` hand every attempt to the environment;
so it has seen all that the messages show, and also a call whose long result TRL took out of the
messages again. A test holds the two readings against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from rewardlang.training.chat import Message, opening
from rewardlang.training.plans import Task
from rewardlang.training.turns import RAW, final_answer
from rewardlang_runtime import Environment, Scenario
from rewardlang_runtime.traces import recorded

Json = Any
Record = dict[str, Json]

PERFECT = 1 - 1e-6
"""Rewards are multiples of 1e-6; from here on nothing is missing."""


class Rollout:
    """What TRL calls an environment: made once, reset often.

    TRL learns that there are tools from its one public method; which ones, and with what schemas,
    is said by the trainer.
    """

    def __init__(self, scenario: Scenario):
        self._scenario = scenario
        self._environments: dict[str, Environment] = {}
        self._env = self._of("train")

    def _of(self, split: str) -> Environment:
        if split not in self._environments:
            self._environments[split] = Environment(self._scenario, split=split)
        return self._environments[split]

    def reset(self, task: str, **row: Json) -> None:
        """Begin the episode of a dataset row; the prompt is in the row."""
        split, seed = json.loads(task)
        self._env = self._of(split)
        self._env.reset(seed=seed)

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Call a tool.

        Args:
            name: Its name, also an invented one.
            arguments: Its arguments.
        """
        raw = arguments.get(RAW)
        return self._env.call(name, raw if isinstance(raw, str) else arguments)


class RolloutFactory:
    """Makes the environments of one scenario; pickled as the path of its file."""

    def __init__(self, path: str, scenario: Scenario | None = None):
        from rewardlang.driver import load

        self.path = path
        self.scenario = load(path) if scenario is None else scenario

    def __call__(self) -> Rollout:
        """A new environment."""
        return Rollout(self.scenario)

    def __reduce__(self) -> tuple[type[RolloutFactory], tuple[str]]:
        return RolloutFactory, (self.path,)


class Tools(dict[str, Callable[..., str]]):
    """Stands where TRL keeps a rollout's functions by name, and has one for every name."""

    def __init__(self, rollout: Rollout):
        super().__init__()
        self.rollout = rollout

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __getitem__(self, name: str) -> Callable[..., str]:
        return lambda **arguments: self.rollout.call(name, arguments)


def row_of(env: Environment, task: Task) -> dict[str, Json]:
    """The dataset row of a task. Parameters stay out of it: `datasets` would unify their types."""
    env.reset(seed=task.seed)
    return {
        "prompt": opening(env.system, env.prompt),
        "task": json.dumps([task.split, task.seed]),
        "environment": task.scenario,
    }


def rows_of(
    factories: Mapping[str, RolloutFactory], tasks: Sequence[Task]
) -> list[dict[str, Json]]:
    """The dataset rows of tasks of several scenarios and splits."""
    environments: dict[tuple[str, str], Environment] = {}
    rows = []
    for task in tasks:
        key = (task.scenario, task.split)
        if key not in environments:
            scenario = factories[task.scenario].scenario
            environments[key] = Environment(scenario, split=task.split)
        rows.append(row_of(environments[key], task))
    return rows


class Where(NamedTuple):
    """What a record says about when it was made.

    Attributes:
        phase: "baseline", "training" or "trained".
        decoding: "sampled" or "greedy".
    """

    phase: str
    decoding: str


class Scorer:
    """TRL's reward function: ends each episode, returns its reward and keeps a record."""

    __name__ = "reward"

    def __init__(self) -> None:
        self.where = Where("training", "sampled")
        self.records: list[Record] = []

    def __call__(
        self,
        completions: Sequence[Sequence[Message]],
        environments: Sequence[Rollout],
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Json,
    ) -> list[float]:
        """One reward per episode."""
        records = []
        for messages, rollout in zip(completions, environments, strict=True):
            rollout._env.finish(final_answer(messages))
            records.append(record_of(rollout._env, self.where))
        self.records += records
        if log_metric is not None:
            for name, value in metrics_of(records).items():
                log_metric(name, value)
        return [record["reward"] for record in records]

    def take(self) -> list[Record]:
        """The records since the last call."""
        taken, self.records = self.records, []
        return taken


def metrics_of(records: Sequence[Record]) -> dict[str, float]:
    """Means over episodes: "part/NAME" for each part, the share of full rewards, the calls made."""
    several = len({record["scenario"] for record in records}) > 1
    values: dict[str, list[float]] = {}
    for record in records:
        for name, value in record["parts"].items():
            full = f"{record['scenario']}/{name}" if several else name
            values.setdefault(f"part/{full}", []).append(value)
        values.setdefault("perfect", []).append(float(record["reward"] >= PERFECT))
        values.setdefault("calls", []).append(float(len(record["calls"])))
    return {name: sum(each) / len(each) for name, each in values.items()}


def record_of(env: Environment, where: Where) -> Record:
    """A finished episode as a line of a trace file, which `rewardlang score` reads as well."""
    scenario, episode, detail = env.scenario, env.episode, env.detail()
    return {
        "phase": where.phase,
        "decoding": where.decoding,
        "scenario": scenario.name,
        "split": env.split,
        "seed": env.seed,
        "params": episode.params,
        "prompt": env.prompt,
        "calls": [recorded(call) for call in episode.calls],
        "answer": episode.answer,
        "reward": detail.reward,
        "parts": dict(zip([name for name, _ in scenario.parts], detail.parts, strict=True)),
        "gates": dict(zip(scenario.gates, detail.gates, strict=True)),
        "penalties": dict(zip(scenario.penalties, detail.penalties, strict=True)),
    }
