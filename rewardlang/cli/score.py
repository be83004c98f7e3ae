"""`rewardlang score`: recorded traces to rewards; what a trace does not decide is unknown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import Failure, files
from rewardlang.cli.output import cache_option, console, count, format_option, number, print_json

if TYPE_CHECKING:
    from rewardlang.scoring import Score


@click.command("score")
@click.argument("file", type=click.Path(dir_okay=False))
@click.argument("traces", type=click.Path(dir_okay=False))
@format_option
@cache_option
def command(file: str, traces: str, form: str, no_cache: bool) -> None:
    """Score TRACES, JSON lines with one episode each, by the scenario FILE.

    A line is an object with `calls` (each with `op`, `args`, and as far as they were recorded
    `kind`, `status` and `response`), `answer`, and the task: `seed` and `split`, or `params`.
    `rewardlang run --save` writes such lines.

    A trace with a task is replayed. Without one, or where the replay answers otherwise than the
    recording, parts that the recording does not decide are unknown, never 0.

    \b
    rewardlang score scenarios/jira_add_labels.yaml traces.jsonl --format json
    """
    from rewardlang.scoring import Scorer

    scenario = files.compiled(Path(file), no_cache)
    scorer = Scorer(scenario, lambda: files.typed(Path(file)))
    scores = []
    for trace in files.traces(Path(traces)):
        if trace.scenario is not None and trace.scenario != scenario.name:
            raise Failure(
                f"{traces}, line {trace.line}: a trace of {trace.scenario}, not of {scenario.name}"
            )
        scores.append(scorer.score(trace))
    if form == "json":
        print_json(_as_json(scenario.name, scores))
    else:
        _print(traces, scores, [name for name, _ in scenario.parts])


def _print(traces: str, scores: list[Score], parts: list[str]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("line", justify="right")
    for heading in ("reward", *parts):
        table.add_column(heading, justify="right")
    table.add_column("gates that fail, penalties, and what is missing", overflow="fold")
    for score in scores:
        reward = _number(score.reward)
        if score.reward is None:
            reward = Text(f"{number(score.low)} to {number(score.high)}", "yellow")
        table.add_row(
            str(score.line), reward, *(_number(v) for v in score.parts.values()), _remarks(score)
        )
    mean = [_mean([s.reward for s in scores])]
    mean += [_mean([s.parts[name] for s in scores]) for name in parts]
    table.add_section()
    table.add_row("mean", *map(_number, mean), "")
    console().print(table)
    unknown = sum(score.reward is None for score in scores)
    click.echo(f"{count(len(scores), 'trace')} in {traces}, {unknown} with an unknown reward")


def _number(value: float | None) -> Any:
    from rich.text import Text

    return Text("unknown", "yellow") if value is None else Text(number(value))


def _remarks(score: Score) -> str:
    said = [f"gate {name}" for name, held in score.gates.items() if held is False]
    said += [f"{name} x {number(f)}" for name, f in score.penalties.items() if f not in (1, None)]
    said += [f"{name} unknown" for name, v in (score.gates | score.penalties).items() if v is None]
    return "; ".join([*said, *([score.why] if score.why else [])])


def _mean(values: list[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _as_json(name: str, scores: list[Score]) -> dict[str, Any]:
    return {
        "scenario": name,
        "traces": [score._asdict() for score in scores],
        "mean": _mean([score.reward for score in scores]),
        "unknown": sum(score.reward is None for score in scores),
    }
