"""What episodes add up to: means with standard errors, before and after, and how a run went."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from rewardlang.frozen import frozen
from rewardlang.training.rollouts import PERFECT, Record

PACKAGES = (
    "rewardlang", "torch", "transformers", "trl", "datasets", "accelerate", "peft", "tokenizers",
)  # fmt: skip


@frozen
class Score:
    """Rewards of one set of episodes.

    Attributes:
        mean: Of the rewards, in [0, 1].
        standard_error: Of `mean`: the sample's standard deviation over the root of its size.
        tasks: How many episodes, one a task.
        perfect: Share of episodes with the full reward.
        parts: Mean score of each part; "scenario/part" where there are several scenarios.
    """

    mean: float
    standard_error: float
    tasks: int
    perfect: float
    parts: Mapping[str, float]


@frozen
class Evaluation:
    """A policy on held-out tasks.

    Attributes:
        sampled: At the training temperature: what the run reports as its result.
        greedy: With the likeliest token each time.
        scenarios: `sampled` for each scenario alone.
    """

    sampled: Score
    greedy: Score
    scenarios: Mapping[str, Score]


@frozen
class Summary:
    """The outcome of a run.

    Attributes:
        status: "complete", or "interrupted" by Ctrl-C.
        folder: The run folder.
        scenarios: Names of the scenarios.
        model: "tiny", a folder or a name on the hub.
        steps: GRPO steps taken.
        baseline: Before GRPO; None when the run did not come so far.
        trained: After it, likewise.
        seconds: Wall time of each phase, of all sittings together.
        warm_start: What the embedded model was started with; {} for others.
        settings: All settings of the run.
        versions: Of Python and the packages that matter.
        device: "cpu" or the GPU's name.
        seeds: Seeds of the run and of the tasks it was evaluated on.
    """

    status: Literal["complete", "interrupted"]
    folder: str
    scenarios: tuple[str, ...]
    model: str
    steps: int
    baseline: Evaluation | None
    trained: Evaluation | None
    seconds: Mapping[str, float]
    warm_start: Mapping[str, Any]
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    device: str
    seeds: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The summary as `summary.json` has it: the sampled score's fields beside `greedy`."""
        data = asdict(self)
        for name in ("baseline", "trained"):
            data[name] = flat(getattr(self, name))
        return data

    def write(self, folder: Path) -> None:
        """Write `summary.json`."""
        text = json.dumps(self.to_json(), indent=2, ensure_ascii=False)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def flat(evaluation: Evaluation | None) -> dict[str, Any] | None:
    """An evaluation as JSON data: the sampled score, and in it `greedy` and `scenarios`."""
    if evaluation is None:
        return None
    return {
        **asdict(evaluation.sampled),
        "greedy": asdict(evaluation.greedy),
        "scenarios": {name: asdict(score) for name, score in evaluation.scenarios.items()},
    }


def score(records: Sequence[Record]) -> Score:
    """Add up records; there must be at least one."""
    rewards = [record["reward"] for record in records]
    several = len({record["scenario"] for record in records}) > 1
    parts: dict[str, list[float]] = {}
    for record in records:
        for name, value in record["parts"].items():
            full = f"{record['scenario']}/{name}" if several else name
            parts.setdefault(full, []).append(value)
    return Score(
        mean=mean(rewards),
        standard_error=standard_error(rewards),
        tasks=len(rewards),
        perfect=mean([float(reward >= PERFECT) for reward in rewards]),
        parts={name: mean(values) for name, values in parts.items()},
    )


def evaluation(records: Sequence[Record]) -> Evaluation:
    """Add up the sampled and the greedy records of one policy."""
    sampled = [r for r in records if r["decoding"] == "sampled"]
    greedy = [r for r in records if r["decoding"] == "greedy"]
    names = sorted({r["scenario"] for r in sampled})
    each = {name: score([r for r in sampled if r["scenario"] == name]) for name in names}
    return Evaluation(score(sampled), score(greedy), each)


def mean(values: Sequence[float]) -> float:
    """The mean, rounded to 1e-6 as rewards are."""
    return round(sum(values) / len(values), 6)


def standard_error(values: Sequence[float]) -> float:
    """Standard error of the mean of independent values; 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    middle = sum(values) / len(values)
    variance = sum((value - middle) ** 2 for value in values) / (len(values) - 1)
    return round(math.sqrt(variance / len(values)), 6)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a result depends on, where installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
