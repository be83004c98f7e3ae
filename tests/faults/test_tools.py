"""Tools by other names, in another order, in other words; rewards keep the true names."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from faults import desk

from rewardlang import driver, trials
from rewardlang.judge.run import judge
from rewardlang.training.plans import Task, perform, solve
from rewardlang_runtime import Environment, Scenario, check_environment
from rewardlang_runtime.adapters.gymnasium import GymEnvironment
from rewardlang_runtime.adapters.trl import environment_class
from rewardlang_runtime.messages import read_messages, score_messages
from rewardlang_runtime.traces import parse_traces, record, score_trace

DRAWN = "faults:\n  tools: {seed: 5, rename: drawn, shuffle: true, docs: {getTicket: Shows one.}}\n"
GIVEN = "faults:\n  tools: {rename: {getTicket: show_it}}\n"


def load(folder: Path, *fragments: str) -> Scenario:
    return driver.load(desk.written(folder, *fragments))


def names(scenario: Scenario) -> list[str]:
    return [tool["function"]["name"] for tool in Environment(scenario).tools]


def test_names_and_orders_are_drawn_from_the_seed(tmp_path: Path) -> None:
    plain = load(tmp_path)
    drawn = [load(tmp_path, DRAWN.replace("5", str(seed))) for seed in range(6)]
    again = load(tmp_path, DRAWN)
    assert names(drawn[5]) == names(again)
    assert len({tuple(names(each)) for each in drawn}) == 6
    for each in drawn:
        assert sorted(each.tools) == sorted(plain.tools)
        assert len(set(names(each))) == len(plain.tools)
        assert not set(names(each)) & set(plain.operations)
        for name, operation in each.operations.items():
            assert operation.schema == plain.operations[name].schema
        assert each.operations["getTicket"].doc == "Shows one."
    assert len({orjson.dumps(each.operations["createTicket"].schema) for each in drawn}) > 1


def test_the_true_name_is_no_tool_and_the_call_keeps_it(tmp_path: Path) -> None:
    environment = Environment(load(tmp_path, GIVEN))
    environment.reset(seed=0)
    environment.call("show_it", '{"id": "T-1"}')
    environment.call("getTicket", '{"id": "T-1"}')
    environment.call("show_it", "{")
    environment.call("show_it", {})
    assert [(call.op, call.kind) for call in environment.episode.calls] == [
        ("getTicket", "ok"),
        ("getTicket", "unknown_tool"),
        ("getTicket", "malformed_arguments"),
        ("getTicket", "invalid_request"),
    ]
    line = record(environment)
    assert [call.get("tool") for call in line["calls"]] == ["show_it", None, "show_it", "show_it"]
    (trace,) = parse_traces([orjson.dumps(line)])
    verdict = score_trace(environment.scenario, trace)
    assert verdict.detail == environment.detail(), verdict.reason


def test_a_trace_by_true_names_alone_is_replayed(tmp_path: Path) -> None:
    environment = desk.solved(load(tmp_path, DRAWN), 2)
    line = record(environment)
    for call in line["calls"]:
        assert call.pop("tool") in names(environment.scenario)
    (trace,) = parse_traces([orjson.dumps(line)])
    assert score_trace(environment.scenario, trace).detail == environment.detail()


@pytest.mark.parametrize("fragment", [DRAWN, GIVEN])
def test_everything_that_speaks_true_names_still_works(tmp_path: Path, fragment: str) -> None:
    path = desk.written(tmp_path, fragment, "tests: [{name: oracle, oracle: true, reward: 1}]")
    typed = driver.scenario_of(path)
    scenario = driver.build(typed)
    check_environment(Environment(scenario))
    assert trials.run(typed, scenario, typed.tests[0]).passed
    assert [desk.solved(scenario, seed).reward() for seed in range(4)] == [1.0] * 4
    environment = Environment(scenario)
    solved = solve(environment, Task(scenario.name, "train", 1))
    assert solved.reward == 1.0
    assert {name for name, _ in solved.plan.calls} <= set(names(scenario))
    assert perform(environment, solved.task, solved.plan).reward == 1.0


def test_adapters_offer_the_names_that_the_environment_knows(tmp_path: Path) -> None:
    scenario = load(tmp_path, DRAWN)
    assert GymEnvironment(scenario).action_space.tools == tuple(names(scenario))
    made = environment_class(scenario)()
    made.reset(seed=0)
    shown = dict(scenario.names)["getTicket"]
    assert orjson.loads(getattr(made, shown)(id="T-1"))["id"] == "T-1"
    assert not hasattr(made, "getTicket")


def test_messages_are_read_by_the_names_that_were_told(tmp_path: Path) -> None:
    environment = Environment(load(tmp_path, GIVEN))
    environment.reset(seed=0)
    messages: list[dict[str, object]] = []
    for name, text in [("show_it", '{"id": "T-1"}'), ("show_it", "["), ("getTicket", "{}")]:
        messages.append({"role": "assistant", "tool_calls": [{"name": name, "arguments": text}]})
        messages.append({"role": "tool", "content": environment.call(name, text)})
    reading = read_messages(environment.scenario, messages)
    assert [(call.op, call.kind) for call in reading.calls] == [
        (call.op, call.kind) for call in environment.episode.calls
    ]
    found = score_messages(environment.scenario, environment.params, messages, environment.seed)
    assert found == environment.detail()


def test_the_judge_speaks_true_names(tmp_path: Path) -> None:
    path = desk.written(tmp_path, DRAWN)
    typed = driver.scenario_of(path)
    plain = driver.scenario_of(desk.written(tmp_path / "plain"))
    found = judge(typed, driver.build(typed))
    assert [d.code.id for d in found.diagnostics] == [
        d.code.id for d in judge(plain, driver.build(plain)).diagnostics
    ]
    assert all(line.line["faults"] == "none" for line in found.oracle)


def test_a_listing_shows_both_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from rewardlang import cli

    path = desk.written(tmp_path, GIVEN)
    with pytest.raises(SystemExit):
        cli.main(["run", str(path)])
    assert "getTicket, called show_it," in capsys.readouterr().out
