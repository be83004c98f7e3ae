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


@command.command("scenarios")
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
    written down. Operations for which there is no scenario are listed with the reason.

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
            else:
                left.append(each)
    except OSError as error:
        raise Failure(f"{folder}: {error.strerror}") from error
    for each in left:
        click.echo(f"{each.operation}: no scenario: {each.why}", err=True)
    click.echo(f"{count(written, 'scenario')} in {folder}")


def _typed(api: str, world: str) -> tuple[model.Api, model.World]:
    from rewardlang.derive.load import load

    return load(api, world)
