"""What operations answer and do, as data: `cases_*.yaml` played in the compiled environment."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from operations import ANSWERS, APIS, HERE, environment, scenario

from rewardlang import policies

CASES = [
    pytest.param(api, case, id=f"{api}: {case['name']}")
    for api in APIS
    for case in yaml.safe_load((HERE / f"cases_{api}.yaml").read_text())
]


@pytest.mark.parametrize(("api", "case"), CASES)
def test_operations_answer_as_the_api_does(api: str, case: dict[str, Any]) -> None:
    played = environment(api, case.get("actor"))
    for number, call in enumerate(case["calls"]):
        observation = played.call(call["op"], json.dumps(call["args"]))
        made = played.episode.calls[-1]
        where = f"call {number}, {call['op']} {call['args']}: {observation}"
        assert made.status == call["status"], where
        assert not played.faults, played.faults
        kind = call.get("kind", "ok" if call["status"] < 400 else "api_error")
        assert made.kind == kind, where
        if "body" in call:
            assert differs(made.response, call["body"]) is None, where
        for key, names in call.get("keys", {}).items():
            assert list(made.response[key]) == names, where
        for key, count in call.get("count", {}).items():
            assert len(made.response[key]) == count, where
        assert call.get("found", "") in observation, where
        assert "missing" not in call or call["missing"] not in observation, where


def differs(actual: Any, wanted: Any) -> str | None:
    """Where `actual` lacks something of `wanted`; "*" stands for any value."""
    if wanted == "*":
        return None
    if isinstance(wanted, dict):
        if not isinstance(actual, dict):
            return f"{actual!r} is no object"
        for key, value in wanted.items():
            if key not in actual:
                return f"no {key}"
            found = differs(actual[key], value)
            if found is not None:
                return f"{key}: {found}"
        return None
    if isinstance(wanted, list) and isinstance(actual, list) and len(actual) == len(wanted):
        found = [differs(a, w) for a, w in zip(actual, wanted, strict=True)]
        return next((f for f in found if f is not None), None)
    return None if actual == wanted else f"{actual!r} is not {wanted!r}"


@pytest.mark.parametrize("api", APIS)
def test_answers_are_tried_for_every_operation(api: str) -> None:
    assert {call["op"] for call in ANSWERS[api]} == set(scenario(api).tools)


def test_all_of_a_page_of_results_is_reached_by_its_tokens() -> None:
    played = environment("jira")
    seen: list[str] = []
    token = None
    for _ in range(20):
        args: dict[str, Any] = {"jql": "project = PAY ORDER BY key ASC", "maxResults": 7}
        if token:
            args["nextPageToken"] = token
        body = json.loads(played.call("searchIssues", args))
        seen += [issue["id"] for issue in body["issues"]]
        token = body.get("nextPageToken")
        if body["isLast"]:
            break
    assert len(seen) == len(set(seen)) == 47
    assert token is None


def test_all_pages_of_the_wiki_are_reached_by_their_links() -> None:
    played = environment("confluence")
    seen: list[str] = []
    args: dict[str, Any] = {"limit": 30}
    while True:
        body = json.loads(played.call("getPages", args))
        seen += [page["id"] for page in body["results"]]
        following = body["_links"].get("next")
        if following is None:
            break
        args["cursor"] = following.rpartition("cursor=")[2]
    assert len(seen) == len(set(seen)) == 80


def test_an_issue_is_short_enough_to_read() -> None:
    played = environment("jira")
    sizes = [
        len(played.call("getIssue", {"issueIdOrKey": f"PAY-{number}"})) for number in range(1, 30)
    ]
    assert max(sizes) < 3_500
    assert sorted(sizes)[len(sizes) // 2] < 2_200


ODD: list[Any] = [1.0, 1e308, 0, -1, True, None, "1", [1], {"a": 1}, "", "x" * 300, "\ud800"]
KNOWN = {"issueIdOrKey": "PAY-51", "projectIdOrKey": "PAY", "id": "200901", "pageId": "200901"}


@pytest.mark.parametrize("api", APIS)
def test_no_value_of_an_argument_makes_an_operation_fail(api: str) -> None:
    played = environment(api)
    for name, operation in scenario(api).operations.items():
        needed = {key: KNOWN.get(key, "x") for key in operation.schema.get("required", [])}
        for argument in operation.schema["properties"]:
            for value in ODD:
                played.reset(seed=0)
                played.call(name, {**needed, argument: value})
                assert not played.faults, (name, argument, value, played.faults)


@pytest.mark.parametrize("api", APIS)
def test_no_random_policy_makes_an_operation_fail(api: str) -> None:
    played = environment(api)
    for seed in range(100):
        played.reset(seed=0)
        policies.play(played, policies.random(played, seed))
        assert not played.faults, played.faults
