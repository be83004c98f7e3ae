"""Queries in JQL and CQL that find the rows of a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang import model
from rewardlang.judge.search.values import Values

_ROWS = 2
_MOST = 6


def queries(search: model.SearchDef, values: Values) -> Iterator[str]:
    """Queries by what is known of a row: its key, its text, and its text in a place it lies in."""
    made: dict[str, None] = {}
    for row in values.rows.get(search.table, ())[:_ROWS]:
        told = dict(_terms(search, row, values))
        texts = [term for term, kind in told.items() if kind == "text"]
        places = [term for term, kind in told.items() if kind == "choice"]
        made |= dict.fromkeys(term for term, kind in told.items() if kind == "key")
        made |= dict.fromkeys(f"{place} AND {text}" for place in places[:1] for text in texts[:1])
        made |= dict.fromkeys([*texts[:1], *places[:1]])
    yield from list(made)[:_MOST]


def _terms(
    search: model.SearchDef, row: dict[str, Any], values: Values
) -> Iterator[tuple[str, str]]:
    """Comparisons that hold for a row, of texts that the task names."""
    for field in search.fields:
        for path in field.paths:
            value: Any = row
            for name in path:
                value = value.get(name) if type(value) is dict else None
            if type(value) is not str or '"' in value:
                continue
            if field.kind == "key" or value in values.texts:
                operator = "~" if field.kind == "text" else "="
                yield f'{field.name} {operator} "{value}"', field.kind
                break
