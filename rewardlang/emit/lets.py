"""Lets as locals of a function: computed before they are needed, once, null when they fail."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.lowering import Lowering
from rewardlang.emit.pool import Pool, identifier
from rewardlang.source import Span
from rewardlang.tree import LetDef
from rewardlang.walk import below, everything, mentioned


class LetFunction(Lowering):
    """A function that computes lets.

    A let is computed ahead of the expressions that mention it, whether they come to it or not,
    since that makes no difference. One with `!` in it could blame the scenario for what no
    expression came to: such a let waits, as `...`, until it is reached.

    Attributes:
        lets: The definitions.
        computed: The lets that have their value by now.
        lazy: The lets that wait.
    """

    def __init__(self, pool: Pool, lets: Mapping[str, LetDef]) -> None:
        super().__init__(pool)
        self.lets = lets
        self.computed: set[str] = set()
        self.lazy: dict[str, None] = {}

    def is_elsewhere(self, name: str) -> bool:
        """Whether another function computes a let."""
        return False

    def let(self, expr: tree.LetRef) -> ast.expr:
        """A let that is computed, or is computed here when it is reached."""
        name = expr.name
        if name in self.lazy:
            self.force(name, expr.span)
        elif name not in self.computed:
            raise ValueError(f"the let `{name}` is not computed yet")
        return nodes.name(identifier("l", name))

    def force(self, name: str, span: Span) -> None:
        """Compute a let that waits, unless that was done on the way."""
        local = identifier("l", name)

        def compute() -> ast.expr:
            self.store(local, self.lets[name].value, nodes.const(None))
            return nodes.name(local)

        _, statements = self.branch(compute)
        unset = nodes.compare(nodes.name(local), "is", ast.Constant(...))
        self.put(nodes.if_(unset, statements), span)

    def ensure(self, parts: Iterable[object]) -> None:
        """Compute the lets that `parts` mention, or let them wait."""
        parts = list(parts)
        for name in mentioned(parts, self.lets):
            if self.is_elsewhere(name) or name in self.computed or name in self.lazy:
                continue
            let = self.lets[name]
            if self._can_fault(let.value) and not any(_surely(part, name) for part in parts):
                self.lazy[name] = None
                continue
            self.store(identifier("l", name), let.value, nodes.const(None))
            self.computed.add(name)

    def require(self, name: str, span: Span) -> None:
        """Compute a let whatever mentions it."""
        if name in self.lazy:
            self.force(name, span)
        elif name not in self.computed:
            self.ensure([self.lets[name].value])
            self.store(identifier("l", name), self.lets[name].value, nodes.const(None))
            self.computed.add(name)

    def _can_fault(self, expr: tree.Expr) -> bool:
        return any(
            isinstance(part, tree.Present)
            or (isinstance(part, tree.LetRef) and part.name in self.lazy)
            for part in everything(expr)
        )

    def waiting(self) -> list[ast.stmt]:
        """The lets that wait, at the function's start."""
        return [nodes.assign(identifier("l", name), ast.Constant(...)) for name in self.lazy]


def _surely(part: object, name: str) -> bool:
    """Whether evaluating `part` always evaluates the let `name`."""
    match part:
        case tree.LetRef():
            return part.name == name
        case tree.And() | tree.Or():
            return _surely(part.items[0], name)
        case tree.If():
            return _surely(part.test, name)
        case tree.Coalesce():
            return _surely(part.left, name)
        case tree.Macro():
            return _surely(part.source, name)
        case tree.Formula() | tree.TraceValue():
            return False
        case tree.Typed():
            return any(_surely(child, name) for child in below(part))
        case _:
            return False
