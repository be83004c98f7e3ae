"""Observations too long for a policy: what they lose, and what they say of it."""

from __future__ import annotations

import json
from typing import Any

import tracker
from hypothesis import given
from hypothesis import strategies as st

from rewardlang_runtime import Environment
from rewardlang_runtime.observations import FAILED, shortened


def test_long_observations_lose_the_end_of_their_lists() -> None:
    env = Environment(tracker.scenario(200, observation_limit=900))
    env.reset(0)
    observation = env.call("searchIssues", {"status": "Done"})
    seen = json.loads(observation)
    assert len(observation) <= 900
    assert len(seen["issues"]) + seen["_left_out"] == 50
    assert seen["total"] == 67
    assert len(env.episode.calls[0].response["issues"]) == 50, "the record is whole"


json_values = st.recursive(
    st.none() | st.integers(-9, 9) | st.text(max_size=200),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=30,
)


@given(json_values, st.integers(60, 400))
def test_shortened_fits_and_stays_json(body: Any, limit: int) -> None:
    before = json.dumps(body)
    text = shortened(body, limit)
    assert len(text) <= limit
    json.loads(text)
    assert json.dumps(body) == before, "the body itself is left alone"


def test_shortened_lists_say_what_is_missing() -> None:
    rows = [{"n": n} for n in range(100)]
    short = json.loads(shortened(rows, 200))
    assert short[-1] == {"_left_out": 100 - (len(short) - 1)}
    both = json.loads(shortened({"a": rows, "b": ["x"]}, 200))
    assert len(both["a"]) + both["_left_out"] == 100
    assert both["b"] == ["x"]
    text = shortened({"text": "x" * 500, "n": 1}, 200)
    assert 190 < len(text) <= 200
    assert json.loads(text) == {"text": "x" * (len(text) - 20) + "...", "n": 1}


def test_long_errors_still_begin_as_errors() -> None:
    operations = dict(tracker.SCENARIO.operations)

    def refuse(*_: Any) -> Any:
        return 400, {f"key{n}": n for n in range(2_000)}

    operations["getIssue"] = operations["getIssue"]._replace(run=refuse)
    env = Environment(tracker.SCENARIO._replace(operations=operations))
    env.reset(0)
    observation = env.call("getIssue", {"issueIdOrKey": "APP-4"})
    assert observation.startswith(FAILED)
    assert len(observation) < 4_000
