"""Expressions to Python: the function under construction, and how conditions and failures go.

A rule turns a node into a Python expression, and may put statements before it. Statements are put
where they are executed exactly when the node is evaluated, so `and`, `or`, `if` and lambdas turn
into statements as soon as something inside them needs one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.keys import Key, key_of
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import Pool
from rewardlang.emit.walrus import Hoister
from rewardlang.source import Span
from rewardlang.types.types import Bool

N = TypeVar("N")
Rule = Callable[["Lowering", Any], ast.expr]
_RULES: dict[type, Rule] = {}

_HINT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}\Z")
_SHARED = (tree.Get, tree.Row, tree.TableRef, tree.CallField, tree.Builtin, tree.Macro)
"""Nodes whose value is kept for where the same is written again."""


def lowers(node: type[N]) -> Callable[[Callable[[Any, N], ast.expr]], Rule]:
    """Enter the decorated function as the rule for one kind of node."""

    def enter(function: Callable[[Any, N], ast.expr]) -> Rule:
        _RULES[node] = function
        return function

    return enter


class Lowering:
    """One function of the generated module.

    Attributes:
        block: Where the next statement goes.
        known: Values that were computed on every way to this point, and the names that hold them.
        names: What locals of the language are called.
        risky: Whether what was lowered since this was last cleared can raise a failure.
        inline: Whether only an expression will do, as inside a comprehension.
        held: Expressions that were evaluated beforehand, and the names that hold them.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.block: list[ast.stmt] = []
        self.known: dict[Key, str] = {}
        self.names: dict[str, str] = {}
        self.risky = False
        self.inline = False
        self.held: dict[Key, str] = {}
        self._used: set[str] = set()

    # ---- what names stand for: each kind of function has its own ----

    def root(self, expr: tree.RootRef) -> ast.expr:
        """The value of a root."""
        raise ValueError(f"`{expr.name}` is not known here")

    def let(self, expr: tree.LetRef) -> ast.expr:
        """The value of a let."""
        raise ValueError(f"the let `{expr.name}` is not known here")

    def formula(self, expr: tree.Formula | tree.TraceValue) -> ast.expr:
        """The value of a trace formula."""
        raise ValueError(f"a {expr.kind} formula has no trace here")

    def this_call(self, field: str) -> ast.expr:
        """A field, or the index, of the call that a pattern is tried on."""
        raise ValueError(f"`{field}` of no call")

    def index_of(self, call: ast.expr) -> ast.expr:
        """The position of a call."""
        raise ValueError("the index of a call without a trace")

    def ready(self, expr: tree.Expr) -> ast.expr | None:
        """The value of `expr` where it was computed beforehand."""
        name = self.held.get(key_of(expr, self.names)) if self.held else None
        return None if name is None else nodes.name(name)

    # ---- values and conditions ----

    def value(self, expr: tree.Expr) -> ast.expr:
        """`expr` as a Python expression, which raises when `expr` fails."""
        if isinstance(expr.type, Bool):
            return self.condition(expr)
        return self.plain(expr)

    def condition(self, expr: tree.Expr) -> ast.expr:
        """A condition as a Python expression that is True or False and never raises a failure."""
        before = self.known
        self.known = dict(before)
        node, statements, risky = self.apart(lambda: self.fragile(expr))
        if not risky:
            self.block.extend(statements)
            return node
        self.known = before
        holds = self.fresh("m")
        tried: list[ast.stmt] = [*statements, nodes.assign(holds, node)]
        self.put(nodes.try_(tried, [nodes.assign(holds, nodes.const(False))]), expr.span)
        return nodes.name(holds)

    def fragile(self, expr: tree.Expr) -> ast.expr:
        """A condition that may raise where it is false; so a conjunction needs but one `try`."""
        match expr:
            case tree.And():
                return self.chain(expr.items, self.fragile, nodes.and_, lambda test: test)
            case tree.Or():
                last = len(expr.items) - 1
                lowers = [self.condition] * last + [self.fragile]
                return self.chain(expr.items, lowers, nodes.or_, nodes.not_)
            case tree.Not():
                return nodes.not_(self.condition(expr.item))
            case tree.If():
                return self.choice(expr, self.fragile)
            case tree.Const(value=bool(value)):
                return nodes.const(value)
            case _:
                node = self.plain(expr)
                if isinstance(expr, _DATA) and expr.facts.uncertain:
                    return nodes.compare(node, "is", nodes.const(True))
                return node

    def plain(self, expr: tree.Expr) -> ast.expr:
        """`expr` by the rule for its node; one that was computed already, by its name."""
        ready = self.ready(expr)
        if ready is not None:
            return self.placed(ready, expr.span)
        if not isinstance(expr, _SHARED) or (isinstance(expr, tree.CallField) and not expr.call):
            return self.placed(_RULES[type(expr)](self, expr), expr.span)
        key = key_of(expr, self.names)
        name = self.known.get(key)
        if name is not None:
            return self.placed(nodes.name(name), expr.span)
        node = _RULES[type(expr)](self, expr)
        if isinstance(node, ast.Name):
            if isinstance(expr, tree.Macro):
                self.known[key] = node.id
        elif not nodes.is_simple(node) and not self.inline:
            name = self.known[key] = self.fresh(_hint(expr))
            node = nodes.walrus(name, node)
        return self.placed(node, expr.span)

    def chain(
        self,
        items: Sequence[tree.Expr],
        lower: Callable[[tree.Expr], ast.expr] | Sequence[Callable[[tree.Expr], ast.expr]],
        join: Callable[[Sequence[ast.expr]], ast.expr],
        goes_on: Callable[[ast.expr], ast.expr],
    ) -> ast.expr:
        """Items in order until one decides; later ones may need statements of their own."""
        rules = [lower] * len(items) if callable(lower) else lower
        parts = [rules[0](items[0])]
        before = self.known
        self.known = dict(before)
        for item, rule in zip(items[1:], rules[1:], strict=True):
            # For mypy: it infers no lambda with defaults.
            node, statements = self.aside(lambda rule=rule, item=item: rule(item))  # type: ignore[misc]
            if not statements:
                parts.append(node)
                continue
            holds = self.fresh("m")
            self.put(nodes.assign(holds, join(parts)), items[0].span)
            later = [*statements, nodes.assign(holds, node)]
            self.put(nodes.if_(goes_on(nodes.name(holds)), later), item.span)
            parts = [nodes.name(holds)]
        self.known = before
        return join(parts)

    def choice(self, expr: tree.If, lower: Callable[[tree.Expr], ast.expr]) -> ast.expr:
        """`then if test else other`."""
        test = self.condition(expr.test)
        then, then_block = self.branch(lambda: lower(expr.then))
        other, other_block = self.branch(lambda: lower(expr.other))
        if not then_block and not other_block:
            return nodes.choose(test, then, other)
        result = self.fresh("t")
        then_block.append(nodes.assign(result, then))
        other_block.append(nodes.assign(result, other))
        self.put(nodes.if_(test, then_block, other_block), expr.span)
        return nodes.name(result)

    def sequence(self, exprs: Sequence[tree.Expr]) -> list[ast.expr]:
        """Several expressions that are all evaluated, in order."""
        found: list[ast.expr] = []
        for expr in exprs:
            mark = len(self.block)
            node = self.value(expr)
            if len(self.block) > mark:
                # What comes first is evaluated before the statements that this one needs.
                for i, earlier in enumerate(found):
                    if not nodes.is_simple(earlier):
                        if isinstance(earlier, ast.NamedExpr):
                            name, earlier = earlier.target.id, earlier.value
                        else:
                            name = self.fresh("t")
                        statement = nodes.assign(name, earlier)
                        put(statement, place_of(exprs[i].span))
                        self.block.insert(mark, statement)
                        mark += 1
                        found[i] = nodes.name(name)
            found.append(node)
        return found

    def attempt(self, target: str, expr: tree.Expr, fallback: ast.expr) -> ast.expr:
        """The value of `expr`, or `fallback` when it fails; by way of `target` where it can."""
        before = self.known
        self.known = dict(before)
        node, statements, risky = self.apart(lambda: self.value(expr))
        if not risky:
            self.block.extend(statements)
            return node
        self.known = before
        statements.append(self.placed(nodes.assign(target, node), expr.span))
        self.put(nodes.try_(statements, [nodes.assign(target, fallback)]), expr.span)
        return nodes.name(target)

    def store(self, target: str, expr: tree.Expr, fallback: ast.expr) -> None:
        """Set `target` to the value of `expr`, or to `fallback` when it fails."""
        node = self.attempt(target, expr, fallback)
        if not isinstance(node, ast.Name) or node.id != target:
            self.put(nodes.assign(target, node), expr.span)

    # ---- building blocks ----

    def aside(self, lower: Callable[[], ast.expr]) -> tuple[ast.expr, list[ast.stmt]]:
        """What `lower` makes, and its statements, kept apart."""
        outer, self.block = self.block, []
        try:
            node = lower()
            return node, self.block
        finally:
            self.block = outer

    def branch(self, lower: Callable[[], ast.expr]) -> tuple[ast.expr, list[ast.stmt]]:
        """The same for what is executed only sometimes: what it computes is not known after."""
        before = self.known
        self.known = dict(before)
        try:
            return self.aside(lower)
        finally:
            self.known = before

    def apart(self, lower: Callable[[], ast.expr]) -> tuple[ast.expr, list[ast.stmt], bool]:
        """The same, and whether it can raise a failure."""
        outer, self.risky = self.risky, False
        try:
            node, statements = self.aside(lower)
            return node, statements, self.risky
        finally:
            self.risky = outer

    @contextmanager
    def inside(self, names: dict[str, str]) -> Iterator[None]:
        """Within a lambda: more locals, and nothing computed there is known after."""
        known, outer = self.known, self.names
        self.known, self.names = dict(known), {**outer, **names}
        try:
            yield
        finally:
            self.known, self.names = known, outer

    @contextmanager
    def hoisting(self, held: dict[Key, str]) -> Iterator[None]:
        """Where the values of some expressions are in locals."""
        outer, self.held = self.held, {**self.held, **held}
        try:
            yield
        finally:
            self.held = outer

    def twice(self, node: ast.expr) -> tuple[ast.expr, ast.expr]:
        """An expression for the first use of a value, and one for the second."""
        if isinstance(node, ast.Name):
            return node, nodes.name(node.id)
        if isinstance(node, ast.Constant):
            return node, ast.Constant(node.value)
        if isinstance(node, ast.NamedExpr):
            return node, nodes.name(node.target.id)
        name = self.fresh("t")
        if self.inline:
            self.block.append(nodes.assign(name, node))
            return nodes.name(name), nodes.name(name)
        return nodes.walrus(name, node), nodes.name(name)

    def without_walrus(self, node: ast.expr, span: Span) -> ast.expr:
        """`node` with the assignments inside it as statements before it."""
        if not any(isinstance(part, ast.NamedExpr) for part in ast.walk(node)):
            return node
        if any(isinstance(part, ast.IfExp | ast.BoolOp) for part in ast.walk(node)):
            name = self.fresh("t")
            self.put(nodes.assign(name, node), span)
            return nodes.name(name)
        hoister = Hoister()
        node = hoister.visit(node)
        for name, value in hoister.found:
            self.put(nodes.assign(name, value), span)
        return node

    def mark(self, expr: tree.Expr) -> None:
        """Note that evaluating `expr` itself can fail, if it can."""
        if expr.facts.can_fail:
            self.risky = True

    def put(self, statement: ast.stmt, span: Span) -> None:
        """Add a statement that comes from `span`."""
        put(statement, place_of(span))
        self.block.append(statement)

    def placed(self, node: N, span: Span) -> N:
        """`node`, which comes from `span` as far as its parts have no place yet."""
        put(node, place_of(span))  # type: ignore[arg-type]  # nodes that have a place, all of them
        return node

    def fresh(self, base: str) -> str:
        """A name that this function does not use yet."""
        name, number = base, 1
        while name in self._used:
            number += 1
            name = f"{base}_{number}"
        self._used.add(name)
        return name

    def taken(self) -> frozenset[str]:
        """The names in use."""
        return frozenset(self._used)

    def release(self, taken: frozenset[str]) -> None:
        """Forget the names that were made since `taken`, with the code that used them."""
        self._used = set(taken)

    def reserve(self, *names: str) -> None:
        """Keep names for a purpose of their own."""
        self._used.update(names)

    def local(self, name: str) -> str:
        """A name for a variable of a lambda."""
        return self.fresh(f"v_{name}" if _HINT.match(name) else "v")


_DATA = (
    tree.Local, tree.LetRef, tree.RootRef, tree.CallField, tree.Get, tree.At, tree.Present,
    tree.Coalesce, tree.Builtin, tree.Const,
)  # fmt: skip
"""Nodes whose value comes from data, which may be no bool although a bool is wanted."""


def _hint(expr: tree.Expr) -> str:
    """A telling name for a value."""
    match expr:
        case tree.Get(name=name) if _HINT.match(name):
            return f"t_{name}"
        case tree.Row(table=table) if _HINT.match(table.name):
            return f"row_{table.name}"
        case tree.TableRef(name=name) if _HINT.match(name):
            return f"table_{name}"
        case tree.CallField(name=name) | tree.Builtin(name=name):
            return f"t_{name}"
        case _:
            return "t"
