"""The control endpoint: sessions made, looked at, scored and ended, away from the policy."""

from __future__ import annotations

import pytest
from served import client, sessions
from starlette.testclient import TestClient

from rewardlang.serve.control import Control
from rewardlang.serve.journal import Journal
from rewardlang.serve.offers import Offer
from rewardlang.serve.sessions import Sessions
from rewardlang_runtime import Environment

ISSUE = "/rest/api/3/issue/PAY-51"


@pytest.fixture
def made(tmp_path) -> Sessions:
    return sessions("jira_transition_issue", Journal(tmp_path / "traces.jsonl"))


@pytest.fixture
def control(made: Sessions) -> TestClient:
    return TestClient(Control(made, "http://127.0.0.1:8080").app())


def test_what_is_served_is_told(control):
    said = control.get("/").json()
    assert said["base_url"] == "http://127.0.0.1:8080"
    assert [s["scenario"] for s in said["scenarios"]] == ["jira.transition_issue"]
    assert said["scenarios"][0]["judged"] is True
    assert said["sessions"] == 0


def test_an_episode_from_its_beginning_to_its_reward(control, made, tmp_path):
    begun = control.post("/sessions", json={"session": "a", "seed": 7, "split": "eval"})
    assert begun.status_code == 201
    said = begun.json()
    expected = Environment(made.first.scenario, "eval")
    expected.reset(7)
    assert (said["prompt"], said["system"]) == (expected.prompt, expected.system)
    assert (said["seed"], said["split"], said["params"]) == (7, "eval", expected.params)
    assert [tool["function"]["name"] for tool in said["tools"]] == list(made.first.scenario.tools)
    assert said["base_url"] == "http://127.0.0.1:8080/s/a"
    assert said["headers"] == {"X-Rewardlang-Session": "a"}

    client(made)("GET", ISSUE, headers={"authorization": "Bearer x"} | said["headers"])
    state = control.get("/sessions/a").json()
    assert (state["calls"], state["over"]) == (1, False)
    assert [call["op"] for call in control.get("/sessions/a/trace").json()["calls"]] == ["getIssue"]
    score = control.get("/sessions/a/score").json()
    assert score["reward"] == made.find("a").environment.reward()
    assert set(score) >= {"gates", "parts", "penalties", "calls_left"}

    ended = control.post("/sessions/a/end", json={"answer": "Done."}).json()
    assert ended["over"] is True
    assert '"answer":"Done."' in (tmp_path / "traces.jsonl").read_text()
    assert control.delete("/sessions/a").status_code == 204
    assert control.get("/sessions/a").status_code == 404


def test_a_session_is_reset_by_being_made_again(control, made):
    control.post("/sessions", json={"session": "a"})
    client(made)("GET", ISSUE, session="a")
    again = control.post("/sessions", json={"session": "a", "seed": 1}).json()
    assert (again["calls"], again["seed"]) == (0, 1)
    assert len(made) == 1


def test_names_are_given_where_none_is_asked_for(control):
    first, second = (control.post("/sessions").json()["session"] for _ in range(2))
    assert first != second
    assert {s["session"] for s in control.get("/sessions").json()["sessions"]} == {first, second}


def test_parameters_may_be_given(control, made):
    params = control.post("/sessions").json()["params"]
    assert control.post("/sessions", json={"params": params}).json()["params"] == params


def test_an_api_by_itself_has_no_reward(tmp_path):
    made = Sessions([Offer(sessions("jira").first.scenario, judged=False)])
    control = TestClient(Control(made, "http://127.0.0.1:8080").app())
    said = control.post("/sessions", json={"session": "a"}).json()
    assert "prompt" not in said
    got = control.get("/sessions/a/score")
    assert got.status_code == 409
    assert "has no reward" in got.json()["error"]
    assert control.get("/").json()["scenarios"][0]["judged"] is False
    assert "reward" not in control.get("/sessions/a/trace").json()
    assert control.post("/sessions/a/end").json()["over"] is True


def test_credentials_say_who_acts_in_an_api_by_itself():
    made = Sessions([Offer(sessions("jira").first.scenario, judged=False)])
    ask = client(made)

    def who(said: str) -> str:
        got = ask("GET", "/rest/api/3/myself", headers={"authorization": said})
        return got.json["displayName"]

    assert who("Bearer 5b10c2e7") == "Chen Wei"
    assert who("Basic Y2hlbi53ZWlAYWNtZS5leGFtcGxlOnNlY3JldA==") == "Chen Wei"
    assert who("Bearer whoever") == who("Basic YTpi") != "Chen Wei"


def test_in_a_scenario_its_actor_acts(made):
    ask = client(sessions("jira_create_issue"))
    for said in ("Bearer 5b10c2e7", "Bearer whoever"):
        got = ask("GET", "/rest/api/3/myself", headers={"authorization": said})
        assert got.json["accountId"] == "5b10a0c1"


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("PUT", "/sessions", {}, 405),
        ("GET", "/sessions/none", {}, 404),
        ("GET", "/sessions/none/score", {}, 404),
        ("POST", "/sessions/none/end", {}, 404),
        ("GET", "/sessions?start=x", {}, 400),
        ("POST", "/sessions", {"content": b"{"}, 415),
        ("POST", "/sessions", {"json": [1]}, 400),
        ("POST", "/sessions", {"json": {"colour": 1}}, 400),
        ("POST", "/sessions", {"json": {"seed": "1"}}, 400),
        ("POST", "/sessions", {"json": {"seed": True}}, 400),
        ("POST", "/sessions", {"json": {"session": "a/b"}}, 400),
        ("POST", "/sessions", {"json": {"scenario": "none"}}, 400),
        ("POST", "/sessions", {"json": {"split": "none"}}, 400),
        ("POST", "/sessions", {"json": {"params": {"a": 1}}}, 400),
        ("POST", "/sessions", {"json": {"params": {}}, "headers": {"Origin": "http://x"}}, 403),
        ("POST", "/sessions", {"content": b" " * 2_000_000}, 413),
        (
            "POST",
            "/sessions",
            {"content": b"{", "headers": {"Content-Type": "application/json"}},
            400,
        ),
    ],
)
def test_what_is_wrong_is_said(control, method, path, options, status):
    got = control.request(method, path, **options)
    assert got.status_code == status
    assert list(got.json()) == ["error"]


def test_parameters_that_set_nothing_up_are_a_fault_of_the_scenario(control):
    params = control.post("/sessions").json()["params"]
    wrong = dict.fromkeys(params, "nothing that there is")
    got = control.post("/sessions", json={"params": wrong})
    assert got.status_code == 422
    assert "always there" in got.json()["error"]


def test_a_token_is_wanted_where_there_is_one(made):
    control = TestClient(Control(made, "http://127.0.0.1:8080", "secret").app())
    assert control.get("/").status_code == 401
    assert control.get("/", headers={"Authorization": "Bearer secrets"}).status_code == 401
    assert control.get("/", headers={"Authorization": "Bearer secret"}).status_code == 200
