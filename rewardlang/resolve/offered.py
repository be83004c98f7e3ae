"""`faults.tools` of a scenario: other names, another order, other words for the same tools."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rewardlang.diagnostics import codes
from rewardlang.model import Api, JsonSchema, Operation
from rewardlang.resolve.report import Report, listing
from rewardlang.syntax.files import ToolsItem
from rewardlang.syntax.nodes import Identifier
from rewardlang_runtime import Rng

Names = tuple[tuple[str, str], ...]

_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "add": ("append", "attach", "put"),
    "assign": ("allocate", "delegate", "give"),
    "bulk": ("batch", "mass", "multi"),
    "close": ("finish", "resolve", "settle"),
    "create": ("add", "make", "new"),
    "delete": ("drop", "erase", "remove"),
    "do": ("apply", "make", "perform"),
    "edit": ("change", "modify", "revise"),
    "find": ("locate", "lookup", "query"),
    "get": ("fetch", "load", "read"),
    "list": ("all", "enumerate", "show"),
    "open": ("begin", "start", "view"),
    "remove": ("delete", "detach", "drop"),
    "search": ("find", "lookup", "query"),
    "send": ("deliver", "dispatch", "submit"),
    "set": ("assign", "change", "put"),
    "update": ("change", "modify", "revise"),
}
"""Words that begin names of operations, and words that say the same."""
_ATTEMPTS = 20


def perturbed(
    item: ToolsItem | None,
    name: str,
    apis: Sequence[Api],
    tools: tuple[str, ...],
    report: Report,
) -> tuple[tuple[Api, ...], tuple[str, ...], Names]:
    """APIs whose operations are worded otherwise, tools in another order, and their other names.

    Args:
        name: The scenario's, on which draws depend, too.
    """
    if item is None:
        return tuple(apis), tools, ()
    operations = {n: operation for api in apis for n, operation in api.operations.items()}
    docs = _by_operation(item.docs, operations, tools, report)
    rng = Rng("tools", name, item.seed)
    if item.rename is None:
        names = _drawn(tools, operations, rng)
    else:
        names = _given(item.rename, operations, tools, report)
    if item.shuffle:
        tools = tuple(rng.shuffled(tools))
    changed = [
        replace(
            api,
            operations={
                n: _reworded(operation, docs.get(n), rng if item.shuffle else None)
                for n, operation in api.operations.items()
            },
        )
        for api in apis
    ]
    return tuple(changed), tools, names


def _by_operation(
    pairs: Sequence[tuple[Identifier, str]],
    operations: Mapping[str, Operation],
    tools: Sequence[str],
    report: Report,
) -> dict[str, str]:
    """What is said of each operation; names that are no tools are reported."""
    for identifier, _ in pairs:
        if identifier.name not in operations:
            report.unknown(
                "operation", identifier.name, identifier.span, operations, kind="operations"
            )
        elif identifier.name not in tools:
            report.add(
                codes.FAULT_CANNOT_STRIKE,
                f"`{identifier.name}` is no tool of the scenario: nobody is told of it",
                identifier.span,
                listing("tools", tools),
                help="add it to `tools`, or leave it out here",
            )
    return {identifier.name: said for identifier, said in pairs}


def _given(
    rename: Sequence[tuple[Identifier, Identifier]],
    operations: Mapping[str, Operation],
    tools: Sequence[str],
    report: Report,
) -> Names:
    names = _by_operation([(k, v.name) for k, v in rename], operations, tools, report)
    owners: dict[str, str] = {}
    for operation, alias in rename:
        if alias.name in operations or alias.name in owners:
            label = "an operation" if alias.name in operations else f"`{owners[alias.name]}`, too,"
            report.add(
                codes.NAME_TAKEN,
                f"the name `{alias.name}` is taken",
                alias.span,
                f"{label} is called so",
                help="choose another name",
            )
        owners[alias.name] = operation.name
    return tuple((name, names[name]) for name in tools if name in names)


def _drawn(tools: Sequence[str], operations: Mapping[str, Operation], rng: Rng) -> Names:
    """A name for each tool that no operation has, all of one style."""
    style = rng.below(4)
    taken = dict.fromkeys(operations, 1)
    found = []
    for name in tools:
        words = [word.lower() for word in _WORD.findall(name)] or [name]
        for attempt in range(_ATTEMPTS):
            other = list(words)
            other[0] = rng.choice(_OTHERS.get(words[0], (words[0],)))
            alias = _styled(other, style) + ("" if attempt < _ATTEMPTS // 2 else f"_{attempt}")
            if alias not in taken:
                break
        taken[alias] = 1
        found.append((name, alias))
    return tuple(found)


def _styled(words: list[str], style: int) -> str:
    if style == 0:
        return "_".join(words)
    if style == 1:
        return "_".join([*words[1:], words[0]])
    if style == 2:
        return words[0] + "".join(word.capitalize() for word in words[1:])
    return "tool_" + "_".join(words)


def _reworded(operation: Operation, doc: str | None, rng: Rng | None) -> Operation:
    doc = operation.doc if doc is None else doc
    schema = operation.schema if rng is None else _shuffled(operation.schema, rng)
    return replace(operation, doc=doc, schema=schema)


def _shuffled(schema: JsonSchema, rng: Rng) -> JsonSchema:
    """The same schema with its properties, and those of the schemas in it, in another order."""
    found: JsonSchema = {}
    for key, value in schema.items():
        if key in ("properties", "$defs") and isinstance(value, dict):
            order = rng.shuffled(list(value))
            found[key] = {name: _inner(value[name], rng) for name in order}
        elif key in ("items", "additionalProperties"):
            found[key] = _inner(value, rng)
        elif key in ("anyOf", "oneOf", "allOf") and isinstance(value, list):
            found[key] = [_inner(each, rng) for each in value]
        else:
            found[key] = value
    return found


def _inner(schema: object, rng: Rng) -> object:
    return _shuffled(schema, rng) if isinstance(schema, dict) else schema
