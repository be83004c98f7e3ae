"""Work on many files in processes: order, errors, and processes that end."""

from __future__ import annotations

import os
import signal
from multiprocessing import active_children

import pytest

from rewardlang.findings.workers import WorkerEnded, Workers


def double(number: int) -> int:
    return 2 * number


def refuse(number: int) -> int:
    raise ValueError(number)


def end(number: int) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return number


@pytest.fixture(autouse=True)
def two_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on a machine with one core."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("worth", [8, 1000])
def test_results_come_in_the_order_of_the_items(worth: int) -> None:
    told: list[tuple[str, int]] = []
    with Workers(lambda what, left: told.append((what, left))) as workers:
        assert workers.map(double, range(100), "doubling", worth) == [2 * n for n in range(100)]
        assert workers.map(double, [], "doubling", worth) == []
    assert told == [("doubling", left) for left in range(100, -1, -1)]
    assert not active_children()


@pytest.mark.parametrize(("function", "error"), [(refuse, ValueError), (end, WorkerEnded)])
def test_an_error_ends_all_processes(function: object, error: type[Exception]) -> None:
    with pytest.raises(error), Workers() as workers:
        workers.map(function, range(100), "failing", 8)
    assert not active_children()
