"""`rewardlang conform`: an API file held against the official documents of its API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import files
from rewardlang.cli.output import console, count, format_option, print_diagnostics, print_json

if TYPE_CHECKING:
    from rewardlang.conform.differences import Difference
    from rewardlang.conform.run import Conformance
    from rewardlang.source import Span

_PATH = click.Path(path_type=Path, dir_okay=False)


@click.command("conform")
@click.argument("api")
@click.argument("documents", metavar="DOC...", nargs=-1, required=True, type=_PATH)
@click.option(
    "--deviations", "listed", type=_PATH,
    help="The file of known deviations; by default NAME.conform.yaml beside the API file.",
)  # fmt: skip
@click.option("--list", "show_list", is_flag=True, help="Also print the known deviations found.")
@format_option
@click.pass_context
def command(
    ctx: click.Context,
    api: str,
    documents: tuple[Path, ...],
    listed: Path | None,
    show_list: bool,
    form: str,
) -> None:
    """Hold an API file against OpenAPI documents: every operation, argument and answer.

    API is a file, or a name as under `use:` in a scenario. DOC is OpenAPI 3 or Swagger 2.0, in JSON
    or YAML; of several, an operation is held against the first that has it.

    Known deviations are listed with their reasons in a file beside the API file. The exit status is
    0 when there are no others, and all that are listed are there.

    \b
    rewardlang conform apis/jira.yaml jira.json
    rewardlang conform confluence v2.json v1.json --list
    """
    from rewardlang.conform.run import Unusable, conform, to_diagnostics

    try:
        found = conform(files.api(api), documents, listed)
    except Unusable as error:
        print_diagnostics(error.diagnostics, err=True)
        ctx.exit(1)
    if form == "json":
        print_json(_data(found))
    else:
        print_diagnostics(to_diagnostics(found))
        if show_list:
            _print_list(found)
        click.echo(_summary(found))
    ctx.exit(0 if found.conforms else 1)


def _summary(found: Conformance) -> str:
    known = len(found.sorted.explained)
    new, stale = len(found.sorted.unexplained), len(found.sorted.stale)
    own = len(found.api.operations)
    said = [
        f"{found.compared} of {count(own, 'operation')} held against "
        f"{found.total} of {count(len(found.documents), 'document')}",
        f"{count(known, 'known deviation')}",
        f"{new} not listed",
    ]
    if stale:
        said.append(f"{stale} listed and not there")
    return ", ".join(said)


def _print_list(found: Conformance) -> None:
    out = console()
    reasons: dict[str, list[Difference]] = {}
    for difference, deviation in found.sorted.explained:
        reasons.setdefault(deviation.why, []).append(difference)
    for why, differences in reasons.items():
        for difference in differences:
            place = difference.span.begin
            at = f"{found.api.source.path}:{place.line}:{place.column}"
            out.print(f"{at}: {difference.where}: {difference.what}", soft_wrap=True)
        out.print(f"    {why}\n", soft_wrap=True)


def _data(found: Conformance) -> dict[str, Any]:
    from rewardlang.conform.run import spans

    everything = [d for d, _ in found.sorted.explained] + list(found.sorted.unexplained)
    there = spans(everything)
    return {
        "api": found.api.source.path,
        "documents": [document.source.path for document in found.documents],
        "operations": {
            "declared": len(found.api.operations),
            "compared": found.compared,
            "documented": found.total,
        },
        "conforms": found.conforms,
        "deviations": [
            *(_one(d, there, None) for d in found.sorted.unexplained),
            *(_one(d, there, known.why) for d, known in found.sorted.explained),
        ],
        "stale": [
            {"where": s.where, "what": s.what, "why": s.why, **_place(s.span)}
            for s in found.sorted.stale
        ],
    }


def _one(difference: Difference, there: dict[int, Span], why: str | None) -> dict[str, Any]:
    span = there.get(id(difference))
    return {
        "code": difference.code.id,
        "name": difference.code.name,
        "where": difference.where,
        "what": difference.what,
        "why": why,
        **_place(difference.span),
        "pointer": difference.pointer,
        "document": None if span is None else _place(span),
    }


def _place(span: Span) -> dict[str, Any]:
    return {"path": span.source.path, "line": span.begin.line, "column": span.begin.column}
