"""Macros to loops and comprehensions: filters fuse with what follows, equality uses an index.

`any all none count` and whatever needs statements become loops; the rest is a comprehension.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.kinds import is_kind
from rewardlang.emit.lowering import Lowering, lowers
from rewardlang.frozen import frozen
from rewardlang.types.types import List, Nullable, Object, String, Table
from rewardlang.walk import everything


@frozen
class _Stage:
    """`filter` or `map` on the way from a list to a macro, with one variable."""

    kind: str
    var: str
    body: tree.Expr


@lowers(tree.Macro)
def _macro(low: Lowering, expr: tree.Macro) -> ast.expr:
    source, stages = _pipeline(expr)
    items, stages, var_body = _items(low, expr, source, stages)
    if expr.kind == "filter" and var_body is None and not stages:
        return items
    loop = _Loop(low, expr, items, stages, var_body)
    match expr.kind:
        case "any" | "all" | "none":
            return loop.search()
        case "count":
            return loop.count()
        case "filter" | "map":
            return loop.collect()
        case _:
            return loop.order()


def _pipeline(expr: tree.Macro) -> tuple[tree.Expr, list[_Stage]]:
    """The innermost source, and the filters and maps over it that fuse with `expr`."""
    stages: list[_Stage] = []
    source = expr.source
    if len(expr.vars) > 1:
        return source, stages
    while isinstance(source, tree.Macro) and len(source.vars) == 1:
        fuses = source.kind == "filter" or (source.kind == "map" and _certain(source.body))
        if not fuses:
            break
        stages.insert(0, _Stage(source.kind, source.vars[0], source.body))
        source = source.source
    return source, stages


def _certain(expr: tree.Expr) -> bool:
    """Whether it makes no difference if `expr` is evaluated at all."""
    return not expr.facts.can_fail and not any(
        isinstance(part, tree.Present | tree.LetRef) for part in everything(expr)
    )


def _items(
    low: Lowering, expr: tree.Macro, source: tree.Expr, stages: list[_Stage]
) -> tuple[ast.expr, list[_Stage], tree.Expr | None]:
    """What to go through, the stages left, and the body left: None when an index did its work."""
    two = len(expr.vars) == 2
    body: tree.Expr | None = expr.body
    if is_kind(source, Table):
        if two:
            return nodes.method(low.value(source), "items"), stages, body
        probed = stages[0] if stages and stages[0].kind == "filter" else None
        if probed is None and not stages and expr.kind in ("filter", "any", "count", "none"):
            probed = _Stage("filter", expr.vars[0], expr.body)
        found = _probe(low, probed) if probed is not None else None
        if found is None:
            return nodes.method(low.value(source), "values"), stages, body
        path, wanted, rest = found
        table, value = low.sequence([source, wanted])
        rows = nodes.method(table, "where", nodes.literal(path), value)
        if not stages:
            return rows, [], rest
        left = [] if rest is None else [_Stage("filter", stages[0].var, rest)]
        return rows, [*left, *stages[1:]], body
    items = low.value(source)
    if is_kind(source, List):
        if not two:
            return items, stages, body
        return nodes.call(nodes.name("enumerate"), items), stages, body
    if is_kind(source, Object):
        return nodes.method(items, "items" if two else "values"), stages, body
    low.risky = True
    return nodes.call(low.pool.operator("pairs" if two else "items"), items), stages, body


def _probe(
    low: Lowering, stage: _Stage
) -> tuple[tuple[str, ...], tree.Expr, tree.Expr | None] | None:
    """A filter by equality of a string in the row: its path, the value, what else is required."""
    body = stage.body
    items = body.items if isinstance(body, tree.And) else (body,)
    if any(isinstance(part, tree.Present) for part in everything(body)):
        return None
    for i, item in enumerate(items):
        if not isinstance(item, tree.Compare) or item.op != "==":
            continue
        for row, wanted in ((item.left, item.right), (item.right, item.left)):
            path = _path(row, stage.var)
            # A null finds nothing by the index, which is right when no row has one there.
            known = is_kind(wanted, String) or (_maybe_text(wanted) and is_kind(row, String))
            if path and known and not _mentions(wanted, stage.var):
                if wanted.facts.can_fail:
                    continue
                rest = items[:i] + items[i + 1 :]
                if not rest:
                    return path, wanted, None
                if len(rest) == 1:
                    return path, wanted, rest[0]
                return path, wanted, tree.And(span=body.span, facts=body.facts, items=rest)
    return None


def _maybe_text(expr: tree.Expr) -> bool:
    return (
        is_kind(expr, Nullable)
        and isinstance(expr.type, Nullable)
        and isinstance(expr.type.inner, String)
    )


def _path(expr: tree.Expr, var: str) -> tuple[str, ...]:
    """The fields by which `expr` is reached from the variable; empty when it is something else."""
    if not isinstance(expr, tree.Get):
        return ()
    if isinstance(expr.object, tree.Local) and expr.object.name == var:
        return (expr.name,)
    inner = _path(expr.object, var)
    return (*inner, expr.name) if inner else ()


def _mentions(expr: tree.Expr, var: str) -> bool:
    return any(isinstance(part, tree.Local) and part.name == var for part in everything(expr))


class _Loop:
    """A macro's way through its items."""

    def __init__(
        self,
        low: Lowering,
        expr: tree.Macro,
        items: ast.expr,
        stages: list[_Stage],
        body: tree.Expr | None,
    ) -> None:
        self.low = low
        self.expr = expr
        self.items = items
        self.stages = stages
        self.body = body
        self.item = ""

    # ---- any, all, none, count ----

    def search(self) -> ast.expr:
        """True or false as soon as one item decides."""
        low, kind = self.low, self.expr.kind
        if self.body is None:
            found = nodes.call(nodes.name("len"), self.items)
            return nodes.compare(found, "==" if kind == "none" else ">", nodes.const(0))
        result = low.fresh("m")
        low.put(nodes.assign(result, nodes.const(kind != "any")), self.expr.span)

        def decide(test: ast.expr) -> list[ast.stmt]:
            found = nodes.not_(test) if kind == "all" else test
            decided = nodes.assign(result, nodes.const(kind == "any"))
            return [nodes.if_(found, [decided, ast.Break()])]

        self._go(lambda: self._condition(decide))
        return nodes.name(result)

    def count(self) -> ast.expr:
        """How many items there are for which the body holds."""
        if self.body is None:
            return nodes.call(nodes.name("len"), self.items)
        low = self.low
        result = low.fresh("n")
        low.put(nodes.assign(result, nodes.const(0)), self.expr.span)
        more = nodes.add_to(result, nodes.const(1))
        self._go(lambda: self._condition(lambda test: [nodes.if_(test, [more])]))
        return nodes.name(result)

    def _condition(self, use: Callable[[ast.expr], list[ast.stmt]]) -> None:
        assert self.body is not None
        node = self.low.condition(self.body)
        for statement in use(node):
            self.low.put(statement, self.body.span)

    # ---- filter, map, sort_by, min_by, max_by ----

    def collect(self) -> ast.expr:
        """A list of the items that pass, or of the body's values."""
        return self._comprehension() or self._append()

    def order(self) -> ast.expr:
        """Items by the body's values."""
        low = self.low
        low.mark(self.expr)
        if self.stages:
            values = self._values()
        else:
            name = low.fresh("t")
            whole = nodes.call(nodes.name("list"), self.items)
            low.put(nodes.assign(name, whole), self.expr.source.span)
            values = nodes.name(name)
        self.items, self.stages = nodes.name(values.id), []
        keys = self.collect()
        if len(self.expr.vars) == 2:
            second = nodes.item(nodes.name("pair"), 1)
            each = ast.comprehension(nodes.store("pair"), values, [], 0)
            return nodes.call(low.pool.operator(self.expr.kind), ast.ListComp(second, [each]), keys)
        return nodes.call(low.pool.operator(self.expr.kind), values, keys)

    def _values(self) -> ast.Name:
        """The items themselves, as a list."""
        low = self.low
        name = low.fresh("t")
        low.put(nodes.assign(name, nodes.list_([])), self.expr.source.span)

        def add() -> None:
            value = nodes.name(self.item)
            low.put(nodes.expr(nodes.method(nodes.name(name), "append", value)), self.expr.span)

        self._go(add)
        return nodes.name(name)

    def _comprehension(self) -> ast.expr | None:
        """The macro as one comprehension, unless something in it needs statements."""
        low = self.low
        if any(stage.kind == "map" for stage in self.stages):
            return None
        # Python allows no `:=` in what a comprehension goes through.
        self.items = low.without_walrus(self.items, self.expr.source.span)
        known, names, risky, inline = low.known, low.names, low.risky, low.inline
        taken = low.taken()
        low.known, low.inline = dict(known), True
        try:
            node, statements = low.aside(self._comprehended)
        finally:
            low.known, low.names, low.inline = known, names, inline
        if statements:
            low.risky = risky
            low.release(taken)
            return None
        return node

    def _comprehended(self) -> ast.expr:
        low, expr = self.low, self.expr
        target, names, item = self._target()
        tests = []
        for stage in self.stages:
            low.names = {**low.names, stage.var: item}
            tests.append(low.condition(stage.body))
        low.names = {**low.names, **names}
        value: ast.expr = nodes.name(item)
        if self.body is not None:
            if expr.kind == "filter":
                tests.append(low.condition(self.body))
            else:
                value = low.value(self.body)
        generator = ast.comprehension(target, self.items, tests, 0)
        return ast.ListComp(value, [generator])

    def _append(self) -> ast.expr:
        low, expr = self.low, self.expr
        result = low.fresh("t")
        low.put(nodes.assign(result, nodes.list_([])), expr.span)

        def add(value: ast.expr) -> ast.stmt:
            return nodes.expr(nodes.method(nodes.name(result), "append", value))

        def step() -> None:
            if expr.kind != "filter":
                assert self.body is not None
                low.put(add(low.value(self.body)), self.body.span)
            elif self.body is None:
                low.put(add(nodes.name(self.item)), expr.span)
            else:
                self._condition(lambda test: [nodes.if_(test, [add(nodes.name(self.item))])])

        self._go(step)
        return nodes.name(result)

    # ---- the way through the items ----

    def _target(self) -> tuple[ast.expr, dict[str, str], str]:
        """The loop's variable or variables, what they are called, and the one that is the item."""
        vars_ = self.expr.vars
        if self.stages:
            vars_ = (self.stages[0].var,)
        called = [self.low.local(var) for var in vars_]
        item = called[-1]
        names = dict(zip(vars_, called, strict=True))
        if self.stages and all(stage.kind == "filter" for stage in self.stages):
            names[self.expr.vars[-1]] = item
        if len(called) == 1:
            return nodes.store(item), names, item
        return nodes.stored_tuple(called), names, item

    def _go(self, step: Callable[[], None]) -> None:
        """A loop over the items that pass all stages; `step` puts what is done with each."""
        low = self.low
        target, names, item = self._target()
        outer, low.block = low.block, []
        with low.inside(names):
            self._through(self.stages, item, step)
        body, low.block = low.block, outer
        low.put(nodes.for_(target, self.items, body), self.expr.span)

    def _through(self, stages: list[_Stage], item: str, step: Callable[[], None]) -> None:
        low = self.low
        if not stages:
            self.item = item
            with low.inside({self.expr.vars[-1]: item} if len(self.expr.vars) == 1 else {}):
                step()
            return
        stage, *rest = stages
        with low.inside({stage.var: item}):
            if stage.kind == "map":
                mapped = low.fresh("v")
                low.put(nodes.assign(mapped, low.value(stage.body)), stage.body.span)
                self._through(rest, mapped, step)
                return
            test = low.condition(stage.body)
            outer, low.block = low.block, []
            self._through(rest, item, step)
            passed, low.block = low.block, outer
            low.put(nodes.if_(test, passed), stage.body.span)
