"""Episodes that are saved, played again and scored, and traces that are known in part only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.little import Run, checked

ROOT = Path(__file__).parents[2]
Golden = Callable[[str, str], None]

pytestmark = pytest.mark.usefixtures("place")


def test_a_saved_episode_is_played_and_scored_alike(run: Run) -> None:
    for policy in ("oracle", "idle", "random"):
        for seed in range(2):
            path = f"{policy}.jsonl"
            Path(path).unlink(missing_ok=True)
            first = checked(
                run, "run", "little.yaml", "--policy", policy, "--seed", str(seed), "--save", path
            )
            again = checked(run, "run", "little.yaml", "--trace", path)
            assert first == again
            scored = json.loads(checked(run, "score", "little.yaml", path, "--format", "json"))
            reward = re.search(r"^reward +(\S+)", first, re.MULTILINE)
            assert reward
            assert scored["traces"][0]["reward"] == pytest.approx(float(reward[1]))


def test_a_trace_in_a_frozen_world_is_paid_for_its_calls_alone(run: Run) -> None:
    file = Path(__file__).parents[2] / "examples" / "jira_assign.yaml"
    checked(run, "run", file, "--save", "done.jsonl")
    record = json.loads(Path("done.jsonl").read_text())
    Path("frozen.jsonl").write_text(json.dumps(record | {"world": "frozen"}) + "\n")
    said = checked(run, "run", file, "--trace", "frozen.jsonl", "--save", "again.jsonl")
    assert "paid as if these calls had changed nothing" in said
    again = json.loads(Path("again.jsonl").read_text())
    assert again["world"] == "frozen"
    assert again["calls"] == record["calls"]
    scored = json.loads(checked(run, "score", file, "frozen.jsonl", "--format", "json"))
    assert scored["traces"][0]["reward"] == again["reward"] < 0.5 < record["reward"]


def lines(*records: object) -> None:
    text = "\n".join(json.dumps(record) for record in records)
    Path("traces.jsonl").write_text(text + "\n")


def traces() -> list[object]:
    """Traces that are known whole, in part, and not at all."""
    call = {"op": "getIssue", "args": {"issueIdOrKey": "PAY-12"}, "kind": "ok", "status": 200}
    invented = {"op": "readIssue", "args": {}, "kind": "unknown_tool", "status": 0}
    params = {"key": "PAY-12"}
    return [
        {"params": params, "calls": [call], "answer": "I do not know."},
        {"params": params, "calls": [{**call, "status": 404, "kind": "api_error"}]},
        {"calls": [call, invented], "answer": "It is Done."},
        {"calls": [{"op": "getIssue", "args": {"issueIdOrKey": "PAY-12"}}]},
    ]


def test_score(run: Run, golden: Golden) -> None:
    lines(*traces())
    golden("cli/score.txt", checked(run, "score", "little.yaml", "traces.jsonl"))
    said = checked(run, "score", "little.yaml", "traces.jsonl", "--format", "json")
    golden("cli/score.json", said)
    scores = json.loads(said)
    known, elsewhere, no_task, bare = scores["traces"]
    assert known["reward"] == 0.25
    assert known["parts"] == {"looked": 1.0, "said": 0.0}
    for unsure in (elsewhere, no_task, bare):
        assert unsure["reward"] is None, "unknown, not 0"
        assert unsure["low"] < unsure["high"]
        assert unsure["why"]
    assert elsewhere["parts"] == {"looked": 0.0, "said": None}
    assert no_task["parts"] == {"looked": None, "said": None}
    assert no_task["penalties"] == {"invented": 0.75}
    assert scores["unknown"] == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "traces.jsonl, line 1: no JSON"),
        ("[" * 100_000, "traces.jsonl, line 1: no JSON"),
        ('{"calls": 3}', "`calls`"),
        ('{"scenario": "a.b"}', "a trace of a.b, not of jira.little"),
    ],
)
def test_score_of_a_broken_trace(run: Run, line: str, said: str) -> None:
    Path("traces.jsonl").write_text(line + "\n")
    assert said in checked(run, "score", "little.yaml", "traces.jsonl", status=1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "traces.jsonl holds no trace"),
        ("{", "traces.jsonl, line 1: no JSON"),
        ('{"scenario": "a.b"}', "a trace of a.b, not of jira.little"),
    ],
)
def test_run_of_a_broken_trace(run: Run, line: str, said: str) -> None:
    Path("traces.jsonl").write_text(line)
    assert said in checked(run, "run", "little.yaml", "--trace", "traces.jsonl", status=1)


def test_score_without_a_file(run: Run) -> None:
    assert "No such file" in checked(run, "score", "little.yaml", "none.jsonl", status=1)


def test_compiled_files_are_scored_like_their_source(run: Run) -> None:
    lines(traces()[0])
    first = json.loads(checked(run, "score", "little.yaml", "traces.jsonl", "--format", "json"))
    checked(run, "compile", "little.yaml")
    again = json.loads(checked(run, "score", "little.py", "traces.jsonl", "--format", "json"))
    assert again["traces"] == first["traces"]
    assert again["scenarios"] == first["scenarios"]
    lines(traces()[2])
    said = checked(run, "score", "little.py", "traces.jsonl", status=1)
    assert "little.py is Python, which scores replays alone" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = 1\n", "no SCENARIO"), ("from rewardlang_runtime import require\nrequire(0)\n", "ABI")],
)
def test_a_python_file_that_is_no_scenario(run: Run, text: str, said: str) -> None:
    lines(traces()[0])
    Path("wrong.py").write_text(text)
    assert said in checked(run, "score", "wrong.py", "traces.jsonl", status=1)
    assert "there is no" in checked(run, "score", "none.py", "traces.jsonl", status=1)
