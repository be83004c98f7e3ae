"""Episodes: what calls are answered, recorded and worth, whatever a policy sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tracker
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlang_runtime import KINDS, Environment, ScenarioFault
from rewardlang_runtime.observations import FAILED
from rewardlang_runtime.values import MAX_ITEMS, MAX_STRING

KEY = "APP-4"
SETTINGS = settings(max_examples=150)


@pytest.fixture
def env() -> Environment:
    made = Environment(tracker.SCENARIO)
    made.reset(0, {"params": {"key": KEY}})
    return made


def ask(env: Environment, name: Any, arguments: Any = "{}") -> Any:
    return json.loads(env.call(name, arguments))


def error_of(env: Environment, name: Any, arguments: Any = "{}") -> Any:
    observation = env.call(name, arguments)
    assert observation.startswith(FAILED)
    return json.loads(observation)["error"]


# ---- the loop ----


def test_an_episode(env: Environment) -> None:
    prompt, info = env.reset(0, {"params": {"key": KEY}})
    assert prompt == env.prompt
    assert KEY in prompt
    assert info == {"params": {"key": KEY}, "seed": 0, "split": "train", "system": ""}
    assert ask(env, "getIssue", {"issueIdOrKey": KEY})["fields"]["status"]["name"] == "In Progress"
    moves = ask(env, "getTransitions", f'{{"issueIdOrKey": "{KEY}"}}')["transitions"]
    assert moves == [{"id": "21", "name": "Finish", "to": {"name": "Done"}}]
    assert env.reward() == 0.25
    sent = {"issueIdOrKey": "10004", "transition": {"id": "21"}}
    assert ask(env, "doTransition", sent) == {"status": 204}
    issue = ask(env, "getIssue", {"issueIdOrKey": KEY})
    assert issue["fields"]["status"]["name"] == "Done"
    assert issue["fields"]["updated"] == "2026-03-02T09:02:00.000+0000", "the third call's time"
    env.finish("It is done.")
    assert env.reward() == 1.0
    assert env.detail().parts == (1.0, 1.0, 1.0)
    kinds = [(call.op, call.kind, call.status) for call in env.episode.calls]
    assert kinds == [
        ("getIssue", "ok", 200),
        ("getTransitions", "ok", 200),
        ("doTransition", "ok", 204),
        ("getIssue", "ok", 200),
    ]
    assert env.episode.initial["issues"].get(KEY)["fields"]["status"]["name"] == "In Progress"


def test_reset_clears_everything(env: Environment) -> None:
    env.call("deleteIssue", {"issueIdOrKey": KEY})
    env.call("createIssue", {"fields": {"summary": "new"}})
    env.call("breakDown")
    env.finish("done")
    env.reset(0, {"params": {"key": KEY}})
    assert env.episode.calls == []
    assert env.faults == []
    assert env.episode.answer == ""
    assert env.episode.final.changed_only(())
    assert env.episode.final.counters == {"issue": 10020}
    assert env.episode.final["issues"].get("APP-21") is None


def test_episodes_of_two_environments_do_not_meet(env: Environment) -> None:
    other = Environment(tracker.SCENARIO)
    other.reset(0, {"params": {"key": KEY}})
    env.call("deleteIssue", {"issueIdOrKey": KEY})
    assert ask(other, "getIssue", {"issueIdOrKey": KEY})["key"] == KEY


def test_seeds_in_order_without_a_seed() -> None:
    env, other = Environment(tracker.SCENARIO), Environment(tracker.SCENARIO)
    assert [env.reset()[1]["seed"] for _ in range(3)] == [0, 1, 2]
    assert env.reset(40)[1]["seed"] == 40
    assert env.reset()[0] == other.reset(41)[0]


def test_keys_ids_and_counters(env: Environment) -> None:
    first = ask(env, "createIssue", {"fields": {"summary": "one"}})
    second = ask(env, "createIssue", {"fields": {"summary": "two", "labels": ["a"]}})
    assert (first, second) == ({"id": "10021", "key": "APP-21"}, {"id": "10022", "key": "APP-22"})
    assert ask(env, "getIssue", {"issueIdOrKey": "10022"})["fields"]["labels"] == ["a"]
    assert [row["key"] for row in env.episode.final.created("issues")] == ["APP-21", "APP-22"]
    assert env.episode.final.created("sequences") == []
    assert env.episode.calls[0].status == 201


def test_defaults_are_given_to_the_operation_but_not_recorded(env: Environment) -> None:
    assert len(ask(env, "searchIssues", {"status": "Done"})["issues"]) == 7
    assert len(ask(env, "searchIssues", {"status": "Done", "maxResults": 2})["issues"]) == 2
    assert env.episode.calls[0].args == {"status": "Done"}


# ---- what goes wrong ----


def test_api_errors(env: Environment) -> None:
    error = error_of(env, "getIssue", {"issueIdOrKey": "NO-1"})
    assert error == {"kind": "api_error", "status": 404, "body": tracker.not_found()[1]}
    assert (
        error_of(env, "doTransition", {"issueIdOrKey": KEY, "transition": {"id": "11"}})["status"]
        == 400
    )
    assert [call.kind for call in env.episode.calls] == ["api_error"] * 2
    assert env.episode.final.changed_only(())


def test_invalid_requests(env: Environment) -> None:
    error = error_of(env, "createIssue", {"fields": {"labels": [1]}, "extra": 1})
    assert error["kind"] == "invalid_request"
    assert error["body"]["errors"] == {
        "extra": "extra must be .",
        "fields.labels.0": "labels[0] must be a string.",
        "fields.summary": "summary is required.",
    }
    call = env.episode.calls[0]
    assert (call.kind, call.status, call.response) == ("invalid_request", 400, error["body"])
    assert call.args == {"fields": {"labels": [1]}, "extra": 1}


def test_a_failing_operation_is_undone(env: Environment) -> None:
    error = error_of(env, "breakDown")
    assert (error["kind"], error["status"]) == ("api_error", 500)
    assert env.episode.final.changed_only(())
    assert env.episode.final.counters == {"issue": 10020}
    assert "KeyError: 'missing'" in env.faults[0]
    assert ask(env, "getIssue", {"issueIdOrKey": "APP-1"})["key"] == "APP-1"


def test_other_exceptions_pass(env: Environment) -> None:
    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    operations = dict(tracker.SCENARIO.operations)
    operations["getIssue"] = operations["getIssue"]._replace(run=interrupted)
    broken = Environment(tracker.SCENARIO._replace(operations=operations))
    broken.reset(0)
    with pytest.raises(KeyboardInterrupt):
        broken.call("getIssue", {"issueIdOrKey": KEY})


def test_invented_tools_are_recorded(env: Environment) -> None:
    error = error_of(env, "closeIssue", {"key": KEY})
    assert error == {"kind": "unknown_tool", "message": "There is no tool `closeIssue`."}
    call = env.episode.calls[0]
    assert (call.op, call.args, call.kind, call.status) == (
        "closeIssue",
        {"key": KEY},
        "unknown_tool",
        0,
    )
    hidden = Environment(tracker.SCENARIO._replace(tools=("getIssue",)))
    hidden.reset(0)
    assert error_of(hidden, "deleteIssue", {"issueIdOrKey": KEY})["kind"] == "unknown_tool"


def test_only_calls_that_reach_the_api_take_time(env: Environment) -> None:
    env.call("invented")
    env.call("getIssue", "{")
    env.call("getIssue", "{}")
    env.call("createIssue", {"fields": {"summary": "x"}})
    made = env.episode.final["issues"].get("APP-21")
    assert made["fields"]["updated"] == "2026-03-02T09:00:00.000+0000"


def test_calls_beyond_the_limit(env: Environment) -> None:
    for _ in range(10):
        env.call("getIssue", {"issueIdOrKey": KEY})
    assert error_of(env, "getIssue", {"issueIdOrKey": KEY})["kind"] == "too_many_calls"
    assert len(env.episode.calls) == 10
    env.finish("done")
    assert env.episode.answer == "done"
    assert error_of(env, "getIssue", {"issueIdOrKey": KEY})["kind"] == "episode_over"


def test_before_reset_the_episode_is_over() -> None:
    assert error_of(Environment(tracker.SCENARIO), "getIssue")["kind"] == "episode_over"


def test_answers_are_cut(env: Environment) -> None:
    env.finish("d\ud800" * 2000)
    assert len(env.episode.answer) == 2000
    assert env.episode.answer.startswith("d?d?")
    assert env.episode.cuts == 1


@pytest.mark.parametrize("answer", [None, 5, {"a": 1}, b"x"])
def test_answers_that_are_no_text(env: Environment, answer: Any) -> None:
    env.finish(answer)
    assert env.episode.answer == ""


def test_arguments_are_cut(env: Environment) -> None:
    env.call("createIssue", json.dumps({"fields": {"summary": "s", "description": "x" * 9_000}}))
    assert env.episode.calls[0].args["fields"]["description"] == "x" * MAX_STRING
    env.call("createIssue", json.dumps({"fields": {"summary": "s", "labels": ["l"] * 300}}))
    assert env.episode.calls[1].args["fields"]["labels"] == ["l"] * MAX_ITEMS
    nested: Any = "x"
    for _ in range(40):
        nested = [nested]
    env.call("createIssue", json.dumps({"fields": {"summary": "s", "description": nested}}))
    assert "x" not in json.dumps(env.episode.calls[2].args["fields"]["description"])
    assert env.episode.cuts == 3
    assert all(call.kind == "ok" for call in env.episode.calls)


def test_what_is_sent_as_an_object_is_not_shared(env: Environment) -> None:
    sent = {"fields": {"summary": "s", "labels": ["a"]}}
    env.call("createIssue", sent)
    sent["fields"]["labels"].append("b")
    assert ask(env, "getIssue", {"issueIdOrKey": "APP-21"})["fields"]["labels"] == ["a"]


# ---- rewards, online and at the end ----


def test_steps_sum_to_the_reward(env: Environment) -> None:
    sent = {"issueIdOrKey": KEY, "transition": {"id": "21"}}
    rewards = []
    for action in (
        {"tool": "getTransitions", "arguments": {"issueIdOrKey": KEY}},
        {"tool": "doTransition", "arguments": json.dumps(sent)},
        {"tool": "invented"},
    ):
        _, reward, terminated, truncated, info = env.step(action)
        assert not terminated
        assert not truncated
        rewards.append(reward)
    assert rewards == pytest.approx([0.25, 0.5, -0.09375])
    assert info == {
        "reward": 0.65625,
        "parts": {"looked": 1.0, "moved": 1.0, "said_so": 0.0},
        "kind": "unknown_tool",
        "fault": None,
    }
    _, reward, terminated, truncated, info = env.step({"answer": "done"})
    assert (terminated, truncated) == (True, False)
    assert sum(rewards) + reward == pytest.approx(env.reward())
    assert env.step({"answer": "again"})[1:4] == (0.0, True, False)


def test_running_out_of_calls_truncates(env: Environment) -> None:
    for _ in range(10):
        assert env.step({"tool": "getIssue", "arguments": {"issueIdOrKey": KEY}})[2:4] == (
            False,
            False,
        )
    observation, _, terminated, truncated, info = env.step({"tool": "getIssue"})
    assert (terminated, truncated, info["kind"]) == (False, True, None)
    assert observation.startswith(FAILED)


@pytest.mark.parametrize(
    "action", [None, 5, [], "getIssue", {}, {"tool": None}, {"tool": 3}, {"arguments": "{}"}]
)
def test_actions_of_any_shape(env: Environment, action: Any) -> None:
    observation, _, terminated, _, info = env.step(action)
    assert observation.startswith(FAILED)
    assert not terminated
    assert info["kind"] == "malformed_arguments"


def test_snapshots_of_the_world_around_each_call() -> None:
    env = Environment(tracker.scenario(snapshots=True))
    env.reset(0, {"params": {"key": KEY}})
    for name, arguments in (
        ("getIssue", {"issueIdOrKey": KEY}),
        ("doTransition", {"issueIdOrKey": KEY, "transition": {"id": "21"}}),
        ("invented", {}),
        ("breakDown", {}),
        ("deleteIssue", {"issueIdOrKey": KEY}),
    ):
        env.call(name, arguments)
    read, moved, invented, broken, deleted = env.episode.calls

    def status(world: Any) -> Any:
        issue = world["issues"].get(KEY)
        return issue and issue["fields"]["status"]["name"]

    assert read.before is read.after
    assert read.before is moved.before
    assert (status(moved.before), status(moved.after)) == ("In Progress", "Done")
    assert status(invented.before) == status(invented.after) == "Done"
    assert status(broken.after) == "Done"
    assert broken.kind == "api_error"
    assert (status(deleted.before), status(deleted.after)) == ("Done", None)
    assert status(moved.after) == "Done", "later writes do not reach a snapshot"


# ---- hostile input ----

names = (
    st.sampled_from([*tracker.SCENARIO.tools, "invented", ""])
    | st.text()
    | st.none()
    | st.integers()
)
loose = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner) | st.dictionaries(
        st.sampled_from(["issueIdOrKey", "status", "transition", "id", "fields", "summary"]), inner
    ),
    max_leaves=10,
)  # fmt: skip
likely = st.fixed_dictionaries(
    {},
    optional={
        "issueIdOrKey": st.sampled_from([KEY, "10004", "APP-999", ""]) | loose,
        "status": st.sampled_from(["Done", "To Do"]) | loose,
        "maxResults": st.integers(-1, 3) | loose,
        "transition": st.fixed_dictionaries({"id": st.sampled_from(["21", "31", "99"])}) | loose,
        "fields": st.fixed_dictionaries({"summary": st.text(max_size=5)}) | loose,
    },
)
arguments = (
    loose
    | likely
    | likely.map(json.dumps)
    | st.text()
    | st.binary()
    | st.text(alphabet='{}[]":,0a\\ \ud800', max_size=50)
)


@SETTINGS
@given(st.lists(st.tuples(names, arguments), max_size=14), st.text() | loose, st.booleans())
def test_nothing_that_a_policy_sends_raises(calls: list[Any], answer: Any, keeps: bool) -> None:
    env = Environment(KEEPS if keeps else tracker.SCENARIO)
    env.reset(1)
    for name, given_arguments in calls:
        count = len(env.episode.calls)
        world = env.episode.final.snapshot()
        observation = env.call(name, given_arguments)
        json.loads(observation)
        assert len(observation) <= 4_000
        if len(env.episode.calls) == count:
            assert count == 10
            continue
        call = env.episode.calls[-1]
        assert call.kind in KINDS
        assert type(call.args) is dict
        assert observation.startswith(FAILED) == (call.kind != "ok")
        if call.kind != "ok":
            assert dict(world) == dict(env.episode.final)
        assert env.detail() == env.scenario.detail(env.episode)
    env.finish(answer)
    assert 0 <= env.reward() <= 1
    json.dumps([[c.op, c.args, c.response] for c in env.episode.calls], allow_nan=False).encode()


KEEPS = tracker.scenario(snapshots=True)


# ---- the scenario's own mistakes ----


def test_params_that_are_not_the_scenarios() -> None:
    env = Environment(tracker.SCENARIO)
    for params in ({}, {"key": KEY, "other": 1}, [], {"key": object()}):
        with pytest.raises(ValueError, match="param"):
            env.reset(0, {"params": params})


def test_params_that_cannot_be_set_up() -> None:
    with pytest.raises(AssertionError):  # the fixture's own way of saying `!`
        Environment(tracker.SCENARIO).reset(0, {"params": {"key": "NO-1"}})
    scenario = tracker.SCENARIO._replace(setup=lambda w, p: (p["nothing"],))
    with pytest.raises(ScenarioFault, match="cannot be set up"):
        Environment(scenario).reset(0)


def test_a_split_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="train, eval"):
        Environment(tracker.SCENARIO, "test")
