"""A policy measured on tasks, without learning: `rewardlang eval`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console

from rewardlang.frozen import frozen
from rewardlang.training.plans import Task
from rewardlang.training.settings import (
    EvalSettings,
    TrainingError,
    TrainSettings,
    check_model,
    read_settings,
)
from rewardlang.training.summary import Score, score, versions
from rewardlang.training.watch import write_lines

if TYPE_CHECKING:
    from rewardlang.training.rollouts import Record


@frozen
class Measured:
    """The outcome of an evaluation.

    Attributes:
        model: What was measured: a folder or a name on the hub.
        decoding: "sampled" or "greedy".
        temperature: Of sampling; 0 for greedy.
        split: Of the tasks.
        total: Over all tasks.
        scenarios: For each scenario alone.
        versions: Of Python and the packages that matter.
    """

    model: str
    decoding: str
    temperature: float
    split: str
    total: Score
    scenarios: Mapping[str, Score]
    versions: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As `summary.json` of an evaluation has it."""
        return asdict(self)


def evaluate_model(settings: EvalSettings, console: Console | None = None) -> Measured:
    """Let a policy do tasks and add up its rewards.

    Args:
        settings: Which policy, which tasks, how.
        console: Where progress goes; None shows it on standard error.

    Raises:
        TrainingError: The policy cannot be loaded, or the settings do not go together.
        rewardlang.driver.CheckFailed: A scenario has errors.
    """
    console = console or Console(stderr=True)
    settings, run = _resolved(settings)
    from rewardlang.training import grpo, model
    from rewardlang.training.rollouts import RolloutFactory, Where, rows_of
    from rewardlang.training.run import use_threads

    device = model.pick_device(settings.device)
    use_threads(settings.threads)
    grpo.quiet()
    factories = {}
    for path in settings.scenarios:
        factory = RolloutFactory(path)
        factories[factory.scenario.name] = factory
    each = -(-settings.tasks // len(factories))
    tasks = [Task(name, settings.split, seed) for name in factories for seed in range(each)]
    rows = rows_of(factories, tasks)
    greedy = settings.temperature == 0
    as_run = replace(run, temperature=settings.temperature or 1.0, seed=settings.seed)
    with TemporaryDirectory() as scratch:
        config = grpo.configure(
            as_run,
            Path(scratch),
            device,
            calls=max(factory.scenario.calls_limit for factory in factories.values()),
            eval_batch=min(len(rows), 128 if run.embedded else 16),
        )
        trainer = grpo.build_trainer(
            as_run,
            config,
            model.load_model(settings.model, device),
            model.load_tokenizer(settings.model),
            factories,
            rows,
            [],
        )
        with console.status(f"{len(rows)} episodes"):
            records = trainer.run_tasks(rows, Where("eval", "greedy" if greedy else "sampled"))
    measured = Measured(
        settings.model,
        "greedy" if greedy else "sampled",
        settings.temperature or 0.0,
        settings.split,
        score(records),
        {name: score([r for r in records if r["scenario"] == name]) for name in factories},
        versions(),
    )
    if settings.output is not None:
        _write(Path(settings.output), measured, records)
    return measured


def _resolved(settings: EvalSettings) -> tuple[EvalSettings, TrainSettings]:
    """The settings with what a run folder knows filled in, and the run's own or likely ones."""
    folder = Path(settings.model)
    if (folder / "config.json").is_file() and (folder / "transcripts").is_dir():
        run = read_settings(folder / "config.json")
        trained = folder / "model"
        if not trained.is_dir():
            raise TrainingError(f"{folder} has no trained model yet; go on with --resume {folder}")
        from rewardlang.training.run import with_token_limits

        run = with_token_limits(run, folder)
        settings = replace(
            settings,
            model=str(trained),
            scenarios=settings.scenarios or run.scenarios,
            temperature=run.temperature if settings.temperature is None else settings.temperature,
        )
    else:
        check_model(settings.model)
        run = TrainSettings(scenarios=settings.scenarios, model=settings.model).resolved()
        if settings.temperature is None:
            settings = replace(settings, temperature=1.0)
    if not settings.scenarios:
        raise TrainingError(f"name the scenarios: {settings.model} is no run, which knows its own")
    # Nothing learns here, so no adapters are put on and no batch has to be shared out.
    run = replace(
        run, steps=1, prompts=1, generations=2, accumulation=1, lora=replace(run.lora, rank=0)
    )
    return settings, run


def _write(folder: Path, measured: Measured, records: Sequence[Record]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(measured.to_json(), indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    write_lines(folder / "transcripts.jsonl", records)
