"""A scenario's faults over HTTP: answers as of a real service, rewards as in process."""

from __future__ import annotations

from pathlib import Path

from served import Client, client, kill

from rewardlang import driver
from rewardlang.scoring import Scorer
from rewardlang.serve.journal import Journal
from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions
from rewardlang_runtime import Environment, Scenario, read_traces
from rewardlang_runtime.routes import Routes

FLAKY = Path(__file__).parents[2] / "examples" / "flaky_transition.yaml"
RENAMED = """\
rewardlang: 1
scenario: tests.renamed
title: A tool by another name
use: [jira]
world: acme
tools: [getIssue, getTransitions]
params: {key: 'one_of(["PAY-51"])'}
prompt: Look at {key}.
faults: {tools: {rename: {getIssue: show}}}
reward: {parts: [{id: looked, weight: 1, check: "called getIssue{ok}"}]}
oracle: [{getIssue: {issueIdOrKey: "{key}"}}]
"""
NOTE = {"type": "doc", "version": 1, "content": [
    {"type": "paragraph", "content": [{"type": "text", "text": "Work has started."}]}]}  # fmt: skip


def send(ask: Client, routes: Routes, name: str, args: dict) -> object:
    request = routes.request(name, args)
    return ask(request.method, request.path, request.body)


def scored(scenario: Scenario, traces: Path) -> list[float | None]:
    scorer = Scorer(scenario, lambda: driver.scenario_of(FLAKY))
    return [scorer.score(trace).reward for trace in read_traces(traces)]


def test_faults_are_answers_of_a_real_service(tmp_path):
    scenario, traces = driver.load(FLAKY), tmp_path / "traces.jsonl"
    made = Sessions([Offer(scenario)], Journal(traces))
    ask, routes = client(made), Routes.of(scenario)
    session = made.start("default")
    key = session.environment.params["key"]
    issue = {"issueIdOrKey": key}
    calls = [
        ("getTransitions", issue), ("getTransitions", issue),
        ("doTransition", issue | {"transition": {"id": "11"}}),
        ("doTransition", issue | {"transition": {"id": "11"}}),
        ("addComment", issue | {"body": NOTE}), ("getComments", issue),
    ]  # fmt: skip
    played = Environment(scenario)
    played.reset(0)
    got = []
    for name, args in calls:
        played.call(name, args)
        got.append(send(ask, routes, name, args))
    assert [answer.status for answer in got] == [call.status for call in played.episode.calls]
    assert [answer.status for answer in got[:5]] == [503, 200, 429, 204, 504]
    assert got[2].headers["retry-after"] == "30"
    assert set(got[4].json) == {"errorMessages", "errors"}
    made.finish(session, f"{key} is in progress.")
    played.finish(f"{key} is in progress.")
    reward = session.environment.reward()
    assert reward == played.reward() > 0.9
    made.close()
    assert scored(scenario, traces) == [reward]
    (trace,) = read_traces(traces)
    assert [said.get("fault") for said in trace.recorded][:5] == [
        "unavailable", None, "rate_limited", None, "lost",
    ]  # fmt: skip


def test_tools_by_other_names_have_their_paths(tmp_path):
    path, traces = tmp_path / "renamed.yaml", tmp_path / "traces.jsonl"
    path.write_text(RENAMED)
    scenario = driver.load(path)
    made = Sessions([Offer(scenario)], Journal(traces))
    ask = client(made)
    assert ask("GET", "/rest/api/3/issue/PAY-51").status == 200
    assert ask("PUT", "/rest/api/3/issue/PAY-51", {}).status == 404
    assert [call.kind for call in made.find("default").environment.episode.calls] == [
        "ok", "unknown_tool",
    ]  # fmt: skip
    kill(made)
    assert Journal(traces).recovered == 1
    assert scored(scenario, traces) == [1.0]
