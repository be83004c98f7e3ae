"""The meaning of a reward, and the explanation of one: each part, its value, what decided it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.interpret.context import Context, named
from rewardlang.interpret.evaluate import evaluate, holds
from rewardlang.interpret.trace import matching, scoped
from rewardlang.interpret.values import Failure, Json, is_number, is_table
from rewardlang.interpret.world import changed_elsewhere
from rewardlang.walk import below
from rewardlang_runtime.calls import Call
from rewardlang_runtime.scenario import Detail
from rewardlang_runtime.values import ScenarioFault

if TYPE_CHECKING:
    from rewardlang_runtime.episode import Episode


@frozen
class Shown:
    """A sub-expression: its text in the file, its value, the positions of calls that decided it.

    After a `delta.changed_only(...)` that is false comes one whose text is `ELSEWHERE`, and whose
    value is a list of places in tables.
    """

    text: str
    value: Json
    calls: tuple[int, ...] = ()


ELSEWHERE = "what else changed"


@frozen
class GateReason:
    id: str
    holds: bool
    otherwise: float
    shown: tuple[Shown, ...]


@frozen
class PartReason:
    """`score` is before weighting; `earned` is what it adds to the reward before factors."""

    id: str
    score: float
    weight: float
    earned: float
    shown: tuple[Shown, ...]


@frozen
class PenaltyReason:
    """`factor` is 1 when the penalty does not apply."""

    id: str
    factor: float
    applies: bool
    shown: tuple[Shown, ...]


@frozen
class Explanation:
    detail: Detail
    gates: tuple[GateReason, ...]
    parts: tuple[PartReason, ...]
    penalties: tuple[PenaltyReason, ...]


def context_of(scenario: model.Scenario, episode: Episode) -> Context:
    """Where the expressions of a reward are evaluated."""
    roots = {
        "params": episode.params,
        "expect": dict(scenario.expect),
        "initial": episode.initial,
        "final": episode.final,
        "answer": episode.answer,
    }
    apis = {api.name: api for api in scenario.apis}
    return Context(roots=roots, lets=named(scenario.lets), calls=episode.calls, apis=apis)


def reward(scenario: model.Scenario, episode: Episode) -> Detail:
    """The reward of an episode and its parts: what `Scenario.detail` must answer."""
    return _detail(scenario, context_of(scenario, episode))


def _detail(scenario: model.Scenario, context: Context) -> Detail:
    gates = tuple(holds(gate.require, context) for gate in scenario.gates)
    parts = tuple(part_score(part, context) for part in scenario.parts)
    penalties = tuple(penalty_factor(penalty, context) for penalty in scenario.penalties)
    return Detail(total(scenario, gates, parts, penalties), gates, parts, penalties)


def total(
    scenario: model.Scenario,
    gates: Sequence[bool],
    parts: Sequence[float],
    penalties: Sequence[float],
) -> float:
    """The reward in [0, 1] of what each gate, part and penalty of a scenario came to."""
    # No sum(): since Python 3.12 it does not add floats in order.
    weights = earned = 0.0
    for part, score in zip(scenario.parts, parts, strict=True):
        weights += part.weight
        earned += part.weight * score
    value = earned / weights if weights else 0.0
    for factor in penalties:
        value *= factor
    for gate, held in zip(scenario.gates, gates, strict=True):
        if not held:
            value = min(value, gate.otherwise)
    return int(value * 1e6 + 0.5) / 1e6


def part_score(part: model.Part, context: Context) -> float:
    """A part's score, before weighting."""
    if part.check is not None:
        return float(holds(part.check, context))
    if part.score is None:
        raise ValueError(f"part {part.id} has neither check nor score")
    return _unit(part.score, context)


def penalty_factor(penalty: model.Penalty, context: Context) -> float:
    """A penalty's factor; 1 when it does not apply."""
    applies = penalty.when is None or holds(penalty.when, context)
    return _unit(penalty.factor, context) if applies else 1.0


def _unit(expr: tree.Expr, context: Context) -> float:
    """A number in [0, 1]; 0 when it fails or is none."""
    try:
        value = evaluate(expr, context)
    except Failure:
        return 0.0
    if not is_number(value) or math.isnan(value) or not 0 <= value <= 1:
        return 0.0
    return float(value)


# ---- explanations ----


def explain(scenario: model.Scenario, episode: Episode) -> Explanation:
    """Why the reward is what it is."""
    context = context_of(scenario, episode)
    detail = _detail(scenario, context)
    total = math.fsum(part.weight for part in scenario.parts) or 1.0
    gates = tuple(
        GateReason(gate.id, held, gate.otherwise, shown(gate.require, context))
        for gate, held in zip(scenario.gates, detail.gates, strict=True)
    )
    parts = tuple(
        PartReason(
            part.id,
            score,
            part.weight,
            part.weight * score / total,
            shown(part.check or part.score, context),
        )
        for part, score in zip(scenario.parts, detail.parts, strict=True)
    )
    penalties = tuple(
        PenaltyReason(
            penalty.id,
            factor,
            penalty.when is None or holds(penalty.when, context),
            (*shown(penalty.when, context), *shown(penalty.factor, context)),
        )
        for penalty, factor in zip(scenario.penalties, detail.penalties, strict=True)
    )
    return Explanation(detail, gates, parts, penalties)


def shown(expr: tree.Expr | None, context: Context) -> tuple[Shown, ...]:
    """The conditions of `expr` and the values that they read, each text once."""
    found: dict[str, Shown] = {}
    for node in _worth_showing(expr, context, set()) if expr is not None else ():
        text = " ".join(node.span.text.split())
        if text not in found:
            found[text] = Shown(text, _value(node, context), decided_by(node, context))
            if isinstance(node, tree.ChangedOnly) and (places := _elsewhere(node, context)):
                found[ELSEWHERE] = Shown(ELSEWHERE, places)
    return tuple(found.values())


def _elsewhere(expr: tree.ChangedOnly, context: Context) -> list[str]:
    """The places that changed and should not; none when a row of a path is not there to be named,
    which then is why the condition is false."""
    try:
        return [str(change) for change in changed_elsewhere(expr, context)]
    except (Failure, ScenarioFault):
        return []


def _worth_showing(expr: tree.Expr, context: Context, lets: set[str]) -> Iterator[tree.Expr]:
    match expr:
        case tree.And() | tree.Or() | tree.Not():
            for item in below(expr):
                yield from _worth_showing(item, context, lets)
        case tree.If():
            yield from _worth_showing(expr.test, context, lets)
            chosen = expr.then if holds(expr.test, context) else expr.other
            yield from _worth_showing(chosen, context, lets)
        case tree.Formula() | tree.TraceValue():
            yield expr
        case tree.Const() | tree.Local() | tree.RootRef() | tree.TableRef():
            pass
        case tree.LetRef():
            yield expr
            if expr.name not in lets:
                lets.add(expr.name)
                value = context.lets[expr.name].value
                yield from (n for n in _operands(value) if isinstance(n, tree.TraceValue))
        case tree.Get() | tree.At() | tree.Row() | tree.CallField() | tree.Present():
            yield expr
            yield from (n for n in _operands(expr) if isinstance(n, tree.TraceValue))
        case tree.Macro():
            yield expr
            yield from _worth_showing(expr.source, context, lets)
        case _:
            yield expr
            for item in below(expr):
                yield from _worth_showing(item, context, lets)


def _operands(expr: tree.Expr) -> Iterator[tree.Expr]:
    """The nodes under `expr` that are evaluated where it is, not inside a lambda or a pattern."""
    yield expr
    if isinstance(expr, tree.Macro):
        yield from _operands(expr.source)
    elif not isinstance(expr, tree.Formula | tree.TraceValue):
        for item in below(expr):
            yield from _operands(item)


def _value(expr: tree.Expr, context: Context) -> Json:
    """The value to show: null for one that has none, or that the reward never came to."""
    try:
        return _plain(evaluate(expr, context), context)
    except (Failure, ScenarioFault):
        return None


def _plain(value: Json, context: Context) -> Json:
    """`value` as JSON data: calls by number, from 1, and name; worlds and tables in words."""
    if isinstance(value, list):
        return [_plain(item, context) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, context) for key, item in value.items()}
    if isinstance(value, Call):
        number = next((n for n, c in enumerate(context.calls, 1) if c is value), None)
        return f"call of {value.op}" if number is None else f"call {number}: {value.op}"
    if is_table(value):
        return "a table"
    return value if value is None or isinstance(value, str | int | float) else "a world"


def decided_by(expr: tree.Expr, context: Context) -> tuple[int, ...]:
    """The positions of the calls that the formulas in `expr`, and in its lets, match."""
    found: set[int] = set()
    for node in _operands(expr):
        match node:
            case tree.LetRef():
                found.update(decided_by(context.lets[node.name].value, context))
            case tree.TraceValue(kind="first"):
                found.update(scoped(node.match, node.window, context)[:1])
            case tree.TraceValue(kind="last"):
                found.update(scoped(node.match, node.window, context)[-1:])
            case tree.TraceValue():
                found.update(scoped(node.match, node.window, context))
            case tree.Formula(matches=(only,)):
                found.update(scoped(only, node.window, context))
            case tree.Formula():
                found.update(i for match in node.matches for i in matching(match, context))
    return tuple(sorted(found))
