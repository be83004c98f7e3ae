"""A survey as JSON: one document, whose rows are written while they are scored."""

from __future__ import annotations

from typing import IO, Any

import orjson

from rewardlang.scoring import Score
from rewardlang.survey.tally import SILENT, Example, FileTally, Survey, Tally


class Document:
    """Writes the document: `begin`, a `row` for each trace, `end`."""

    def __init__(self, file: IO[str], only: str | None) -> None:
        """`only` is the name of the scenario when there is one."""
        self._file = file
        self._only = only
        self._rows = 0

    def begin(self) -> None:
        """What comes before the rows."""
        named = "" if self._only is None else f'  "scenario": {_text(self._only)},\n'
        self._file.write("{\n" + named + '  "traces": [')

    def row(self, scenario: str, place: str, score: Score) -> None:
        """A trace."""
        shown = {**score._asdict(), "scenario": scenario, "place": place}
        self._file.write("," if self._rows else "")
        self._file.write("\n    " + _text(shown).replace("\n", "\n    "))
        self._rows += 1

    def end(self, survey: Survey) -> None:
        """All that is known only when every trace is scored."""
        self._file.write("\n  ]" if self._rows else "]")
        for key, value in _rest(survey, self._only).items():
            self._file.write(f",\n  {_text(key)}: " + _text(value).replace("\n", "\n  "))
        self._file.write("\n}\n")


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _rest(survey: Survey, only: str | None) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if only is not None:
        tally = survey.tallies[only]
        rest = {"mean": tally.mean, "unknown": tally.traces - tally.known}
    return {
        **rest,
        "pass": survey.threshold,
        "scenarios": [_tally(survey, tally) for tally in survey.tallies.values()],
        "examples": [_example(example) for example in survey.examples.values()],
        "files": [_file(file) for file in survey.files],
    }


def _tally(survey: Survey, tally: Tally) -> dict[str, Any]:
    items = survey.items[tally.scenario]
    traces = tally.traces
    return {
        "scenario": tally.scenario,
        "traces": traces,
        "calls": tally.calls,
        "passed": tally.verdicts["pass"],
        "failed": tally.verdicts["fail"],
        "unknown": tally.verdicts["unknown"],
        "silent": tally.silent,
        "mean": tally.mean,
        "judged": {
            "weight": tally.weight / traces if traces else None,
            "items": {id: tally.judged[id] for id in items},
            "never": tally.never(items),
        },
        "missed": [
            {"item": id, "traces": count, "examples": tally.shown.get(id, [])}
            for id, count in tally.missed.most_common()
        ],
        "silent_examples": tally.shown.get(SILENT, []),
        "why_unknown": dict(tally.why.most_common()),
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "place": example.place,
        "scenario": example.scenario,
        "verdict": example.verdict,
        "silent": example.silent,
        "asked": example.asked,
        "calls": list(example.calls),
        "more_calls": example.more,
        "answer": example.answer,
        "missed": [miss._asdict() for miss in example.misses],
    }


def _file(file: FileTally) -> dict[str, Any]:
    return {
        "file": file.path,
        "form": file.form,
        "traces": file.traces,
        "left_out": dict(file.left_out),
        "problems": [
            {file.unit: problem.number, "message": problem.message, "remedy": problem.remedy}
            for problem in file.problems
        ],
        "more_problems": file.more,
    }
