"""`rewardlang lint`: every finding of the files given, once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import EXIT_FINDINGS, Failure
from rewardlang.cli.files import walk
from rewardlang.cli.output import cache_option, console, count
from rewardlang.findings.formats import NAMES as FORMATS

if TYPE_CHECKING:
    from rewardlang.findings.finding import Finding
    from rewardlang.findings.run import Options, Progress, Result

_LEVELS = ("error", "warning", "note")


@click.command("lint")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    help="Only codes that begin so: H, H5, H501; several with commas.",
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Not codes that begin so.")
@click.option("--static", is_flag=True, help="Leave the judge out: nothing is played.")
@click.option(
    "--level",
    type=click.Choice(_LEVELS),
    default="note",
    show_default=True,
    help="The least level that is shown.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Pass over the findings in this file.",
)
@click.option(
    "--write-baseline", is_flag=True, help="Write what is found to the baseline, and end with 0."
)
@click.option(
    "--changed-only",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REF]",
    help="Only files that differ from a git commit.  [default: HEAD]",
)
@click.option("--fix", is_flag=True, help="Mend what can be mended without changing a meaning.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also by what was probably meant.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--budget",
    multiple=True,
    metavar="NAME=NUMBER",
    help="What the judge may spend: draws, expansions, variants, seconds.",
)
@click.option(
    "--rollouts",
    type=click.Path(),
    metavar="RUN",
    help="Hold the rollouts of a run against the reward: a run folder, or a .jsonl of traces.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="For people or for machines.",
)
@cache_option
def command(
    paths: tuple[str, ...],
    level: str,
    form: str,
    changed_only: str | None,
    write_baseline: bool,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    **chosen: Any,
) -> int:
    """Check scenario, API and world files, and every YAML file under a folder.

    Scenarios without errors are then played, attacked and mutated by the judge. Results are kept
    by content, so that unchanged files take no time. Settings are read from `[lint]` of
    rewardlang.toml or `[tool.rewardlang.lint]` of pyproject.toml; options come before them.

    Exit status 1 when there are errors or warnings, 0 otherwise.

    \b
    rewardlang lint scenarios/
    rewardlang lint tidy.yaml --select H,N405
    rewardlang lint scenarios/ --changed-only main --format github
    rewardlang lint tidy.yaml --rollouts runs/tidy
    """
    from rewardlang.findings import traces

    options = _options(chosen)
    files = _changed(changed_only, paths)
    if fix or unsafe_fixes or diff:
        _mend(files, options, unsafe_fixes, diff)
    accepted = options.baseline
    if accepted is not None and not write_baseline and not accepted.exists():
        raise click.UsageError(
            f"--baseline {accepted}: there is no such file; --write-baseline writes it"
        )
    result = _lint(files, options)
    if diff:
        return _status(result)
    if write_baseline:
        return _write_baseline(options, files, result)
    findings = result.findings
    try:
        traces.forget(result.judged)
        findings = tuple(traces.save(findings))
    except OSError as error:
        click.echo(f"traces are not saved: {error.filename}: {error.strerror}", err=True)
    shown = [f for f in findings if _LEVELS.index(f.level) <= _LEVELS.index(level)]
    _print(shown, [path.as_posix() for path in files], len(result.accepted), form)
    return _status(result)


def _status(result: Result) -> int:
    return EXIT_FINDINGS if any(f.level != "note" for f in result.findings) else 0


def _lint(files: list[Path], options: Options) -> Result:
    from rewardlang.findings import run
    from rewardlang.findings.workers import WorkerEnded
    from rewardlang.judge.rollouts import BadRollouts

    try:
        return run.lint(files, options, _progress())
    except WorkerEnded as error:
        raise Failure(str(error)) from error
    except BadRollouts as error:
        raise click.UsageError(f"--rollouts: {error}") from error


def _options(chosen: dict[str, Any]) -> Options:
    from rewardlang.findings.run import Options
    from rewardlang.findings.selection import split, unknown
    from rewardlang.findings.settings import BUDGET, budget_problem

    prefixes = {}
    for name in ("select", "ignore"):
        prefixes[name] = split(chosen[name]) if chosen[name] else None
        for prefix in prefixes[name] or ():
            hint = unknown(prefix)
            if hint is not None:
                raise click.UsageError(f"--{name} {prefix}: no code begins so; {hint}")
    budget: dict[str, float] = {}
    for option in chosen["budget"]:
        name, _, text = option.partition("=")
        if name not in BUDGET:
            known = ", ".join(BUDGET)
            raise click.UsageError(f"--budget {option}: write NAME=NUMBER; names are {known}")
        try:
            number = BUDGET[name](text)
        except ValueError:
            number = None
        problem = budget_problem(name, number)
        if problem is not None:
            raise click.UsageError(f"--budget {option}: {problem}")
        budget[name] = number
    baseline = Path(chosen["baseline"]) if chosen["baseline"] else None
    return Options(
        prefixes["select"], prefixes["ignore"], baseline, budget, chosen["static"],
        use_cache=not chosen["no_cache"],
        rollouts=Path(chosen["rollouts"]) if chosen["rollouts"] else None,
    )  # fmt: skip


def _changed(ref: str | None, paths: Sequence[str]) -> list[Path]:
    """The files to lint; with `--changed-only` those that git says have changed."""
    if ref is None:
        return walk(paths)
    from rewardlang.findings import changed

    try:
        if not changed.is_commit(ref) and Path(ref).exists():
            # `--changed-only scenarios/`: what was taken for a commit is a path.
            ref, paths = "HEAD", (ref, *paths)
        return changed.only_changed(walk(paths), changed.changed_files(ref))
    except changed.NotGit as error:
        raise click.UsageError(f"--changed-only: {error}") from error


def _mend(files: list[Path], options: Options, unsafe: bool, diff: bool) -> None:
    from rewardlang.findings import fixes

    for each in fixes.mend(files, options, unsafe=unsafe):
        if diff:
            click.echo(each.diff, nl=False)
            click.echo(f"{each.path}: {count(each.count, 'finding')} would be mended", err=True)
            continue
        try:
            each.write()
        except OSError as error:
            raise Failure(f"{each.path}: {error.strerror}") from error
        click.echo(f"{each.path}: mended {count(each.count, 'finding')}", err=True)


def _write_baseline(options: Options, files: list[Path], result: Result) -> int:
    from rewardlang.diagnostics.suppress import is_hard
    from rewardlang.findings import baseline

    found = [f for f in (*result.findings, *result.accepted) if f.level != "note"]
    for path in sorted({options.baseline_for(file) for file in files}):
        mine = [f for f in found if options.baseline_for(Path(f.file)) == path]
        try:
            number = baseline.write(path, mine)
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        click.echo(f"{path}: {count(number, 'finding')} accepted")
        if any(options.named_baseline(file) != path for file in files):
            click.echo(
                f"later runs pass over them with `--baseline {path}`, or with "
                f'`baseline = "{path.name}"` under `[lint]` in a rewardlang.toml beside it'
            )
        left = sum(is_hard(f.diagnostic.code) for f in mine)
        if left:
            click.echo(f"{count(left, 'error')} must be mended and cannot be accepted")
    return 0


def _progress() -> Progress | None:
    """Say on a terminal what is going on; nothing elsewhere."""
    if not sys.stderr.isatty():
        return None

    def tell(what: str, left: int) -> None:
        sys.stderr.write(f"\r\x1b[K{what}, {count(left, 'file')} left" if left else "\r\x1b[K")
        sys.stderr.flush()

    return tell


def _print(findings: list[Finding], files: list[str], accepted: int, form: str) -> None:
    if form != "text":
        from rewardlang.findings.formats import writer

        text = writer(form)(findings, files)
        if text:
            click.echo(text)
    elif findings:
        from rewardlang.diagnostics.render import print_all

        print_all([f.diagnostic for f in findings], console(), [f.notes for f in findings])
    else:
        passed = f"; {count(accepted, 'finding')} in the baseline" if accepted else ""
        click.echo(f"{count(len(files), 'file')}: nothing to report{passed}")
