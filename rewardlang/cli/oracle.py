"""`rewardlang oracle`: search a solution, and print it as YAML to keep."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("oracle")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    default=50,
    show_default=True,
    help="Tasks on which the oracle must earn 1.",
)
@click.option(
    "--expansions",
    type=click.IntRange(1_000, 100_000_000),
    default=400_000,
    show_default=True,
    help="Calls in states that the search tries on one task.",
)
def command(file: str, seeds: int, expansions: int) -> int:
    """Search an oracle for the scenario FILE and print it as YAML.

    A few tasks are solved by search; what differs between their solutions becomes templates; the
    result is tried on many tasks and printed only when it earns 1 on all of them. An `oracle:` and
    `tests:` that the file has are left aside.

    \b
    rewardlang oracle tidy.yaml >> tidy.yaml
    rewardlang oracle tidy.yaml --seeds 200 --expansions 2000000
    """
    from rewardlang.cli import Failure
    from rewardlang.judge.budget import Budget
    from rewardlang.judge.search.solve import Solved, solve

    path = Path(file)
    if path.suffix == ".py":
        raise click.UsageError(f"{path}: a scenario in YAML is needed, not a compiled one")
    # Counts decide here; the clock is for the judge.
    found = solve(path, seeds, Budget(expansions=expansions, seconds=float("inf")))
    if isinstance(found, Solved):
        click.echo(found.yaml, nl=False)
        many = f"all {found.draws} tasks that were tried" if found.draws > 1 else "its only task"
        click.echo(f"it earns 1 on {many}", err=True)
        return 0
    if found.best is not None:
        click.echo("this earns 1 on some tasks, and not on all:\n" + found.best, err=True, nl=False)
    raise Failure(f"{file}: no oracle was found: {found.why}")
