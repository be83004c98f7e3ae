"""`rewardlang import`: APIs and worlds from what others wrote about an API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rewardlang.importer.importing import Imported
    from rewardlang.openapi import Problem


@click.group("import")
def command() -> None:
    """Make API files and worlds from what others wrote about an API.

    \b
    rewardlang import openapi pets.yaml
    """


@command.command("openapi")
@click.argument("document", type=click.Path(path_type=Path))
@click.option(
    "--operations", "globs", multiple=True, metavar="GLOB",
    help="Only operations whose id, or method and path, fits; may be given again.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default=True,
    help="The folder in which apis/ and worlds/ are written.",
)  # fmt: skip
@click.option("--name", metavar="NAME", help="The API's name; made from the file's by default.")
@click.pass_context
def openapi(
    ctx: click.Context, document: Path, globs: tuple[str, ...], out: Path, name: str | None
) -> None:
    """Make an API file and a world from an OpenAPI document, in JSON or YAML.

    \b
    rewardlang import openapi pets.yaml
    rewardlang import openapi pets.yaml --operations 'get*' --operations 'POST /pets*' --out pets
    """
    from rewardlang.importer import importing
    from rewardlang.openapi import read

    found, problems = read(document)
    _show(problems)
    if found is None:
        ctx.exit(1)
    made = importing.make(found, name or importing.name_of(document.name), globs)
    for file in made.files:
        path = out / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    _tell(made)


_MOST = 20
"""Warnings of a document that are shown."""


def _show(problems: Sequence[Problem]) -> None:
    for problem in problems[:_MOST]:
        place = f" at {problem.pointer}" if problem.pointer else ""
        click.echo(f"{problem.code.level}[{problem.code.id}]: {problem.message}{place}", err=True)
    if len(problems) > _MOST:
        click.echo(f"{len(problems) - _MOST} more warnings", err=True)


def _tell(made: Imported) -> None:
    from rewardlang.cli.output import count

    total = len(made.drafts)
    modelled = total - made.kinds.get("opaque", 0)
    click.echo(f"{count(total, 'operation')}, {modelled} modelled:")
    for kind, number in made.kinds.items():
        click.echo(f"  {kind:8}{number:5}")
    click.echo(f"{count(len(made.files), 'file')} written")
