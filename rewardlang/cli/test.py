"""`rewardlang test`: the tests in scenario files, expected against got."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import EXIT_FINDINGS
from rewardlang.cli.faults import fault_words
from rewardlang.cli.files import typed, walk
from rewardlang.cli.output import console, count, format_option, number, print_json
from rewardlang.frozen import frozen

if TYPE_CHECKING:
    from rich.console import Console

    from rewardlang import model
    from rewardlang.trials import Trial


_NAMED = 12
"""How many tests a message names."""

_ORACLE_SEEDS = 5
"""How many tasks the oracle is tried on besides the tests in the file."""


@frozen
class _Result:
    """One test; `trial` is None when it could not be played, and `problem` says why."""

    path: Path
    scenario: model.Scenario
    test: model.Test
    trial: Trial | None
    problem: str | None

    @property
    def passed(self) -> bool:
        return self.problem is None and self.trial is not None and self.trial.passed


@click.command("test")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-k", "pattern", default="", metavar="TEXT", help="Only tests whose name has TEXT.")
@click.option("-v", "--verbose", is_flag=True, help="Show passed tests and all that decided.")
@format_option
def command(paths: tuple[str, ...], pattern: str, verbose: bool, form: str) -> int:
    """Run the `tests:` of scenario files, and of those under a folder.

    A test plays calls, or the oracle, in the scenario's world, and bounds the reward and its parts.
    Besides, without -k, the oracle must earn 1 on the tasks of the first five seeds.
    What fails is shown with its episode and with why its reward is what it is.

    \b
    rewardlang test scenarios/
    rewardlang test tidy.yaml -k "nothing done"
    """
    files = walk(paths, scenarios_only=True)
    scenarios = {path: typed(path) for path in files}
    if pattern:
        _see_that_there_are(pattern, scenarios.values())
    results = [r for path, scenario in scenarios.items() for r in _run(path, scenario, pattern)]
    if form == "json":
        print_json([_as_json(result) for result in results])
    else:
        _print(results, len(files), verbose)
    return 0 if all(result.passed for result in results) else EXIT_FINDINGS


def _see_that_there_are(pattern: str, scenarios: Iterable[model.Scenario]) -> None:
    """End with what tests there are when none of them is asked for."""
    names = list(dict.fromkeys(test.name for scenario in scenarios for test in scenario.tests))
    if any(pattern in name for name in names):
        return
    shown = ", ".join(f"`{name}`" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    there = f"there are: {shown}{more}" if names else "there are no tests"
    raise click.UsageError(f"no test has `{pattern}` in its name; {there}")


def _run(path: Path, scenario: model.Scenario, pattern: str) -> list[_Result]:
    from rewardlang import driver, trials
    from rewardlang.interpret import Failure
    from rewardlang_runtime import ScenarioFault

    runtime = driver.build(scenario)
    promised = () if pattern else _oracle_tests(scenario)
    results = []
    for test in (*scenario.tests, *promised):
        if pattern not in test.name:
            continue
        trial = problem = None
        try:
            trial = trials.run(scenario, runtime, test)
            if trial.environment.faults:
                problem = "an operation failed:\n" + trial.environment.faults[0]
        except ScenarioFault as error:
            problem = fault_words(error)
        except Failure as error:
            problem = f"an argument of its calls has no value: {error}"
        result = _Result(path, scenario, test, trial, problem)
        if test not in promised or not result.passed:
            results.append(result)
    return results


def _oracle_tests(scenario: model.Scenario) -> tuple[model.Test, ...]:
    """What a scenario with an oracle promises without saying so; shown only where it fails."""
    from rewardlang import model

    if not scenario.oracle:
        return ()
    return tuple(
        model.Test(
            name=f"the oracle earns 1, seed {seed}",
            params={},
            seed=seed,
            calls=None,
            answer=None,
            reward=model.Bounds(1.0, 1.0),
            parts={},
            span=scenario.oracle[0].span,
        )
        for seed in range(_ORACLE_SEEDS)
    )


def _print(results: list[_Result], files: int, verbose: bool) -> None:
    out = console()
    for result in results:
        if not result.passed or verbose:
            _print_one(out, result, verbose)
    failed = sum(not result.passed for result in results)
    outcome = f"{failed} failed, {len(results) - failed} passed" if failed else "all passed"
    if not results:
        outcome = "no tests"
    click.echo(f"{count(len(results), 'test')} in {count(files, 'file')}: {outcome}")


def _print_one(out: Console, result: _Result, verbose: bool) -> None:
    from rich.text import Text

    from rewardlang.cli import show

    word, style = ("ok", "green") if result.passed else ("FAILED", "bold red")
    line, _ = result.test.span.begin
    where = f"{result.path}:{line}"
    out.print(Text.assemble((word, style), f"  {where}  {result.test.name}"))
    if result.problem is not None:
        out.print(Text(f"  {result.problem}"), soft_wrap=True)
    if result.trial is None:
        return
    for miss in result.trial.misses:
        what = "reward" if miss.part is None else f"part {miss.part}"
        out.print(
            Text.assemble(
                f"  {what}: expected {_bounds(miss.bounds)}, got ", (number(miss.value), style)
            )
        )
    if not result.passed:
        out.print()
        show.episode(out, result.trial.environment, verbose)
        show.explanation(out, result.trial.why(result.scenario), verbose)
        out.print()


def _bounds(bounds: model.Bounds) -> str:
    if bounds.low == bounds.high:
        return number(bounds.low)
    if bounds.low <= 0:
        return f"at most {number(bounds.high)}"
    if bounds.high >= 1:
        return f"at least {number(bounds.low)}"
    return f"{number(bounds.low)} to {number(bounds.high)}"


def _as_json(result: _Result) -> dict[str, Any]:
    trial = result.trial
    misses = trial.misses if trial is not None else ()
    return {
        "file": str(result.path),
        "line": result.test.span.begin.line,
        "scenario": result.scenario.name,
        "name": result.test.name,
        "passed": result.passed,
        "reward": None if trial is None else trial.detail.reward,
        "problem": result.problem,
        "misses": [
            {"part": m.part, "min": m.bounds.low, "max": m.bounds.high, "got": m.value}
            for m in misses
        ],
    }
