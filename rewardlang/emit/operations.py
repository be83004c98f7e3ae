"""Operations to functions: error rules in order, then all effects, then the response."""

from __future__ import annotations

import ast

from rewardlang import model, tree
from rewardlang.emit import nodes
from rewardlang.emit.effects import Effects
from rewardlang.emit.lets import LetFunction
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import Pool, identifier
from rewardlang.emit.walrus import prune

PARAMS = ["w", "args", "now", "actor"]


def emit_operation(pool: Pool, operation: model.Operation) -> ast.FunctionDef:
    """`op_NAME(w, args, now, actor) -> (status, body)`."""
    low = OperationFunction(pool, operation)
    for rule in operation.errors:
        low.ensure([rule.when])
        condition = low.condition(rule.when)
        # For mypy: it infers no lambda with defaults.
        answer, statements = low.branch(lambda rule=rule: _answer(low, rule.status, rule.body))  # type: ignore[misc]
        statements.append(nodes.return_(answer))
        low.put(nodes.if_(condition, statements), rule.span)
    Effects(low, operation).emit()
    low.put(nodes.return_(_answer(low, operation.status, operation.body)), operation.span)
    body = prune([*low.preamble(), *low.waiting(), *low.block])
    node = nodes.function(identifier("op", operation.name), PARAMS, body)
    put(node, place_of(operation.span))
    return node


def _answer(low: OperationFunction, status: int, body: tree.Expr | None) -> ast.expr:
    """The pair of status and body; lets that only this answer mentions are its own."""
    if body is None:
        return nodes.literal((status, None))
    computed = set(low.computed)
    low.ensure([body])
    answer = nodes.tuple_([nodes.const(status), low.value(body)])
    low.computed = computed
    return answer


class OperationFunction(LetFunction):
    """A function of the world, the arguments, the time and the actor."""

    def __init__(self, pool: Pool, operation: model.Operation) -> None:
        super().__init__(pool, {let.name: let for let in operation.lets})
        self.operation = operation
        self.reads_actor = False
        self.reserve(*PARAMS, "actor_row", "row", "pair", "b", "o")

    def root(self, expr: tree.RootRef) -> ast.expr:
        """`state` is `w`; the actor is a row of the table of users."""
        if expr.name == "counters":
            return nodes.attr(nodes.name("w"), "counters")
        if expr.name == "actor":
            self.reads_actor = True
            return nodes.name("actor_row")
        if expr.name in ("state", "args", "now"):
            return nodes.name("w" if expr.name == "state" else expr.name)
        return super().root(expr)

    def preamble(self) -> list[ast.stmt]:
        """The actor's row, where it is read."""
        if not self.reads_actor:
            return []
        users = nodes.item(nodes.name("w"), "users")
        row = nodes.method(users, "get", nodes.name("actor"))
        return [nodes.assign("actor_row", row)]
