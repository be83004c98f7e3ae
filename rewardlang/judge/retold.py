"""A reward told again with a change in it, on episodes that were played: what would it have been?

The interpreter evaluates what the change touches and no more. Conditions that it leaves alone are
evaluated once for each episode, whatever the change: they become lets, which contexts remember.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast

from rewardlang import model, tree
from rewardlang.interpret import Context, context_of, holds, named
from rewardlang.interpret.reward import part_score, penalty_factor, total
from rewardlang.judge.draft import Tried
from rewardlang.types.types import Bool
from rewardlang.walk import mentioned

Kind = Literal["gate", "part", "penalty"]
Item = tuple[Kind, int]
"""A gate, a part or a penalty, by its number."""


@dataclass(slots=True)
class Seen:
    """An episode, and what is known of it already."""

    tried: Tried
    context: Context


class Retold:
    """The reward of a scenario in a form whose conditions are remembered from change to change."""

    def __init__(self, scenario: model.Scenario) -> None:
        self.scenario = scenario
        self._names: dict[int, str] = {}
        self._atoms: list[tree.Expr] = []
        self.lets = lets = named(scenario.lets)
        """The scenario's own lets."""
        for item in items(scenario):
            for root in roots(scenario, item):
                self._collect(root)
        for let in scenario.lets:
            self._collect(let.value)
        atoms = [
            tree.LetDef(name, atom, atom.span)
            for name, atom in zip(self._names.values(), self._atoms, strict=True)
        ]
        self._all = named([*scenario.lets, *atoms])
        self._needs = {
            name: frozenset(mentioned([let.value], lets)) for name, let in self._all.items()
        }
        self.reads: dict[Item, frozenset[str]] = {
            item: frozenset(mentioned(roots(scenario, item), lets)) for item in items(scenario)
        }
        """The lets that each gate, part and penalty mentions, also through others."""

    def seen(self, tried: Tried) -> Seen:
        """An episode made ready to be scored again and again."""
        context = context_of(self.scenario, tried.played.episode)
        return Seen(tried, replace(context, lets=self._all))

    def short(self, expr: tree.Expr) -> tree.Expr:
        """An expression in which the conditions of the original are lets."""
        name = self._names.get(id(expr))
        if name is not None:
            return tree.LetRef(span=expr.span, facts=expr.facts, name=name)
        return cast(tree.Expr, self._rebuilt(expr))

    def value(self, item: Item, scenario: model.Scenario, seen: Seen) -> float:
        """What a gate (1 or 0), part or penalty of a scenario comes to."""
        return _value(item, scenario, seen.context)

    def with_let(self, name: str, value: tree.Expr, seen: Seen) -> Seen:
        """The episode with another definition of a let; what does not mention it stays known."""
        context = seen.context
        lets = {**context.lets, name: replace(context.lets[name], value=value)}
        known = {
            other: found
            for other, found in context.known.items()
            if other != name and name not in self._needs[other]
        }
        return Seen(seen.tried, replace(context, lets=lets, known=known))

    def reward(self, scenario: model.Scenario, seen: Seen, values: Mapping[Item, float]) -> float:
        """The reward under a changed scenario with as many gates, parts and penalties; items that
        are not in `values` are as they were."""
        detail = seen.tried.played.detail
        gates = list(detail.gates)
        parts, penalties = list(detail.parts), list(detail.penalties)
        for (kind, number), value in values.items():
            if kind == "gate":
                gates[number] = value > 0
            else:
                (parts if kind == "part" else penalties)[number] = value
        return total(scenario, gates, parts, penalties)

    def _collect(self, node: Any) -> None:
        """Give a name to each condition and count that stands outside lambdas and patterns."""
        if isinstance(node, tree.Typed) and _remembered(node):
            self._names[id(node)] = f"#{len(self._names)}"
            self._atoms.append(cast(tree.Expr, node))
            return
        for child in _open(node):
            self._collect(child)

    def _rebuilt(self, node: Any) -> Any:
        """`node` with named conditions inside it replaced."""
        if isinstance(node, tree.Formula | tree.TraceValue):
            return node
        new: dict[str, Any] = {}
        for field in fields(node):
            value = getattr(node, field.name)
            if field.name in _CLOSED.get(type(node), ()):
                continue
            if isinstance(value, tree.Typed):
                new[field.name] = self.short(cast(tree.Expr, value))
            elif isinstance(value, tuple) and any(isinstance(v, tree.Typed) for v in value):
                new[field.name] = tuple(
                    self.short(cast(tree.Expr, v)) if isinstance(v, tree.Typed) else v
                    for v in value
                )
        return replace(node, **new) if new else node


_CLOSED: dict[type, tuple[str, ...]] = {tree.Macro: ("body",)}
"""Fields that are evaluated with names of their own."""


def _open(node: Any) -> Iterator[tree.Expr]:
    """The expressions right under a node that are evaluated where it is."""
    if isinstance(node, tree.Formula | tree.TraceValue):
        return
    for field in fields(node):
        if field.name in _CLOSED.get(type(node), ()):
            continue
        value = getattr(node, field.name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, tree.Typed):
                yield cast(tree.Expr, each)


def _remembered(node: tree.Typed) -> bool:
    """Whether a node never fails and costs more than looking it up: atoms, counts, `best`."""
    match node:
        case tree.TraceValue(kind="count" | "best"):
            return True
        case tree.And() | tree.Or() | tree.Not() | tree.If() | tree.Const() | tree.LetRef():
            return False
        case _:
            return isinstance(node.type, Bool)


def items(scenario: model.Scenario) -> list[Item]:
    """All gates, parts and penalties."""
    found: list[Item] = [("gate", number) for number in range(len(scenario.gates))]
    found += [("part", number) for number in range(len(scenario.parts))]
    return found + [("penalty", number) for number in range(len(scenario.penalties))]


def roots(scenario: model.Scenario, item: Item) -> list[tree.Expr]:
    """The expressions of a gate, part or penalty."""
    kind, number = item
    if kind == "gate":
        return [scenario.gates[number].require]
    if kind == "part":
        part = scenario.parts[number]
        return [expr for expr in (part.check, part.score) if expr is not None]
    penalty = scenario.penalties[number]
    return [expr for expr in (penalty.when, penalty.factor) if expr is not None]


def _value(item: Item, scenario: model.Scenario, context: Context) -> float:
    kind, number = item
    if kind == "gate":
        return float(holds(scenario.gates[number].require, context))
    if kind == "part":
        return part_score(scenario.parts[number], context)
    return penalty_factor(scenario.penalties[number], context)
