"""`rewardlang score` on recordings: verdicts, silent failures, what is unknown, formats."""

from __future__ import annotations

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewardlang import cli, driver, policies
from rewardlang.recordings.files import recognise
from rewardlang.scoring import Scorer
from rewardlang.survey import html
from rewardlang.survey.judge import Setting
from rewardlang.survey.run import survey
from rewardlang.survey.tally import Survey
from rewardlang_runtime import Environment
from rewardlang_runtime.traces import parse_traces, record

SHIPPED = Path(__file__).parents[2] / "scenarios"
LABELS, READ = SHIPPED / "jira_add_labels.yaml", SHIPPED / "confluence_read_page.yaml"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*args: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(["score", *map(str, args)])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return int(exit.value.code or 0), out.out + out.err

    return run


Run = Callable[..., tuple[int, str]]


def episode(file: Path, policy: str, seed: int = 0) -> dict[str, Any]:
    environment = Environment(driver.load(file))
    environment.reset(seed)
    playing = policies.oracle(environment) if policy == "oracle" else policies.idle()
    policies.play(environment, playing)
    return record(environment)


def chat(said: dict[str, Any], *, task: bool = True) -> dict[str, Any]:
    """A trace as the chat that an agent had."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Do it."}]
    for number, call in enumerate(said["calls"]):
        function = {"name": call["op"], "arguments": json.dumps(call["args"])}
        messages.append({"role": "assistant", "tool_calls": [{"id": number, "function": function}]})
        body = call["response"] if call["status"] != 204 else {"status": 204}
        if call["kind"] != "ok":
            body = {"error": {"kind": call["kind"], "status": call["status"], "body": body}}
        content = json.dumps(body, separators=(",", ":"))
        messages.append({"role": "tool", "tool_call_id": number, "content": content})
    messages.append({"role": "assistant", "content": said["answer"]})
    known = {key: said[key] for key in ("scenario", "seed", "split", "params")} if task else {}
    return {**known, "messages": messages}


def lines(name: str, *records: object) -> Path:
    Path(name).write_text("".join(json.dumps(each) + "\n" for each in records))
    return Path(name)


def surveyed(*paths: Path, scenarios: tuple[Path, ...] = (LABELS,), **more: Any) -> Survey:
    setting = Setting(tuple(map(str, scenarios)), **more)
    return survey(setting, [recognise(path) for path in paths])


def test_a_chat_is_worth_what_its_trace_is() -> None:
    done, idle = episode(LABELS, "oracle", 3), episode(LABELS, "idle", 4)
    refused = {**episode(LABELS, "oracle", 5)}
    one, two = lines("t.jsonl", done, idle, refused), lines("c.jsonl", chat(done), chat(idle))
    lines("c.jsonl", chat(done), chat(idle), chat(refused))
    first, second = surveyed(one), surveyed(two)
    for found in (first, second):
        tally = found.tallies["jira.add_labels"]
        assert dict(tally.verdicts) == {"pass": 2, "fail": 1}
        assert tally.rewards == pytest.approx(2)
        assert not found.problems


def test_without_a_task_what_needs_one_is_unknown(run: Run) -> None:
    path = lines("c.jsonl", chat(episode(LABELS, "oracle"), task=False))
    said = json.loads(run(LABELS, path, "--format", "json")[1])
    (trace,) = said["traces"]
    assert trace["reward"] is None
    assert trace["low"] == 0
    assert trace["high"] == 1
    (tally,) = said["scenarios"]
    assert (tally["passed"], tally["failed"], tally["unknown"]) == (0, 0, 1)
    assert "part labelled" in tally["judged"]["never"]
    assert "penalty invented" not in tally["judged"]["never"]
    assert tally["judged"]["weight"] == 0


def test_a_task_on_the_command_line(run: Run) -> None:
    said = episode(LABELS, "oracle")
    path = lines("c.jsonl", chat(said, task=False))
    options = [f"--param={name}={json.dumps(value)}" for name, value in said["params"].items()]
    scored = json.loads(run(LABELS, path, "--format", "json", *options)[1])
    assert scored["traces"][0]["reward"] == 1


def test_what_the_policy_said_is_unknown_in_the_log_of_a_server(run: Run) -> None:
    said = episode(READ, "oracle")
    start = {"scenario": said["scenario"], "seed": said["seed"]}
    log: list[dict[str, Any]] = [
        {
            "jsonrpc": "2.0",
            "id": 0,
            "method": "initialize",
            "params": {"_meta": {"rewardlang": start}},
        }
    ]
    for number, call in enumerate(said["calls"], 1):
        params = {"name": call["op"], "arguments": call["args"]}
        content = [{"type": "text", "text": json.dumps(call["response"])}]
        log.append({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})
        log.append({"jsonrpc": "2.0", "id": number, "result": {"content": content}})
    scored = json.loads(run(READ, lines("mcp.jsonl", *log), "--format", "json")[1])
    (trace,) = scored["traces"]
    assert trace["reward"] is None
    assert trace["why"] == "it does not hold what the policy answered"
    known = [value for value in trace["parts"].values() if value is not None]
    assert known
    assert all(value == 1 for value in known), "the calls were made, and played again"


def test_traces_go_to_their_scenario_or_to_those_with_their_tools(run: Run) -> None:
    other = episode(READ, "oracle")
    nameless = chat(other, task=False)
    strange = {"messages": [*chat({**other, "calls": []})["messages"]]}
    path = lines("all.jsonl", episode(LABELS, "oracle"), other)
    chats = lines("chats.jsonl", nameless, strange)
    status, text = run(LABELS, READ, path, chats, "--format", "json")
    assert status == 0
    said = json.loads(text)
    assert {each["scenario"]: each["traces"] for each in said["scenarios"]} == {
        "jira.add_labels": 1,
        "confluence.read_page": 2,
    }
    (left,) = [file["left_out"] for file in said["files"] if file["file"] == "chats.jsonl"]
    assert left == {"traces whose calls are tools of no scenario given": 1}


def test_a_folder_of_scenarios(run: Run) -> None:
    path = lines("all.jsonl", episode(LABELS, "oracle"), episode(READ, "idle"))
    status, text = run(SHIPPED, path)
    assert status == 0
    assert "jira.add_labels  1 trace: 1 passed, 0 failed, 0 unknown" in text
    assert "confluence.read_page  1 trace: 0 passed, 1 failed" in text
    assert "jira.get_issue  no trace" in text


def test_silent_failures_come_first_with_their_places(run: Run) -> None:
    silent = episode(LABELS, "oracle", 1)
    silent["calls"] = silent["calls"][:1]
    loud = episode(LABELS, "oracle", 2)
    loud["calls"].insert(0, {"op": "readIssue", "args": {}, "kind": "unknown_tool", "status": 0})
    path = lines("t.jsonl", loud, silent)
    status, text = run(LABELS, path)
    assert status == 0
    assert "1 silent failure: no call reported an error\n    t.jsonl:2  " in text
    found = surveyed(path)
    (example,) = found.examples_of("jira.add_labels", "silent")
    assert (example.place, example.silent) == ("t.jsonl:2", True)
    miss = {miss.id: miss for miss in found.examples["jira.add_labels", "t.jsonl:1"].misses}
    assert miss["penalty invented"].calls == (1,)
    assert 'count(any{kind == "unknown_tool"})' in miss["penalty invented"].text


def test_the_threshold_and_the_share_that_must_pass(run: Run) -> None:
    path = lines("t.jsonl", *(episode(LABELS, p) for p in ("oracle", "oracle", "oracle", "idle")))
    assert run(LABELS, path, "--fail-under", "0.75")[0] == 0
    assert run(LABELS, path, "--fail-under", "0.76")[0] == 1
    assert run(LABELS, path, "--pass", "0", "--fail-under", "1")[0] == 0
    unknown = lines("u.jsonl", chat(episode(LABELS, "oracle"), task=False))
    assert run(LABELS, unknown)[0] == 0
    assert run(LABELS, unknown, "--fail-under", "0")[0] == 1, "no verdict is no pass"


@pytest.mark.parametrize(
    ("args", "said", "status"),
    [
        (["t.jsonl"], "there is no scenario", 2),
        ([str(LABELS)], "there is no recording", 2),
        ([str(LABELS), "t.jsonl", "--from", "chats"], "did you mean `chat`?", 2),
        ([str(LABELS), "none.jsonl"], "No such file", 1),
        ([str(LABELS), "log.txt"], "no recording that is known; say with --from", 1),
        ([str(LABELS), "t.jsonl", "--out", "no/where"], "No such file", 1),
    ],
)
def test_wrong_usage(run: Run, args: list[str], said: str, status: int) -> None:
    lines("t.jsonl", episode(LABELS, "oracle"))
    Path("log.txt").write_text('{"level": "info"}\n{"level": "debug"}\n')
    got, text = run(*args)
    assert (got, said in text) == (status, True), text


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.targets.append(value or "")
            if name == "src" or tag in ("script", "link"):
                self.loaded.append(tag)


def test_the_page_links_to_the_traces_that_it_shows(run: Run) -> None:
    failed = episode(LABELS, "oracle", 1)
    failed["calls"] = failed["calls"][:1]
    failed["answer"] = "<script>alert(1)</script> \u202edone"
    path = lines("t.jsonl", episode(LABELS, "oracle"), failed, {"calls": 5})
    status, said = run(LABELS, path, "--format", "html", "--out", "page.html")
    assert (status, said) == (1, "")
    text = Path("page.html").read_text()
    page = Page()
    page.feed(text)
    assert page.targets
    assert {target.removeprefix("#") for target in page.targets} <= set(page.ids)
    assert not page.loaded
    assert "<script>" not in text
    assert "\u202e" not in text
    assert "line 3: `calls` is a list, not int" in text
    assert "t.jsonl:2" in text


def test_a_page_of_nothing() -> None:
    found = surveyed(lines("t.jsonl"))
    assert "What the recordings say" in html.page(found)


def test_pieces_come_to_what_the_whole_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from rewardlang.survey import run as module

    records = [episode(LABELS, p, seed) for seed in range(12) for p in ("oracle", "idle")]
    for number, each in enumerate(records):
        if number % 3 == 0:
            each["calls"] = each["calls"][:1]
    path = lines("t.jsonl", *records, {"calls": [5]})
    whole = surveyed(path)
    monkeypatch.setattr(module, "_BYTES", 2_000)
    again = surveyed(path)
    (one,), (other,) = whole.tallies.values(), again.tallies.values()
    for name in ("rewards", "weight"):
        assert getattr(one, name) == pytest.approx(getattr(other, name))
        setattr(other, name, getattr(one, name))  # sums of floats hang on where pieces end
    assert again == whole
    assert whole.files[0].problems[0].number == 25


def test_json_rows_come_in_order_whatever_process_scores_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rewardlang.survey import run as module

    monkeypatch.setattr(module, "_BYTES", 2_000)
    path = lines("t.jsonl", *(episode(LABELS, "oracle", seed) for seed in range(9)))
    said = json.loads(run(LABELS, path, "--format", "json")[1])
    assert [row["line"] for row in said["traces"]] == list(range(1, 10))
    assert said["mean"] == 1


SCORERS = {
    path: Scorer(driver.load(path), lambda path=path: driver.scenario_of(path))  # type: ignore[misc]
    for path in (LABELS, READ)
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "key", "fields", "issues", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
CALLS = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["searchIssues", "editIssue", "getIssue", "getPageById", "x", ""]),
        "args": st.dictionaries(st.sampled_from(["issueIdOrKey", "id", "update"]), VALUES)
        | st.text(max_size=3),
    },
    optional={
        "kind": st.sampled_from(["ok", "api_error", "unknown_tool"]),
        "status": st.integers(0, 599),
        "response": VALUES,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([LABELS, READ]),
    st.lists(CALLS, max_size=4),
    st.text(max_size=5),
    st.none() | st.integers(-5, 5),
)
def test_any_recording_has_a_score_within_bounds(
    file: Path, calls: list[dict[str, Any]], answer: str, seed: int | None
) -> None:
    line = json.dumps({"calls": calls, "answer": answer, "seed": seed})
    try:
        (trace,) = parse_traces([line])
    except ValueError:
        return  # numbers that no JSON reader of ours takes, or lone surrogates
    scored = SCORERS[file].scored(trace)
    score = scored.score
    assert 0 <= score.low <= score.high <= 1
    assert score.reward in (None, score.low)
    ids = {f"part {id}": value for id, value in score.parts.items()}
    reasons = SCORERS[file].reasons(scored, ids)
    assert set(reasons) == {id for id, value in ids.items() if value is not None}
