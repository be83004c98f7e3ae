"""A survey as text for a terminal or a file."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rewardlang.diagnostics.excerpt import clean
from rewardlang.report.verdict import many
from rewardlang.survey.tally import SILENT, Example, FileTally, Survey, Tally
from rewardlang.survey.words import calls_said, headline, judged_said, reward_said

_SHOWN = 10
"""Reasons and problems that are listed; a line says how many more there are."""


def write(survey: Survey, console: Console) -> None:
    """Print what is known of each scenario, worst first, and of the files."""
    for tally in survey.tallies.values():
        _tally(survey, tally, console)
    for file in survey.files:
        _file(file, console)


def _say(text: str, console: Console, indent: int = 2, style: str = "") -> None:
    console.print(Padding(Text(clean(text), style), (0, 0, 0, indent)))


def _tally(survey: Survey, tally: Tally, console: Console) -> None:
    console.print()
    console.print(Text.assemble((tally.scenario, "bold"), f"  {headline(tally, survey.threshold)}"))
    if not tally.traces:
        return
    _say(judged_said(tally, survey.items[tally.scenario]), console)
    if tally.silent:
        title = f"{many(tally.silent, 'silent failure')}: no call reported an error"
        _say(title, console, style="red")
        for example in survey.examples_of(tally.scenario, SILENT):
            _example(example, console)
        _more(tally.silent - len(tally.shown.get(SILENT, ())), "trace", console, 4)
    _reasons(survey, tally, console)
    if tally.why:
        _say("why rewards are unknown", console)
        for reason, count in tally.why.most_common(_SHOWN):
            _say(f"{count:>7}  {reason}", console, 4)
        _more(len(tally.why) - _SHOWN, "reason", console, 4)


def _example(example: Example, console: Console) -> None:
    called = ", ".join(call["op"] for call in example.calls) or "no call"
    more = f" and {example.more} more" if example.more else ""
    reward = reward_said(example.score)
    _say(f"{example.place}  {reward}  {called}{more}", console, 4)


def _reasons(survey: Survey, tally: Tally, console: Console) -> None:
    if not tally.missed:
        return
    _say("what was missed, most often first", console)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for id, count in tally.missed.most_common(_SHOWN):
        table.add_row(str(count), id, _decided(survey, tally, id))
    console.print(Padding(table, (0, 0, 0, 4)))
    _more(len(tally.missed) - _SHOWN, "item", console, 4)


def _decided(survey: Survey, tally: Tally, id: str) -> str:
    """The first trace in which an item was missed, and what decided it there."""
    for example in survey.examples_of(tally.scenario, id):
        miss = next(miss for miss in example.misses if miss.id == id)
        return clean(f"{example.place}: {calls_said(example, miss)}")
    return ""


def _more(count: int, noun: str, console: Console, indent: int) -> None:
    if count > 0:
        _say(f"and {many(count, f'more {noun}')}", console, indent, "dim")


def _file(file: FileTally, console: Console) -> None:
    console.print()
    left = "".join(f"; left out {count} {reason}" for reason, count in file.left_out.items())
    troubles = len(file.problems) + file.more
    wrong = f", {many(troubles, 'problem')}" if troubles else ""
    _say(f"{file.path}: {many(file.traces, 'trace')} ({file.form}){wrong}{left}", console, 0)
    for problem in file.problems[:_SHOWN]:
        remedy = f"; {problem.remedy}" if problem.remedy else ""
        text = f"{file.path}, {file.unit} {problem.number}: {problem.message}{remedy}"
        _say(text, console, 2, "yellow")
    _more(troubles - _SHOWN, "problem", console, 2)
