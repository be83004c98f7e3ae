"""`rewardlang eval`: a policy's mean reward on tasks that training never sees."""

from __future__ import annotations

import click

from rewardlang.cli.needs import need_training
from rewardlang.cli.output import format_option
from rewardlang.training.settings import EvalSettings

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
@click.option("--threads", type=click.IntRange(1), help="CPU threads.  [default: one a core]")
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
