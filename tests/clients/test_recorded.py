"""What released packages send and hear, as a HAR file: the calls and responses that were made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import operations
import pytest
import requests
from atlassian import Confluence
from atlassian.errors import ApiError
from click.testing import CliRunner
from jira import JIRA
from jira.exceptions import JIRAError
from live import Served, scenario, serving

from rewardlang.cli.score import command
from rewardlang.recordings import files
from rewardlang.recordings.files import recognise
from rewardlang.recordings.items import LeftOut
from rewardlang.survey.run import reader_of
from rewardlang_runtime import Scenario, Trace
from rewardlang_runtime.traces import replay_trace

Recorded = Callable[[], Path]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Recorded:
    """What is sent from now on, written as a HAR file when it is asked for."""
    entries: list[dict[str, Any]] = []
    send = requests.Session.send

    def listening(
        self: requests.Session, asked: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        heard = send(self, asked, **options)
        body = asked.body.decode() if isinstance(asked.body, bytes) else asked.body
        request: dict[str, Any] = {"method": asked.method, "url": asked.url, "headers": []}
        if body:
            request["postData"] = {"mimeType": "application/json", "text": body}
        content = {"size": len(heard.content), "text": heard.text}
        entries.append(
            {"request": request, "response": {"status": heard.status_code, "content": content}}
        )
        return heard

    def written() -> Path:
        path = tmp_path / "session.har"
        path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
        return path

    monkeypatch.setattr(requests.Session, "send", listening)
    return written


def trace_of(path: Path, played: Scenario) -> Trace:
    """The one episode of a HAR file."""
    recording = recognise(path)
    items = list(files.items(recording, reader_of(recording, [played])))
    (trace,) = (item for item in items if isinstance(item, Trace))
    assert all(isinstance(item, Trace | LeftOut) for item in items)
    return trace


def calls(server: Served, name: str) -> list[tuple[str, Any]]:
    made = server.session(name).environment.episode.calls
    return [(call.op, call.args) for call in made]


def test_jira_in_version_2(recorded: Recorded) -> None:
    every = operations.scenario("jira")
    with serving(every, judged=False) as server:
        options = {"rest_api_version": "2"}
        client = JIRA(
            f"{server.url}/s/a", basic_auth=("ana", "token"), options=options, max_retries=0
        )
        fields = {"project": {"key": "PAY"}, "issuetype": {"name": "Bug"}, "summary": "x"}
        made = client.create_issue({**fields, "description": "h2. Steps\n\n* one"})
        client.add_comment(made, "Seen *twice*.")
        assert client.comments(made)[0].body == "Seen *twice*."
        client.search_issues("project = PAY", maxResults=3, use_post=True)
        client._get_json("search", {"jql": "project = PAY", "startAt": 2, "maxResults": 2})
        with pytest.raises(JIRAError, match="does not exist"):
            client.issue("PAY-5100")
        trace = trace_of(recorded(), every)
        assert list(trace.sent) == calls(server, "a")
        answered = [call.response for call in server.session("a").environment.episode.calls]
    here = f"{server.url}/s/a/rest/api"
    there = "https://acme.atlassian.net/rest/api"
    heard = [said["response"] for said in trace.recorded]
    assert json.loads(json.dumps(heard).replace(here, there)) == answered
    again = replay_trace(every, trace._replace(seed=0))
    assert again.environment is not None, again.reason


def test_confluence_in_version_1(recorded: Recorded) -> None:
    every = operations.scenario("confluence")
    with serving(every, judged=False) as server:
        client = Confluence(f"{server.url}/s/a/wiki", username="ana", password="token", cloud=True)
        made = client.create_page("ENG", "Notes", "<p>x</p>", parent_id="200001")
        client.get_page_by_id(made["id"], expand="body.storage,version,ancestors")
        client.update_page(made["id"], "Notes 2", "<p>y</p>")
        client.set_page_label(made["id"], "new")
        client.get_page_labels(made["id"])
        client.get_all_spaces(limit=2)
        client.get_page_id("ENG", "Releases")
        client.get_child_pages("200001")
        client.add_comment(made["id"], "<p>z</p>")
        client.get_page_comments(made["id"])
        client.cql("title = Releases")
        client.remove_page_label(made["id"], "new")
        with pytest.raises(ApiError, match="no content with the given id"):
            client.remove_page(made["id"])
        with pytest.raises(ApiError, match="no content with the given id"):
            client.get_page_by_id("999")
        path = recorded()
        trace = trace_of(path, every)
        assert list(trace.sent) == calls(server, "a")
        answered = server.session("a").environment.episode.calls
    for said, call in zip(trace.recorded, answered, strict=True):
        assert said["status"] == call.status
        if "part" in said:
            assert said["part"].keys() & call.response.keys()
        else:
            assert said["response"] == call.response
    again = replay_trace(every, trace._replace(seed=0))
    assert again.environment is not None, again.reason


def test_what_was_answered_otherwise_is_of_another_world(recorded: Recorded) -> None:
    """Also where version 1 tells only a part."""
    every = operations.scenario("confluence")
    with serving(every, judged=False) as server:
        client = Confluence(f"{server.url}/s/a/wiki", username="ana", password="token", cloud=True)
        client.get_page_by_id("200001", expand="space")
        path = recorded()
    path.write_text(path.read_text().replace("Engineering Home", "Engineering Den"))
    again = replay_trace(every, trace_of(path, every)._replace(seed=0))
    assert again.environment is None
    assert "getPageById, has another response" in again.reason


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_recorded_session_is_scored_as_it_was_served(recorded: Recorded, version: str) -> None:
    played = scenario("jira_add_labels")
    with serving(played) as server:
        options = {"rest_api_version": version}
        url = f"{server.url}/s/a;seed=0"
        client = JIRA(url, basic_auth=("ana", "token"), options=options, max_retries=0)
        params = server.session("a").environment.params
        client.issue(params["key"], fields="labels")
        path = recorded()
        reward = server.reward("a")
    given = [option for name, value in params.items() for option in ("--param", f"{name}={value}")]
    done = CliRunner().invoke(
        command, ["scenarios/jira_add_labels.yaml", str(path), *given, "--format", "json"]
    )
    assert done.exit_code == 0, done.output
    (row,) = json.loads(done.output)["traces"]
    assert row["reward"] == reward
