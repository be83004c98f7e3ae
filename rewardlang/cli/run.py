"""`rewardlang run`: one episode by a policy without a model, and why its reward is what it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import Failure
from rewardlang.cli.files import parameters, typed
from rewardlang.cli.output import console, format_option, print_json

if TYPE_CHECKING:
    from rewardlang_runtime import Environment, Trace

_BUILT_IN = ("oracle", "idle", "random")


@click.command("run")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--policy",
    default=None,
    metavar="POLICY",
    help="oracle, idle or random.  [default: oracle]",
)
@click.option(
    "--trace",
    "path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Play the first line of a file of traces (JSON lines) instead.",
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
    metavar="NAME=VALUE",
    help="Set a parameter instead of drawing it; a VALUE that is no JSON is text. May be repeated.",
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
    policy: str | None,
    path: str | None,
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
    rewardlang run scenarios/jira_add_labels.yaml --trace traces.jsonl
    """
    from rewardlang import driver, policies
    from rewardlang.interpret import explain
    from rewardlang_runtime import Environment

    _check_policy(policy, path)
    trace = None if path is None else _trace(path)
    scenario = typed(Path(file))
    if trace is not None and trace.scenario not in (None, scenario.name):
        raise Failure(f"{path}: a trace of {trace.scenario}, not of {scenario.name}")
    environment = Environment(
        driver.build(scenario),
        split or (trace.split if trace is not None else "train"),
        calm=trace is not None and trace.calm,
    )
    chosen = parameters(params) or (trace.params if trace is not None else None)
    _reset(environment, seed if seed is not None else (trace and trace.seed) or 0, chosen)
    if trace is not None:
        playing = policies.recorded(trace, environment)
    elif policy == "random":
        playing = policies.random(environment, environment.seed)
    elif policy == "idle":
        playing = policies.idle()
    elif scenario.oracle or scenario.oracle_answer is not None:
        playing = policies.oracle(environment)
    else:
        raise Failure(f"{file} has no `oracle:`; `rewardlang oracle {file}` searches for one")
    policies.play(environment, playing)
    if trace is not None and trace.frozen:
        environment.freeze()
    why = explain(scenario, environment.episode)
    _print(environment, why, full, form)
    if save:
        _save(environment, save)


def _check_policy(policy: str | None, path: str | None) -> None:
    """Raise what is wrong with the choice of what is played."""
    if policy is None:
        return
    if path is not None:
        raise click.UsageError("--policy and --trace: choose one")
    if policy in _BUILT_IN:
        return
    from rewardlang.diagnostics.spelling import suggest

    near = suggest(policy, _BUILT_IN)
    hint = f"; did you mean {near}?" if near else ""
    if Path(policy).is_file():
        hint = f"; a file of traces is played with --trace {policy}"
    raise click.UsageError(f"--policy is {', '.join(_BUILT_IN)}, and not {policy}{hint}")


def _trace(path: str) -> Trace:
    """The first trace of a file."""
    from rewardlang.cli.files import traces

    trace = next(traces(Path(path)), None)
    if trace is None:
        raise Failure(f"{path} holds no trace")
    return trace


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
