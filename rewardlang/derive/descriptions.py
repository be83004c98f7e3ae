"""Rows by what they are, as a list shows them: the one that was created last, the locked one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from rewardlang.derive.common import leaves
from rewardlang.derive.ground import Ground, Row
from rewardlang.derive.lists import Finder, listings, lists_in
from rewardlang.derive.phrases import asked_for, dropped, happened
from rewardlang.derive.told import NAMES, askable, sayable
from rewardlang.derive.words import words_of
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at

Path = tuple[str, ...]

_ROWS = 3
"""Rows that there are at least to choose among."""
_PREFERRED = ("description", "comment", "note", "purpose")
"""Fields by which people know a thing, of those with texts."""
_QUALITIES = {
    "default", "custom", "private", "internal", "public", "global", "favourite", "favorite",
    "current", "available", "draft", "subtask", "external", "empty", "hidden", "open",
}  # fmt: skip
"""What a thing can be called by itself: it is `default`."""
_KINDS = 5
"""Different values that a field has at most which sorts rows into kinds."""
_PAIRS = 6
_LONG = 12_000
"""Letters of a list that is too long to look through."""
_DATE = re.compile(r"^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d))?$")
_REFERS = ("id", "ids", "key", "keys", "uuid", "url", "link", "color", "by")


@frozen
class Described:
    """The rows of a table by what a list shows of them.

    Attributes:
        which: Keys, each with words that follow the noun and are true of that row alone.
        shown: What the list shows of each row.
        size: Letters of the list.
    """

    finder: Finder
    which: tuple[tuple[str, str], ...]
    shown: Mapping[str, dict[str, Any]]
    size: int

    @property
    def keys(self) -> tuple[str, ...]:
        """The rows that have a description, in the order of the list."""
        return tuple(dict.fromkeys(key for key, _ in self.which))


def described_rows(ground: Ground, table: str, without: str = "") -> Described | None:
    """The list that tells most rows of a table apart; None where no list shows them all.

    Args:
        without: An operation that is not asked.
    """
    found = [
        each for name in listings(ground) if name != without for each in listed(ground, name, table)
    ]
    return max(found, key=lambda each: (len(each.keys), len(each.which)), default=None)


def listed(ground: Ground, name: str, table: str) -> Iterator[Described]:
    """The rows of a table by what one operation shows of them."""
    response = listings(ground)[name]
    size = len(json.dumps(response))
    for where, items in lists_in(response) if size <= _LONG else ():
        id_ = _key_of(ground, table, items)
        if id_ is None:
            continue
        keys = [str(item[id_]) for item in items]
        which = tuple(_which(keys, items, ground.rows[table]))
        told = tuple(dict.fromkeys(key for key, _ in which))
        if len(told) >= 2:
            finder = Finder(name, where, (id_,), (), told)
            shown = dict(zip(keys, items, strict=True))
            yield Described(finder, which, shown, size)


def _key_of(ground: Ground, table: str, items: Sequence[dict[str, Any]]) -> str | None:
    """The field of the items that holds the keys of all rows of a table."""
    rows = ground.rows[table]
    if len(items) < _ROWS or len(items) != len(rows):
        return None
    key = ground.api.tables[table].key
    names = [name for name in (key, "id", "key") if name in items[0]]
    for name in dict.fromkeys(names):
        if {str(item.get(name)) for item in items} == set(rows):
            return name
    return None


def _which(
    keys: Sequence[str], items: Sequence[dict[str, Any]], rows: Mapping[str, Row]
) -> Iterator[tuple[str, str]]:
    columns = _columns(keys, items, rows)
    yield from _extremes(keys, columns)
    yield from _kinds(keys, columns)
    yield from _texts(keys, columns)


def _columns(
    keys: Sequence[str], items: Sequence[dict[str, Any]], rows: Mapping[str, Row]
) -> dict[Path, list[Any]]:
    """The scalars that every item has, that are fields of the rows and can be spoken of."""
    columns: dict[Path, list[Any]] = {}
    for path, _ in leaves(items[0]):
        values = [at(item, path) for item in items]
        words = words_of(path[-1]) or [path[-1]]
        if len(path) > 2 or not askable(path) or path[-1] in NAMES or words[-1] in _REFERS:
            continue
        held = [at(rows[key], path) for key in keys]
        plain = all(isinstance(value, str | int | float) and value != "" for value in values)
        if plain and held == values:
            columns[path] = values
    return columns


def _deep(path: Path) -> bool:
    """Whether a field is one of an object in the row."""
    return len(path) > 1 and not dropped(path[0])


def _extremes(keys: Sequence[str], columns: dict[Path, list[Any]]) -> Iterator[tuple[str, str]]:
    """Rows with the highest number or the latest date, where one alone has it."""
    for path, values in columns.items():
        about = asked_for(path)
        words = _extreme(about, values)
        if words is None or len(set(values)) < _ROWS:
            continue
        for extreme, said in zip((max(values), min(values)), words, strict=True):
            if values.count(extreme) == 1:
                yield keys[values.index(extreme)], said


def _extreme(about: str, values: Sequence[Any]) -> tuple[str, str] | None:
    """How the row with the highest and that with the lowest value are called."""
    timed = about.endswith(("date", "time"))
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        if timed:
            return f"with the latest {about}", f"with the earliest {about}"
        return f"with the highest {about}", f"with the lowest {about}"
    if not all(isinstance(v, str) and _DATE.match(v) for v in values) or not _alike(values):
        return None
    done = happened(about)
    if done is not None:
        again = done in ("updated", "modified", "used", "accessed", "viewed")
        return f"that was {done} last", f"that was {done} {'longest ago' if again else 'first'}"
    return (f"with the latest {about}", f"with the earliest {about}") if timed else None


def _alike(dates: Sequence[str]) -> bool:
    """Whether dates come in the order of their texts: all of one form, in one time zone."""
    return len({re.sub(r"\d", "0", date[:23]) + date[23:] for date in dates}) == 1


def _kinds(keys: Sequence[str], columns: dict[Path, list[Any]]) -> Iterator[tuple[str, str]]:
    """Rows that are the only ones of two kinds at once, while each kind has others."""
    kinds = {p: values for p, values in columns.items() if not _deep(p) and _sorting(values)}
    found = 0
    for one, other in combinations(kinds, 2):
        pairs = list(zip(kinds[one], kinds[other], strict=True))
        for key, pair in zip(keys, pairs, strict=True):
            near = kinds[one].count(pair[0]) >= 2 and kinds[other].count(pair[1]) >= 2
            if pairs.count(pair) == 1 and near and found < _PAIRS:
                found += 1
                yield key, f"{_is(one, pair[0])} and {_is(other, pair[1])}"


def _sorting(values: Sequence[Any]) -> bool:
    """Whether a field sorts rows into a few kinds."""
    said = all(isinstance(v, bool) or (isinstance(v, str) and _quotable(v)) for v in values)
    return said and 2 <= len(set(values)) <= min(_KINDS, len(values) - 1)


def _is(path: Path, value: Any) -> str:
    """`that is locked`, `whose type is user`."""
    about = asked_for(path)
    if isinstance(value, bool):
        if " " not in about and (about in _QUALITIES or about.endswith(("ed", "able", "ive"))):
            return f"that is {about}" if value else f"that is not {about}"
        return f'for which "{about}" is {str(value).lower()}'
    return f'whose {about} is "{value}"' if " " in value else f"whose {about} is {value}"


def _texts(keys: Sequence[str], columns: dict[Path, list[Any]]) -> Iterator[tuple[str, str]]:
    """Rows by a text that no other has: a description rather than another field."""
    for path in sorted(columns, key=lambda path: (_deep(path), path[-1] not in _PREFERRED)):
        values = columns[path]
        texts = all(isinstance(value, str) for value in values)
        if not texts or len(set(values)) < len(values) or any(map(_DATE.match, values)):
            continue
        good = [(key, value) for key, value in zip(keys, values, strict=True) if _quotable(value)]
        if len(good) >= 2:
            yield from ((key, f'whose {asked_for(path)} is "{value}"') for key, value in good)
            return


def _quotable(value: str) -> bool:
    return sayable(value) and '"' not in value and "{" not in value
