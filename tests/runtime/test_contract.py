"""The contract: a fixture that keeps it, and scenarios that break it, one way each."""

from __future__ import annotations

from typing import Any

import pytest
import tracker

from rewardlang_runtime import Environment, check_environment


def test_the_fixture_keeps_the_contract() -> None:
    check_environment(Environment(tracker.SCENARIO))
    check_environment(Environment(tracker.SCENARIO, "eval"))
    check_environment(Environment(tracker.scenario(snapshots=True)))


def _sloppy(w: Any, args: Any, now: str, actor: str) -> Any:
    w["issues"].get("APP-1")["fields"]["labels"].append("oops")
    return 200, {}


COUNTER: list[int] = []


def _forgetful(w: Any, args: Any, now: str, actor: str) -> Any:
    COUNTER.append(1)
    return 200, {"n": len(COUNTER)}


def _hasty(w: Any, args: Any, now: str, actor: str) -> Any:
    w.edit("issues").delete("APP-2")
    return 404, {}


def _broken(**changes: Any) -> Any:
    return tracker.SCENARIO._replace(**changes)


def _with(run: Any) -> Any:
    operations = dict(tracker.SCENARIO.operations)
    for name in ("getIssue", "getTransitions"):
        operations[name] = operations[name]._replace(run=run, schema={"type": "object"})
    return _broken(operations=operations, tools=("getIssue", "getTransitions"))


BROKEN = [
    ("in place", _with(_sloppy), "byte for byte|same after every episode"),
    ("memory", _with(_forgetful), "byte for byte"),
    ("hasty", _with(_hasty), "leaves the world as it was"),
    ("no tools", _broken(tools=()), "at least one tool"),
    ("reward", _broken(reward=lambda e: 0.5), "agree"),
    (
        "bounds",
        _broken(
            start=None,
            reward=lambda e: 2.0,
            detail=lambda e: tracker.Detail(2.0, (True,), (0.0,) * 3, (1.0,)),
        ),
        "in \\[0, 1\\]",
    ),
    (
        "rounding",
        _broken(
            start=None,
            reward=lambda e: 1 / 3,
            detail=lambda e: tracker.Detail(1 / 3, (True,), (0.0,) * 3, (1.0,)),
        ),
        "multiple",
    ),
    ("prompt", _broken(prompts=(lambda w, p, s: "",)), "prompt"),
]


@pytest.mark.parametrize(
    ("scenario", "message"), [c[1:] for c in BROKEN], ids=[c[0] for c in BROKEN]
)
def test_the_contract_notices(scenario: Any, message: str) -> None:
    fresh = scenario._replace(world=scenario.world + " ")  # a base of its own, to be ruined
    with pytest.raises(AssertionError, match=message):
        check_environment(Environment(fresh))
