"""Tools: how a policy is told of the operations it may call."""

from __future__ import annotations

from typing import Any

from rewardlang_runtime.scenario import Operation, Scenario


def tool(operation: Operation, name: str) -> dict[str, Any]:
    """One operation, under a name, in the shape that chat templates and the OpenAI API take."""
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": operation.doc,
            "parameters": operation.schema,
        },
    }


def tools_of(scenario: Scenario) -> list[dict[str, Any]]:
    """The tools that the scenario offers, in its order."""
    names = dict(scenario.names)
    return [tool(scenario.operations[name], names.get(name, name)) for name in scenario.tools]
