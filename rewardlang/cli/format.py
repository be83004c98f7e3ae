"""`rewardlang format`: files in their canonical layout."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlang.cli import EXIT_FINDINGS, Failure
from rewardlang.cli.files import walk
from rewardlang.cli.output import count


@click.command("format")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--check", is_flag=True, help="Only say which files would change.")
@click.option("--diff", is_flag=True, help="Only show what would change.")
def command(paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Write scenario, API and world files in their canonical layout.

    Indentation, spaces and blank lines change; values, quotes, comments and the order of keys stay.
    A file with errors is left as it is.

    Exit status 1 with --check or --diff when a file would change, and when one was left as it is.

    \b
    rewardlang format scenarios/
    rewardlang format tidy.yaml --diff
    """
    from rewardlang.findings.fixes import unified
    from rewardlang.syntax.layout import CannotLayOut

    changed = left = 0
    for path in walk(paths):
        try:
            before = _text(path)
            after = _canonical(path, before)
        except CannotLayOut as error:
            click.echo(f"{path}: left as it is: {error}", err=True)
            left += 1
            continue
        if after == before:
            continue
        changed += 1
        if diff:
            click.echo(unified(path.as_posix(), before, after), nl=False)
        elif check:
            click.echo(f"{path}: would change")
        else:
            _write(path, after)
            click.echo(f"{path}: formatted")
    if not diff and not left:
        click.echo(f"{count(changed, 'file')} {'would change' if check else 'changed'}")
    return EXIT_FINDINGS if left or (changed and (check or diff)) else 0


def _text(path: Path) -> str:
    from rewardlang.syntax.layout import CannotLayOut
    from rewardlang.syntax.limits import MAX_FILE_BYTES

    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CannotLayOut(f"it has more than {MAX_FILE_BYTES:,} bytes")
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise CannotLayOut("it is not text in UTF-8") from error
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error


def _canonical(path: Path, text: str) -> str:
    from rewardlang.syntax.canonical import canonical
    from rewardlang.syntax.load import kind_of

    return canonical(text.removeprefix("\ufeff"), kind_of(path))


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise Failure(f"{path}: {error.strerror}") from error
