"""`rewardlang explain`: the page of a diagnostic, or the table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rewardlang.cli.output import console, format_option, print_json

if TYPE_CHECKING:
    from rewardlang.diagnostics.diagnostic import Code


@click.command("explain")
@click.argument("code", required=False)
@format_option
def command(code: str | None, form: str) -> None:
    """Explain a diagnostic: why it exists, an example that it reports, and one that it accepts.

    Without CODE, list them all.

    \b
    rewardlang explain T104
    rewardlang explain unknown-name
    """
    from rewardlang.diagnostics.codes import CODES

    if code is None:
        _list(list(CODES.values()), form)
        return
    found = _find(code, CODES)
    page = _page(found)
    if form == "json":
        print_json(_as_json(found) | {"page": page})
        return
    out = console()
    if out.is_terminal:
        from rich.markdown import Markdown

        out.print(Markdown(page))
    else:
        out.print(page, soft_wrap=True, end="")


def _find(code: str, codes: dict[str, Code]) -> Code:
    from rewardlang.diagnostics.spelling import suggest

    wanted = code.strip()
    if wanted.upper() in codes:
        return codes[wanted.upper()]
    names = {entry.name: entry for entry in codes.values()}
    if wanted.lower() in names:
        return names[wanted.lower()]
    near = suggest(wanted, [*codes, *names])
    hint = f"; did you mean `{near}`?" if near else "; `rewardlang explain` lists all"
    raise click.UsageError(f"no diagnostic `{code}`{hint}")


def _page(code: Code) -> str:
    from importlib.resources import files

    page = files("rewardlang.diagnostics") / "pages" / f"{code.id}.md"
    return page.read_text(encoding="utf-8")


def _list(codes: list[Code], form: str) -> None:
    if form == "json":
        print_json([_as_json(code) for code in codes])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("code", "level", "name", "what it says"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "what it says")
    for code in codes:
        table.add_row(code.id, code.level, code.name, code.summary)
    console().print(table)


def _as_json(code: Code) -> dict[str, str]:
    return {"code": code.id, "name": code.name, "level": code.level, "summary": code.summary}
