"""`rewardlang train`: options into settings; everything heavy is imported when they are right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from rewardlang.cli import EXIT_INTERRUPTED, Failure
from rewardlang.cli.needs import need_training
from rewardlang.cli.output import console, format_option, print_json
from rewardlang.training.settings import Lora, TinyModel, TrainingError, TrainSettings, WarmStart

if TYPE_CHECKING:
    from rewardlang.training.summary import Summary

_DEFAULT = TrainSettings(scenarios=())
_TINY, _WARM, _LORA = TinyModel(), WarmStart(), Lora()

_FILE = click.Path(exists=True, dir_okay=False)


@click.command("train")
@click.argument("scenarios", nargs=-1, metavar="SCENARIO...", type=_FILE)
@click.option(
    "--model",
    default=_DEFAULT.model,
    show_default=True,
    metavar="MODEL",
    help='"tiny" (an embedded network made from nothing), or a causal language model with a '
    "tool-calling chat template: a folder or a hub name.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="The run folder.  [default: runs/SCENARIO-TIME]",
)
@click.option(
    "--resume",
    type=click.Path(exists=True, file_okay=False),
    metavar="DIR",
    help="Go on with this run folder, with its settings.",
)
@click.option(
    "--seed",
    type=int,
    default=_DEFAULT.seed,
    show_default=True,
    help="Of weights, tasks and sampling; a CPU run repeats exactly.",
)
@click.option(
    "--steps", type=click.IntRange(0), default=_DEFAULT.steps, show_default=True, help="GRPO steps."
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="Stop GRPO after so many minutes, though steps are left.",
)
@click.option(
    "--prompts",
    type=click.IntRange(1),
    default=_DEFAULT.prompts,
    show_default=True,
    help="Tasks a step.",
)
@click.option(
    "--generations",
    type=click.IntRange(2),
    default=_DEFAULT.generations,
    show_default=True,
    help="Episodes a task, which make a group.",
)
@click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    help="[default: by the kind of model]",
)
@click.option(
    "--temperature", type=click.FloatRange(0, min_open=True), help="[default: by the kind of model]"
)
@click.option(
    "--beta",
    type=click.FloatRange(0),
    default=_DEFAULT.beta,
    show_default=True,
    help="Weight of the divergence from the first policy.",
)
@click.option(
    "--max-episode-tokens",
    type=click.IntRange(1),
    help="Longest episode after the prompt.  [default: by the kind of model]",
)
@click.option(
    "--max-turn-tokens",
    type=click.IntRange(1),
    help="Longest turn.  [default: by the kind of model]",
)
@click.option(
    "--eval-tasks",
    type=click.IntRange(1),
    default=_DEFAULT.eval_tasks,
    show_default=True,
    help="Held-out tasks, before and after.",
)
@click.option(
    "--save-every",
    type=click.IntRange(1),
    default=_DEFAULT.save_every,
    show_default=True,
    help="Steps between checkpoints.",
)
@click.option(
    "--accumulation",
    type=click.IntRange(1),
    help="Slices of a step, to need less memory.  [default: by the kind of model]",
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
@click.option(
    "--vllm",
    type=click.Choice(["auto", "on", "off"]),
    default=_DEFAULT.vllm,
    show_default=True,
    help="Generate with vLLM; auto: where it is installed.",
)
@click.option(
    "--lora-rank",
    type=click.IntRange(0),
    default=_LORA.rank,
    show_default=True,
    help="Adapters' rank; 0 trains all weights. Not for the tiny model.",
)
@click.option("--lora-alpha", type=click.IntRange(1), default=_LORA.alpha, show_default=True)
@click.option(
    "--tiny-hidden",
    type=click.IntRange(8),
    default=_TINY.hidden,
    show_default=True,
    help="Width of the tiny model.",
)
@click.option("--tiny-layers", type=click.IntRange(1), default=_TINY.layers, show_default=True)
@click.option(
    "--clean-steps",
    type=click.IntRange(0),
    default=_WARM.clean_steps,
    show_default=True,
    help="Warm start on the oracle's own episodes; tiny model.",
)
@click.option(
    "--mixed-steps",
    type=click.IntRange(0),
    default=_WARM.mixed_steps,
    show_default=True,
    help="Warm start on episodes spoiled on purpose; tiny model.",
)
@click.option("--quiet", is_flag=True, help="No progress; the result alone.")
@format_option
def command(
    scenarios: tuple[str, ...],
    resume: str | None,
    lora_rank: int,
    lora_alpha: int,
    tiny_hidden: int,
    tiny_layers: int,
    clean_steps: int,
    mixed_steps: int,
    quiet: bool,
    form: str,
    **options: object,
) -> int:
    """Train a policy on SCENARIOs by GRPO, several turns an episode.

    Measures the policy on held-out tasks before and after, and writes everything to the run
    folder: config.json, metrics.jsonl, summary.json, transcripts, a checkpoint and report.html.
    Ctrl-C saves; --resume goes on. Needs the extra: pip install "rewardlang[train]".

    \b
    rewardlang train scenarios/confluence_create_page.yaml
    rewardlang train scenarios/jira_*.yaml --steps 80 --output runs/all
    rewardlang train scenarios/jira_add_labels.yaml --model Qwen/Qwen3-1.7B
    """
    if not scenarios and resume is None:
        raise click.UsageError("give a scenario file, or --resume with a run folder")
    need_training("train")
    settings = TrainSettings(
        scenarios=scenarios,
        resume=resume,
        tiny=replace(_TINY, hidden=tiny_hidden, layers=tiny_layers),
        warm_start=replace(_WARM, clean_steps=clean_steps, mixed_steps=mixed_steps),
        lora=Lora(rank=lora_rank, alpha=lora_alpha),
        **options,  # type: ignore[arg-type]  # click has checked them by the options above
    )

    from rich.console import Console

    from rewardlang.training.run import train

    try:
        summary = train(settings, Console(stderr=True, quiet=quiet))
    except TrainingError as error:
        raise Failure(str(error)) from error
    if form == "json":
        print_json(summary.to_json())
    else:
        _print(summary)
    return EXIT_INTERRUPTED if summary.status == "interrupted" else 0


def _print(summary: Summary) -> None:
    from rewardlang.training.watch import before_and_after

    console().print(before_and_after(summary))
    minutes, seconds = divmod(round(sum(summary.seconds.values())), 60)
    click.echo(f"{summary.steps} steps, {minutes} min {seconds} s")
    click.echo(f"report: {summary.folder}/report.html")
    if summary.status == "interrupted":
        click.echo(f"interrupted; go on with: rewardlang train --resume {summary.folder}")
