"""`rewardlang run`: one episode by a policy without a model, and why its reward is what it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import Failure
from rewardlang.cli.files import parameters, typed
from rewardlang.cli.output import console, format_option, print_json

if TYPE_CHECKING:
    from rewardlang_runtime import Environment

_BUILT_IN = ("oracle", "idle", "random")


@click.command("run")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--policy",
    default="oracle",
    show_default=True,
    metavar="POLICY",
    help="oracle, idle, random, or a file of traces (JSON lines), whose first line is played.",
)
@click.option("--seed", type=int, default=None, help="The task.  [default: 0, or the trace's]")
@click.option(
    "--split",
    type=click.Choice(["train", "eval"]),
    default=None,
    help="The stream of tasks.  [default: train, or the trace's]",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=JSON",
    help="Set a parameter instead of drawing it.",
)
@click.option(
    "--save",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Append the episode to a file of traces.",
)
@click.option("--full", is_flag=True, help="Shorten nothing.")
@format_option
def command(
    file: str,
    policy: str,
    seed: int | None,
    split: str | None,
    params: tuple[str, ...],
    save: str | None,
    full: bool,
    form: str,
) -> None:
    """Play one episode of the scenario FILE and explain its reward.

    Every part is shown with its value, its weight, and the calls that decided it.

    \b
    rewardlang run scenarios/jira_add_labels.yaml
    rewardlang run scenarios/jira_add_labels.yaml --policy random --seed 7
    rewardlang run scenarios/jira_add_labels.yaml --policy traces.jsonl
    """
    from rewardlang import driver, policies
    from rewardlang.cli.files import traces
    from rewardlang.interpret import explain
    from rewardlang_runtime import Environment

    trace = None
    if policy not in _BUILT_IN:
        if not Path(policy).is_file():
            raise click.UsageError(
                f"--policy is {', '.join(_BUILT_IN)} or a file of traces, and {policy} is no file"
            )
        trace = next(traces(Path(policy)), None)
        if trace is None:
            raise Failure(f"{policy} holds no trace")
    scenario = typed(Path(file))
    environment = Environment(
        driver.build(scenario), split or (trace.split if trace is not None else "train")
    )
    chosen = parameters(params) or (trace.params if trace is not None else None)
    _reset(environment, seed if seed is not None else (trace and trace.seed) or 0, chosen)
    if trace is not None:
        playing = policies.recorded(trace)
    elif policy == "oracle":
        playing = policies.oracle(environment)
    elif policy == "random":
        playing = policies.random(environment, environment.seed)
    else:
        playing = policies.idle()
    policies.play(environment, playing)
    why = explain(scenario, environment.episode)
    _print(environment, why, full, form)
    if save:
        _save(environment, save)


def _reset(environment: Environment, seed: int, params: dict[str, Any] | None) -> None:
    environment.reset(seed=seed)
    if not params:
        return
    options = {"params": {**environment.params, **params}}
    try:
        environment.reset(seed=seed, options=options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _print(environment: Environment, why: Any, full: bool, form: str) -> None:
    from rewardlang.cli import show
    from rewardlang_runtime.traces import record

    if form == "json":
        prompt = {"system": environment.system, "prompt": environment.prompt}
        print_json(record(environment) | prompt | show.explanation_json(why))
        return
    out = console()
    show.episode(out, environment, full)
    show.explanation(out, why, full)
    for fault in environment.faults:
        out.print(f"\nan operation of the API failed, a mistake in its file:\n{fault}")


def _save(environment: Environment, path: str) -> None:
    from rewardlang_runtime import write_trace

    try:
        write_trace(path, environment)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
