"""Paired timing: two callables in turn, the ratio taken inside each round."""

from __future__ import annotations

import gc
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Ratio(NamedTuple):
    """Medians over rounds: microseconds of one call of each side, and ours over theirs."""

    ours_us: float
    theirs_us: float
    ratio: float


def _time(run: Callable[[], object], number: int) -> float:
    start = perf_counter()
    for _ in range(number):
        run()
    return (perf_counter() - start) / number * 1e6


def compare(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 15, slot_s: float = 0.05
) -> Ratio:
    """Time theirs, ours, theirs in each round; a round's ratio is ours over the mean of theirs.

    Args:
        ours: The code under test, one unit of work.
        theirs: What it is compared with, the same unit of work.
        rounds: How many rounds the medians are taken over.
        slot_s: About how many seconds one slot of a round takes.
    """
    ours(), theirs()
    number_ours = max(1, int(slot_s * 1e6 / max(_time(ours, 20), 0.05)))
    number_theirs = max(1, int(slot_s * 1e6 / max(_time(theirs, 20), 0.05)))
    rows = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            before = _time(theirs, number_theirs)
            mine = _time(ours, number_ours)
            after = _time(theirs, number_theirs)
            rows.append((mine, (before + after) / 2))
    finally:
        gc.enable()
    return Ratio(
        median(mine for mine, _ in rows),
        median(other for _, other in rows),
        median(mine / other for mine, other in rows),
    )
