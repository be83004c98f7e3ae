"""Rewards take nothing about a call's data for granted.

In our environments the arguments of a call that succeeded satisfy their schema. In a trace that was
recorded elsewhere they need not, and a reward has to be total there too: whatever comes from
`args`, `response` or `error` of a call is uncertain, whatever the resolver knows of it, and there
may be no `before` and no `after`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from rewardlang import tree
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.tree import Facts, LetDef
from rewardlang.types.types import Bool
from rewardlang.walk import below, mentioned
from rewardlang_runtime.builtins import BUILTINS

T = TypeVar("T")

_CERTAIN = {
    "bool", "int", "number", "unit", "str", "list[str]", "list[int]", "list[number]", "str?",
    "int?", "number?",
}  # fmt: skip
"""Results of functions that have their type whatever they are given."""


def distrusting(scenario: Scenario) -> Scenario:
    """The scenario with its reward, and the lets that it mentions, read that way."""
    doubtful: set[str] = set()
    lets: dict[str, LetDef] = {}
    by_name = {let.name: let for let in scenario.lets}
    for name in mentioned([let.value for let in scenario.lets], by_name):
        lets[name] = _let(by_name[name], doubtful)
    ordered = tuple(lets.get(let.name) or _let(let, doubtful) for let in scenario.lets)
    return replace(
        scenario,
        lets=ordered,
        gates=_read(scenario.gates, (), doubtful),
        parts=_read(scenario.parts, (), doubtful),
        penalties=_read(scenario.penalties, (), doubtful),
    )


def _let(let: LetDef, doubtful: set[str]) -> LetDef:
    read = _read(let, (), doubtful)
    value = read.value
    # The resolver gave a let that it knew to fail a type with null; here one fails unexpectedly.
    fails = value.facts.can_fail and not let.value.facts.can_fail
    if _is_doubtful(value) or (fails and not isinstance(value.type, Bool)):
        doubtful.add(let.name)
    return read


def _read(node: T, names: Collection[str], lets: Collection[str]) -> T:
    """`node` with new facts. `names` and `lets` are the locals and lets that are uncertain."""
    if isinstance(node, tuple):
        # For mypy: a copy is of the node's own kind.
        return tuple(_read(part, names, lets) for part in node)  # type: ignore[return-value]
    if not is_dataclass(node) or isinstance(node, Span | Facts | type):
        return node
    changes: dict[str, Any] = {}
    for field in fields(node):
        inside = names
        if isinstance(node, tree.Macro) and field.name == "body":
            source = changes.get("source", node.source)
            bound = set(node.vars)
            inside = {*names, *bound} if _is_doubtful(source) else {*names} - bound
        elif isinstance(node, tree.TraceValue) and node.var is not None:
            inside = {*names} - {node.var}
        value = getattr(node, field.name)
        read = _read(value, inside, lets)
        if read is not value:
            changes[field.name] = read
    if changes:
        # For mypy: a copy is of the node's own kind.
        node = replace(node, **changes)  # type: ignore[type-var]
    if isinstance(node, tree.Typed):
        # For mypy: a copy is of the node's own kind.
        return _with_facts(node, names, lets)  # type: ignore[arg-type, return-value]
    return node


def _with_facts(expr: tree.Expr, names: Collection[str], lets: Collection[str]) -> tree.Expr:
    parts = list(_operands(expr))
    fails = any(map(_is_doubtful, parts)) or any(
        part.facts.can_fail and not isinstance(part.type, Bool) for part in parts
    )
    # A trace from elsewhere has no worlds.
    fails = fails or (isinstance(expr, tree.TableRef) and isinstance(expr.world, tree.CallField))
    uncertain = _is_source(expr, names, lets) or (
        any(map(_is_doubtful, parts)) and not _has_certain_result(expr)
    )
    facts = expr.facts
    if (fails and not facts.can_fail) or (uncertain and not facts.uncertain):
        facts = replace(
            facts, can_fail=facts.can_fail or fails, uncertain=facts.uncertain or uncertain
        )
        return replace(expr, facts=facts)
    return expr


def _is_source(expr: tree.Expr, names: Collection[str], lets: Collection[str]) -> bool:
    match expr:
        case tree.CallField(name="response" | "error"):
            return True
        case tree.Local():
            return expr.name in names
        case tree.LetRef():
            return expr.name in lets
        case _:
            return False


def _operands(expr: tree.Expr) -> Sequence[tree.Expr]:
    """The expressions whose values `expr` is made from."""
    if isinstance(expr, tree.Formula | tree.TraceValue):
        return ()
    return list(below(expr))


def _is_doubtful(expr: tree.Expr) -> bool:
    if isinstance(expr, tree.CallField) and expr.name == "args":
        return True  # certainly an object, but nothing is known of its fields
    return expr.facts.uncertain and not isinstance(expr.type, Bool)


def _has_certain_result(expr: tree.Expr) -> bool:
    match expr:
        case tree.Get() | tree.At() | tree.Present() | tree.If() | tree.Coalesce():
            return False
        case tree.MakeList() | tree.MakeObject():
            return False
        case tree.Macro():
            return expr.kind in ("any", "all", "none", "count")
        case tree.Arithmetic():
            return expr.op != "+"
        case tree.Builtin():
            returned = BUILTINS[expr.name].signature.rpartition("->")[2].strip()
            return returned in _CERTAIN
        case _:
            return True
