"""`rewardlang api`: what an API offers: operations with arguments and responses, tables, types."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rewardlang.cli import files
from rewardlang.cli.output import console, format_option, print_json

if TYPE_CHECKING:
    from rewardlang.reference import Reference


@click.command("api")
@click.argument("api", required=False)
@click.argument("name", required=False)
@format_option
def command(api: str | None, name: str | None, form: str) -> None:
    """Show an API: its operations, tables, workflows and types, or the one called NAME.

    API is a name as under `use:` in a scenario, or a file. Without it, the APIs are listed.

    \b
    rewardlang api
    rewardlang api jira
    rewardlang api jira editIssue
    rewardlang api jira issues
    """
    from rewardlang import data
    from rewardlang.reference import markdown

    if api is None:
        names = data.Files().names("apis", Path())
        print_json(names) if form == "json" else click.echo("\n".join(names))
        return
    found = _load(files.api(api))
    if name is not None:
        _show_one(found, name, form)
    elif form == "json":
        print_json(asdict(found))
    else:
        _print(markdown(found))


def _load(path: Path) -> Reference:
    from rewardlang.data import Files
    from rewardlang.driver import CheckFailed
    from rewardlang.reference import reference
    from rewardlang.resolve.apis import resolve_api
    from rewardlang.syntax import load

    read, diagnostics = load.read_api(path, Files())
    if read is None or diagnostics:
        raise CheckFailed(tuple(diagnostics))
    resolved = resolve_api(read)
    if resolved.api is None:
        raise CheckFailed(resolved.diagnostics)
    return reference(resolved)


def _show_one(api: Reference, name: str, form: str) -> None:
    from rewardlang.diagnostics.spelling import suggest
    from rewardlang.reference import pages_of, section

    pages = pages_of(api)
    if name not in pages:
        meant = suggest(name, pages)
        hint = f"did you mean `{meant}`?" if meant else f"`rewardlang api {api.name}` lists all"
        raise click.UsageError(f"{api.name} has nothing called `{name}`; {hint}")
    page = pages[name]
    if form == "json":
        print_json(asdict(page))
    else:
        _print("\n".join(section(page)))


def _print(page: str) -> None:
    out = console()
    if out.is_terminal:
        from rich.markdown import Markdown

        out.print(Markdown(page))
    else:
        out.print(page, soft_wrap=True, end="")
