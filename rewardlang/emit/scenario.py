"""Functions of a scenario besides its rewards: draws, setup, prompts, oracle, invalid requests."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from rewardlang import model, tree
from rewardlang.emit import nodes
from rewardlang.emit.lets import LetFunction
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import Pool, identifier
from rewardlang.emit.stages import SetupFunction, Stages, Value
from rewardlang.emit.walrus import prune
from rewardlang.source import Span
from rewardlang.types.types import String


def emit_draw(pool: Pool, stages: Stages, scenario: model.Scenario, span: Span) -> SetupFunction:
    """`draw(w, rng) -> params`, or None for a draw that is to be drawn again."""
    low = SetupFunction(pool, stages, "world")
    low.put(nodes.assign("p", ast.Dict([], [])), span)
    for param in scenario.params:
        low.ensure([param.choices])
        choices = low.fresh("t")
        low.put(nodes.assign(choices, low.value(param.choices)), param.span)
        nothing = nodes.not_(nodes.name(choices))
        low.put(nodes.if_(nothing, [nodes.return_(nodes.const(None))]), param.span)
        place = ast.Subscript(nodes.name("p"), nodes.const(param.name), ast.Store())
        chosen = nodes.method(nodes.name("rng"), "choice", nodes.name(choices))
        low.put(ast.Assign([place], chosen), param.span)
        low.known = {}
    for condition in scenario.assume:
        low.ensure([condition])
        failed = nodes.not_(low.condition(condition))
        low.put(nodes.if_(failed, [nodes.return_(nodes.const(None))]), condition.span)
    low.put(nodes.return_(nodes.name("p")), span)
    return low


def emit_held_out(pool: Pool, stages: Stages, holdout: tree.Expr) -> SetupFunction:
    """`held_out(w, p) -> bool`."""
    low = SetupFunction(pool, stages, "world")
    low.ensure([holdout])
    low.put(nodes.return_(low.condition(holdout)), holdout.span)
    return low


def emit_setup(pool: Pool, stages: Stages, span: Span) -> SetupFunction:
    """`setup(w, p)`: the tuple of all values that other functions have asked for."""
    low = SetupFunction(pool, stages, "world")
    _compute(low, list(stages.setup.values()))
    names = [value.name for value in stages.setup.values()]
    low.put(nodes.return_(nodes.tuple_([nodes.name(name) for name in names])), span)
    return low


def emit_world_values(pool: Pool, stages: Stages, span: Span) -> SetupFunction:
    """`world_values(w)`: what depends on nothing else, asked for by all that came before."""
    low = SetupFunction(pool, stages, "")
    _compute(low, list(stages.world.values()))
    names = [value.name for value in stages.world.values()]
    low.put(nodes.return_(nodes.tuple_([nodes.name(name) for name in names])), span)
    return low


def _compute(low: SetupFunction, values: Sequence[Value]) -> None:
    for value in values:
        if value.let:
            low.require(value.name.removeprefix("l_"), value.expr.span)
        else:
            low.ensure([value.expr])
            low.put(nodes.assign(value.name, low.value(value.expr)), value.expr.span)


def emit_text(pool: Pool, stages: Stages, template: tree.Expr) -> SetupFunction:
    """`prompt(w, p, s) -> str`, and the same for the system message."""
    low = SetupFunction(pool, stages, "setup")
    low.ensure([template])
    text = low.value(template)
    if not isinstance(template.type, String):
        text = nodes.call(pool.operator("text"), text)
    low.put(nodes.return_(text), template.span)
    return low


def emit_oracle(pool: Pool, stages: Stages, scenario: model.Scenario, span: Span) -> SetupFunction:
    """`oracle(w, p, s)`: yields calls, is sent the body of each response."""
    low = SetupFunction(pool, stages, "setup")
    for step in scenario.oracle:
        low.ensure([step.args])
        call = nodes.tuple_([nodes.const(step.operation), low.value(step.args)])
        answer = ast.Yield(call)
        if step.bind is None:
            low.put(nodes.expr(answer), step.span)
        else:
            name = low.fresh(identifier("v", step.bind))
            low.put(nodes.assign(name, answer), step.span)
            low.names = {**low.names, step.bind: name}
        low.known = {}
    last: ast.expr = nodes.const("")
    if scenario.oracle_answer is not None:
        low.ensure([scenario.oracle_answer])
        last = low.value(scenario.oracle_answer)
        if not isinstance(scenario.oracle_answer.type, String):
            last = nodes.call(pool.operator("text"), last)
    low.put(nodes.expr(ast.Yield(nodes.tuple_([nodes.const(""), last]))), span)
    return low


def emit_invalid(pool: Pool, api: model.Api, name: str) -> ast.FunctionDef:
    """`invalid_API(errors) -> (status, body)`."""
    low = LetFunction(pool, {})
    low.reserve("errors", "messages", "b", "o")
    low.names = {"errors": "errors", "messages": "messages"}
    answer = nodes.tuple_([nodes.const(api.invalid.status), low.value(api.invalid.body)])
    messages = nodes.call(nodes.name("list"), nodes.method(nodes.name("errors"), "values"))
    body: list[ast.stmt] = [nodes.assign("messages", messages), *low.block, nodes.return_(answer)]
    node = nodes.function(name, ["errors"], prune(body))
    put(node, place_of(api.invalid.body.span))
    return node


def emit_problem(pool: Pool, problem: tree.Expr, name: str) -> ast.FunctionDef:
    """`problem_API(status, message) -> body`."""
    low = LetFunction(pool, {})
    low.reserve("status", "message", "b", "o")
    low.names = {"status": "status", "message": "message"}
    answer = low.value(problem)
    node = nodes.function(name, ["status", "message"], prune([*low.block, nodes.return_(answer)]))
    put(node, place_of(problem.span))
    return node
