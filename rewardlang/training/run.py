"""A training run: its folder, its phases, and how it stops and goes on.

The folder holds `config.json` (the settings), `start/` (the embedded model before GRPO),
`transcripts/` (an episode a line), `metrics.jsonl` (a step a line), `checkpoints/`, `model/` (the
trained policy), `summary.json` and `report.html`. A phase whose result is there is not repeated.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from rewardlang.training.plans import Task, held_out, training_tasks
from rewardlang.training.settings import (
    TrainingError,
    TrainSettings,
    check_model,
    read_settings,
    write_settings,
)
from rewardlang.training.summary import Evaluation, Summary, evaluation, versions
from rewardlang.training.watch import Clock, Interrupt, View, read_lines, write_lines

if TYPE_CHECKING:
    from rewardlang.training.grpo import Row, Trainer
    from rewardlang.training.rollouts import Record, RolloutFactory

CONFIG, STATE, METRICS = "config.json", "state.json", "metrics.jsonl"
SLACK = 1.5
"""How much longer than any demonstration an episode of the embedded model may become."""


def train(settings: TrainSettings, console: Console | None = None) -> Summary:
    """Run or go on with a training run; everything about it ends up in its folder.

    Args:
        settings: What to train, on what, and how; with `resume`, only that counts.
        console: Where progress goes; None shows it on standard error.

    Raises:
        TrainingError: The run cannot start or go on, for a reason the user can change.
        rewardlang.driver.CheckFailed: A scenario has errors.
    """
    run = Run(settings, View(console or Console(stderr=True)))
    with Interrupt() as interrupt:
        try:
            with _flushing_denormals():
                run.go(interrupt)
        except KeyboardInterrupt:
            run.interrupted = True
        return run.close()


class Run:
    """One sitting of a run."""

    def __init__(self, settings: TrainSettings, view: View):
        began = time.perf_counter()
        self.interrupted = False
        self.view = view
        self.processes = int(os.environ.get("WORLD_SIZE", "1"))
        self.main = int(os.environ.get("RANK", "0")) == 0
        if settings.resume is not None:
            self.settings = read_settings(Path(settings.resume) / CONFIG)
        else:
            check_model(settings.model)
            self.settings = settings.resolved()
        # What is wrong with the settings or the scenarios shows before there is a folder.
        self.factories: dict[str, RolloutFactory] = self._load_scenarios()
        self.device = self._load_libraries()
        if settings.resume is not None:
            self.folder = Path(settings.resume)
        else:
            self.folder = self._new_folder()
        state = self._state()
        self.clock = Clock(state.get("seconds", {}))
        self.clock.add("load", time.perf_counter() - began)
        self.steps: int = state.get("steps", 0)
        self.notes: dict[str, Any] = {}

    def _load_scenarios(self) -> dict[str, RolloutFactory]:
        from rewardlang.training.rollouts import RolloutFactory

        factories: dict[str, RolloutFactory] = {}
        for path in self.settings.scenarios:
            factory = RolloutFactory(path)
            name = factory.scenario.name
            if name in factories:
                raise TrainingError(f"{path} and {factories[name].path} are both {name}")
            factories[name] = factory
        return factories

    def _load_libraries(self) -> str:
        """Import what is slow to import, and say on which device it will run."""
        from rewardlang.training import grpo, model

        device = model.pick_device(self.settings.device)
        grpo.per_device(self.settings, self.processes)
        grpo.wants_vllm(self.settings, device)
        use_threads(self.settings.threads)
        grpo.quiet()
        return device

    # ---- the folder ----

    def _new_folder(self) -> Path:
        settings = self.settings
        if settings.output is None:
            name = Path(settings.scenarios[0]).stem
            more = f"-and-{len(settings.scenarios) - 1}" if len(settings.scenarios) > 1 else ""
            stamp = time.strftime("%Y%m%d-%H%M%S")
            folder = Path(self._agreed(str(Path("runs") / f"{name}{more}-{stamp}")))
        else:
            folder = Path(settings.output)
            if self.main and (folder / CONFIG).exists():
                raise TrainingError(
                    f"{folder} holds a run already; go on with it by --resume {folder}, "
                    "or choose another --output"
                )
        if self.main:
            (folder / "transcripts").mkdir(parents=True, exist_ok=True)
            write_settings(folder / CONFIG, settings)
        return folder

    def _agreed(self, value: str) -> str:
        """The main process's `value`, where there are several."""
        if self.processes == 1:
            return value
        from accelerate import PartialState
        from accelerate.utils import broadcast_object_list

        PartialState(cpu=self.settings.device == "cpu")
        values = [value]
        broadcast_object_list(values)
        return values[0]

    def _state(self) -> dict[str, Any]:
        path = self.folder / STATE
        if not path.is_file():
            return {}
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return state

    def save_state(self) -> None:
        """Keep what a later sitting needs to count on."""
        if self.main:
            state = {"seconds": self.clock.seconds, "steps": self.steps}
            (self.folder / STATE).write_text(json.dumps(state) + "\n", encoding="utf-8")

    def transcript(self, phase: str) -> Path:
        """Where the episodes of a phase are."""
        return self.folder / "transcripts" / f"{phase}.jsonl"

    # ---- the phases ----

    def go(self, interrupt: Interrupt) -> None:
        """All phases that are not done yet."""
        self.view.say(f"run folder: {self.folder}")
        with self.clock.phase("warm_start"):
            start = self._start()
        with self.clock.phase("load"):
            trainer = self._trainer(start)
        with self.clock.phase("baseline"):
            self._evaluate(trainer, "baseline")
        self.save_state()
        with self.clock.phase("grpo"), interrupt.gently():
            self._learn(trainer, interrupt)
        self.save_state()
        if interrupt.asked:
            raise KeyboardInterrupt
        with self.clock.phase("trained"):
            self._evaluate(trainer, "trained")
        if self.main:
            trainer.save_model(str(self.folder / "model"))

    def _start(self) -> str:
        """The path of the policy before GRPO; the embedded one is made here."""
        settings = self.settings
        if not settings.embedded:
            return settings.model
        from rewardlang.training.prepare import prepare, prepared

        folder = self.folder / "start"
        if self.main and prepared(folder) is None:
            total = settings.warm_start.clean_steps + settings.warm_start.mixed_steps
            with self.view.bar("warm start", total) as bar:
                prepare(
                    settings,
                    [factory.scenario for factory in self.factories.values()],
                    folder,
                    self.device,
                    lambda step, loss: bar.at(step, f"loss {loss:.3f}"),
                )
        self._wait()
        notes = prepared(folder)
        assert notes is not None, "it was made above"
        self.notes = notes
        self.settings = replace(
            settings,
            max_episode_tokens=settings.max_episode_tokens
            or round(SLACK * notes["longest_episode"]),
            max_turn_tokens=settings.max_turn_tokens or round(SLACK * notes["longest_turn"]),
        )
        return str(folder)

    def _wait(self) -> None:
        """Until all processes are here."""
        if self.processes > 1:
            from accelerate import PartialState

            PartialState().wait_for_everyone()

    def _trainer(self, start: str) -> Trainer:
        from rewardlang.training import grpo, model
        from rewardlang.training.steps import Steps

        settings = self.settings
        scenarios = [factory.scenario for factory in self.factories.values()]
        config = grpo.configure(
            settings,
            self.folder / "checkpoints",
            self.device,
            calls=max(scenario.calls_limit for scenario in scenarios),
            eval_batch=self._eval_batch(),
        )
        self.watcher = Steps(self)
        trainer = grpo.build_trainer(
            settings,
            config,
            model.load_model(start, self.device),
            model.load_tokenizer(start),
            self.factories,
            self._training_rows(),
            [self.watcher],
        )
        self.watcher.trainer = trainer
        return trainer

    def _eval_batch(self) -> int:
        if self.settings.embedded:
            return max(1, min(256, -(-self.settings.eval_tasks // self.processes)))
        from rewardlang.training.grpo import per_device

        return per_device(self.settings, self.processes)

    def _training_rows(self) -> list[Row]:
        """One row a task and step, scenarios in turns; fewer would be no step at all to TRL."""
        from rewardlang.training.rollouts import rows_of

        settings = self.settings
        streams = {
            name: training_tasks(factory.scenario, _rng("tasks", name, settings.seed))
            for name, factory in self.factories.items()
        }
        names = list(streams)
        count = settings.prompts * max(1, settings.steps)
        tasks = [next(streams[names[i % len(names)]]) for i in range(count)]
        return rows_of(self.factories, tasks)

    def held_out_tasks(self) -> list[Task]:
        """The tasks of both evaluations, shared evenly between scenarios."""
        each = -(-self.settings.eval_tasks // len(self.factories))
        return [
            task for factory in self.factories.values() for task in held_out(factory.scenario, each)
        ]

    def _evaluate(self, trainer: Trainer, phase: str) -> None:
        from rewardlang.training.rollouts import Where, rows_of

        path = self.transcript(phase)
        if path.exists():
            return
        rows = rows_of(self.factories, self.held_out_tasks())
        records: list[Record] = []
        for decoding in ("sampled", "greedy"):
            records += trainer.run_tasks(rows, Where(phase, decoding))
        if self.main:
            write_lines(path, records)
        self._wait()
        result = evaluation(records)
        self.view.say(
            f"{phase}: {result.sampled.mean:.3f} ± {result.sampled.standard_error:.3f} sampled, "
            f"{result.greedy.mean:.3f} greedy, on {result.sampled.tasks} held-out tasks"
        )

    def _learn(self, trainer: Trainer, interrupt: Interrupt) -> None:
        settings = self.settings
        if settings.steps == 0 or self.steps >= settings.steps:
            return
        checkpoint = _last_checkpoint(self.folder / "checkpoints")
        done = int(checkpoint.name.rsplit("-", 1)[1]) if checkpoint else 0
        self.watcher.forget_after(done)
        bar = self.view.bar("grpo", settings.steps, done) if self.main else nullcontext(None)
        with bar as shown:
            self.watcher.begin(shown, interrupt)
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)

    # ---- the end ----

    def close(self) -> Summary:
        """Write the summary and the report of what there is."""
        self.save_state()
        summary = Summary(
            status="interrupted" if self.interrupted else "complete",
            folder=str(self.folder),
            scenarios=tuple(self.factories),
            model=self.settings.model,
            steps=self.steps,
            baseline=self._result("baseline"),
            trained=self._result("trained"),
            seconds=self.clock.seconds,
            warm_start=self.notes,
            settings=asdict(self.settings),
            versions=versions(),
            device=_device_name(self.device),
            seeds={"run": self.settings.seed, "held_out": [0, self.settings.eval_tasks]},
        )
        if self.main:
            from rewardlang.training.report import write_report

            summary.write(self.folder)
            write_report(self.folder, summary)
        return summary

    def _result(self, phase: str) -> Evaluation | None:
        records = read_lines(self.transcript(phase))
        return evaluation(records) if records else None


def _rng(*key: str | int) -> Any:
    from rewardlang_runtime import Rng

    return Rng(*key)


def with_token_limits(settings: TrainSettings, folder: Path) -> TrainSettings:
    """Settings of the run in `folder`, the embedded model's limits from its demonstrations."""
    from rewardlang.training.prepare import prepared

    notes = prepared(folder / "start") if settings.embedded else None
    if notes is None:
        return settings
    episode, turn = (round(SLACK * notes[name]) for name in ("longest_episode", "longest_turn"))
    return replace(
        settings,
        max_episode_tokens=settings.max_episode_tokens or episode,
        max_turn_tokens=settings.max_turn_tokens or turn,
    )


@contextmanager
def _flushing_denormals() -> Iterator[None]:
    """Numbers below 1e-38 become 0 inside.

    Where a group's rewards are nearly equal the gradients are full of them, and a product of two
    such matrices took 190 times as long (x86-64, torch 2.13).
    """
    import torch

    torch.set_flush_denormal(True)  # torch's other threads are made later, and inherit it
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def use_threads(threads: int | None) -> None:
    """Let torch use `threads` threads, or all cores but one and at most 4.

    Its threads wait for each other at every small operation, so on a core that another program
    wants one of them holds up all: alone on two cores a step takes 3.2 s with two threads and 3.9 s
    with one, beside one busy program it was 10 to 40 s with two.
    """
    import torch

    torch.set_num_threads(threads or max(1, min((os.cpu_count() or 1) - 1, 4)))


def _device_name(device: str) -> str:
    if device != "cuda":
        return device
    import torch

    return torch.cuda.get_device_name()


def _last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to the end: the trainer's state is its last file."""
    found: Sequence[Path] = [
        path for path in folder.glob("checkpoint-*") if (path / "trainer_state.json").is_file()
    ]
    return max(found, key=lambda path: int(path.name.rsplit("-", 1)[1]), default=None)
