"""Pieces of recordings, scored in whatever process: a job goes in, counts and examples come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from rewardlang import driver, model
from rewardlang.interpret import ELSEWHERE, Shown
from rewardlang.recordings.files import Line, Recording, parsed
from rewardlang.recordings.forms import FORMS
from rewardlang.recordings.items import Item, LeftOut, Problem
from rewardlang.report.verdict import number
from rewardlang.scoring import Score, Scored, Scorer
from rewardlang.survey.tally import (
    SILENT,
    Example,
    FileTally,
    Miss,
    Tally,
    Verdict,
    missed,
    most,
    verdict_of,
)
from rewardlang_runtime import Scenario, Trace

NO_TOOLS = "traces whose calls are tools of no scenario given"
_CALLS, _TEXT = 40, 2_000
"""Calls of an example and characters of each text in it that are shown."""


@dataclass(frozen=True)
class Setting:
    """What all pieces of a survey share: scenario files, and the task of traces that name none."""

    scenarios: tuple[str, ...]
    threshold: float = 1.0
    params: bytes = b""
    use_cache: bool = True


class Job(NamedTuple):
    """A piece of a recording: lines that are yet to be read, or what was read of it already."""

    setting: Setting
    recording: Recording
    lines: list[Line]
    items: list[Item]
    rows: bool
    """Whether each score is wanted."""


@dataclass(slots=True)
class Result:
    """What a piece of a recording came to."""

    file: FileTally
    tallies: dict[str, Tally] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    rows: list[tuple[str, str, Score]] = field(default_factory=list)
    """Scenario, place and score of each trace."""


class _Target:
    """A scenario that traces are scored by."""

    def __init__(self, path: str, use_cache: bool) -> None:
        self.scenario: Scenario = driver.load(path, use_cache=use_cache)
        self.name = self.scenario.name
        self.tools = frozenset(self.scenario.tools)
        self.explains = not path.endswith(".py")
        self.scorer = Scorer(self.scenario, lambda: _typed(path))
        total = sum(weight for _, weight in self.scenario.parts)
        self.weights = {id: weight / total for id, weight in self.scenario.parts}
        self.offered: Counter[str] = Counter()
        """Examples that this process has given of each kind: the first ones are enough."""


def _typed(path: str) -> model.Scenario:
    if path.endswith(".py"):
        raise driver.NoScenario(
            f"{path} is Python, which scores replays alone; give the YAML file of the scenario "
            "that it was compiled from"
        )
    return driver.scenario_of(path)


class Judge:
    """Scores traces by the scenarios of a setting."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._params = orjson.loads(setting.params) if setting.params else None
        self.targets = [_Target(path, setting.use_cache) for path in setting.scenarios]
        self._by_name = {target.name: target for target in self.targets}

    def judge(self, job: Job) -> Result:
        """Score the traces of a piece."""
        recording = job.recording
        result = Result(FileTally(str(recording.path), recording.form.name))
        troubles: list[Problem] = []
        for item in self._items(job, troubles):
            if isinstance(item, Problem):
                troubles.append(item)
            elif isinstance(item, LeftOut):
                result.file.left_out[item.reason] += item.times
            else:
                self._trace(item, job, result, troubles)
        for trouble in sorted(troubles, key=lambda problem: problem.number):
            result.file.trouble(trouble)
        return result

    def _items(self, job: Job, troubles: list[Problem]) -> Iterable[Item]:
        if not job.lines:
            return job.items
        read = FORMS[job.recording.form.name].read
        assert read is not None  # of a form whose lines are read in pieces
        return read(parsed(job.lines, troubles.append))

    def _trace(self, trace: Trace, job: Job, result: Result, troubles: list[Problem]) -> None:
        result.file.traces += 1
        if self._params is not None and trace.params is None and trace.seed is None:
            trace = trace._replace(params=self._params)
        targets = self._targets(trace)
        if targets is None:
            names = ", ".join(self._by_name)
            problem = f"a trace of {trace.scenario}, not of {names}"
            troubles.append(Problem(trace.line, problem, "give its scenario file as well"))
            return
        if not targets:
            result.file.left_out[NO_TOOLS] += 1
        for target in targets:
            self._score(target, trace, job, result)

    def _targets(self, trace: Trace) -> list[_Target] | None:
        """The scenarios that a trace is scored by; None when it names one that is not given."""
        if trace.scenario is not None:
            named = self._by_name.get(trace.scenario)
            return None if named is None else [named]
        if len(self.targets) == 1:
            return self.targets
        called = [op for op, _ in trace.sent]
        known = [sum(op in target.tools for op in called) for target in self.targets]
        best = max(known, default=0)
        return [t for t, n in zip(self.targets, known, strict=True) if n == best and best]

    def _score(self, target: _Target, trace: Trace, job: Job, result: Result) -> None:
        scored = target.scorer.scored(trace)
        score, calls = scored.score, scored.calls
        verdict = verdict_of(score, self._setting.threshold)
        tally = result.tallies.get(target.name)
        if tally is None:
            tally = result.tallies[target.name] = Tally(target.name)
        tally.add(score, target.weights, verdict, len(calls))
        silent = verdict == "fail" and all(call.kind == "ok" for call in calls)
        tally.silent += silent
        place = job.recording.place(trace.line)
        if job.rows:
            result.rows.append((target.name, place, score))
        if verdict == "pass":
            return
        misses = dict(missed(score))
        keys = [SILENT, *misses] if silent else list(misses)
        if any(target.offered[key] < most(key) for key in keys):
            target.offered.update(keys)
            result.examples.append(_example(target, scored, place, keys, verdict, misses))


_JUDGES: dict[Setting, Judge] = {}


def judge(job: Job) -> Result:
    """Score a piece; the scenarios are loaded once in a process."""
    made = _JUDGES.get(job.setting)
    if made is None:
        _JUDGES.clear()
        made = _JUDGES[job.setting] = Judge(job.setting)
    return made.judge(job)


def forget() -> None:
    """Let the next survey of this process begin anew."""
    _JUDGES.clear()


# ---- examples ----


def _example(
    target: _Target,
    scored: Scored,
    place: str,
    keys: list[str],
    verdict: Verdict,
    misses: dict[str, float],
) -> Example:
    reasons = target.scorer.reasons(scored, misses) if target.explains else {}
    trace = scored.trace
    asked = scored.environment.prompt if scored.environment else trace.extra.get("asked")
    return Example(
        place=place,
        scenario=target.name,
        keys=tuple(keys),
        score=scored.score,
        verdict=verdict,
        asked=_cut(asked) if type(asked) is str else "",
        answer=_cut(trace.answer),
        calls=tuple(
            {
                "op": call.op[:200],
                "args": _small(call.args),
                "kind": call.kind,
                "status": call.status,
                "response": _small(call.response),
            }
            for call in scored.calls[:_CALLS]
        ),
        more=max(0, len(scored.calls) - _CALLS),
        misses=tuple(
            Miss(id, value, *_decided(reasons.get(id, ()))) for id, value in misses.items()
        ),
    )


def _decided(reasons: tuple[Shown, ...]) -> tuple[str, tuple[int, ...]]:
    """The condition that did not hold, with its value, and the calls behind it."""
    wrong = list(_wrong(reasons))
    if not wrong:
        return "", ()
    first = wrong[0]
    calls = next((each.calls for each in wrong if each.calls), ())
    value = ", ".join(first.value) if first.text == ELSEWHERE else _value(first.value)
    return f"{first.text} = {value}"[:300], tuple(number + 1 for number in calls)


def _wrong(reasons: tuple[Shown, ...]) -> Iterator[Shown]:
    """What speaks against an item, what changed besides before all; else all that it read."""
    found = [each for each in reasons if each.text == ELSEWHERE]
    found += [each for each in reasons if each.value is False]
    yield from found or reasons


def _value(value: Any) -> str:
    return number(value) if type(value) is float else _text(value)


def _small(value: Any) -> Any:
    """`value`, or as much of its text as is shown."""
    text = _text(value)
    return value if len(text) <= _TEXT else _cut(text)


def _text(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return "(no text)"


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else text[:_TEXT] + "…"
