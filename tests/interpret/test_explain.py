"""Why a reward is what it is: values and calls, as data."""

from __future__ import annotations

from typing import Any

import lab
import shipped

from rewardlang import interpret
from rewardlang_runtime import Environment


def explained(calls: Any, **keys: Any) -> tuple[interpret.Explanation, Any]:
    scenario = lab.read_well(lab.scenario_text(keys.pop("lets", {}), **keys))
    compiled = lab.run_module(scenario)
    episode = lab.episode_of(compiled, {"calls": calls, "answer": "said"})
    explanation = interpret.explain(scenario, episode)
    assert explanation.detail == compiled.detail(episode)
    return explanation, episode


def shown(reason: Any) -> dict[str, Any]:
    return {each.text: (each.value, each.calls) for each in reason.shown}


def test_formulas_show_the_calls_that_decided() -> None:
    explanation, _ = explained(
        "b a! a c",
        parts=[
            {"id": "x", "weight": 3, "check": "called a{ok} and never b"},
            {"id": "y", "weight": 1, "check": "every a preceded_by b within 1 steps"},
        ],
    )
    one, other = explanation.parts
    assert (one.id, one.score, one.weight, one.earned) == ("x", 0.0, 3, 0.0)
    assert shown(one) == {"called a{ok}": (True, (2,)), "never b": (False, (0,))}
    assert (other.score, other.earned) == (0.0, 0.0)
    assert shown(other) == {"every a preceded_by b within 1 steps": (False, (0, 1, 2))}


def test_values_show_what_they_were_made_from() -> None:
    explanation, _ = explained(
        [{"a": {"n": 1}}, "b", {"a": {"n": 2}}],
        lets={"n": "last(a)?.args?.n", "row": "final.things[params.key]"},
        parts=[
            {"id": "x", "weight": 1, "check": "n == 2 and row?.size == params.number"},
            {"id": "y", "weight": 1, "score": "edit_sim(answer, 'sale')"},
            {"id": "z", "weight": 2, "check": "calls(a).size() == 2"},
        ],
    )
    x, y, z = explanation.parts
    assert shown(x)["n"] == (2, (2,))
    assert shown(x)["last(a)"] == ("call 3: a", (2,))
    assert shown(x)["row?.size"] == (2, ())
    assert shown(x)["n == 2"] == (True, (2,))
    assert list(shown(y)) == ["edit_sim(answer, 'sale')"]
    assert shown(z)["calls(a)"] == (["call 1: a", "call 3: a"], (0, 2))
    assert sum(part.earned for part in explanation.parts) == 0.25 + 0.25 * y.score + 0.5


def test_gates_and_penalties() -> None:
    explanation, _ = explained(
        "a a",
        gates=[{"id": "g", "require": "once a", "otherwise": 0.5}],
        parts=[{"id": "x", "weight": 1, "check": "called a"}],
        penalties=[
            {"id": "p", "when": "called b", "factor": 0.5},
            {"id": "q", "factor": "ramp(count(any), good=1, bad=3, floor=0)"},
        ],
    )
    (gate,) = explanation.gates
    assert (gate.holds, gate.otherwise, shown(gate)) == (False, 0.5, {"once a": (False, (0, 1))})
    p, q = explanation.penalties
    assert (p.factor, p.applies, shown(p)) == (1.0, False, {"called b": (False, ())})
    assert (q.factor, q.applies) == (0.5, True)
    assert shown(q)["count(any)"] == (2, (0, 1))
    assert explanation.detail.reward == 0.5


def test_what_changed_besides_what_is_allowed_is_said() -> None:
    path = next(path for path in shipped.FILES if path.stem == "jira_add_labels")
    environment = Environment(shipped.compiled(path))
    environment.reset(seed=0)
    key = environment.params["key"]
    keys = [key for key, _ in environment.episode.initial["issues"].items()]
    other = next(k for k in keys if k != key and k[:3] == key[:3])
    environment.call("editIssue", {"issueIdOrKey": other, "fields": {"labels": ["odd"]}})
    environment.call("deleteIssue", {"issueIdOrKey": key, "deleteSubtasks": "true"})
    environment.finish("")
    kinds = [call.kind for call in environment.episode.calls]
    gate = interpret.explain(shipped.typed(path), environment.episode).gates[0]
    assert not gate.holds
    (told,) = [each.value for each in gate.shown if each.text == interpret.ELSEWHERE]
    assert kinds[0] == "ok"
    assert {f"issues[{other}].fields.labels", f"issues[{other}].fields.updated"} <= set(told)
    assert (f"issues[{key}] deleted" in told) == (kinds[1] == "ok")


def test_what_changed_is_not_asked_of_a_row_that_is_not_there() -> None:
    explanation, _ = explained(
        "a",
        lets={"made": "delta.things.created.only()"},
        gates=[
            {"id": "g", "require": "made is not null and delta.changed_only(things[made.id])"},
        ],
        parts=[{"id": "x", "weight": 1, "check": "called a"}],
    )
    (gate,) = explanation.gates
    assert not gate.holds
    assert interpret.ELSEWHERE not in shown(gate)


def test_calls_inside_values_are_named() -> None:
    explanation, _ = explained(
        "a b",
        lets={"told": "calls(any).map(c => {op: c.op, call: c.index})", "both": "calls(any)"},
        parts=[{"id": "x", "weight": 1, "check": "told.size() == 2 and both.size() == 2"}],
    )
    assert shown(explanation.parts[0])["told"][0] == [
        {"op": "a", "call": 0}, {"op": "b", "call": 1},
    ]  # fmt: skip
    assert shown(explanation.parts[0])["both"][0] == ["call 1: a", "call 2: b"]


def test_what_fails_or_is_not_reached_shows_as_null() -> None:
    explanation, _ = explained(
        "a",
        lets={"loose": 'initial.things["t3"]!.loose'},
        parts=[
            {"id": "x", "weight": 1, "check": "loose.missing.deep == 1"},
            {"id": "y", "weight": 1, "check": 'called b and initial.things["t9"]!.size == 1'},
        ],
    )
    x, y = explanation.parts
    assert shown(x)["loose.missing.deep == 1"] == (False, ())
    assert shown(x)["loose.missing.deep"] == (None, ())
    assert shown(y)["called b"] == (False, ())
    assert [value for text, (value, _) in shown(y).items() if "t9" in text] == [None, None]


def test_every_shipped_scenario_explains_its_oracle() -> None:
    for path in shipped.FILES:
        environment = Environment(shipped.compiled(path))
        environment.reset(seed=3)
        episode = environment.episode
        oracle = environment.scenario.oracle(episode.initial, episode.params, episode.setup)
        name, payload = next(oracle)
        while name:
            environment.call(name, payload)
            name, payload = oracle.send(episode.calls[-1].response)
        environment.finish(payload)
        explanation = interpret.explain(shipped.typed(path), episode)
        assert explanation.detail.reward == 1.0
        assert all(part.shown for part in explanation.parts)
        assert any(each.calls for part in explanation.parts for each in part.shown)
