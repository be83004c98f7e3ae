"""What a module holds of operations that its scenario does not offer."""

from __future__ import annotations

import json

import pytest
import shipped

from rewardlang import emit
from rewardlang_runtime import Environment, ScenarioFault
from rewardlang_runtime.routes import Routes, path_of

JIRA = next(path for path in shipped.FILES if path.stem == "jira_add_labels")


def test_a_module_has_functions_for_its_tools_and_for_what_clients_ask_by_themselves():
    scenario = shipped.compiled(JIRA)
    text = emit.source_text(shipped.typed(JIRA))
    held = {name for name in scenario.operations if f"\ndef op_{name}(" in text}
    assert held >= set(scenario.tools)
    assert {"myself", "serverInfo", "getFields"} <= held
    for name in held - set(scenario.tools):
        operation = scenario.operations[name]
        assert operation.method == "GET"
        assert not operation.writes
        assert len(operation.wire) <= 1
    assert any(scenario.operations[name].writes for name in scenario.operations.keys() - held)


@pytest.mark.parametrize("path", shipped.FILES, ids=lambda path: path.stem)
def test_no_operation_is_forgotten(path):
    full, scenario = shipped.offering_all(path), shipped.compiled(path)
    assert list(scenario.operations) == list(full.operations)
    for name, operation in scenario.operations.items():
        other = full.operations[name]
        same = (operation.api, operation.method, operation.path, operation.writes, operation.status)
        assert same == (other.api, other.method, other.path, other.writes, other.status)
        assert operation.wire == other.wire


@pytest.mark.parametrize("path", shipped.FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("text", ["a", "7", "true", "FALSE", "a,b", "1,2", '{"a":1}', ""])
def test_a_request_for_it_has_the_same_arguments(path, text):
    full, scenario = shipped.offering_all(path), shipped.compiled(path)
    all_, some = Routes.of(full, full.operations), Routes.of(scenario, scenario.operations)
    for name, operation in full.operations.items():
        at = path_of(operation, full.apis[operation.api])
        for argument in operation.wire:
            at = at.replace(f"{{{argument}}}", text or "x")
        query = "&".join(f"{wire}={text}" for where, wire in operation.wire.values()
                         if where == "query")  # fmt: skip
        one, other = all_.match(operation.method, at), some.match(operation.method, at)
        assert one is not None
        assert other is not None
        assert one.operation.name == other.operation.name == name
        assert one.arguments(query) == other.arguments(query)


def test_a_call_of_it_is_of_an_unknown_tool():
    scenario = shipped.compiled(JIRA)
    gone = next(name for name, op in scenario.operations.items() if op.run.__name__ == "unoffered")
    environment = Environment(scenario)
    environment.reset(seed=0)
    seen = environment.call(gone, json.dumps({"a": 1}))
    assert f"There is no tool `{gone}`." in seen
    call = environment.episode.calls[-1]
    assert (call.op, call.args, call.kind, call.status) == (gone, {"a": 1}, "unknown_tool", 0)
    with pytest.raises(ScenarioFault):
        scenario.operations[gone].run(environment.episode.final, {}, "", "")
