"""`rewardlang import`: APIs and worlds from what others wrote about an API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rewardlang.cli import EXIT_FINDINGS, Failure, changes
from rewardlang.cli.output import count

if TYPE_CHECKING:
    from rewardlang.importer.folder import Lock, Written
    from rewardlang.importer.importing import Imported
    from rewardlang.openapi import Problem


@click.group("import")
def command() -> None:
    """Make API files and worlds from what others wrote about an API.

    \b
    rewardlang import openapi pets.yaml
    rewardlang import changes pets-1.yaml pets-2.yaml
    """


command.add_command(changes.command)


@command.command("openapi", short_help="Make API files and worlds from an OpenAPI document.")
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
@click.option("--force", is_flag=True, help="Write over files that a person changed.")
@click.pass_context
def openapi(
    ctx: click.Context,
    document: Path,
    globs: tuple[str, ...],
    out: Path,
    name: str | None,
    force: bool,
) -> None:
    """Make API files and worlds from an OpenAPI document, in JSON or YAML.

    A document of many operations makes several files, one for each group of paths. Corrections in
    overrides.yaml, in the same folder, are heeded. Files that a person changed are left alone.

    \b
    rewardlang import openapi pets.yaml
    rewardlang import openapi pets.yaml --operations 'get*' --operations 'POST /pets*' --out pets
    """
    from rewardlang.cli.output import print_diagnostics
    from rewardlang.importer import folder, importing, overrides
    from rewardlang.openapi import read
    from rewardlang.openapi.places import diagnostics

    found, problems = read(document)
    if found is None:
        print_diagnostics(diagnostics(problems), err=True)
        ctx.exit(EXIT_FINDINGS)
    _warn(problems)
    called = _name(name, importing.name_of(document.name))
    if not importing.selected(found, globs):
        raise Failure(f"no operation of {document.name} fits: {', '.join(globs) or 'it has none'}")
    corrections, wrong = overrides.read(out / overrides.NAME)
    if not wrong:
        made = importing.make(found, called, globs, corrections)
        wrong = [*made.diagnostics]
    if any(d.code.level == "error" for d in wrong):
        print_diagnostics(wrong, err=True)
        ctx.exit(EXIT_FINDINGS)
    lock = folder.read_lock(out, called)
    try:
        done = folder.write(out, called, made, lock, force)
    except folder.Refused as refused:
        raise Failure(
            f"changed since it was imported: {refused}; nothing was written. Corrections belong "
            f"into {out / overrides.NAME}; --force writes over what is there"
        ) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise Failure(f"cannot write {error.filename}: {reason}") from None
    _tell(made, done)
    if lock.known:
        _compare(out, lock, made, done)


_MOST = 10
"""Warnings of a document, and changes, that are shown."""


def _name(given: str | None, made: str) -> str:
    if given is None:
        return made if made[0].isalpha() else f"api_{made}"
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", given) is None:
        raise click.UsageError("--name is made of letters, digits and `_`")
    return given


def _warn(problems: Sequence[Problem]) -> None:
    for problem in problems[:_MOST]:
        click.echo(f"{problem.code.level}[{problem.code.id}]: {problem.message}", err=True)
        if problem.pointer:
            click.echo(f"  at {problem.pointer}", err=True)
    if len(problems) > _MOST:
        click.echo(f"... and {count(len(problems) - _MOST, 'warning')} more", err=True)


def _tell(made: Imported, done: Written) -> None:
    total = len(made.drafts)
    modelled = total - made.kinds.get("opaque", 0)
    share = f", {100 * modelled // total} %" if modelled < total else ""
    click.echo(f"{count(total, 'operation')}, {modelled} modelled{share}:")
    for kind, number in made.kinds.items():
        click.echo(f"  {kind:8}{number:5}")
    guessed: dict[str, int] = {}
    for draft in made.drafts:
        if draft.kind != "opaque":
            guessed[draft.confidence] = guessed.get(draft.confidence, 0) + 1
    sure = ", ".join(f"{guessed[c]} {c}" for c in ("high", "medium", "low") if c in guessed)
    click.echo(f"confidence: {sure}" if sure else "confidence: nothing is modelled")
    words = [
        f"{len(paths)} {word}"
        for word, paths in (
            ("new", done.new), ("changed", done.changed), ("as before", done.same),
            ("no longer made, deleted", done.gone),
        )
        if paths
    ]  # fmt: skip
    click.echo(f"{count(len(made.files), 'file')}: {', '.join(words)}")


def _compare(out: Path, lock: Lock, made: Imported, done: Written) -> None:
    """What changed since the last import, and which scenarios that breaks."""
    from rewardlang import driver
    from rewardlang.importer import changes, folder

    lines = changes.changes(lock.operations, made.digest)
    if lines:
        click.echo(f"since version {lock.version}: {count(len(lines), 'change')}")
        for line in lines[:_MOST]:
            click.echo(f"  {line}")
        if len(lines) > _MOST:
            click.echo(f"  ... and {len(lines) - _MOST} more")
    touched = [Path(p).stem for p in (*done.changed, *done.gone)]
    broken = 0
    for path in folder.scenarios(out, touched) if touched else ():
        errors = [d for d in driver.check(path).diagnostics if d.code.level == "error"]
        if errors:
            broken += 1
            click.echo(f"broken: {path.as_posix()}: {errors[0].code.id}: {errors[0].message}")
    if touched and not broken:
        click.echo("no scenario of this folder is broken by it")
