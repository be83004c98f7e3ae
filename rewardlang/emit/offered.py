"""Which operations a module holds in full, and what it tells of the others.

An episode runs the tools of its scenario and nothing else. An operation that only says how things
are, such as who is calling, is held in full all the same: clients ask for such by themselves, to
learn what they speak to, and are answered (`serve/dialects`). Of every other operation a module
says what leads a request to it, so that a request for it goes by its name in a served world and in
a recording: it is no tool, but an operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rewardlang import model
from rewardlang_runtime.wire import resolved, types_of

_DEEPEST = 4
"""Lists in each other that a text in a query may stand for."""


def with_offered(scenario: model.Scenario) -> model.Scenario:
    """The scenario with those operations that its module holds in full."""
    tools = frozenset(scenario.tools)
    apis = tuple(
        replace(
            api,
            operations={
                name: operation
                for name, operation in api.operations.items()
                if name in tools or _says_how_things_are(operation)
            },
        )
        for api in scenario.apis
    )
    return replace(scenario, apis=apis)


def _says_how_things_are(operation: model.Operation) -> bool:
    """Whether an operation reads, and takes at most one argument, which may be left out."""
    few = len(operation.parameters) <= 1 and not operation.schema.get("required")
    return few and operation.method == "GET" and not operation.writes


def in_texts(operation: model.Operation) -> dict[str, Any]:
    """Of an operation's schema, what texts in paths and queries may stand for."""
    root = operation.schema
    inside = root.get("properties", {})
    assert isinstance(inside, Mapping)
    found = {
        p.name: _text(inside.get(p.name, {}), root, 0)
        for p in operation.parameters
        if p.where != "body"
    }
    return {"properties": {name: part for name, part in found.items() if part}}


def _text(schema: Any, root: Mapping[str, Any], depth: int) -> dict[str, Any]:
    types, plain = types_of(schema, root), resolved(schema, root)
    spelled = sorted(map(str, plain.get("enum", ()))) == ["false", "true"]
    if "string" in types and not spelled:
        return {}  # a text is what a text stands for where nothing else is said
    made: dict[str, Any] = {"type": sorted(types)[0] if len(types) == 1 else sorted(types)}
    if spelled:
        made["enum"] = plain["enum"]
    if "items" in plain and depth < _DEEPEST:
        made["items"] = _text(plain["items"], root, depth + 1)
    return made
