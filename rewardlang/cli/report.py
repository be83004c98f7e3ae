"""`rewardlang report`: one page on a scenario that a reviewer can sign."""

from __future__ import annotations

from pathlib import Path

import click

from rewardlang.cli import Failure
from rewardlang.cli.output import cache_option, console, format_option, print_json


@click.command("report")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the report as one HTML page that needs nothing else.",
)
@cache_option
@format_option
def command(file: str, page: str | None, no_cache: bool, form: str) -> int:
    """Judge the scenario FILE and report on it: one page that a reviewer can sign.

    The task, what earns what, the ladder from 0 to 1, what every probe and every changed trace
    earns, what of the reward nothing pins, what can be reached, what GRPO can learn from, what was
    not decided, and the findings. The same files give the same page. With --html the command
    prints the verdict alone.

    \b
    rewardlang report scenarios/jira_add_labels.yaml
    rewardlang report tidy.yaml --html tidy.html
    """
    from rewardlang.report.gather import gather

    path = Path(file)
    if path.suffix == ".py":
        raise click.UsageError(f"{path}: a scenario in YAML is needed, not a compiled one")
    facts = gather(path, use_cache=not no_cache)
    if page is not None:
        from rewardlang.report import html

        try:
            Path(page).write_text(html.page(facts), encoding="utf-8")
        except OSError as error:
            raise Failure(f"{page}: {error.strerror}") from error
    if form == "json":
        from dataclasses import asdict

        print_json(asdict(facts))
    elif page is not None:
        click.echo(f"{facts.name}: {facts.verdict}")
    else:
        from rewardlang.report import text

        text.write(facts, console())
    return 0
