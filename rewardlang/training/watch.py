"""What a person sees and the run folder keeps while a run goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rewardlang.training.rollouts import Record
from rewardlang.training.summary import Evaluation, Summary

Row = dict[str, Any]
LINES = 10
"""Lines that a phase prints, about, where nothing can be redrawn."""


def write_lines(path: Path, rows: Sequence[Mapping[str, Any]], *, append: bool = False) -> None:
    """Write `rows` as JSON lines; a file is replaced as a whole or added to."""
    data = b"".join(orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n" for row in rows)
    if append:
        with path.open("ab") as file:
            file.write(data)
        return
    half = path.with_suffix(".part")
    half.write_bytes(data)
    half.replace(path)


def read_lines(path: Path) -> list[Row]:
    """The rows of a JSON lines file; none when there is no file.

    A last line without its newline was cut off by a crash and is left out.
    """
    if not path.is_file():
        return []
    lines = path.read_bytes().split(b"\n")
    return [orjson.loads(line) for line in lines[:-1] if line]


class Clock:
    """Seconds by phase, added up over all sittings of a run."""

    def __init__(self, seconds: Mapping[str, float]):
        self.seconds = dict(seconds)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count the time inside as `name`, also when it ends by an exception."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - began)

    def add(self, name: str, spent: float) -> None:
        """Count `spent` seconds as `name`."""
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 2)


class Interrupt:
    """Ctrl-C: inside `gently` the first one only sets `asked`; any other raises as usual."""

    def __init__(self) -> None:
        self.asked = False
        self._gentle = False
        self._previous: Any = None

    def __enter__(self) -> Interrupt:
        try:
            self._previous = signal.signal(signal.SIGINT, self._handle)
        except ValueError:  # not the main thread, where no signal arrives
            self._previous = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    @contextmanager
    def gently(self) -> Iterator[None]:
        """Let what is inside look at `asked` and stop by itself."""
        self._gentle = True
        try:
            yield
        finally:
            self._gentle = False

    def _handle(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._gentle or self.asked:
            raise KeyboardInterrupt
        self.asked = True


class View:
    """Progress on the console: bars where it can be redrawn, else a line now and then."""

    def __init__(self, console: Console):
        self.console = console

    def say(self, text: str) -> None:
        """One line of news."""
        self.console.print(text, highlight=False)

    @contextmanager
    def bar(self, title: str, total: int, done: int = 0) -> Iterator[Bar]:
        """A phase of `total` steps, of which `done` are done."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[news]}"),
            TimeRemainingColumn(),
        )
        if not self.console.is_terminal:
            yield Bar(self, title, total, None, None)
            return
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(title, total=total, completed=done, news="")
            yield Bar(self, title, total, progress, task)


class Bar:
    """One phase being shown."""

    def __init__(self, view: View, title: str, total: int, progress: Progress | None, task: Any):
        self.view, self.title, self.total = view, title, total
        self.progress, self.task = progress, task
        self.began = time.monotonic()
        self.first: int | None = None

    def at(self, step: int, news: str) -> None:
        """`step` steps are done; `news` says how it goes."""
        if self.progress is not None:
            self.progress.update(self.task, completed=step, news=news)
            return
        if self.first is None:
            self.first = step - 1
        if step % max(1, self.total // LINES) == 0 or step == self.total:
            pace = (time.monotonic() - self.began) / max(1, step - self.first)
            left = round(pace * (self.total - step))
            self.view.say(f"{self.title} {step}/{self.total}  {news}  {left} s left")


def before_and_after(summary: Summary) -> Table:
    """The result of a run as a table: rewards, then each part."""
    table = Table(title="Held-out tasks", title_justify="left", show_edge=False, pad_edge=False)
    table.add_column("")
    for name in ("before", "after"):
        table.add_column(name, justify="right")
    table.add_column("change", justify="right")
    before, after = summary.baseline, summary.trained

    def add(
        label: str | Text, values: Sequence[float | None], errors: Sequence[float | None]
    ) -> None:
        cells = []
        for value, error in zip(values, errors, strict=True):
            text = "-" if value is None else f"{value:.3f}"
            cells.append(text if error is None else f"{text} ± {error:.3f}")
        first, last = values
        change = "" if first is None or last is None else f"{last - first:+.3f}"
        table.add_row(label, *cells, change)

    def of(evaluation: Evaluation | None, *path: str) -> float | None:
        value: Any = evaluation
        for name in path:
            if value is None:
                return None
            value = value.get(name) if isinstance(value, Mapping) else getattr(value, name)
        return value  # type: ignore[no-any-return]  # read by name, so Any

    for decoding, label in (("sampled", "reward, sampled"), ("greedy", "reward, greedy")):
        means = [of(e, decoding, "mean") for e in (before, after)]
        errors = [of(e, decoding, "standard_error") for e in (before, after)]
        add(Text(label, style="bold"), means, errors)
    if len(summary.scenarios) > 1:
        for name in summary.scenarios:
            means = [of(e, "scenarios", name, "mean") for e in (before, after)]
            errors = [of(e, "scenarios", name, "standard_error") for e in (before, after)]
            add(name, means, errors)
    elif before is not None:
        for part in before.sampled.parts:
            add(f"  {part}", [of(e, "sampled", "parts", part) for e in (before, after)], [None] * 2)
    return table


def step_row(step: int, logs: Mapping[str, Any], spent: Mapping[str, float]) -> Row:
    """A line of `metrics.jsonl` from what TRL logs; times apart, as they never repeat."""
    parts = {k.removeprefix("part/"): v for k, v in logs.items() if k.startswith("part/")}
    return {
        "step": step,
        "reward": logs["reward"],
        "spread": logs["reward_std"],
        "unanimous": logs["frac_reward_zero_std"],
        "parts": parts,
        "perfect": logs.get("perfect"),
        "calls": logs.get("calls"),
        "loss": logs.get("loss"),
        "entropy": logs.get("entropy"),
        "kl": logs.get("kl"),
        "gradient": logs.get("grad_norm"),
        "learning_rate": logs.get("learning_rate"),
        "length": {name: logs[f"completions/{name}_length"] for name in ("mean", "min", "max")},
        "cut_off": logs.get("completions/clipped_ratio"),
        "generated_tokens": int(spent.get("generated_tokens", 0)),
        "seconds": {
            "step": logs.get("step_time"),
            "generate": spent.get("generate", 0.0),
            "rollout": spent.get("rollout", 0.0),
            "reward": spent.get("reward", 0.0),
        },
    }


def keep_until(path: Path, step: int) -> None:
    """Take the rows after `step` out of a file whose run goes on from there."""
    rows = read_lines(path)
    kept = [row for row in rows if row.get("step", 0) <= step]
    if len(kept) < len(rows):
        write_lines(path, kept)


def training_records(records: Sequence[Record], step: int) -> list[Row]:
    """Records of a training step, with its number."""
    return [{"step": step, **record} for record in records]
