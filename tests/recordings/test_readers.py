"""Readers of recordings: what each form says, and that nothing in a recording raises."""

from __future__ import annotations

import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardlang import driver
from rewardlang.recordings import files
from rewardlang.recordings.files import BadRecording, recognise
from rewardlang.recordings.forms import FORMS
from rewardlang.recordings.items import Item, LeftOut, Problem
from rewardlang.recordings.sessions import Sessions
from rewardlang.survey.run import reader_of
from rewardlang_runtime import Trace

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
JIRA = Path(__file__).parents[2] / "scenarios" / "jira_add_labels.yaml"


def text_of(case: dict[str, Any]) -> str:
    if "records" in case:
        return "".join(json.dumps(record) + "\n" for record in case["records"])
    if "document" in case:
        return json.dumps(case["document"], indent=2)
    return str(case["text"])


def read(path: Path, form: str | None = None) -> tuple[str, list[Item]]:
    recording = recognise(path, form)
    scenario = driver.load(JIRA)
    return recording.form.name, list(files.items(recording, reader_of(recording, [scenario])))


def said(trace: Trace) -> dict[str, Any]:
    calls = [[*sent, said] for sent, said in zip(trace.sent, trace.recorded, strict=True)]
    return {**trace._asdict(), "calls": calls, "asked": trace.extra.get("asked")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_read(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / f"recording{case.get('suffix', '.jsonl')}"
    path.write_text(text_of(case), encoding="utf-8")
    form, items = read(path)
    assert form == case["form"]
    traces = [item for item in items if isinstance(item, Trace)]
    assert len(traces) == len(case["traces"]), traces
    for trace, expected in zip(traces, case["traces"], strict=True):
        whole = said(trace)
        assert {key: whole[key] for key in expected} == expected
    left: dict[str, int] = {}
    for item in items:
        if isinstance(item, LeftOut):
            left[item.reason] = left.get(item.reason, 0) + item.times
    assert left == case.get("left_out", {})
    problems = [item for item in items if isinstance(item, Problem)]
    expected_problems = case.get("problems", [])
    assert [p.number for p in problems] == [number for number, _ in expected_problems]
    for problem, (_, message) in zip(problems, expected_problems, strict=True):
        assert message in problem.message


def test_a_record_of_no_form(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"level": "info"}\n')
    with pytest.raises(BadRecording, match="say with --from which of mcp, har"):
        recognise(path)
    form, items = read(path, "chat")
    assert form == "chat"
    assert isinstance(items[0], Problem)


def test_a_line_beyond_the_limit_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST", 5_000)
    path = tmp_path / "log.jsonl"
    long = json.dumps({"calls": [], "answer": "x" * 20_000})
    path.write_text(f'{{"calls": []}}\n{long}\n{{"calls": []}}\n')
    items = read(path)[1]
    assert [item.line for item in items if isinstance(item, Trace)] == [1, 3]
    assert [item.number for item in items if isinstance(item, Problem)] == [2]


def test_an_entry_beyond_the_limit_ends_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LONGEST", 200_000)
    entry = {"request": {"method": "GET", "url": "http://h/rest/api/3/issue/A-1"}, "response": {}}
    path = tmp_path / "log.har"
    long = {**entry, "comment": "x" * 900_000}
    path.write_text(json.dumps({"log": {"entries": [entry, long, entry]}}))
    items = read(path)[1]
    (trace,) = [item for item in items if isinstance(item, Trace)]
    assert len(trace.sent) == 1
    (problem,) = [item for item in items if isinstance(item, Problem)]
    assert (problem.number, problem.remedy) == (
        2,
        "what comes before is read; mend or split the file",
    )


@given(
    st.integers(1, 40), st.recursive(st.integers() | st.text(max_size=9), st.lists, max_leaves=9)
)
def test_a_document_is_cut_wherever_it_is_read_in_pieces(size: int, inner: Any) -> None:
    from io import BytesIO
    from unittest import mock

    from rewardlang.recordings import split

    entries = [{"a": inner, "entries": [1]}, [inner, {"log": '{"["'}], {}, [], {"b\\": "]}"}]
    log = {"creator": {"entries": [{}]}, "x": [[1]], "entries": entries, "y": [{}]}
    text = json.dumps({"pages": [{}], "log": log}, indent=1).encode()
    with mock.patch.object(split, "_PIECE", size):
        splitter = split.Splitter(BytesIO(text), ("log", "entries"), 10_000)
        found = list(splitter)
    assert [json.loads(piece) for _, piece in found] == entries
    assert not splitter.wrong
    for line, piece in found:
        assert text.splitlines()[line - 1].strip().startswith(piece[:1])


def test_sessions_are_bounded() -> None:
    sessions: Sessions[list[int]] = Sessions(list, most=2)
    for number, name in enumerate(["a", "b", "a", "c"]):
        sessions.of(name).append(number)
    assert list(sessions.closed()) == [[1]]
    assert list(sessions.end()) == [[0, 2], [3]]
    sessions = Sessions(list, held=10)
    for number, (name, size) in enumerate([("a", 4), ("b", 4), ("a", 2), ("c", 6), ("c", 9)]):
        sessions.of(name, size).append(number)
    assert list(sessions.closed()) == [[1], [0, 2], [3]]
    assert list(sessions.end()) == [[4]]


WILD = [
    '{"calls": ' + "[" * 900 + "]" * 900 + "}",
    "[" * 100_000,
    '{"jsonrpc": "2.0", "id": 1e999}',
    '{"messages": [{"role": "tool", "content": NaN}]}',
    '{"messages": [{"role": "assistant", "content": "\\ud800"}]}',
    '{"jsonrpc": "2.0", "id": ' + "9" * 5000 + ', "method": "tools/call"}',
    '{"jsonrpc": "2.0", "id": [[]], "method": "tools/call", "params": []}',
    '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": {}, "arguments": 5}}',
    '{"jsonrpc": "2.0", "id": 1, "result": 5, "error": []}',
    '{"resourceSpans": [5, {"scopeSpans": [null, {"spans": [1, {"traceId": []}]}]}]}',
    '{"traceId": 1, "spanId": 2, "name": "chat", "attributes": [{"key": "k", "value": [1]}]}',
    '{"input": [{"type": ["function_call"]}, {"type": "function_call"}], "output": [null]}',
    '{"messages": [{"role": "assistant", "tool_calls": {"a": 1}}]}',
    '{"messages": [{"role": "assistant", "tool_calls": "abc"}, {"role": "tool", "content": 1}]}',
    '{"request": {"url": "http://[", "method": 5}, "response": 5}',
]


DEEP = "[" * 600 + "]" * 600
GET = {"method": "GET", "url": "http://h/rest/api/3/issue/A-1"}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "a"}}
RESULT = {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": DEEP}]}}
TOOL = [
    {"role": "assistant", "tool_calls": [{"function": {"name": "a"}}]},
    {"role": "tool", "content": DEEP},
]
RESULT_OF_SPAN = {"key": "gen_ai.tool.call.result", "value": {"stringValue": DEEP}}
SPAN = {"traceId": "1", "spanId": "2", "name": "execute_tool a", "attributes": [RESULT_OF_SPAN]}
WILD += [
    f"{json.dumps(CALL)}\n{json.dumps(RESULT)}",
    json.dumps({"message": f'{{"jsonrpc": {DEEP}}}'}),
    json.dumps({"messages": TOOL}),
    json.dumps({"request": GET, "response": {"status": 200, "content": {"text": DEEP}}}),
    json.dumps(SPAN),
]
"""Data in texts that could be read, but no longer be handed on."""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("line", WILD, ids=range(len(WILD)))
def test_wild_lines_are_read_as_any_form(form: str, line: str, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f"{line}\n{{}}\n{line}", encoding="utf-8")
    for item in read(path, form)[1]:
        assert isinstance(item, Item)
        assert pickle.loads(pickle.dumps(item)) == item


TEXTS = [text_of(case) for case in CASES]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def spoilt(value: Any, rng: random.Random, other: Any) -> Any:
    """`value` with something in it replaced by `other`, or left out."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(list(value))
        if rng.random() < 0.2:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: spoilt(value[key], rng, other)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        return [*value[:at], spoilt(value[at], rng, other), *value[at + 1 :]]
    return other


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(CASES), st.randoms(use_true_random=False), JSON)
def test_spoilt_records_never_raise(
    tmp_path: Path, case: dict[str, Any], rng: random.Random, other: Any
) -> None:
    records = case.get("records") or [case.get("document", {})]
    if case["form"] == "har" and "document" in case:
        records = case["document"]["log"]["entries"]
    changed = [spoilt(record, rng, other) if rng.random() < 0.7 else record for record in records]
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in changed), encoding="utf-8")
    for item in read(path, case["form"])[1]:
        assert isinstance(item, Item)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(TEXTS), st.integers(0, 10_000), st.binary(max_size=4))
def test_torn_files_never_raise(tmp_path: Path, text: str, at: int, more: bytes) -> None:
    whole = text.encode()
    path = tmp_path / "log.json"
    path.write_bytes(whole[: at % len(whole)] + more)
    try:
        items = read(path)[1]
    except BadRecording:
        return
    for item in items:
        assert isinstance(item, Item)
