"""`rewardlang import changes`: two versions of an OpenAPI document, and what changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rewardlang.cli import EXIT_FINDINGS
from rewardlang.cli.output import count, format_option, print_diagnostics, print_json

if TYPE_CHECKING:
    from rewardlang.openapi import Document

_PATH = click.Path(path_type=Path, dir_okay=False)


@click.command("changes")
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@format_option
@click.pass_context
def command(ctx: click.Context, old: Path, new: Path, form: str) -> None:
    """Tell what changed between two versions of an OpenAPI document.

    A change breaks when a request that was taken may be refused, or when an answer may lack or
    replace what it had. The exit status is 1 when one does.

    \b
    rewardlang import changes pets-1.yaml pets-2.yaml
    """
    from rewardlang.openapi.changes import changes, render

    documents = [_read(ctx, path) for path in (old, new)]
    found = changes(documents[0], documents[1])
    breaking = sum(change.breaking for change in found)
    if form == "json":
        fields = ("kind", "operation", "where", "what", "breaking", "pointer")
        print_json([{name: getattr(change, name) for name in fields} for change in found])
    else:
        click.echo(render(found), nl=False)
        click.echo(f"{count(len(found), 'change')}, {breaking} of them breaking")
    ctx.exit(EXIT_FINDINGS if breaking else 0)


def _read(ctx: click.Context, path: Path) -> Document:
    from rewardlang.openapi import read
    from rewardlang.openapi.places import diagnostics

    document, problems = read(path)
    if document is None:
        print_diagnostics(diagnostics(problems), err=True)
        ctx.exit(EXIT_FINDINGS)
    return document
