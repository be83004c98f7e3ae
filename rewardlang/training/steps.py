"""What happens after each GRPO step: a line of metrics, the transcripts, the progress bar."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from rewardlang.training.watch import (
    Bar,
    Interrupt,
    keep_until,
    step_row,
    training_records,
    write_lines,
)

if TYPE_CHECKING:
    from rewardlang.training.grpo import Trainer
    from rewardlang.training.run import Run


class Steps(TrainerCallback):  # type: ignore[misc]  # their base classes have no types here
    """Watches the trainer of a run."""

    trainer: Trainer

    def __init__(self, run: Run):
        self.run = run
        self.bar: Bar | None = None
        self.interrupt: Interrupt | None = None
        self.began = time.monotonic()
        self.metrics = run.folder / "metrics.jsonl"
        self.episodes = run.transcript("training")

    def forget_after(self, step: int) -> None:
        """Take back lines of steps that no checkpoint holds; they are done again."""
        self.run.steps = step
        if self.run.main:
            keep_until(self.metrics, step)
            keep_until(self.episodes, step)

    def begin(self, bar: Bar | None, interrupt: Interrupt) -> None:
        """Show steps on `bar` and stop when `interrupt` asks."""
        self.bar, self.interrupt = bar, interrupt
        self.began = time.monotonic()
        self.trainer.take_spent()

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """Keep the step that TRL logs; the logs of evaluations and of the end have no reward."""
        if not logs or "reward" not in logs:
            return
        from accelerate.utils import gather_object

        step = state.global_step
        spent = self.trainer.take_spent()
        records = gather_object(self.trainer.scorer.take())
        self.run.steps = step
        if not self.run.main:
            return
        row = step_row(step, logs, spent)
        write_lines(self.metrics, [row], append=True)
        write_lines(self.episodes, training_records(records, step), append=True)
        if self.bar is not None:
            self.bar.at(step, f"reward {row['reward']:.3f}  spread {row['spread']:.3f}")

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """After Ctrl-C, or when the time is up: save and stop."""
        minutes = self.run.settings.minutes
        late = minutes is not None and time.monotonic() - self.began >= 60 * minutes
        if late or (self.interrupt is not None and self.interrupt.asked):
            control.should_save = True
            control.should_training_stop = True
