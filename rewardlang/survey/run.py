"""Recordings to a survey: read in pieces, scored in processes, added up in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rewardlang.findings.workers import Workers
from rewardlang.recordings import files, har
from rewardlang.recordings.files import Line, Recording
from rewardlang.recordings.forms import Reader
from rewardlang.recordings.items import Item, Problem
from rewardlang.scoring import Score
from rewardlang.survey.judge import Job, Judge, Setting, forget, judge
from rewardlang.survey.tally import FileTally, Survey, Tally
from rewardlang_runtime import FAILURES, Environment, Scenario, Trace

_BYTES = 512 * 2**10
"""Of lines that are one piece of work: large enough to be worth sending, small enough to hold."""
_LINES = 5_000
"""Lines of a piece, as even an empty one takes memory."""
_ITEMS = 200

Row = Callable[[str, str, Score], None]


def survey(setting: Setting, recordings: Sequence[Recording], row: Row | None = None) -> Survey:
    """Score every trace of some recordings.

    Args:
        setting: The scenarios, and what is asked of them.
        recordings: The files, as `recordings.files.recognise` found them.
        row: Is told scenario, place and score of each trace, in order.

    Raises:
        CheckFailed: A scenario has errors.
        OSError: A file cannot be read.
    """
    forget()
    targets = [target.scenario for target in Judge(setting).targets]
    found = Survey(setting.threshold)
    for scenario in targets:
        found.tallies[scenario.name] = Tally(scenario.name)
        found.items[scenario.name] = items_of(scenario)
    by_path = {}
    for recording in recordings:
        path = str(recording.path)
        by_path[path] = FileTally(path, recording.form.name, recording.unit)
    found.files = list(by_path.values())
    jobs = (
        job
        for recording in recordings
        for job in _jobs(setting, recording, targets, row is not None)
    )
    with Workers() as workers:
        for result in workers.stream(judge, jobs):
            by_path[result.file.path].merge(result.file)
            for name, tally in result.tallies.items():
                found.tallies[name].merge(tally)
            for example in result.examples:
                found.show(example)
            if row is not None:
                for each in result.rows:
                    row(*each)
    return found


def names(setting: Setting) -> list[str]:
    """The names of the scenarios of a setting."""
    return [target.name for target in Judge(setting).targets]


def items_of(scenario: Scenario) -> tuple[str, ...]:
    """The gates, parts and penalties of a scenario, as `kind id`."""
    return (
        *(f"gate {id}" for id in scenario.gates),
        *(f"part {id}" for id, _ in scenario.parts),
        *(f"penalty {id}" for id in scenario.penalties),
    )


def _jobs(
    setting: Setting, recording: Recording, targets: Sequence[Scenario], rows: bool
) -> Iterator[Job]:
    """A recording in pieces."""
    if recording.form.apart and recording.entries is None:
        troubles: list[Problem] = []
        with recording.path.open("rb") as file:
            for lines in _pieces(files.lines(file, troubles.append)):
                yield Job(setting, recording, lines, [], rows)
        if troubles:
            yield Job(setting, recording, [], list(troubles), rows)
        return
    yield from _read_here(setting, recording, targets, rows)


def _read_here(
    setting: Setting, recording: Recording, targets: Sequence[Scenario], rows: bool
) -> Iterator[Job]:
    """A recording whose records belong together, read in this process."""
    read = reader_of(recording, targets)
    waiting: list[Item] = []
    traces = 0
    for item in files.items(recording, read):
        waiting.append(item)
        traces += isinstance(item, Trace)
        if traces >= _ITEMS or len(waiting) >= 10 * _ITEMS:
            yield Job(setting, recording, [], waiting, rows)
            waiting, traces = [], 0
    if waiting:
        yield Job(setting, recording, [], waiting, rows)


def reader_of(recording: Recording, targets: Sequence[Scenario]) -> Reader:
    """What reads a recording, when these scenarios are all that it may be about."""
    return recording.form.read or _har(targets)


def _har(targets: Sequence[Scenario]) -> Reader:
    """A reader of HTTP requests that knows all operations of the APIs in use."""
    from rewardlang_runtime.routes import Routes

    operations = {name: op for each in targets for name, op in each.operations.items()}
    apis = {name: api for each in targets for name, api in each.apis.items()}
    bases = [f"/{api.base_path.strip('/')}/" for api in apis.values() if api.base_path.strip("/")]
    routes = Routes(operations.values(), apis)
    offered = {name for each in targets for name in each.tools}
    reader: Reader = har.reader(routes, offered, bases, _translate(targets))
    return reader


def _translate(targets: Sequence[Scenario]) -> har.Translate:
    """What older versions of the APIs stand for, as `rewardlang serve` reads them."""
    from rewardlang.serve.dialects import dialects_of
    from rewardlang.serve.messages import Answer, Request, Translation

    known = []
    for scenario in targets:
        environment = Environment(scenario)
        environment.reset(0)
        known += [(translator, environment) for translator in dialects_of(scenario)]

    def translate(asked: har.Asked) -> har.Meant | bool | None:
        for translator, environment in known:
            try:
                found = translator(Request(*asked), environment)
            except FAILURES:
                continue  # of another world than the one that it looks into
            if isinstance(found, Translation):
                arguments = (found.arguments, *found.further)
                return har.Meant(found.operation, arguments, found.told)
            if isinstance(found, Answer):
                return True
        return None

    return translate


def _pieces(lines: Iterable[Line]) -> Iterator[list[Line]]:
    piece: list[Line] = []
    size = 0
    for line in lines:
        piece.append(line)
        size += len(line[1])
        if size >= _BYTES or len(piece) >= _LINES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece
