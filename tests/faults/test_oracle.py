"""The oracle gets over what goes wrong, and looks before it repeats a write."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import desk

LIMIT = "limits: {calls: 12}"
FAIR = """reward:
  parts:
    - {id: closed, weight: 1, check: 'final.tickets[params.id]?.state == "closed"'}
"""


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (
            "{fault: rate_limited, of: getTicket, nth: [1, 2]}",
            [("getTicket", 429), ("getTicket", 429), ("getTicket", 200), ("closeTicket", 200)],
        ),
        (
            "{fault: timeout, of: closeTicket, nth: 1}",
            [("getTicket", 200), ("closeTicket", 504), ("getTicket", 200), ("closeTicket", 200)],
        ),
        (
            "{fault: lost, of: closeTicket, nth: 1}",
            [("getTicket", 200), ("closeTicket", 504), ("getTicket", 200)],
        ),
    ],
)
def test_what_it_does(tmp_path: Path, faults: str, expected: list[tuple[str, int]]) -> None:
    _, scenario = desk.faulty(tmp_path, faults, LIMIT, FAIR)
    environment = desk.solved(scenario, 0)
    assert [(op, status) for op, status, _ in desk.history(environment)] == expected
    assert environment.reward() == 1.0
    assert environment.episode.answer


def test_a_look_that_is_struck_itself_is_repeated(tmp_path: Path) -> None:
    faults = """{fault: lost, of: closeTicket, nth: 1}
    {fault: stale, of: getTicket, nth: 1}
    {fault: unavailable, of: getTicket, nth: 3}"""
    _, scenario = desk.faulty(tmp_path, faults, LIMIT, FAIR)
    environment = desk.solved(scenario, 0)
    found = [fault for _, _, fault in desk.history(environment)]
    assert found == [None, "lost", "stale", "unavailable", None]
    assert environment.reward() == 1.0


def test_it_ends_when_the_calls_are_used_up(tmp_path: Path) -> None:
    _, scenario = desk.faulty(tmp_path, "{fault: forbidden, of: closeTicket, every: 1}", LIMIT)
    environment = desk.solved(scenario, 0)
    assert len(environment.episode.calls) == 12
    assert environment.episode.answer == ""
