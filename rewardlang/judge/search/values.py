"""The values that matter in one task: what is told, what is compared with, and their rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, Failure, evaluate
from rewardlang.judge.leaves import strings
from rewardlang.judge.search.expectations import Expected
from rewardlang_runtime import ScenarioFault
from rewardlang_runtime.tables import TableView

_QUOTED = re.compile(r'"([^"\n]{1,255})"')
_WORD = re.compile(r"[\w.@:-]*\w")
_SIBLINGS = 2
"""Rows of each table that are no part of the task and are tried as well."""


@frozen
class Values:
    """What arguments are made from.

    Attributes:
        texts: Strings of the task, those of the parameters first.
        known: Parameters by name.
        rows: By table: rows that the task is about, and then a few others.
        about: By table: how many of `rows` the task is about.
    """

    texts: tuple[str, ...]
    known: Mapping[str, Any]
    rows: Mapping[str, tuple[dict[str, Any], ...]]
    about: Mapping[str, int]
    expected: tuple[Expected, ...] = field(default=())


def values_of(
    scenario: model.Scenario, context: Context, prompt: str, expected: Iterable[Expected]
) -> Values:
    """The values of the task that `context` is at the start of."""
    params: Mapping[str, Any] = context.roots["params"]
    texts = dict.fromkeys(filter(None, strings(params)))
    texts |= dict.fromkeys(_QUOTED.findall(prompt))
    spelled = {text.lower(): text for text in reversed(texts)}
    expected = tuple(replace(each, value=_as_told(each.value, spelled)) for each in expected)
    wanted = [e for e in expected if e.kind != "answer"]
    texts |= dict.fromkeys(text for e in wanted for text in strings(e.value) if text)
    named = {id(row): row for row in _rows_named(scenario, context)}
    rows: dict[str, tuple[dict[str, Any], ...]] = {}
    about: dict[str, int] = {}
    for table, view in context.roots["initial"].items():
        chosen = _about(view, texts, named)
        about[table] = len(chosen)
        rows[table] = (*chosen, *_others(view, chosen))
    return Values(tuple(texts), params, rows, about, expected)


def _as_told(value: Any, spelled: Mapping[str, str]) -> Any:
    """Texts that were folded to be compared, as the task spells them."""
    if type(value) is str:
        return spelled.get(value, value)
    if type(value) is list:
        return [_as_told(item, spelled) for item in value]
    return value


def _about(
    view: TableView, texts: Mapping[str, None], named: Mapping[int, Any]
) -> list[dict[str, Any]]:
    found = {id(row): row for row in view.values() if id(row) in named}
    for text in texts:
        row = view.get(text)
        if row is not None:
            found.setdefault(id(row), row)
    return list(found.values())


def _others(view: TableView, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A few rows more: first those most like the first that the task is about."""
    rest = [row for row in view.values() if all(row is not one for one in chosen)]
    if chosen:
        like = chosen[0]
        # Stable, so that rows equally alike stay in the order of the table.
        rest.sort(key=lambda row: -sum(row.get(name) == value for name, value in like.items()))
    return rest[:_SIBLINGS]


def _rows_named(scenario: model.Scenario, context: Context) -> Iterator[dict[str, Any]]:
    """Rows that lets of the scenario stand for."""
    for let in scenario.lets:
        if let.value.facts.stage != "setup":
            continue
        try:
            value = evaluate(let.value, context)
        except (Failure, ScenarioFault, KeyError):
            continue
        if type(value) is dict:
            yield value


def words_of(value: Any) -> Iterator[str]:
    """The words of all texts and numbers in a value, in lower case; keys of objects are none."""
    if type(value) is str:
        yield from (word.lower() for word in _WORD.findall(value))
    elif type(value) is list:
        for item in value:
            yield from words_of(item)
    elif type(value) is dict:
        for item in value.values():
            yield from words_of(item)
    elif type(value) in (int, float):
        yield str(value)


def values_at(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    """The texts at a path; lists are gone through."""
    if type(value) is list:
        for item in value:
            yield from values_at(item, path)
    elif not path:
        if value is not None:
            yield value if type(value) is str else str(value)
    elif type(value) is dict and path[0] in value:
        yield from values_at(value[path[0]], path[1:])
