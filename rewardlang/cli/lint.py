"""`rewardlang lint`: every diagnostic of the files given, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rewardlang.cli import EXIT_FINDINGS
from rewardlang.cli.files import walk
from rewardlang.cli.output import (
    cache_option,
    count,
    format_option,
    print_diagnostics,
    print_json,
)

if TYPE_CHECKING:
    from rewardlang.diagnostics.diagnostic import Diagnostic

_LEVELS = ("error", "warning", "note")


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--level",
    type=click.Choice(_LEVELS),
    default="note",
    show_default=True,
    help="The least level that is shown.",
)
@format_option
@cache_option
def command(paths: tuple[str, ...], level: str, form: str, no_cache: bool) -> int:
    """Check scenario, API and world files, and every YAML file under a folder.

    Exit status 1 when there are errors or warnings, 0 otherwise. Results are kept by content, so
    that unchanged files take no time.

    \b
    rewardlang lint scenarios/
    rewardlang lint tidy.yaml --format json
    """
    from rewardlang import driver

    files = walk(paths)
    found: dict[tuple[object, ...], Diagnostic] = {}
    for path in files:
        for diagnostic in driver.lint_file(path, use_cache=not no_cache):
            # What is wrong with an API is found from each scenario that uses it.
            found.setdefault(_identity(diagnostic), diagnostic)
    shown = [d for d in found.values() if _LEVELS.index(d.code.level) <= _LEVELS.index(level)]
    _print(shown, len(files), form)
    return EXIT_FINDINGS if any(d.code.level != "note" for d in found.values()) else 0


def _identity(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = diagnostic.label.span
    return diagnostic.code.id, span.source.path, span.start, span.end, diagnostic.message


def _print(diagnostics: list[Diagnostic], files: int, form: str) -> None:
    if form == "json":
        from rewardlang.diagnostics.formats import all_to_json

        print_json(all_to_json(diagnostics))
    elif diagnostics:
        print_diagnostics(diagnostics)
    else:
        click.echo(f"{count(files, 'file')}: nothing to report")
