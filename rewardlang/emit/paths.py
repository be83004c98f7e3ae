"""How values are reached: constants, names, fields, places in lists, rows of tables, calls."""

from __future__ import annotations

import ast
from collections.abc import Callable

from rewardlang import tree
from rewardlang.emit import nodes
from rewardlang.emit.kinds import is_kind, never_null, vouched
from rewardlang.emit.lowering import Lowering, lowers
from rewardlang.types.types import List, Null, Nullable, Number, Object, Property, String


@lowers(tree.Const)
def _const(low: Lowering, expr: tree.Const) -> ast.expr:
    return low.pool.constant(expr)


@lowers(tree.Local)
def _local(low: Lowering, expr: tree.Local) -> ast.expr:
    return nodes.name(low.names[expr.name])


@lowers(tree.LetRef)
def _let_ref(low: Lowering, expr: tree.LetRef) -> ast.expr:
    return low.let(expr)


@lowers(tree.RootRef)
def _root_ref(low: Lowering, expr: tree.RootRef) -> ast.expr:
    return low.root(expr)


@lowers(tree.CallField)
def _call_field(low: Lowering, expr: tree.CallField) -> ast.expr:
    if expr.call is None:
        return low.this_call(expr.name)
    low.mark(expr)
    call = low.value(expr.call)
    if not expr.safe or never_null(expr.call):
        return _field_of_call(low, expr.name, call)
    first, again = low.twice(call)
    found = _field_of_call(low, expr.name, again)
    return nodes.choose(nodes.compare(first, "is not", nodes.const(None)), found, nodes.const(None))


def _field_of_call(low: Lowering, field: str, call: ast.expr) -> ast.expr:
    if field == "index":
        return low.index_of(call)
    if field not in ("ok", "error"):
        return nodes.attr(call, field)
    first, again = low.twice(call) if field == "error" else (call, call)
    ok = nodes.compare(nodes.attr(first, "kind"), "==", nodes.const("ok"))
    if field == "ok":
        return ok
    return nodes.choose(ok, nodes.const(None), nodes.attr(again, "response"))


@lowers(tree.Get)
def _get(low: Lowering, expr: tree.Get) -> ast.expr:
    low.mark(expr)
    if not expr.safe:
        return nodes.item(low.value(expr.object), expr.name)
    base, names = _certain_path(expr)
    value = low.value(base)
    if never_null(base):
        return _optional(expr, names, value)
    return _unless_null(low, value, lambda again: _optional(expr, names, again))


def _certain_path(expr: tree.Get) -> tuple[tree.Expr, list[str]]:
    """Where a path starts that is null only where its start is, and the fields on the way."""
    names = [expr.name]
    base = expr.object
    while isinstance(base, tree.Get) and base.safe and vouched(base):
        inner = _property(base)
        if inner is None or not inner.required or not isinstance(inner.type, Object):
            break
        names.insert(0, base.name)
        base = base.object
    return base, names


def _optional(expr: tree.Get, names: list[str], start: ast.expr) -> ast.expr:
    """A field that is null when it is absent, at the end of a path of fields that are there."""
    *steps, last = names
    for name in steps:
        start = nodes.item(start, name)
    inner = _property(expr)
    if vouched(expr) and inner is not None and inner.required:
        return nodes.item(start, last)
    return nodes.method(start, "get", nodes.const(last))


def _property(expr: tree.Get) -> Property | None:
    """What is known of a field of an object that is there."""
    type_ = expr.object.type
    if isinstance(type_, Nullable):
        type_ = type_.inner
    if not vouched(expr.object) or not isinstance(type_, Object):
        return None
    return type_.properties.get(expr.name)


def _unless_null(low: Lowering, value: ast.expr, use: Callable[[ast.expr], ast.expr]) -> ast.expr:
    first, again = low.twice(value)
    there = nodes.compare(first, "is not", nodes.const(None))
    return nodes.choose(there, use(again), nodes.const(None))


@lowers(tree.At)
def _at(low: Lowering, expr: tree.At) -> ast.expr:
    low.mark(expr)
    container, key = low.sequence([expr.object, expr.key])
    in_list = is_kind(expr.object, List) and _whole(expr.key)
    in_map = is_kind(expr.object, Object) and is_kind(expr.key, String)
    if not expr.safe and (in_list or in_map):
        return nodes.sub(container, key)
    if in_map:
        return nodes.method(container, "get", key)
    place = expr.key.value if isinstance(expr.key, tree.Const) else None
    if in_list and type(place) is int and place >= 0:
        first, again = low.twice(container)
        longer = nodes.compare(nodes.call(nodes.name("len"), first), ">", key)
        return nodes.choose(longer, nodes.item(again, place), nodes.const(None))
    return nodes.call(low.pool.operator("at_or_null" if expr.safe else "at"), container, key)


def _whole(expr: tree.Expr) -> bool:
    return vouched(expr) and isinstance(expr.type, Number) and expr.type.integer


@lowers(tree.TableRef)
def _table_ref(low: Lowering, expr: tree.TableRef) -> ast.expr:
    low.mark(expr)
    return nodes.item(low.value(expr.world), expr.name)


@lowers(tree.Row)
def _row(low: Lowering, expr: tree.Row) -> ast.expr:
    table, key = low.sequence([expr.table, expr.key])
    return nodes.method(table, "get", key)


@lowers(tree.Present)
def _present(low: Lowering, expr: tree.Present) -> ast.expr:
    value = low.value(expr.object)
    if never_null(expr.object):
        return value
    first, again = low.twice(value)
    there = nodes.compare(first, "is not", nodes.const(None))
    text = " ".join(expr.object.span.text.split())
    missing = nodes.call(low.pool.operator("missing"), nodes.const(text))
    return nodes.choose(there, again, missing)


@lowers(tree.IsNull)
def _is_null(low: Lowering, expr: tree.IsNull) -> ast.expr:
    value = low.value(expr.object)
    return nodes.compare(value, "is not" if expr.negated else "is", nodes.const(None))


@lowers(tree.Coalesce)
def _coalesce(low: Lowering, expr: tree.Coalesce) -> ast.expr:
    if isinstance(expr.left.type, Null) and vouched(expr.left) and not expr.left.facts.can_fail:
        return low.value(expr.right)
    left = low.value(expr.left)
    if never_null(expr.left):
        return left
    first, again = low.twice(left)
    right, statements = low.branch(lambda: low.value(expr.right))
    if not statements:
        return nodes.choose(nodes.compare(first, "is not", nodes.const(None)), again, right)
    result = low.fresh("t")
    low.put(nodes.assign(result, first), expr.left.span)
    statements.append(nodes.assign(result, right))
    is_null = nodes.compare(nodes.name(result), "is", nodes.const(None))
    low.put(nodes.if_(is_null, statements), expr.right.span)
    return nodes.name(result)


@lowers(tree.DeltaRows)
def _delta_rows(low: Lowering, expr: tree.DeltaRows) -> ast.expr:
    low.mark(expr)
    final = tree.RootRef(span=expr.span, facts=expr.facts, name="final")
    return nodes.method(low.root(final), expr.which, nodes.const(expr.table))


@lowers(tree.ChangedOnly)
def _changed_only(low: Lowering, expr: tree.ChangedOnly) -> ast.expr:
    low.mark(expr)
    keys = iter(low.sequence([path.key for path in expr.paths if path.key is not None]))
    every = ast.Constant(...)
    allowed = [
        nodes.literal((path.table, every if path.key is None else next(keys), path.fields))
        for path in expr.paths
    ]
    final = tree.RootRef(span=expr.span, facts=expr.facts, name="final")
    return nodes.method(low.root(final), "changed_only", nodes.tuple_(allowed))


@lowers(tree.Transition)
def _transition(low: Lowering, expr: tree.Transition) -> ast.expr:
    moves = low.pool.moves(expr.api, expr.workflow)
    key = ("moves", expr.api, expr.workflow, expr.by)
    lookup = low.pool.operator("lookup")
    values = low.sequence(expr.keys)
    if expr.by == ("id",):
        by_id = {move["id"]: move for move in reversed(moves)}
        table = low.pool.data("W", key, by_id, expr.span)
        if is_kind(expr.keys[0], String):
            return nodes.method(table, "get", values[0])
        return nodes.call(lookup, table, values[0])
    sources = dict.fromkeys(source for move in moves for source in move["from"])
    leaving = {s: [move for move in moves if s in move["from"]] for s in sources}
    if expr.by == ("from",):
        table = low.pool.data("W", key, leaving, expr.span)
        found = nodes.call(lookup, table, values[0])
        return ast.BoolOp(ast.Or(), [found, nodes.list_([])])
    between = {s: {m["to"]: m for m in reversed(found)} for s, found in leaving.items()}
    table = low.pool.data("W", key, between, expr.span)
    if all(isinstance(k, tree.Const) and isinstance(k.value, str) for k in expr.keys):
        from_, to = (k.value for k in expr.keys if isinstance(k, tree.Const))
        move = between.get(str(from_), {}).get(str(to))
        if move is None:
            return nodes.const(None)
        return low.pool.data("W", (*key, from_, to), move, expr.span)
    targets = ast.BoolOp(ast.Or(), [nodes.call(lookup, table, values[0]), nodes.literal({})])
    return nodes.call(lookup, targets, values[1])
