"""Effects of operations: where they write, and whether the value may stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.effects import Effect, Place
from rewardlang.resolve.chain_errors import missing, shown
from rewardlang.resolve.changes import field_of
from rewardlang.resolve.conditions import condition
from rewardlang.resolve.facts import collect
from rewardlang.resolve.infer import infer
from rewardlang.resolve.lambdas import taken
from rewardlang.resolve.literals import check_literals
from rewardlang.resolve.narrow import facts_of
from rewardlang.resolve.scope import LocalName, RootName, Scope, TableName, is_error
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.syntax.files import EffectItem
from rewardlang.types.relations import Fit, fit, may_be_null, without_null
from rewardlang.types.types import Any, List, Number, Object, String, Table, Type
from rewardlang.types.words import describe


def infer_effects(items: Sequence[EffectItem], scope: Scope) -> tuple[list[Effect], bool]:
    """The typed effects, and whether one of them writes to the world."""
    effects: list[Effect] = []
    writes = False
    for item in items:
        if item.effect is None:
            continue
        effect = _effect(item, item.effect, scope)
        if effect is not None:
            effects.append(effect)
            writes = writes or effect.place.table is not None
    return effects, writes


def _effect(item: EffectItem, node: nodes.Effect, scope: Scope) -> Effect | None:
    each: tuple[str, tree.Expr] | None = None
    if item.each is not None:
        found = _each(item.each[0], item.each[1], scope)
        if found is None:
            return None
        each, scope = found
    when = None
    if item.when is not None:
        when = condition(item.when, scope, "`when`")
        if is_error(when):
            return None
        scope = scope.knowing(facts_of(when, True, scope))
    target = _place(node.target, scope)
    value = None if node.value is None else infer(node.value, scope)
    if target is None or (value is not None and is_error(value)):
        return None
    if not _allowed(node, target, value, scope):
        return None
    return Effect(node.kind, target.place, value, item.span, when, each)


def _each(
    name: nodes.Identifier, node: nodes.Expr | None, scope: Scope
) -> tuple[tuple[str, tree.Expr], Scope] | None:
    if node is None:
        return None
    source = infer(node, scope)
    if is_error(source):
        return None
    type_ = scope.expand(source.type)
    if not isinstance(type_, List | Any):
        scope.report.add(
            codes.INCOMPARABLE, "`each` goes through a list", source.span, describe(source.type)
        )
        return None
    if name.name in scope.names:
        taken(name, scope)
        return None
    item = type_.item if isinstance(type_, List) else Any()
    facts = replace(collect(item, source), can_fail=False)
    return (name.name, source), scope.naming({name.name: LocalName(facts)})


# ---- places ----


class _Target:
    """A place, the type that belongs there, and whether it may be missing."""

    def __init__(self, place: Place, type_: Type, optional: bool, span: Span) -> None:
        self.place = place
        self.type = type_
        self.optional = optional
        self.span = span


def _place(node: nodes.Expr, scope: Scope) -> _Target | None:
    """The place that an lvalue names; None when it was reported."""
    links: list[nodes.Field | nodes.Index] = []
    part = node
    while isinstance(part, nodes.Field | nodes.Index):
        links.insert(0, part)
        part = part.object
    if not isinstance(part, nodes.Name):
        _no_place(node, scope)
        return None
    root = scope.names.get(part.name)
    if isinstance(root, RootName) and root.root == "counters":
        return _counter(node, links, root, scope)
    if not isinstance(root, TableName):
        tables = [name for name, found in scope.names.items() if isinstance(found, TableName)]
        if root is None:
            scope.report.unknown("table", part.name, part.span, tables, kind="tables")
        else:
            _no_place(node, scope)
        return None
    table = root.table
    if not links:
        return _Target(Place(table.name, None, ()), table, False, node.span)
    first, *rest = links
    if not isinstance(first, nodes.Index):
        scope.report.add(
            codes.BAD_DECLARATION, "an effect writes to a row of a table", first.span,
            help=f"write `{table.name}[key].{first.name.name}`",
        )  # fmt: skip
        return None
    key = _key(first.key, table, scope)
    return None if key is None else _under_row(node, table, key, rest, scope)


def _key(node: nodes.Expr, table: Table, scope: Scope) -> tree.Expr | None:
    key = infer(node, scope)
    if is_error(key):
        return None
    type_ = scope.expand(key.type)
    if may_be_null(type_):
        missing(key, scope)
        return None
    if not isinstance(type_, String | Any):
        scope.report.add(
            codes.INCOMPARABLE, f"keys of `{table.name}` are strings", key.span, describe(key.type)
        )
        return None
    return key


def _under_row(
    node: nodes.Expr,
    table: Table,
    key: tree.Expr,
    links: Sequence[nodes.Field | nodes.Index],
    scope: Scope,
) -> _Target | None:
    type_: Type = table.row
    optional = False
    path: list[str | tree.Expr] = []
    for link in links:
        target = scope.expand(without_null(scope.expand(type_)))
        if isinstance(link, nodes.Field):
            found = field_of(type_, link.name, scope)
            known = target.properties.get(link.name.name) if isinstance(target, Object) else None
            path.append(link.name.name)
            optional = known is None or not known.required
        else:
            step = infer(link.key, scope)
            if is_error(step):
                return None
            found = _step(target, step, scope)
            path.append(step)
            optional = True
        if found is None:
            return None
        type_ = found
    return _Target(Place(table.name, key, tuple(path)), type_, optional, node.span)


def _step(target: Type, key: tree.Expr, scope: Scope) -> Type | None:
    match target:
        case List() if isinstance(scope.expand(key.type), Number | Any):
            return target.item
        case Object() if target.rest is not None and isinstance(
            scope.expand(key.type), String | Any
        ):
            return target.rest
        case Any():
            return target
        case _:
            scope.report.add(
                codes.INCOMPARABLE, f"{describe(target)} has no such place", key.span,
                describe(key.type),
            )  # fmt: skip
            return None


def _counter(
    node: nodes.Expr,
    links: Sequence[nodes.Field | nodes.Index],
    root: RootName,
    scope: Scope,
) -> _Target | None:
    if len(links) != 1 or not isinstance(links[0], nodes.Field):
        _no_place(node, scope)
        return None
    name = links[0].name
    assert isinstance(root.facts.type, Object)
    known = root.facts.type.properties.get(name.name)
    if known is None:
        names = root.facts.type.properties
        scope.report.unknown("counter", name.name, name.span, names, kind="counters")
        return None
    place = Place(None, None, (), counter=name.name)
    return _Target(place, known.type, False, node.span)


def _no_place(node: nodes.Expr, scope: Scope) -> None:
    scope.report.add(
        codes.BAD_DECLARATION,
        "an effect cannot write here",
        node.span,
        "no row, field or counter",
        help="write `table[key]`, `table[key].field` or `counters.name`",
    )


# ---- values ----


def _allowed(node: nodes.Effect, target: _Target, value: tree.Expr | None, scope: Scope) -> bool:
    type_ = scope.expand(target.type)
    place = target.place
    match node.kind:
        case "set":
            if isinstance(type_, Table):
                return _wrong(target, "`set` writes a row or a field, not a table", scope)
            return value is not None and _fits(value, target.type, target, scope)
        case "insert":
            if not isinstance(type_, Table):
                return _wrong(target, "`insert` adds a row to a table", scope)
            return value is not None and _fits(value, type_.row, target, scope)
        case "delete":
            if isinstance(type_, Table) or place.counter is not None:
                return _wrong(target, "`delete` removes a row or a field", scope)
            if place.path and not target.optional:
                return _wrong(target, "this field is required and cannot be deleted", scope)
            return True
        case "append" | "remove":
            items = scope.expand(without_null(type_))
            if not isinstance(items, List | Any):
                return _wrong(target, f"`{node.kind}` needs a list", scope)
            if target.optional or may_be_null(type_):
                return _wrong(target, f"`{node.kind}` needs a list that is always there", scope)
            item = items.item if isinstance(items, List) else Any()
            return value is not None and _fits(value, item, target, scope)


def _wrong(target: _Target, message: str, scope: Scope) -> bool:
    scope.report.add(codes.BAD_DECLARATION, message, target.span, describe(target.type))
    return False


def _fits(value: tree.Expr, type_: Type, target: _Target, scope: Scope) -> bool:
    """What an effect writes must have the type that the schema promises to all readers."""
    how = fit(value.type, type_, scope.expand)
    if how is Fit.YES and not value.facts.uncertain:
        return check_literals(value, type_, scope)
    if how is Fit.NULL and may_be_null(scope.expand(value.type)):
        missing(value, scope)
        return False
    where = Label(target.span, f"takes {describe(type_)}")
    why = _why(value.type, type_, scope)
    scope.report.add(
        codes.INCOMPARABLE,
        f"`{shown(value.span)}` does not fit `{shown(target.span)}`",
        value.span,
        why or describe(value.type),
        others=[where],
        help="what is written must satisfy the schema of the row",
    )
    return False


def _why(source: Type, target: Type, scope: Scope) -> str | None:
    """The first field that does not fit, in words."""
    a = scope.expand(without_null(scope.expand(source)))
    b = scope.expand(without_null(scope.expand(target)))
    if not isinstance(a, Object) or not isinstance(b, Object):
        return None
    for name, wanted in b.properties.items():
        given = a.properties.get(name)
        if given is None:
            if wanted.required and a.rest is None:
                return f"`{name}` is missing"
            continue
        how = fit(given.type, wanted.type, scope.expand)
        if how is not Fit.YES:
            inner = _why(given.type, wanted.type, scope)
            return f"`{name}`: {inner or f'{describe(given.type)} for {describe(wanted.type)}'}"
        if wanted.required and not given.required:
            return f"`{name}` may be missing"
    extra = [name for name in a.properties if name not in b.properties]
    if extra and b.rest is None:
        return f"`{extra[0]}` is not in the schema"
    return None
