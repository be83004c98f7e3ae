"""`rewardlang replay`: recorded calls sent to a live API, compared with what its model says."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rewardlang.cli import EXIT_FINDINGS, Failure, files
from rewardlang.cli.output import cache_option, count, cut, format_option, print_json

if TYPE_CHECKING:
    from rewardlang.replay.plan import Player, Sent
    from rewardlang.replay.send import Compared, Outcome
    from rewardlang_runtime import Scenario, Trace

_SCENARIOS = (".yaml", ".yml", ".py")
_SHOWN = 20
"""Differences of one call that are listed as text."""
_BODY = 200


@click.command("replay")
@click.argument("paths", nargs=-1, required=True, metavar="[SCENARIO...] RECORDING...")
@click.option("--base-url", metavar="URL", required=True, help="The API, without its base path.")
@click.option("--send", is_flag=True, help="Send the requests; else they are only shown.")
@click.option("--write", is_flag=True, help="Also those that change something.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME=VARIABLE",
    help="A header with the value of an environment variable. May be repeated.",
)
@click.option(
    "--auth",
    metavar="VARIABLE",
    help="The environment variable with `user:token` (Basic) or a token (Bearer).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.01, 600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an answer may take.",
)
@format_option
@cache_option
def command(
    paths: tuple[str, ...],
    base_url: str,
    send: bool,
    write: bool,
    headers: tuple[str, ...],
    auth: str | None,
    timeout: float,
    form: str,
    no_cache: bool,
) -> int:
    """Send recorded calls to a live or served API and compare what it says with its model.

    RECORDINGs are of any form that `rewardlang score` reads. A SCENARIO that is not given is looked
    for by the name that the trace has: in this folder, in `scenarios` there, and among those that
    come with rewardlang. Each trace is played in a fresh world of the model; statuses and bodies
    are compared, all but times and ids that the server makes. Such ids take the place of the
    model's in later calls.

    Without --send nothing is sent: the requests are shown. Operations that change something are
    left out, here and there, unless --write is given. Values of headers are read from the
    environment, and are never shown.

    Exit status 1 when an answer differs or a recording cannot be read.

    \b
    rewardlang replay scenarios/jira_add_labels.yaml traces.jsonl --base-url http://127.0.0.1:8080
    rewardlang replay traces.jsonl --base-url https://acme.example --auth JIRA_TOKEN --send
    """
    _check_url(base_url)
    secrets = _headers(headers, auth)
    rows: list[dict[str, Any]] = []
    troubles = 0
    with _sender(base_url, secrets, timeout) if send else _Shown() as sender:
        for place, trace, problem in _traces(paths, no_cache):
            player = None if trace is None else _player(trace, paths, no_cache, write)
            if player is None or isinstance(player, str):
                troubles += 1
                said = problem or str(player)
                rows.append({"trace": place, "problem": said})
                if form == "text":
                    click.echo(f"{place}: {said}")
                continue
            outcomes = []
            for outcome in sender.play(player):
                outcomes.append(outcome)
                if form == "text":
                    _print(place, outcome)
            rows.append({"trace": place, "calls": [_plain(outcome) for outcome in outcomes]})
    calls = [call for row in rows for call in row.get("calls", ())]
    differing = sum(call["sent"] and not call["agrees"] for call in calls) if send else 0
    if form == "json":
        print_json({"base_url": base_url, "dry_run": not send, "traces": rows})
    else:
        _conclude(calls, send, differing)
    return EXIT_FINDINGS if differing or troubles else 0


def _check_url(base_url: str) -> None:
    from urllib.parse import urlsplit

    try:
        split = urlsplit(base_url)
        fine = split.scheme in ("http", "https") and split.hostname and not split.query
        _ = split.port
    except ValueError:
        fine = False
    if not fine:
        raise click.UsageError(f"--base-url {base_url}: write http://HOST or https://HOST")
    if split.username or split.password:
        raise click.UsageError("--base-url: give credentials by --auth, not in the address")


def _headers(given: Sequence[str], auth: str | None) -> dict[str, str]:
    """Headers with values out of the environment."""
    found = {}
    for option in given:
        name, equals, variable = option.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise click.UsageError(f"--header {name}: write --header NAME=VARIABLE")
        found[name] = _secret(variable)
    if auth is not None:
        from rewardlang.replay.send import authorization

        found["Authorization"] = authorization(_secret(auth))
    return found


def _secret(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise Failure(f"the environment variable {variable} is not set")
    if not (value.isascii() and value.isprintable()):
        raise Failure(f"the environment variable {variable} holds what no header can")
    return value


def _sender(base_url: str, headers: dict[str, str], timeout: float) -> Any:
    try:
        from rewardlang.replay.send import Sender
    except ModuleNotFoundError as error:
        raise Failure('sending takes httpx: pip install "rewardlang[serve]"') from error
    return Sender(base_url, headers, timeout)


class _Shown:
    """Stands for a server when nothing is sent."""

    def __enter__(self) -> _Shown:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def play(self, player: Player) -> Iterator[Any]:
        """What would be sent."""
        for at in range(len(player)):
            yield player.step(at)


# ---- recordings and their scenarios ----


def _traces(paths: Sequence[str], no_cache: bool) -> Iterator[tuple[str, Trace | None, str]]:
    """Place and trace of each episode, or what is wrong there."""
    from rewardlang.recordings import files as recordings
    from rewardlang.recordings.items import LeftOut, Problem
    from rewardlang.survey.run import reader_of

    recorded = [path for path in paths if not path.endswith(_SCENARIOS)]
    if not recorded:
        raise click.UsageError("there is no recording among what is given")
    given = [files.compiled(Path(path), no_cache) for path in paths if path not in recorded]
    for path in recorded:
        try:
            recording = recordings.recognise(Path(path))
            for item in recordings.items(recording, reader_of(recording, given)):
                if isinstance(item, Problem):
                    yield recording.place(item.number), None, item.message
                elif not isinstance(item, LeftOut):
                    yield recording.place(item.line), item, ""
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        except recordings.BadRecording as error:
            raise Failure(str(error)) from error


def _player(trace: Trace, paths: Sequence[str], no_cache: bool, write: bool) -> Player | str:
    """The trace in a world of its scenario, or why it has none."""
    from rewardlang.replay.plan import Player
    from rewardlang_runtime import ScenarioFault

    given = [path for path in paths if path.endswith(_SCENARIOS)]
    scenario = _scenario(trace, given, no_cache)
    if scenario is None:
        named = f"of {trace.scenario}" if trace.scenario else "that names no scenario"
        return f"a trace {named}; give the file of its scenario"
    try:
        return Player(scenario, trace, write=write)
    except (ScenarioFault, ValueError) as error:
        return f"its task cannot be set up: {error}"


def _scenario(trace: Trace, given: Sequence[str], no_cache: bool) -> Scenario | None:
    if given:
        found = [files.compiled(Path(path), no_cache) for path in given]
        if trace.scenario is None and len(found) == 1:
            return found[0]
        return next((each for each in found if each.name == trace.scenario), None)
    if trace.scenario is None:
        return None
    path = _by_name(trace.scenario)
    return None if path is None else files.compiled(path, no_cache)


def _by_name(name: str) -> Path | None:
    """The file of the scenario with this name."""
    from rewardlang import data

    line = re.compile(rf"^scenario: *{re.escape(name)} *$", re.MULTILINE)
    for folder in (Path(), Path("scenarios"), data.scenarios()):
        for path in sorted(folder.glob("*.yaml")):
            if line.search(path.read_text(encoding="utf-8", errors="replace")):
                return path
    return None


# ---- what is printed ----


def _plain(outcome: Outcome | Sent) -> dict[str, Any]:
    from rewardlang.replay.plan import Kept, Sent

    if isinstance(outcome, Kept):
        return {"call": outcome.number, "op": outcome.op, "sent": False, "why": outcome.why}
    if isinstance(outcome, Sent):
        request = outcome.request._asdict()
        return {"call": outcome.number, "op": outcome.op, "sent": False, "request": request}
    from rewardlang.replay.send import plain

    return plain(outcome)


def _print(place: str, outcome: Outcome | Sent) -> None:
    from rewardlang.diagnostics.excerpt import clean
    from rewardlang.replay.plan import Kept, Sent

    if isinstance(outcome, Kept):
        click.echo(clean(f"{place}  call {outcome.number} {outcome.op}: not sent: {outcome.why}"))
        return
    if isinstance(outcome, Sent):
        click.echo(clean(f"{place}  call {outcome.number} {outcome.op}: {_request(outcome)}"))
        return
    said = "agrees" if outcome.agrees else _status(outcome)
    sent = outcome.sent
    click.echo(
        clean(f"{place}  call {sent.number} {sent.op}: {_request(sent, short=True)}: {said}")
    )
    for each in outcome.differences[:_SHOWN]:
        times = f" ({each.times} times)" if each.times > 1 else ""
        expected = f"the model has {each.expected}" if each.expected else "not in the model"
        found = f"the server {each.found}" if each.found else "the server not"
        click.echo(clean(f"    {each.kind:<7} {each.place}: {expected}, {found}{times}"))
    more = len(outcome.differences) - _SHOWN
    if more > 0:
        click.echo(f"    and {count(more, 'more difference')}")


def _status(outcome: Compared) -> str:
    if outcome.trouble and outcome.status is None:
        return outcome.trouble
    expected = outcome.sent.model.status
    said = f"status {outcome.status}"
    if outcome.status != expected:
        said += f", not {expected} as in the model"
    return f"{said}; {outcome.trouble}" if outcome.trouble else said


def _request(sent: Sent, short: bool = False) -> str:
    import orjson

    request = sent.request
    text = f"{request.method} {request.path}" + (f"?{request.query}" if request.query else "")
    if request.body is None or short:
        return cut(text, 2 * _BODY)
    return f"{text} {cut(orjson.dumps(request.body).decode(), _BODY)}"


def _conclude(calls: list[dict[str, Any]], send: bool, differing: int) -> None:
    kept = sum("why" in call for call in calls)
    if send:
        sent = len(calls) - kept
        click.echo(f"{count(sent, 'call')} sent, {differing} with another answer, {kept} not sent")
    else:
        to_send = len(calls) - kept
        how = "; --send sends them" if to_send else ""
        click.echo(f"{count(to_send, 'call')} to send, {kept} not{how}")
