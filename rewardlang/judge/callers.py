"""Arguments and calls that need no knowledge of the task: minimal ones, deletions, variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang import model
from rewardlang.judge.bench import Action, Bench
from rewardlang_runtime.plan import plan_of

_DEPTH = 6


def minimal(schema: Any, root: Any, words: list[str], depth: int = 0) -> Any:
    """The least value of a schema: required properties, first of an enum, shortest list.

    Texts are the first of `words`, which is what the task is about when the task says it.
    """
    if not isinstance(schema, dict):
        return words[0]
    if "$ref" in schema:
        target = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        return minimal(target, root, words, depth + 1) if depth < _DEPTH else None
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return minimal(schema[union][0], root, words, depth + 1)
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        properties = schema.get("properties", {})
        return {
            name: minimal(properties.get(name), root, words, depth + 1)
            for name in schema.get("required", ())
        }
    if kind == "array":
        item = schema.get("items")
        return [minimal(item, root, words, depth + 1) for _ in range(schema.get("minItems", 0))]
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    if kind == "boolean":
        return False
    return None if kind == "null" else words[0]


def minimal_calls(bench: Bench, words: list[str]) -> list[Action]:
    """Each tool once, with minimal arguments."""
    operations = bench.compiled.operations
    return [
        (name, minimal(operations[name].schema, operations[name].schema, words))
        for name in bench.compiled.tools
    ]


def deletions(bench: Bench, first: list[str]) -> Iterator[Action]:
    """Calls that delete rows, those with a key in `first` before all others."""
    operations = bench.scenario.operations
    world = plan_of(bench.compiled).base.world
    named: list[Action] = []
    others: list[Action] = []
    for name in bench.compiled.tools:
        operation = operations[name]
        for table in _deleted_from(operation):
            for key in world[table].keys():  # noqa: SIM118  # a view of a table, no dict
                call = name, minimal(operation.schema, operation.schema, [key])
                (named if key in first else others).append(call)
    yield from named
    yield from others


def _deleted_from(operation: model.Operation) -> list[str]:
    """The tables that an operation deletes rows from, and puts none into."""
    made = {effect.place.table for effect in operation.effects if effect.kind == "insert"}
    return list(
        dict.fromkeys(
            effect.place.table
            for effect in operation.effects
            if effect.kind == "delete"
            and effect.place.table is not None
            and effect.place.table not in made
            and not effect.place.path
        )
    )


def texts_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the texts of a request are."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts_of(inner, (*path, name))


def varied(value: Any, path: tuple[Any, ...], number: int) -> Any:
    """`value` with the text at `path` made another."""
    if not path:
        return f"{value} {number}"
    changed = value.copy()
    changed[path[0]] = varied(value[path[0]], path[1:], number)
    return changed
