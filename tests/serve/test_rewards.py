"""What an episode earns is the same over HTTP, in process, and when its trace is scored."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from served import AUTH, Client, client, sessions
from shipped import FILES, compiled

from rewardlang import policies
from rewardlang.scoring import Scorer
from rewardlang.serve.journal import Journal
from rewardlang_runtime import Environment, Scenario, read_traces
from rewardlang_runtime.routes import Routes, Unsendable

NAMES = [path.stem for path in FILES]


def scored(scenario: Scenario, path: Any) -> list[float | None]:
    """What `rewardlang score` makes of a file of traces."""
    scorer = Scorer(scenario, lambda: pytest.fail("a served trace is replayed, never guessed"))
    return [scorer.score(trace).reward for trace in read_traces(path)]


def send(ask: Client, routes: Routes, session: str, name: str, args: Any) -> bool:
    """Send a call as its request; whether it is one that says the same."""
    if name not in routes.by_name:
        ask("POST", f"/{name}", args, session=session)
        return True
    try:
        request = routes.request(name, args)
    except Unsendable:
        return False
    match = routes.match(request.method, request.path)
    assert match is not None
    if match.arguments(request.query, request.body) != args:
        return False
    target = request.path + (f"?{request.query}" if request.query else "")
    ask(request.method, target, request.body, session=session)
    return True


def outcomes(environment: Environment) -> list[tuple[str, int, Any]]:
    return [(c.kind, c.status, c.response) for c in environment.episode.calls]


def play(scenario: Scenario, ask: Client, policy: Any, session: str, seed: int) -> tuple[Any, int]:
    """Play a policy in process, and each call that can be sent over HTTP too."""
    routes = Routes.of(scenario)
    played = Environment(scenario)
    played.reset(seed)
    ask.app.rest.sessions.start(session, seed=seed)
    acting, observation, sent = policy(played), None, 0
    while True:
        try:
            name, payload = acting.send(observation)
        except StopIteration:
            break
        if not name:
            played.finish(payload)
            ask.app.rest.sessions.finish(ask.app.rest.sessions.find(session), payload)
            break
        observation = ""
        if send(ask, routes, session, name, payload):
            observation = played.call(name, payload)
            sent += 1
    return played, sent


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_an_oracle_earns_the_same(path, tmp_path):
    traces = tmp_path / "traces.jsonl"
    made = sessions(path.stem, Journal(traces))
    ask, scenario = client(made), compiled(path)
    rewards = []
    for seed in range(5):
        played, _ = play(scenario, ask, policies.oracle, f"s{seed}", seed)
        over_http = made.find(f"s{seed}").environment
        assert outcomes(over_http) == outcomes(played)
        rewards.append(over_http.reward())
        assert rewards[-1] == played.reward() == 1.0
    made.close()
    assert scored(scenario, traces) == rewards


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_random_calls_earn_the_same(path, tmp_path):
    traces = tmp_path / "traces.jsonl"
    made = sessions(path.stem, Journal(traces))
    ask, scenario = client(made), compiled(path)
    rewards, sent = [], 0
    for seed in range(20):
        played, more = play(scenario, ask, lambda e, s=seed: policies.random(e, s), "s", seed)
        over_http = made.find("s").environment
        known = [o for o in outcomes(played) if o[0] != "unknown_tool"]
        assert [o for o in outcomes(over_http) if o[0] != "unknown_tool"] == known
        assert over_http.reward() == played.reward()
        if over_http.episode.calls or over_http.episode.answer:
            rewards.append(over_http.reward())
        sent += more
    assert sent > 20
    made.close()
    assert scored(scenario, traces) == rewards


# ---- requests that no policy in process could make ----

SCENARIO = compiled(next(path for path in FILES if path.stem == "jira_transition_issue"))
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
PIECES = st.sampled_from([
    "rest", "api", "3", "2", "issue", "PAY-51", "transitions", "comment", "search", "jql", "..", "",
    "%2e", "%00", "%FF", "myself", "project",
]) | st.text(string.printable, max_size=6)  # fmt: skip
PATHS = st.lists(PIECES, max_size=6).map(lambda pieces: "/" + "/".join(pieces)) | st.sampled_from(
    ["/rest/api/3/issue/PAY-51", "/rest/api/3/issue/PAY-51/transitions", "/rest/api/3/search/jql"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["transition", "id", "fields", "update", "labels", "add"]), inner
        )
    ),
    max_leaves=8,
)
BODIES = st.none() | st.binary(max_size=40) | JSON.filter(lambda v: not isinstance(v, float))
REQUESTS = st.tuples(METHODS, PATHS, st.text(max_size=20), BODIES)


@settings(max_examples=60)
@given(st.lists(REQUESTS, max_size=10))
def test_hostile_requests_are_answered_and_scored_as_in_process(requests):
    made = sessions("jira_transition_issue")
    ask = client(made)
    for method, path, query, body in requests:
        try:
            got = ask(method, path.split("?")[0] + "?" + query, body)
        except TypeError:  # the client cannot write it as JSON
            continue
        assert 200 <= got.status < 500
        if got.content:
            assert got.headers["content-length"] == str(len(got.content))
            assert isinstance(got.json, dict)
    session = made.get("default")
    again = Environment(SCENARIO)
    again.reset(0)
    for call in session.environment.episode.calls:
        malformed = call.kind == "malformed_arguments"
        again.call(call.op, "" if malformed else call.args)
    assert outcomes(again) == outcomes(session.environment)
    assert again.reward() == session.environment.reward()


@settings(max_examples=40)
@given(st.binary(max_size=30), st.dictionaries(st.sampled_from(
    ["authorization", "content-type", "x-rewardlang-session", "content-length"]),
    st.text(max_size=12)))  # fmt: skip
def test_no_header_raises(body, headers):
    made = sessions("jira_transition_issue")
    got = client(made)("PUT", "/rest/api/3/issue/PAY-51", body, AUTH | headers)
    assert 200 <= got.status < 500
