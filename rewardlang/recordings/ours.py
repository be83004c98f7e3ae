"""Our own JSON lines, as `rewardlang run --save` and `rewardlang serve` write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rewardlang.recordings.items import Item, Problem
from rewardlang_runtime.traces import BadTrace, trace_of

_KEYS = frozenset(("calls", "scenario", "seed", "params"))
_REMEDY = "write lines as `rewardlang run --save` does"


def recognises(record: Any) -> bool:
    """Whether this is a trace."""
    return type(record) is dict and not _KEYS.isdisjoint(record)


def read(records: Iterable[tuple[int, Any]]) -> Iterator[Item]:
    """The traces of records."""
    for number, record in records:
        if type(record) is dict and not recognises(record) and "answer" not in record:
            yield Problem(number, "no trace: it has neither `calls` nor a task", _REMEDY)
            continue
        try:
            yield trace_of(record, number)
        except BadTrace as error:
            _, _, message = str(error).partition(": ")
            yield Problem(number, message, _REMEDY)
