"""Trace files: written, read with every mistake placed, replayed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tracker

from rewardlang_runtime import Environment, read_traces, score_trace, write_trace
from rewardlang_runtime.traces import BadTrace, parse_traces, record

KEY = "APP-4"


def finished(seed: int = 3) -> Environment:
    env = Environment(tracker.SCENARIO)
    env.reset(seed)
    key = env.params["key"]
    env.call("closeIssue", {"key": key})
    env.call("getIssue", "{")
    env.call(None, "{}")
    env.call("getTransitions", {"issueIdOrKey": key})
    env.call("doTransition", {"issueIdOrKey": key})
    env.call("doTransition", {"issueIdOrKey": key, "transition": {"id": "21"}})
    env.finish("Done.")
    return env


def test_a_written_trace_scores_as_the_episode_did(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    environments = [finished(seed) for seed in (3, 4)]
    for env in environments:
        write_trace(path, env)
    traces = list(read_traces(path))
    assert [trace.line for trace in traces] == [1, 2]
    assert [trace.seed for trace in traces] == [3, 4]
    assert traces[0].extra["reward"] == environments[0].reward()
    for trace, env in zip(traces, environments, strict=True):
        assert score_trace(tracker.SCENARIO, trace) == (env.detail(), "")
        by_params = trace._replace(seed=None)
        assert score_trace(tracker.SCENARIO, by_params).detail == env.detail()
        by_seed = trace._replace(params=None)
        assert score_trace(tracker.SCENARIO, by_seed).detail == env.detail()


def changed(**changes: Any) -> Any:
    (trace,) = parse_traces([json.dumps({**record(finished()), **changes})])
    return score_trace(tracker.SCENARIO, trace)


UNKNOWN = [
    ({"seed": None, "params": None}, "its task is unknown"),
    ({"scenario": "other"}, "a trace of other"),
    ({"params": {"wrong": 1}}, "cannot be set up"),
    (
        {"calls": [{"op": "getIssue", "args": {"issueIdOrKey": KEY}, "status": 404}]},
        "another status",
    ),
    (
        {"calls": [{"op": "getIssue", "args": {"issueIdOrKey": KEY}, "response": {}}]},
        "another response",
    ),
    ({"calls": [{"op": "getIssue", "args": {"issueIdOrKey": KEY}}] * 11}, "more than the 10 calls"),
]


@pytest.mark.parametrize(("changes", "reason"), UNKNOWN)
def test_what_is_not_known_is_never_nought(changes: dict[str, Any], reason: str) -> None:
    verdict = changed(**changes)
    assert verdict.detail is None
    assert reason in verdict.reason


def test_what_is_not_recorded_is_not_compared() -> None:
    verdict = changed(calls=[{"op": "getIssue", "args": {"issueIdOrKey": KEY}}], answer="")
    assert verdict.detail is not None


BAD = [
    (['{"calls": []}', '{"calls": ['], "line 2: no JSON.*torn"),
    (["", "[]"], "line 2: a trace is an object"),
    (['{"calls": {}}'], "line 1: `calls` is a list, not dict"),
    (['{"calls": [1]}'], "line 1: call 1: a call is an object"),
    (['{"calls": [{"op": "a"}, {}]}'], "call 2: `op`, the tool's name, is missing"),
    (['{"calls": [{"op": "a", "kind": "good"}]}'], "`kind` is one of"),
    (['{"calls": [{"op": "a", "status": "200"}]}'], "`status` is a whole number, not str"),
    (['{"calls": [{"op": "a", "args": 5}]}'], "`args` is an object, or text"),
    (['{"seed": "1"}'], "`seed` is a whole number"),
    (['{"seed": true}'], "`seed` is a whole number, not bool"),
    (['{"split": "test"}'], "`split` is one of train, eval"),
    (['{"params": []}'], "`params` is an object"),
    (['{"answer": 5}'], "`answer` is text"),
]


@pytest.mark.parametrize(("lines", "message"), BAD)
def test_mistakes_are_placed(lines: list[str], message: str) -> None:
    with pytest.raises(BadTrace, match=message):
        list(parse_traces(lines))


def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(b'{"seed": 1}\n\n{"seed": 2}\n\xff')
    found = read_traces(path)
    assert next(found).seed == 1
    assert next(found).line == 3
    with pytest.raises(BadTrace, match="line 4"):
        next(found)
