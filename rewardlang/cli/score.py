"""`rewardlang score`: recordings to rewards, and what they say about agents."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from rewardlang.cli import EXIT_FINDINGS, Failure, files
from rewardlang.cli.output import cache_option, console, number

if TYPE_CHECKING:
    from rewardlang.recordings.files import Recording
    from rewardlang.scoring import Score
    from rewardlang.survey.judge import Setting
    from rewardlang.survey.tally import Survey, Tally

_SCENARIOS = (".yaml", ".yml", ".py")
_LISTED = 40
"""Traces that are listed one by one as text."""
_SMALL = 2**20
"""Bytes of recordings beyond which there are surely more."""


@click.command("score")
@click.argument("paths", nargs=-1, required=True, metavar="SCENARIO... RECORDING...")
@click.option(
    "--from",
    "source",
    metavar="FORM",
    help="The form of the recordings: chat, responses, mcp, har, otel, traces, open.  "
    "[default: what they look like]",
)
@click.option(
    "--pass",
    "threshold",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="The reward from which on a trace passes.",
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="End with 1 when fewer of the traces with a verdict pass, or none has one.",
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="The task of traces that name none; a VALUE that is no JSON is text. May be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    show_default=True,
    help="For people, for machines, or as a page.",
)
@click.option("--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write there instead.")
@cache_option
def command(
    paths: tuple[str, ...],
    source: str | None,
    threshold: float,
    fail_under: float | None,
    params: tuple[str, ...],
    form: str,
    out: str | None,
    no_cache: bool,
) -> int:
    """Score RECORDINGs of agents by the SCENARIOs, which are YAML files or folders of them.

    A recording holds OpenAI chat messages or Responses items, a MCP JSON-RPC log, a HAR file,
    OpenTelemetry spans, or our own JSON lines. A trace that names a scenario is scored by it. One
    that does not is scored by the one scenario given, or by each of those that have the most of
    its calls among their tools.

    A trace with a task is replayed in a fresh world. Without one, or where the replay answers
    otherwise than the recording, parts that the recording does not decide are unknown, never 0.
    The summary counts what passed, failed and could not be told, shows silent failures first, in
    which no call reported an error, and what was missed most.

    Exit status 1 when something could not be read, or below --fail-under; 0 otherwise.

    \b
    rewardlang score scenarios/jira_add_labels.yaml traces.jsonl
    rewardlang score scenarios/ monday.jsonl browser.har --format html --out monday.html
    rewardlang score tidy.yaml log.jsonl --from mcp --param key=PAY-12 --fail-under 0.9
    """
    setting, recordings = _setting(paths, source, threshold, params, no_cache)
    survey = _written(setting, recordings, form, out)
    shares = [tally.share for tally in survey.tallies.values() if tally.traces]
    below = fail_under is not None and (
        not shares or any(share is None or share < fail_under for share in shares)
    )
    return EXIT_FINDINGS if below or survey.problems else 0


def _setting(
    paths: Sequence[str],
    source: str | None,
    threshold: float,
    params: tuple[str, ...],
    no_cache: bool,
) -> tuple[Setting, list[Recording]]:
    """What is asked for, with every file looked at once."""
    import orjson

    from rewardlang.recordings.files import BadRecording, recognise
    from rewardlang.survey.judge import Setting

    given = [path for path in paths if Path(path).is_dir() or path.endswith(_SCENARIOS)]
    recorded = [path for path in paths if path not in given]
    if not given or not recorded:
        missing = "recording" if given else "scenario, a .yaml file or a folder,"
        raise click.UsageError(f"there is no {missing} among what is given")
    _check_form(source)
    scenarios = _scenarios(given, no_cache)
    found = []
    for path in dict.fromkeys(recorded):
        try:
            found.append(recognise(Path(path), source))
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        except BadRecording as error:
            raise Failure(str(error)) from error
    task = orjson.dumps(files.parameters(params)) if params else b""
    return Setting(scenarios, threshold, task, not no_cache), found


def _check_form(source: str | None) -> None:
    from rewardlang.diagnostics.spelling import suggest
    from rewardlang.recordings.forms import FORMS

    if source is not None and source not in FORMS:
        near = suggest(source, FORMS)
        hint = f"; did you mean `{near}`?" if near else ""
        raise click.UsageError(f"--from is one of {', '.join(FORMS)}, and not `{source}`{hint}")


def _scenarios(given: Sequence[str], no_cache: bool) -> tuple[str, ...]:
    """The files of scenarios; what is wrong with one ends the command."""
    found: dict[str, Path] = {}
    compiled = [Path(path) for path in given if path.endswith(".py")]
    for path in compiled + files.walk([p for p in given if not p.endswith(".py")], True):
        name = files.compiled(path, no_cache).name
        if name in found:
            raise Failure(f"{found[name]} and {path} are both the scenario {name}; give one")
        found[name] = path
    return tuple(map(str, found.values()))


def _written(setting: Setting, recordings: list[Recording], form: str, out: str | None) -> Survey:
    """The survey, after it was written in the form that is asked for."""
    from rewardlang.findings.workers import WorkerEnded

    try:
        with nullcontext(sys.stdout) if out is None else open(out, "w", encoding="utf-8") as file:
            return _write(setting, recordings, form, file)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Failure(f"{error.filename or out}: {error.strerror}") from error
    except WorkerEnded as error:
        raise Failure(str(error)) from error


def _write(setting: Setting, recordings: list[Recording], form: str, file: IO[str]) -> Survey:
    from rewardlang.survey.run import names, survey

    only = names(setting)[0] if len(setting.scenarios) == 1 else None
    if form == "json":
        from rewardlang.survey.data import Document

        document = Document(file, only)
        document.begin()
        found = survey(setting, recordings, document.row)
        document.end(found)
        return found
    if form == "html":
        from rewardlang.survey import html

        found = survey(setting, recordings)
        file.write(html.page(found))
        return found
    from rewardlang.survey import text

    rows: list[tuple[str, Score]] = []
    small = sum(recording.path.stat().st_size for recording in recordings) < _SMALL
    listed = only is not None and small
    found = survey(
        setting,
        recordings,
        (lambda _, place, score: rows.append((place, score))) if listed else None,
    )
    printer = console(file=file)
    if only is not None and 0 < len(rows) <= _LISTED:
        _list(rows, found.tallies[only], len(recordings) == 1, printer)
    text.write(found, printer)
    return found


def _list(rows: list[tuple[str, Score]], tally: Tally, alone: bool, printer: Any) -> None:
    """Each trace with its parts, and their means."""
    from rich.table import Table
    from rich.text import Text

    parts = list(rows[0][1].parts)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("line" if alone else "trace", justify="right" if alone else "left")
    for heading in ("reward", *parts):
        table.add_column(heading, justify="right")
    table.add_column("gates that fail, penalties, and what is missing", overflow="fold")
    for place, score in rows:
        reward = _number(score.reward)
        if score.reward is None:
            reward = Text(f"{number(score.low)} to {number(score.high)}", "yellow")
        where = str(score.line) if alone else place
        table.add_row(where, reward, *(_number(v) for v in score.parts.values()), _remarks(score))
    mean = [tally.mean, *(_mean([score.parts[name] for _, score in rows]) for name in parts)]
    table.add_section()
    table.add_row("mean", *map(_number, mean), "")
    printer.print(table)


def _number(value: float | None) -> Any:
    from rich.text import Text

    return Text("unknown", "yellow") if value is None else Text(number(value))


def _remarks(score: Score) -> str:
    said = [f"gate {name}" for name, held in score.gates.items() if held is False]
    said += [f"{name} x {number(f)}" for name, f in score.penalties.items() if f not in (1, None)]
    said += [f"{name} unknown" for name, v in (score.gates | score.penalties).items() if v is None]
    return "; ".join([*said, *([score.why] if score.why else [])])


def _mean(values: list[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
