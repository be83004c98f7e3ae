"""`rewardlang derive`: scenarios from an API and a world; a reward from an oracle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rewardlang.cli.output import count

if TYPE_CHECKING:
    from rewardlang import model


@click.group("derive")
def command() -> None:
    """Write scenarios for an API and its world, or the reward of a task that has an oracle.

    \b
    rewardlang derive scenarios jira --world acme --out derived
    """


@command.command("scenarios", short_help="Write a scenario for each operation of an API.")
@click.argument("api", type=click.Path(dir_okay=False))
@click.option("--world", required=True, help="The world, by name or by file.")
@click.option("--operations", default="*", show_default=True, help="A glob: which operations.")
@click.option(
    "--out", type=click.Path(file_okay=False), default="scenarios", show_default=True,
    help="The folder for the files, made when it is not there.",
)  # fmt: skip
def scenarios(api: str, world: str, operations: str, out: str) -> None:
    """Write a scenario for each operation of API, a name as under `use:` or a file.

    What is asked is drawn from the world; every way to call an operation is tried before it is
    written down. Operations for which there is no scenario are listed with the reason. Where
    another operation takes back what one does, OPERATION.undo.yaml asks for both; where a list
    tells rows apart, OPERATION.choose.yaml names the row by what it is.

    \b
    rewardlang derive scenarios jira --world acme --out derived
    rewardlang derive scenarios apis/chores.yaml --world home --operations "get*"
    """
    from rewardlang.cli import Failure
    from rewardlang.derive.tasks import derive

    typed_api, typed_world = _typed(api, world)
    folder = Path(out)
    left = []
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in derive(typed_api, typed_world, operations):
            if each.text:
                (folder / each.file).write_text(each.text, encoding="utf-8")
                written += 1
            elif not each.chain:
                left.append(each)
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}") from error
    for each in left:
        click.echo(f"{each.operation}: no scenario: {each.why}", err=True)
    if not written and not left:
        raise Failure(f"no operation of {Path(api).name} fits {operations}")
    click.echo(f"{count(written, 'scenario')} in {folder}")


def _typed(api: str, world: str) -> tuple[model.Api, model.World]:
    from rewardlang.cli import Failure
    from rewardlang.derive.load import STUB, load
    from rewardlang.driver import CheckFailed

    try:
        return load(api, world)
    except CheckFailed as failed:
        for each in failed.diagnostics:
            # The place is in no file of the caller's: the names are from the command line.
            if Path(each.label.span.source.path).name == STUB:
                said = each.message.split(" beside ")[0]
                raise Failure(f"{said}; {each.help}" if each.help else said) from failed
        raise


@command.command("reward", short_help="Write the reward for the oracle of a scenario.")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--write", is_flag=True, help="Write it into FILE, before the oracle.")
@click.option("--replace", is_flag=True, help="Write another reward for a file that has one.")
def reward(file: str, write: bool, replace: bool) -> None:
    """Write the reward for the oracle of the scenario FILE, to be edited by a person.

    The oracle is played on many tasks. What it looks up, asks for, leaves behind and answers, in
    terms of parameters and lets, becomes parts; what must not happen besides, gates and penalties.
    The reward is tried before it is written: the oracle earns 1, and nothing done earns 0.
    `rewardlang lint` then says what is still missing.

    \b
    rewardlang derive reward tidy.yaml
    rewardlang derive reward tidy.yaml --write
    """
    from rewardlang.cli import Failure
    from rewardlang.derive import draft
    from rewardlang.derive.reward import NoReward, derived

    path = Path(file)
    try:
        made = derived(path, replace=replace)
        for name in made.unheld:
            click.echo(
                f"nothing known says what `{name}` should change; name it with a `let`, and derive"
                " again",
                err=True,
            )
        if not write:
            click.echo("\n".join(draft.lines(made.reward)))
            return
        path.write_text(made.text, encoding="utf-8")
    except NoReward as error:
        raise Failure(f"{file}: {error}") from error
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error
    if made.left_out:
        names = ", ".join(f"`{name}`" for name in made.left_out)
        click.echo(f"left out, as nothing else reads them: {names}", err=True)
    if made.loosened:
        tests = count(made.loosened, "test")
        click.echo(f"what {tests} expected of parts is left out; they have other names", err=True)
    click.echo(f"{file}: the reward is written")


@command.command("coverage", short_help="Count the operations that get a scenario.")
@click.argument("folder", type=click.Path(file_okay=False, exists=True))
@click.option("--judge", is_flag=True, help="Judge every scenario, and count those that are clean.")
@click.option(
    "--out", type=click.Path(file_okay=False), help="Keep the scenarios here; FOLDER/derived else."
)
def coverage(folder: str, judge: bool, out: str | None) -> None:
    """Count the operations of an import that get a scenario, by group, and say why others do not.

    The last columns count the scenarios that ask for several calls which belong together.

    FOLDER is where `rewardlang import openapi` wrote `apis/` and `worlds/`.

    \b
    rewardlang derive coverage imported
    rewardlang derive coverage imported --judge
    """
    from rewardlang.cli import Failure
    from rewardlang.derive.coverage import groups, judged, table

    apis = sorted((Path(folder) / "apis").glob("*.yaml"))
    if not apis:
        raise Failure(f"{folder}: there is no API file in its folder `apis`")
    kept = Path(out) if out is not None else Path(folder) / "derived"
    made = groups(apis, kept)
    if judge:
        judged(made, kept)
    click.echo(table(made, judge))
