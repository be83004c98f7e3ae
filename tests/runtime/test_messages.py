"""Chat messages as an environment's episode is told in them: the same calls, the same reward."""

from __future__ import annotations

import json
from typing import Any

import pytest
import tracker
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlang_runtime import Environment, read_messages, score_messages
from rewardlang_runtime.conversations import BadMessages

KEY = "APP-4"
PARAMS = {"key": KEY}


def seen_only(e: Any) -> Any:
    """A reward of the trace alone."""
    looked = any(c.op == "getTransitions" and c.args.get("issueIdOrKey") == KEY for c in e.calls)
    failures = sum(c.kind != "ok" for c in e.calls)
    found = any(c.op == "getIssue" and c.kind == "ok" and c.response["key"] == KEY for c in e.calls)
    created = any(c.status == 201 for c in e.calls)
    parts = (float(looked), float(found), float(created or e.answer == "done"))
    return tracker.Detail(round(sum(parts) / 3 / (1 + failures), 6), (True,), parts, (1.0,))


TRACE_ONLY = tracker.SCENARIO._replace(
    reads_world=False,
    reads_args=frozenset(["getTransitions"]),
    reads_response=frozenset(["getIssue"]),
    detail=seen_only,
    reward=lambda e: seen_only(e).reward,
    start=None,
    step=None,
    finish=None,
)


def chat(
    env: Environment, actions: list[tuple[Any, Any]], answer: str, ids: bool = True
) -> list[Any]:
    """An episode, told in messages as a trainer keeps them."""
    messages: list[Any] = [{"role": "user", "content": env.prompt}]
    for number, (name, arguments) in enumerate(actions):
        observation = env.call(name, arguments)
        call = {"type": "function", "function": {"name": name, "arguments": arguments}}
        result = {"role": "tool", "name": name, "content": observation}
        if ids:
            call["id"] = result["tool_call_id"] = f"call_{number}"
        messages += [{"role": "assistant", "content": "", "tool_calls": [call]}, result]
    env.finish(answer)
    return [*messages, {"role": "assistant", "content": answer}]


def plain(calls: Any) -> list[Any]:
    return [(c.op, c.args, c.kind, c.status, c.response) for c in calls]


names = st.sampled_from([*tracker.SCENARIO.tools, "invented"])
objects = st.fixed_dictionaries(
    {},
    optional={
        "issueIdOrKey": st.sampled_from([KEY, "10004", "APP-999"]),
        "status": st.sampled_from(["Done", "To Do", "no"]),
        "transition": st.sampled_from([{"id": "21"}, {"id": "11"}, "21"]),
        "fields": st.sampled_from(
            [{"summary": "x"}, {"summary": "y" * 600, "description": [[]] * 300}, {}]
        ),
    },
)
arguments = objects | objects.map(json.dumps) | st.sampled_from(["{", "[]", "", '"x"', "null"])
episodes = st.lists(st.tuples(names, arguments), max_size=10)


@settings(max_examples=120)
@given(episodes, st.sampled_from(["", "done", "It is Done.", "not done"]), st.booleans())
def test_messages_say_what_the_environment_recorded(actions: Any, answer: str, ids: bool) -> None:
    for scenario in (tracker.SCENARIO, TRACE_ONLY):
        env = Environment(scenario)
        env.reset(0, {"params": PARAMS})
        messages = chat(env, actions, answer, ids)
        reading = read_messages(scenario, messages)
        assert plain(reading.calls) == plain(env.episode.calls)
        assert reading.answer == env.episode.answer
        quick = read_messages(scenario, messages, full=False).calls
        assert len({id(call) for call in quick}) == len(quick), "a call's place is by identity"
        assert reading.cuts == env.episode.cuts
        assert score_messages(scenario, PARAMS, messages) == env.detail()


def test_a_call_made_twice_is_two_calls() -> None:
    asked = [assistant(tool_call("getTransitions", json.dumps(ISSUE))), result("{}")]
    found = [assistant(tool_call("searchIssues", json.dumps({"status": "Done"}))), result("{}")]
    for _ in range(2):
        calls = read_messages(TRACE_ONLY, [*asked, *found, *asked, *found], full=False).calls
        assert [call.op for call in calls] == ["getTransitions", "searchIssues"] * 2
        assert [calls.index(call) for call in calls] == [0, 1, 2, 3]


def test_calls_beyond_the_limit_are_no_steps() -> None:
    env = Environment(TRACE_ONLY)
    env.reset(0, {"params": PARAMS})
    messages = chat(env, [("getIssue", {"issueIdOrKey": KEY})] * 14, "done")
    assert len(read_messages(TRACE_ONLY, messages).calls) == 10
    assert score_messages(TRACE_ONLY, PARAMS, messages) == env.detail()


def test_a_shortened_response_is_replayed() -> None:
    small = TRACE_ONLY._replace(observation_limit=60)
    env = Environment(small)
    env.reset(0, {"params": PARAMS})
    messages = chat(env, [("getIssue", {"issueIdOrKey": KEY})], "")
    assert "_left_out" in messages[2]["content"]
    assert score_messages(small, PARAMS, messages) == env.detail()
    assert env.detail().parts[1] == 1.0


def tool_call(name: Any, arguments: Any = "{}", number: str = "a") -> dict[str, Any]:
    return {"id": number, "type": "function", "function": {"name": name, "arguments": arguments}}


def assistant(*calls: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def result(content: Any, number: str | None = None) -> dict[str, Any]:
    message = {"role": "tool", "content": content}
    return message if number is None else {**message, "tool_call_id": number}


ISSUE = {"issueIdOrKey": KEY}
FOUND = json.dumps({"key": KEY})

KINDS = [
    ("a success", [assistant(tool_call("getIssue", ISSUE)), result(FOUND)], [("getIssue", "ok")]),
    ("not executed", [assistant(tool_call("getIssue", ISSUE))], []),
    (
        "one of two executed",
        [assistant(tool_call("getIssue"), tool_call("getTransitions")), result(FOUND)],
        [("getIssue", "ok")],
    ),
    (
        "by id, in another order",
        [
            assistant(tool_call("getIssue", ISSUE, "1"), tool_call("getTransitions", ISSUE, "2")),
            result("{}", "2"),
            result(FOUND, "1"),
        ],
        [("getTransitions", "ok"), ("getIssue", "ok")],
    ),
    (
        "the trainer answers an invented tool",
        [
            assistant(tool_call("closeIssue", ISSUE)),
            result("{'error': 'Tool closeIssue not found.'}"),
        ],
        [("closeIssue", "unknown_tool")],
    ),
    (
        "the same as JSON",
        [
            assistant(tool_call("closeIssue", ISSUE)),
            result('{"error": "Tool closeIssue not found."}'),
        ],
        [("closeIssue", "unknown_tool")],
    ),
    (
        "arguments that the trainer cannot pass on",
        [
            assistant(tool_call("getIssue", [1])),
            result("{'error': 'argument after ** must be a mapping'}"),
        ],
        [("getIssue", "malformed_arguments")],
    ),
    (
        "no arguments",
        [assistant({"type": "function", "function": {"name": "getIssue"}}), result(FOUND)],
        [("getIssue", "ok")],
    ),
    (
        "a flat call",
        [assistant({"name": "getIssue", "arguments": ISSUE}), result(FOUND)],
        [("getIssue", "ok")],
    ),
    (
        "content in blocks",
        [assistant(tool_call("getIssue", ISSUE)), result([{"type": "text", "text": FOUND}])],
        [("getIssue", "ok")],
    ),
    (
        "an error in blocks",
        [
            assistant(tool_call("getIssue", ISSUE)),
            result(
                [{"type": "text", "text": '{"error":{"kind":"api_error","status":404,"body":{}}}'}]
            ),
        ],
        [("getIssue", "api_error")],
    ),
    (
        "a broken call",
        [{"role": "assistant", "content": 'I will <tool_call>{"name": '}],
        [("", "malformed_arguments")],
    ),
    (
        "a name that is no string",
        [assistant(tool_call(["getIssue"])), result("{}")],
        [("", "malformed_arguments")],
    ),
    (
        "a name that is null",
        [assistant(tool_call(None)), result("{}")],
        [("", "malformed_arguments")],
    ),
    (
        "a refusal of the environment",
        [
            assistant(tool_call("getIssue", "{")),
            result('{"error":{"kind":"malformed_arguments","message":"no"}}'),
        ],
        [("getIssue", "malformed_arguments")],
    ),
    (
        "a call after the end",
        [
            assistant(tool_call("getIssue", ISSUE)),
            result('{"error":{"kind":"episode_over","message":"no"}}'),
        ],
        [],
    ),
    (
        "a body that looks like an error",
        [assistant(tool_call("getIssue", ISSUE)), result('{"error":null}')],
        [("getIssue", "ok")],
    ),
    (
        "short content",
        [assistant(tool_call("getIssue", ISSUE)), result("[]")],
        [("getIssue", "ok")],
    ),
]


@pytest.mark.parametrize(
    ("messages", "expected"), [k[1:] for k in KINDS], ids=[k[0] for k in KINDS]
)
def test_kinds(messages: list[Any], expected: list[Any]) -> None:
    for full in (True, False):
        reading = read_messages(tracker.SCENARIO, messages, full=full)
        assert [(call.op, call.kind) for call in reading.calls] == expected
    score_messages(tracker.SCENARIO, PARAMS, messages)


def test_the_answer() -> None:
    say = {"role": "assistant", "content": "x" * 3_000}
    assert read_messages(tracker.SCENARIO, [say]).answer == "x" * 2_000
    assert read_messages(tracker.SCENARIO, [say]).cuts == 1
    broken = {"role": "assistant", "content": "It is done. <tool_call>{"}
    assert read_messages(tracker.SCENARIO, [broken]).answer == "It is done."
    assert (
        read_messages(tracker.SCENARIO, [{"role": "assistant", "content": "a\ud800"}]).answer
        == "a?"
    )
    assert read_messages(tracker.SCENARIO, [{"role": "assistant"}]).answer == ""
    assert read_messages(tracker.SCENARIO, []).answer == ""


def test_arguments_are_read_only_where_the_reward_asks() -> None:
    messages = [assistant(tool_call("getIssue", ISSUE)), result(FOUND)]
    (call,) = read_messages(TRACE_ONLY, messages, full=False).calls
    assert (call.args, call.response) == ({}, {"key": KEY})
    (call,) = read_messages(TRACE_ONLY, messages).calls
    assert call.args == ISSUE


def test_short_arguments_are_remembered_within_bounds() -> None:
    for number in range(5_000):
        text = json.dumps({"issueIdOrKey": str(number)})
        messages = [assistant(tool_call("getTransitions", text)), result("{}")]
        (call,) = read_messages(TRACE_ONLY, messages, full=False).calls
        assert call.args == {"issueIdOrKey": str(number)}


BAD = [
    ([{"content": "x"}], "`role` is missing"),
    ([result("{}")], "an observation without a call"),
    ([assistant(tool_call("getIssue")), {"role": "tool"}], "`content` is missing"),
    ([assistant({"function": {}}), result("{}")], "`name` is missing"),
    ([5], "int"),
    (
        [
            assistant(tool_call("getIssue", number="1"), tool_call("getIssue", number="2")),
            result("{}", "9"),
        ],
        "'9'",
    ),
]


@pytest.mark.parametrize(("messages", "expected"), BAD)
def test_broken_messages_say_what_is_wrong(messages: Any, expected: str) -> None:
    with pytest.raises(BadMessages, match=expected):
        read_messages(tracker.SCENARIO, messages)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(anything | names, anything | arguments), max_size=5), anything, st.text())
def test_what_the_policy_wrote_never_raises(calls: Any, content: Any, observation: str) -> None:
    messages: list[Any] = []
    for name, given_arguments in calls:
        messages += [assistant(tool_call(name, given_arguments)), result(observation)]
    messages.append({"role": "assistant", "content": content})
    for full in (True, False):
        reading = read_messages(tracker.SCENARIO, messages, full=full)
        json.dumps([call.args for call in reading.calls], allow_nan=False).encode()
    score_messages(tracker.SCENARIO, PARAMS, messages)
