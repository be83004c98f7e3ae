"""Recorded calls against servers on loopback, which the tests make."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang import cli, driver
from rewardlang.replay.compare import differences, learn, translated
from rewardlang_runtime import Environment
from rewardlang_runtime.routes import Routes
from rewardlang_runtime.traces import record

FILE = Path(__file__).parents[2] / "scenarios" / "jira_create_issue.yaml"
SCENARIO = driver.load(FILE)
Answer = Callable[[str, str, str, Any, dict[str, str]], tuple[int, bytes]]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """A server on loopback; `answer` is given method, path, query, body and headers."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            text = self.rfile.read(length)
            path, _, query = self.path.partition("?")
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(text) if text else None
            status, content = answer(self.command, path, query, body, headers)
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            pass  # a client that has heard enough goes away

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def model(change: Callable[[str, Any], Any] = lambda op, body: body) -> Answer:
    """Answers as the scenario's model; `change` may alter a body."""
    environment = Environment(SCENARIO)
    environment.reset(0)
    routes = Routes.of(SCENARIO, SCENARIO.operations)

    def answer(method: str, path: str, query: str, body: Any, _: Any) -> tuple[int, bytes]:
        match = routes.match(method, path)
        assert match is not None, path
        environment.call(match.operation.name, match.arguments(query, body))
        call = environment.episode.calls[-1]
        said = change(call.op, json.loads(json.dumps(call.response)))
        return call.status, b"" if said is None else json.dumps(said).encode()

    return answer


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*args: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(["replay", *map(str, args)])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return int(exit.value.code or 0), out.out + out.err

    return run


Run = Callable[..., tuple[int, str]]


def recording(*calls: tuple[str, dict[str, Any]], **more: Any) -> Path:
    """A file with one trace that makes these calls."""
    environment = Environment(SCENARIO)
    environment.reset(0)
    for op, args in calls:
        environment.call(op, args)
    environment.finish("")
    path = Path("traces.jsonl")
    path.write_text(json.dumps({**record(environment), **more}) + "\n")
    return path


NEW = {
    "fields": {
        "project": {"key": "PAY"},
        "summary": "A new one",
        "issuetype": {"name": "Task"},
    }
}
CREATED = (
    ("getProject", {"projectIdOrKey": "PAY"}),
    ("createIssue", NEW),
    ("getIssue", {"issueIdOrKey": "PAY-61"}),
)


def created_key() -> str:
    environment = Environment(SCENARIO)
    environment.reset(0)
    environment.call("createIssue", NEW)
    return str(environment.episode.calls[0].response["key"])


def with_key() -> tuple[tuple[str, dict[str, Any]], ...]:
    return (*CREATED[:2], ("getIssue", {"issueIdOrKey": created_key()}))


def test_nothing_is_sent_unless_asked_for(run: Run) -> None:
    asked: list[str] = []

    def answer(method: str, path: str, *_: Any) -> tuple[int, bytes]:
        asked.append(path)
        return 200, b"{}"

    with served(answer) as url:
        status, said = run(FILE, recording(*CREATED), "--base-url", url, "--write")
    assert status == 0
    assert not asked
    assert "GET /rest/api/3/project/PAY" in said
    assert 'POST /rest/api/3/issue {"fields":' in said
    assert "3 calls to send, 0 not; --send sends them" in said


def test_writes_are_kept_back(run: Run) -> None:
    asked: list[str] = []
    answers = model()

    def answer(method: str, *rest: Any) -> tuple[int, bytes]:
        asked.append(method)
        return answers(method, *rest)

    with served(answer) as url:
        status, said = run(FILE, recording(*with_key()), "--base-url", url, "--send")
    assert status == 0, said
    assert asked == ["GET", "GET"]
    assert "createIssue: not sent: it writes; --write sends it" in said
    assert "2 calls sent, 0 with another answer, 1 not sent" in said


def test_a_server_as_the_model_agrees(run: Run) -> None:
    with served(model()) as url:
        status, said = run(FILE, recording(*with_key()), "--base-url", url, "--send", "--write")
    assert status == 0, said
    assert "3 calls sent, 0 with another answer" in said


def test_ids_of_the_server_take_the_place_of_the_models(run: Run) -> None:
    key, asked = created_key(), []
    answers = model()

    def answer(method: str, path: str, *rest: Any) -> tuple[int, bytes]:
        asked.append(path)
        status, content = answers(method, path.replace("PAY-900", key), *rest)
        return status, content.replace(key.encode(), b"PAY-900")

    with served(answer) as url:
        status, said = run(FILE, recording(*with_key()), "--base-url", url, "--send", "--write")
    assert status == 0, said
    assert asked[-1] == "/rest/api/3/issue/PAY-900"


def test_ids_of_a_recording_from_elsewhere(run: Run) -> None:
    calls = [
        {"op": "createIssue", "args": NEW, "status": 201, "response": {"key": "PAY-7777"}},
        {"op": "getIssue", "args": {"issueIdOrKey": "PAY-7777"}, "status": 200},
    ]
    path = recording(calls=calls)
    with served(model()) as url:
        status, said = run(FILE, path, "--base-url", url, "--send", "--write")
    assert status == 0, said
    assert f"GET /rest/api/3/issue/{created_key()}: agrees" in said


def test_differences_have_places(run: Run) -> None:
    def change(op: str, body: Any) -> Any:
        if op == "getProject":
            body.pop("name")
            body["more"] = {"a": 1}
            body["key"] = 5
        return body

    with served(model(change)) as url:
        status, said = run(FILE, recording(CREATED[0]), "--base-url", url, "--send")
        again, text = run(FILE, "traces.jsonl", "--base-url", url, "--send", "--format", "json")
    assert status == again == 1
    assert "missing name: the model has " in said
    assert 'extra   more: not in the model, the server {"a":1}' in said
    assert "type    key: the model has text, the server number" in said
    (call,) = json.loads(text)["traces"][0]["calls"]
    assert not call["agrees"]
    assert {d["kind"] for d in call["differences"]} == {"missing", "extra", "type"}


WRONG: list[tuple[int, bytes, str]] = [
    (500, b"<html>", "status 500, not 200 as in the model; a body that is no JSON"),
    (200, b"[" * 100_000, "a body that is no JSON"),
    (200, b'"' + b"x" * (11 * 2**20) + b'"', "a body of more than 10 MiB"),
    (401, b'{"message": "no"}', "status 401, not 200 as in the model"),
    (302, b"", "status 302, not 200"),
]


@pytest.mark.parametrize(("status", "content", "said"), WRONG, ids=range(len(WRONG)))
def test_a_server_that_goes_wrong_is_reported(
    run: Run, status: int, content: bytes, said: str
) -> None:
    with served(lambda *_: (status, content)) as url:
        ended, text = run(FILE, recording(CREATED[0]), "--base-url", url, "--send")
    assert ended == 1
    assert said in text


def test_no_server(run: Run) -> None:
    with served(model()) as url:
        pass
    status, said = run(FILE, recording(*[CREATED[0]] * 7), "--base-url", url, "--send")
    assert status == 1
    assert said.count("no answer: ConnectError") == 5
    assert said.count("not sent: 5 requests before it had no answer") == 2


def test_a_server_that_is_silent(run: Run) -> None:
    held = threading.Event()

    def answer(*_: Any) -> tuple[int, bytes]:
        held.wait(20)
        return 200, b""

    with served(answer) as url:
        path = recording(CREATED[0])
        status, said = run(FILE, path, "--base-url", url, "--send", "--timeout", "0.05")
        held.set()
    assert status == 1
    assert "no answer: ReadTimeout" in said


def test_secrets_are_sent_and_never_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "ann:s3cret")
    monkeypatch.setenv("MY_SITE", "site-9")
    seen: list[dict[str, str]] = []
    answers = model()

    def answer(method: str, path: str, query: str, body: Any, headers: Any) -> tuple[int, bytes]:
        seen.append(headers)
        return answers(method, path, query, body, headers)

    path = recording(CREATED[0])
    with served(answer) as url:
        options = ["--auth", "MY_TOKEN", "--header", "X-Site=MY_SITE", "--format", "json"]
        status, said = run(FILE, path, "--base-url", url, "--send", *options)
    assert status == 0, said
    assert seen[0]["authorization"] == "Basic YW5uOnMzY3JldA=="
    assert seen[0]["x-site"] == "site-9"
    for secret in ("s3cret", "YW5uOn", "site-9"):
        assert secret not in said


@pytest.mark.parametrize(
    ("args", "said", "status"),
    [
        (["--base-url", "acme"], "write http://HOST", 2),
        (["--base-url", "http://u:p@h"], "give credentials by --auth", 2),
        (["--base-url", "http://[", "--send"], "write http://HOST", 2),
        (["--base-url", "http://h", "--auth", "NOT_THERE"], "NOT_THERE is not set", 1),
        (["--base-url", "http://h", "--header", "X"], "write --header NAME=VARIABLE", 2),
    ],
)
def test_wrong_usage(run: Run, args: list[str], said: str, status: int) -> None:
    assert run(FILE, recording(CREATED[0]), *args)[0] == status
    assert said in run(FILE, "traces.jsonl", *args)[1]


def test_the_scenario_is_found_by_its_name(run: Run) -> None:
    path = recording(CREATED[0])
    assert "GET /rest/api/3/project/PAY" in run(path, "--base-url", "http://h")[1]
    status, said = run(recording(CREATED[0], scenario="no.such"), "--base-url", "http://h")
    assert status == 1
    assert "a trace of no.such; give the file of its scenario" in said


def test_a_chat_is_replayed_as_its_calls_are(run: Run) -> None:
    function = {"name": "getProject", "arguments": '{"projectIdOrKey": "PAY"}'}
    called = {"role": "assistant", "tool_calls": [{"id": "c", "function": function}]}
    answered = {"role": "tool", "tool_call_id": "c", "content": "{}"}
    Path("chat.jsonl").write_text(json.dumps({"messages": [called, answered]}))
    with served(model()) as url:
        status, said = run(FILE, "chat.jsonl", "--base-url", url, "--send")
    assert status == 0, said
    assert "GET /rest/api/3/project/PAY: agrees" in said


def test_calls_that_no_request_can_be(run: Run) -> None:
    calls = [
        {"op": "readIssue", "args": {}},
        {"op": "getIssue", "args": {}},
        {"op": "getIssue", "args": "{"},
    ]
    status, said = run(FILE, recording(calls=calls), "--base-url", "http://h")
    assert status == 0
    assert "readIssue: not sent: no operation that the scenario offers" in said
    assert "getIssue: not sent: no request can carry it: `issueIdOrKey`" in said
    assert "getIssue: not sent: its arguments are no JSON object" in said


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "key", "a", "userId"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_bodies_differ_only_when_they_do(one: Any, other: Any) -> None:
    assert not differences(one, json.loads(json.dumps(one)), {})
    if json.dumps(one) != json.dumps(other) and not differences(one, other, {}):
        assert json.dumps(one, sort_keys=True).replace(".0", "") == json.dumps(
            other, sort_keys=True
        ).replace(".0", "").replace("-0", "0")
    ids: dict[Any, Any] = {}
    learn(one, other, ids)
    translated(one, ids)


def test_times_and_places() -> None:
    one = {"at": "2026-01-01T00:00:00.000+0000", "xs": [{"n": 1, "id": "a"}, {"n": 2, "id": "b"}]}
    other = {"at": "2030-05-05T10:00:00Z", "xs": [{"n": 3, "id": "c"}, {"n": 4, "id": "d"}, 5]}
    found = differences(one, other, {"a": "c", "b": "d"})
    one["self"] = "http://127.0.0.1:1/rest/api/3/issue/a"
    other["self"] = "https://acme.atlassian.net/rest/api/3/issue/c"
    assert differences(one, other, {"a": "c", "b": "d"}) == found
    assert len(differences(one, other, {"b": "d"})) == len(found) + 2
    assert [(d.kind, d.place, d.times) for d in found] == [
        ("length", "xs", 1),
        ("value", "xs[].n", 2),
    ]
