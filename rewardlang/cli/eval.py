"""`rewardlang eval`: a policy's mean reward on tasks that training never sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rewardlang.cli import Failure
from rewardlang.cli.needs import need_training
from rewardlang.cli.output import console, format_option, number, print_json
from rewardlang.training.settings import EvalSettings, TrainingError

if TYPE_CHECKING:
    from rewardlang.training.evaluate import Measured
    from rewardlang.training.summary import Score

_DEFAULT = EvalSettings(scenarios=(), model="")


@click.command("eval")
@click.argument("model", metavar="MODEL")
@click.argument(
    "scenarios", nargs=-1, metavar="[SCENARIO...]", type=click.Path(exists=True, dir_okay=False)
)
@click.option(
    "--tasks",
    type=click.IntRange(1),
    default=_DEFAULT.tasks,
    show_default=True,
    help="Tasks drawn, shared evenly between scenarios.",
)
@click.option(
    "--split",
    type=click.Choice(["eval", "train"]),
    default=_DEFAULT.split,
    show_default=True,
    help="Which stream of draws; eval is what training never sees.",
)
@click.option(
    "--temperature",
    type=click.FloatRange(0),
    help="Of sampling; 0 is greedy.  [default: the run's own, or 1]",
)
@click.option("--seed", type=int, default=_DEFAULT.seed, show_default=True, help="Of sampling.")
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="A folder for summary.json and the transcripts.",
)
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default=_DEFAULT.device,
    show_default=True,
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="CPU threads.  [default: all cores but one, at most 4]",
)
@format_option
def command(model: str, scenarios: tuple[str, ...], form: str, **options: object) -> None:
    """Measure MODEL, a run folder or a model's folder or hub name, on held-out tasks.

    Prints the mean reward with its standard error, and every part. A run folder knows its
    scenarios; other models need them. Needs the extra: pip install "rewardlang[train]".

    \b
    rewardlang eval runs/confluence.create_page-20260302-0900
    rewardlang eval Qwen/Qwen3-1.7B scenarios/jira_add_labels.yaml --tasks 64
    """
    need_training("eval")
    settings = EvalSettings(
        scenarios=scenarios,
        model=model,
        **options,  # type: ignore[arg-type]  # click has checked them by the options above
    )

    from rewardlang.training.evaluate import evaluate_model

    try:
        measured = evaluate_model(settings)
    except TrainingError as error:
        raise Failure(str(error)) from error
    if form == "json":
        print_json(measured.to_json())
    else:
        _print(measured)


def _print(measured: Measured) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(f"{measured.decoding}, {measured.split} tasks")
    for heading in ("tasks", "mean", "±", "perfect"):
        table.add_column(heading, justify="right")

    def add(name: str, score: Score) -> None:
        table.add_row(
            name,
            str(score.tasks),
            number(round(score.mean, 4)),
            f"{score.standard_error:.3f}",
            f"{score.perfect:.0%}",
        )

    for name, score in measured.scenarios.items():
        add(name, score)
    if len(measured.scenarios) > 1:
        add("all", measured.total)
    for name, mean in measured.total.parts.items():
        table.add_row(f"  {name}", "", number(round(mean, 4)), "", "")
    console().print(table)
