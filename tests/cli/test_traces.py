"""Trace files: what is read, and the place and the words of every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlang.traces import BadTraceError, read


def write(tmp_path: Path, *lines: str | bytes) -> Path:
    path = tmp_path / "traces.jsonl"
    path.write_bytes(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))
    return path


def test_a_trace(tmp_path: Path) -> None:
    call = {"op": "getIssue", "args": {"issueIdOrKey": "PAY-1"}, "kind": "ok", "status": 200}
    line = {"scenario": "a.b", "seed": 3, "split": "eval", "calls": [call], "answer": "Done."}
    one, two = read(write(tmp_path, json.dumps(line), "", '{"params": {"key": 1}}'))
    assert (one.line, one.scenario, one.seed, one.split) == (1, "a.b", 3, "eval")
    assert one.calls[0].kind == "ok"
    assert not one.calls[0].has_response
    assert (two.line, two.seed, two.params, two.calls, two.answer) == (3, None, {"key": 1}, (), "")


def test_arguments_of_malformed_calls(tmp_path: Path) -> None:
    calls = [{"op": "a", "args": {}, "kind": "malformed_arguments"}, {"op": "a", "arguments": "{"}]
    (trace,) = read(write(tmp_path, json.dumps({"calls": calls})))
    assert [call.sent for call in trace.calls] == ["", "{"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[]", "an object is expected"),
        ('{"cals": []}', "unknown key `cals`; did you mean `calls`?"),
        ('{"calls": {}}', "`calls` must be a list"),
        ('{"calls": [3]}', "call 1: an object is expected"),
        ('{"calls": [{"args": {}}]}', "call 1: `op`, the tool's name, is missing"),
        ('{"calls": [{"op": "a", "args": 3}]}', "call 1: `args` must be an object, or text"),
        ('{"calls": [{"op": "a", "kind": "fine"}]}', "call 1: `kind` must be one of ok, api_error"),
        ('{"calls": [{"op": "a", "status": "200"}]}', "call 1: `status` must be a whole number"),
        ('{"seed": true}', "`seed` must be a whole number"),
        ('{"split": "test"}', '`split` must be "train" or "eval"'),
        ('{"answer": 4}', "`answer` must be text"),
        ('{"params": []}', "`params`: an object is expected"),
        ('{"answer": NaN}', "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_mistakes(tmp_path: Path, line: str | bytes, said: str) -> None:
    path = write(tmp_path, "{}", line)
    with pytest.raises(BadTraceError) as error:
        list(read(path))
    assert str(error.value).startswith(f"{path}:2: ")
    assert said in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadTraceError, match="No such file"):
        list(read(tmp_path / "none.jsonl"))
