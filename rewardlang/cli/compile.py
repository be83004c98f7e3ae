"""`rewardlang compile`: a scenario as a Python module that imports the runtime alone."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlang.cli import Failure


@click.command("compile")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where to write; - is standard output.  [default: FILE with .py]",
)
def command(file: str, output: str | None) -> None:
    """Write the scenario FILE as a readable Python module.

    The module holds the environment, the reward and the oracle, and imports `rewardlang_runtime`
    and nothing else. The same file gives the same bytes on every machine.

    \b
    rewardlang compile scenarios/jira_add_labels.yaml -o add_labels.py
    """
    from rewardlang import driver

    path = Path(file)
    if path.suffix == ".py":
        raise click.UsageError(f"{file} is compiled already")
    python = driver.compile_file(path).python
    if output == "-":
        click.echo(python, nl=False)
        return
    target = Path(output) if output else Path(path.with_suffix(".py").name)
    try:
        target.write_text(python, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Failure(f"{target}: {error.strerror}") from error
    click.echo(f"{path} -> {target}, {python.count(chr(10))} lines")
