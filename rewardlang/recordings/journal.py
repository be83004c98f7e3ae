"""What a server has not finished: FILE.open of `rewardlang serve --traces FILE`.

A line for the beginning of an episode, each of its calls, and its end, under the number of the
episode. Those that have ended are in FILE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rewardlang.recordings.items import Item, Problem
from rewardlang_runtime.traces import BadTrace, trace_of

_KEYS = frozenset(("begin", "call", "end"))


def recognises(record: Any) -> bool:
    """Whether this is a line of such a file."""
    return type(record) is dict and "episode" in record and not _KEYS.isdisjoint(record)


def read(records: Iterable[tuple[int, Any]]) -> Iterator[Item]:
    """The episodes that have not ended, each by the number of its first line."""
    for number, line in unfinished(records):
        try:
            yield trace_of(line, number)
        except BadTrace as error:
            _, _, message = str(error).partition(": ")
            yield Problem(number, message)


def unfinished(records: Iterable[tuple[int, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The episodes that have calls and no end, as lines of a trace file hold them."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    for number, record in records:
        episode = record["episode"] if recognises(record) else None
        if type(episode) is not int:
            continue
        if type(record.get("begin")) is dict:
            found[episode] = number, {**record["begin"], "calls": [], "answer": ""}
        elif episode in found and "call" in record:
            found[episode][1]["calls"].append(record["call"])
        else:
            found.pop(episode, None)
    return [(number, line) for number, line in found.values() if line["calls"]]
