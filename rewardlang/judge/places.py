"""Which line of a reward pays, or should have noticed: where findings of the judge point."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from rewardlang import model, tree
from rewardlang.judge.bench import Played
from rewardlang.source import Span
from rewardlang.walk import everything, mentioned


class Line(NamedTuple):
    """A gate, part or penalty: what it is, in words, and where."""

    name: str
    span: Span


def paying(scenario: model.Scenario, played: Played) -> Line:
    """The part that pays most in an episode."""
    scores = zip(scenario.parts, played.detail.parts, strict=True)
    part, _ = max(scores, key=lambda pair: pair[0].weight * pair[1])
    return _part(part)


def framing(scenario: model.Scenario) -> Line | None:
    """The gate that says what may change; None when none looks at changes."""
    lets = {let.name: let for let in scenario.lets}
    for kind in (tree.ChangedOnly, tree.DeltaRows):
        for gate in scenario.gates:
            roots = [gate.require, *(lets[n].value for n in mentioned([gate.require], lets))]
            if any(isinstance(node, kind) for root in roots for node in everything(root)):
                return _gate(gate)
    return None


def looking_at(scenario: model.Scenario, tables: Container[str]) -> Line | None:
    """The part that looks at what was created in some tables, or else at all of one of them.

    Of several the one with the most weight; None when no part does.
    """
    lets = {let.name: let for let in scenario.lets}
    best: tuple[int, float, Line] | None = None
    for part in scenario.parts:
        roots = [root for root in (part.check, part.score) if root is not None]
        roots += [lets[name].value for name in mentioned(roots, lets)]
        closest = max((_shows(n, tables) for root in roots for n in everything(root)), default=0)
        if closest and (best is None or (closest, part.weight) > best[:2]):
            best = closest, part.weight, _part(part)
    return None if best is None else best[2]


def _shows(node: tree.Expr, tables: Container[str]) -> int:
    """How directly an expression shows new rows of some tables: 2 only them, 1 all rows, 0 not."""
    match node:
        case tree.DeltaRows(which="created"):
            return 2 if node.table in tables else 0
        case tree.TableRef(world=tree.RootRef(name="final")):
            return 1 if node.name in tables else 0
        case _:
            return 0


def raised(scenario: model.Scenario, before: Played, after: Played) -> Line:
    """What pays more in the second of two episodes: what gained most."""
    return max(_gains(scenario, before, after), key=lambda pair: pair[0])[1]


def lowered(scenario: model.Scenario, before: Played, after: Played) -> Line:
    """What pays less in the second of two episodes: what lost most."""
    return raised(scenario, after, before)


def _gains(scenario: model.Scenario, before: Played, after: Played) -> list[tuple[float, Line]]:
    total = sum(part.weight for part in scenario.parts) or 1.0
    old, new = before.detail, after.detail
    found = []
    for gate, was, now in zip(scenario.gates, old.gates, new.gates, strict=True):
        found.append(((now - was) * (1 - gate.otherwise), _gate(gate)))
    for part, had, has in zip(scenario.parts, old.parts, new.parts, strict=True):
        found.append((part.weight * (has - had) / total, _part(part)))
    for penalty, had, has in zip(scenario.penalties, old.penalties, new.penalties, strict=True):
        span = (penalty.when or penalty.factor).span
        found.append((has - had, Line(f"the penalty `{penalty.id}`", span)))
    return found


def _gate(gate: model.Gate) -> Line:
    return Line(f"the gate `{gate.id}`", gate.require.span)


def _part(part: model.Part) -> Line:
    expr = part.check or part.score
    return Line(f"the part `{part.id}`", part.span if expr is None else expr.span)
