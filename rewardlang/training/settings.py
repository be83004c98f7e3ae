"""What a training run or an evaluation can be told, as plain data; this module loads no torch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, field, fields, replace
from pathlib import Path
from typing import Any, Literal, cast

from rewardlang.frozen import frozen

TINY = "tiny"
ADAPTER = "adapter_config.json"
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
"""The value of `model` that means the embedded network, made from nothing for the scenarios."""


class TrainingError(Exception):
    """A run cannot start or go on for a reason that the user can change; the message says which."""


@frozen
class TinyModel:
    """The embedded network: Qwen3's architecture with random weights.

    Attributes:
        hidden: Width of the residual stream.
        layers: Number of blocks.
        heads: Attention heads; half as many key and value heads.
        vocabulary: Byte-level BPE entries, besides the tokens for constant text.
        context: Longest sequence in tokens, prompt and episode together.
    """

    hidden: int = 256
    layers: int = 4
    heads: int = 4
    vocabulary: int = 1024
    context: int = 2048


@frozen
class WarmStart:
    """Supervised steps on demonstrations before GRPO, for the embedded model only.

    Attributes:
        clean_steps: Steps on the oracle's own episodes, which teach to read and to copy.
        mixed_steps: Steps on episodes spoiled on purpose, so that GRPO has something to improve.
        batch: Demonstrations a step.
        learning_rate: Level in the first phase, low and falling in the second; AdamW takes three
            times it, Muon twenty times.
    """

    clean_steps: int = 60
    mixed_steps: int = 40
    batch: int = 16
    learning_rate: float = 1e-3


@frozen
class Lora:
    """Low-rank adapters on every linear layer, for a model that was not made here.

    Attributes:
        rank: Rank of the adapters; 0 trains all weights.
        alpha: Scale of the adapters.
    """

    rank: int = 32
    alpha: int = 64


@frozen
class TrainSettings:
    """One run of `rewardlang train`. `None` means: chosen by the kind of model, see `resolved`.

    Attributes:
        scenarios: Scenario files (YAML, or Python written by `rewardlang compile`), mixed evenly.
        model: "tiny", or a causal language model with a tool-calling chat template: a folder or
            a name on the Hugging Face hub.
        output: The run folder; None is `runs/<scenario>-<time>`.
        resume: A run folder to go on with; its settings are used, all others here are ignored.
        seed: Of weights, demonstrations, training tasks and sampling.
        steps: GRPO steps.
        minutes: Stop GRPO after so many minutes, though steps are left; None never does.
        prompts: Tasks a step.
        generations: Episodes a task, which make a group.
        learning_rate: Of GRPO, falling linearly to 0.
        temperature: Of sampling in training and in the sampled evaluation.
        beta: Weight of the divergence from the first policy; 0 keeps no reference model.
        max_episode_tokens: Longest episode after the prompt, results of tools included; for the
            embedded model None is one and a half times the longest demonstration.
        max_turn_tokens: Longest single turn of the policy; None likewise.
        eval_tasks: Held-out tasks for the evaluation before and after.
        save_every: Steps between checkpoints.
        accumulation: Slices in which a step's loss is computed, to need less memory.
        device: "auto" takes a GPU when torch sees one.
        threads: CPU threads for torch; None is all cores but one, at most 4.
        vllm: Generate with vLLM in the same process; "auto" does when it can be imported and
            the model is not the embedded one.
        tiny, warm_start, lora: See there.
    """

    scenarios: tuple[str, ...]
    model: str = TINY
    output: str | None = None
    resume: str | None = None
    seed: int = 0
    steps: int = 40
    minutes: float | None = None
    prompts: int = 8
    generations: int = 8
    learning_rate: float | None = None
    temperature: float | None = None
    beta: float = 0.0
    max_episode_tokens: int | None = None
    max_turn_tokens: int | None = None
    eval_tasks: int = 128
    save_every: int = 10
    accumulation: int | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = None
    vllm: Literal["auto", "on", "off"] = "auto"
    tiny: TinyModel = field(default_factory=TinyModel)
    warm_start: WarmStart = field(default_factory=WarmStart)
    lora: Lora = field(default_factory=Lora)

    @property
    def embedded(self) -> bool:
        """Whether the model is made here, for these scenarios."""
        return self.model == TINY

    def resolved(self) -> TrainSettings:
        """These settings with every None that depends on the kind of model filled in."""
        chosen: dict[str, Any] = (
            {
                "learning_rate": 1.5e-4,
                "temperature": 0.8,
                "accumulation": 1,
            }
            if self.embedded
            else {
                "learning_rate": 2e-5 if self.lora.rank else 1e-6,
                "temperature": 1.0,
                "max_episode_tokens": 4096,
                "max_turn_tokens": 512,
                "accumulation": self.prompts,
            }
        )
        return replace(self, **{k: v for k, v in chosen.items() if getattr(self, k) is None})


@frozen
class EvalSettings:
    """One run of `rewardlang eval`.

    Attributes:
        scenarios: Scenario files, as for training; empty with a run folder takes the run's own.
        model: A run folder, a folder with a model, or a name on the hub.
        tasks: Tasks drawn per run, shared evenly between scenarios.
        split: Which stream of draws; "eval" is what training never sees.
        temperature: Of sampling; 0 is greedy; None is the run's own, or 1.
        seed: Of sampling.
        output: A folder for summary.json and the transcripts; None writes nothing.
        device, threads: As for training.
    """

    scenarios: tuple[str, ...]
    model: str
    tasks: int = 128
    split: Literal["eval", "train"] = "eval"
    temperature: float | None = None
    seed: int = 0
    output: str | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: int | None = None


def check_model(model: str) -> None:
    """See to it that `model` can be loaded, as far as its name says; before torch is imported.

    Raises:
        TrainingError: It is no folder with a model, and cannot be a name on the hub.
    """
    if model == TINY:
        return
    folder = Path(model)
    if folder.is_dir():
        if not (folder / "config.json").is_file() and not (folder / ADAPTER).is_file():
            raise TrainingError(f"the folder {model} holds neither a run nor a model")
    elif not _HUB_NAME.fullmatch(model):
        raise TrainingError(
            f"there is no folder {model}, and models on the hub are called OWNER/NAME"
        )


def write_settings(path: Path, settings: TrainSettings) -> None:
    """Write `settings` as JSON, for people and for `--resume`."""
    path.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")


def read_settings(path: Path) -> TrainSettings:
    """The settings of a run folder's `config.json`.

    Raises:
        TrainingError: The file is missing or was not written by `write_settings`.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return cast(TrainSettings, _build(TrainSettings, data))
    except (OSError, ValueError, TypeError) as error:
        raise TrainingError(f"{path} holds no settings of a run: {error}") from error


_NESTED = {"tiny": TinyModel, "warm_start": WarmStart, "lora": Lora}


def _build(kind: type[Any], data: object) -> Any:
    if not isinstance(data, Mapping):
        raise TypeError(f"expected an object, found {type(data).__name__}")
    known = {f.name for f in fields(kind)}
    unknown = [name for name in data if name not in known]
    if unknown:
        raise TypeError(f"unknown key {unknown[0]!r}")
    values = {
        name: _build(_NESTED[name], value)
        if name in _NESTED
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in data.items()
    }
    return kind(**values)
