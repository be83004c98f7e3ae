"""`rewardlang schema`: the JSON Schema that the files satisfy, for editors."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument(
    "kind", type=click.Choice(["scenario", "api", "world", "overrides"]), default="scenario"
)
def command(kind: str) -> None:
    """Print the JSON Schema of scenario, API or world files, or of overrides of an import.

    Every key has its documentation there. Editors complete and check with it:

    \b
    rewardlang schema > scenario.schema.json
    # first line of a scenario, for the YAML language server:
    # yaml-language-server: $schema=scenario.schema.json
    """
    from rewardlang import data

    path = data.grammar() / f"{kind}.schema.json"
    click.echo(path.read_text(encoding="utf-8"), nl=False)
