"""Effects of operations: what they read is read first, then all is written, in order.

Expressions of effects see the world as it was before the first of them. Effects on fields of one
row share one copy of what they change.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from rewardlang import model, tree
from rewardlang.effects import Effect
from rewardlang.emit import nodes
from rewardlang.emit.keys import key_of
from rewardlang.emit.kinds import is_kind
from rewardlang.emit.lets import LetFunction
from rewardlang.emit.places import place_of, put
from rewardlang.emit.pool import identifier
from rewardlang.source import Span
from rewardlang.types.types import List, Nullable, Number, Object, Type
from rewardlang.walk import everything, mentioned


@dataclass
class _Step:
    """An effect, and the names of what was evaluated beforehand, by the expression's identity.

    `writes` names a list with the keys and values of an effect on each item of a list.
    """

    effect: Effect
    held: dict[int, str] = field(default_factory=dict)
    writes: str | None = None


class Effects:
    """The effects of one operation."""

    def __init__(self, low: LetFunction, operation: model.Operation) -> None:
        self.low = low
        self.operation = operation
        self.tables = {table.name: table for table in low.pool.apis[operation.api].tables.values()}
        self.written: set[str] = set()

    def emit(self) -> None:
        """All effects, in order."""
        effects = self.operation.effects
        if not effects:
            return
        low = self.low
        early = [*(rule.when for rule in self.operation.errors), *effects]
        low.ensure(effects)
        for name in mentioned(early, low.lets):
            if name in low.lazy:
                low.force(name, self.operation.span)
                low.computed.add(name)
                del low.lazy[name]
                self._keep_waiting(name)
        groups = self._groups([_Step(effect) for effect in effects])
        for step in (step for group in groups[1:] for step in group):
            self._beforehand(step)
        if not self._is_plain(groups[0][0].effect):
            self._beforehand(groups[0][0])
        for group in groups:
            if self._is_plain(group[0].effect):
                self._row_group(group)
            else:
                self._alone(group[0])
        low.known = {}

    def _keep_waiting(self, name: str) -> None:
        """A let that was forced keeps its `...` at the function's start."""
        start = nodes.assign(identifier("l", name), ast.Constant(...))
        put(start, place_of(self.operation.span))
        self.low.block.insert(0, start)

    # ---- what is evaluated before anything is written ----

    def _beforehand(self, step: _Step) -> None:
        """Evaluate what reads the world, and the list of items."""
        low, effect = self.low, step.effect
        if effect.each is not None:
            name, items = effect.each
            held = step.held[id(items)] = self._hold(items)
            if any(map(_reads_world, _parts(effect))):
                self._collect(step, name, held)
            return
        reading = [part for part in _parts(effect) if _reads_world(part)]
        if effect.when is None:
            step.held.update({id(part): self._hold(part) for part in reading})
        elif reading:
            test = step.held[id(effect.when)] = self._hold(effect.when)
            for part in reading:
                if part is not effect.when:
                    held = step.held[id(part)] = low.fresh("t")
                    # For mypy: it infers no lambda with defaults.
                    value, statements = low.branch(lambda part=part: low.value(part))  # type: ignore[misc]
                    statements.append(nodes.assign(held, value))
                    low.put(nodes.if_(nodes.name(test), statements), effect.span)

    def _hold(self, expr: tree.Expr) -> str:
        held = self.low.fresh("t")
        self.low.put(nodes.assign(held, self.low.value(expr)), expr.span)
        return held

    def _collect(self, step: _Step, name: str, items: str) -> None:
        """The keys and values of all items, as tuples, in place of the items."""
        low, effect = self.low, step.effect
        parts = [part for part in _parts(effect) if part is not effect.when]
        writes, each = low.fresh("t"), low.local(name)
        low.put(nodes.assign(writes, nodes.list_([])), effect.span)
        outer, low.block = low.block, []
        with low.inside({name: each}):
            test = nodes.const(True) if effect.when is None else low.condition(effect.when)
            inner, low.block = low.block, []
            values = nodes.tuple_(low.sequence(parts))
            add = nodes.expr(nodes.method(nodes.name(writes), "append", values))
            low.put(add, effect.span)
            collected, low.block = low.block, inner
            low.put(nodes.if_(test, collected), effect.span)
        body, low.block = low.block, outer
        low.put(nodes.for_(each, nodes.name(items), body), effect.span)
        step.writes = writes
        for part in parts:
            step.held[id(part)] = low.fresh("t")

    def _value(self, step: _Step, expr: tree.Expr) -> ast.expr:
        held = step.held.get(id(expr))
        return self.low.value(expr) if held is None else nodes.name(held)

    def _test(self, step: _Step) -> ast.expr | None:
        when = step.effect.when
        if when is None:
            return None
        held = step.held.get(id(when))
        return self.low.condition(when) if held is None else nodes.name(held)

    # ---- effects on fields of one row: copied once, then changed in the copy ----

    def _is_plain(self, effect: Effect) -> bool:
        """Whether it writes a field of a row that a copy of the row certainly has room for."""
        place = effect.place
        if effect.each is not None or place.table is None or place.key is None or not place.path:
            return False
        if not all(isinstance(step, str) for step in place.path):
            return False
        type_: Type | None = self.tables[place.table].row.row
        for step in place.path[:-1]:
            type_ = _certain_object(type_, str(step))
        return effect.when is None or len(place.path) == 1 or type_ is not None

    def _groups(self, steps: list[_Step]) -> list[list[_Step]]:
        """Effects in order; neighbours on fields of the same row together."""
        groups: list[list[_Step]] = []
        for step in steps:
            if groups and self._joins(groups[-1][-1], step):
                groups[-1].append(step)
            else:
                groups.append([step])
        return groups

    def _joins(self, one: _Step, other: _Step) -> bool:
        a, b = one.effect.place, other.effect.place
        plain = self._is_plain(one.effect) and self._is_plain(other.effect)
        return plain and a.table == b.table and key_of(a.key) == key_of(b.key)

    def _row_group(self, group: list[_Step]) -> None:
        low, first = self.low, group[0]
        place = first.effect.place
        assert place.table is not None
        assert place.key is not None
        row, key = self._row(first)
        copy = low.fresh("row")
        low.put(nodes.assign(copy, _spread(row)), first.effect.span)
        copies: dict[tuple[str, ...], str] = {(): copy}
        for step in group:
            path = tuple(str(part) for part in step.effect.place.path)
            for depth in range(1, len(path)):
                self._copy(copies, path[:depth], step.effect.span)
        for step in group:
            path = tuple(str(part) for part in step.effect.place.path)
            self._when(step, partial(self._set, step, copies[path[:-1]], path[-1]))
        overlay = nodes.method(nodes.name("w"), "edit", nodes.const(place.table))
        if key is None:
            key = nodes.item(nodes.name(copy), self.tables[place.table].key)
        low.put(nodes.expr(nodes.method(overlay, "put", key, nodes.name(copy))), first.effect.span)
        self._wrote(place.table)

    def _row(self, step: _Step) -> tuple[ast.expr, ast.expr | None]:
        """The row that an effect writes to, and its key where that is known."""
        low, place = self.low, step.effect.place
        assert place.table is not None
        assert place.key is not None
        let = _row_of(place.key, self.tables[place.table].key)
        if let is not None and place.table not in self.written and let.name in low.computed:
            value = low.lets[let.name].value
            if isinstance(value, tree.Row) and value.table.name == place.table:
                return low.let(let), low.value(place.key)
        table = nodes.item(nodes.name("w"), place.table)
        return nodes.method(table, "get", self._value(step, place.key)), None

    def _copy(self, copies: dict[tuple[str, ...], str], path: tuple[str, ...], span: Span) -> None:
        if path in copies:
            return
        low = self.low
        outer = copies[path[:-1]]
        name = copies[path] = low.fresh(f"row_{path[-1]}" if path[-1].isidentifier() else "row")
        target = ast.Subscript(nodes.name(outer), nodes.const(path[-1]), ast.Store())
        inner = _spread(nodes.item(nodes.name(outer), path[-1]))
        low.put(ast.Assign([nodes.store(name), target], inner), span)

    def _set(self, step: _Step, container: str, name: str) -> None:
        """Change a field of an object that is this operation's own copy."""
        low, effect = self.low, step.effect
        here = nodes.name(container)
        if effect.kind == "delete":
            pop = nodes.method(here, "pop", nodes.const(name), nodes.const(None))
            low.put(nodes.expr(pop), effect.span)
            return
        assert effect.value is not None
        value = self._value(step, effect.value)
        if effect.kind != "set":
            old = nodes.method(here, "get", nodes.const(name))
            value = nodes.call(low.pool.operator(effect.kind), old, value)
        target = ast.Subscript(nodes.name(container), nodes.const(name), ast.Store())
        low.put(ast.Assign([target], value), effect.span)

    # ---- other effects ----

    def _alone(self, step: _Step) -> None:
        effect = step.effect
        if effect.each is None:
            self._when(step, partial(self._write, step))
        else:
            self._for_each(step, effect.each)
        if effect.place.table is not None:
            self._wrote(effect.place.table)

    def _for_each(self, step: _Step, each: tuple[str, tree.Expr]) -> None:
        low, effect = self.low, step.effect
        name, items = each
        outer, low.block = low.block, []
        if step.writes is not None:
            names = [step.held[id(p)] for p in _parts(effect) if p is not effect.when]
            self._write(step)
            loop = nodes.for_(nodes.stored_tuple(names), nodes.name(step.writes), low.block)
        else:
            variable = low.local(name)
            with low.inside({name: variable}):
                self._when(step, partial(self._write, step))
            loop = nodes.for_(variable, nodes.name(step.held[id(items)]), low.block)
        low.block = outer
        low.put(loop, effect.span)

    def _when(self, step: _Step, write: Callable[[], None]) -> None:
        low, test = self.low, self._test(step)
        if test is None:
            write()
            return
        outer, low.block = low.block, []
        with low.inside({}):
            write()
        body, low.block = low.block, outer
        low.put(nodes.if_(test, body), step.effect.span)

    def _write(self, step: _Step) -> None:
        """One write, by a function of the runtime."""
        low, effect, place = self.low, step.effect, step.effect.place
        world, operator = nodes.name("w"), low.pool.operator
        value = None if effect.value is None else self._value(step, effect.value)
        if place.counter is not None:
            # For ruff: an assumption, no test.
            assert value is not None and effect.value is not None  # noqa: PT018
            type_ = effect.value.type
            if not (is_kind(effect.value, Number) and isinstance(type_, Number) and type_.integer):
                value = nodes.call(operator("whole"), value)
            counter = nodes.const(place.counter)
            done = nodes.method(world, "set_counter", counter, value)
        else:
            assert place.table is not None
            table = nodes.const(place.table)
            if effect.kind == "insert":
                assert value is not None
                done = nodes.call(operator("insert"), world, table, value)
            else:
                assert place.key is not None
                key = self._value(step, place.key)
                if place.path:
                    old, again = low.twice(nodes.method(nodes.item(world, place.table), "get", key))
                    changed = self._changed(step, old, value)
                    key = nodes.item(again, self.tables[place.table].key)
                    overlay = nodes.method(nodes.name("w"), "edit", table)
                    row = low.fresh("row")
                    low.put(nodes.assign(row, changed), effect.span)
                    done = nodes.method(overlay, "put", key, nodes.name(row))
                elif effect.kind == "delete":
                    done = nodes.call(operator("delete"), world, table, key)
                else:
                    assert value is not None
                    done = nodes.call(operator("put"), world, table, key, value)
        low.put(nodes.expr(done), effect.span)

    def _changed(self, step: _Step, row: ast.expr, value: ast.expr | None) -> ast.expr:
        """A copy of `row`, changed along a path that may have places in lists."""
        effect, operator = step.effect, self.low.pool.operator
        path = [
            nodes.const(part) if isinstance(part, str) else self._value(step, part)
            for part in effect.place.path
        ]
        changes = {"set": "replace", "append": "append", "remove": "remove"}
        change = operator(changes[effect.kind]) if effect.kind in changes else nodes.const(None)
        return nodes.call(
            operator("write"), row, nodes.tuple_(path), change, value or nodes.const(None)
        )

    def _wrote(self, table: str) -> None:
        self.written.add(table)
        self.low.known = {}


def _parts(effect: Effect) -> list[tree.Expr]:
    """The expressions of an effect that are evaluated once per item."""
    place = effect.place
    steps = [step for step in place.path if not isinstance(step, str)]
    return [part for part in (effect.when, place.key, *steps, effect.value) if part is not None]


def _reads_world(expr: tree.Expr) -> bool:
    return any(
        isinstance(part, tree.Search)
        or (isinstance(part, tree.RootRef) and part.name in ("state", "counters"))
        for part in everything(expr)
    )


def _row_of(key: tree.Expr, name: str) -> tree.LetRef | None:
    """The let whose row's own key `key` is."""
    if isinstance(key, tree.Get) and key.name == name and isinstance(key.object, tree.LetRef):
        return key.object
    return None


def _certain_object(type_: Type | None, name: str) -> Type | None:
    """The type of a field that certainly holds an object."""
    if isinstance(type_, Nullable | List) or not isinstance(type_, Object):
        return None
    inner = type_.properties.get(name)
    if inner is None or not inner.required or not isinstance(inner.type, Object):
        return None
    return inner.type


def _spread(value: ast.expr) -> ast.Dict:
    return ast.Dict([None], [value])
