"""`delta.changed_only(path, ...)`: paths into tables, checked field by field."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.spelling import suggest
from rewardlang.resolve.chain_errors import shown
from rewardlang.resolve.facts import rises
from rewardlang.resolve.infer import infer
from rewardlang.resolve.scope import DeltaSpace, Scope, failed, is_error
from rewardlang.syntax import nodes
from rewardlang.types.relations import without_null
from rewardlang.types.types import Any, Bool, Object, String, Type, Union
from rewardlang.types.words import describe


def changed_only(space: DeltaSpace, name: str, node: nodes.Call, scope: Scope) -> tree.Expr:
    """The typed call; `is_empty()` is one without paths."""
    if name == "is_empty" and node.args:
        scope.report.add(
            codes.WRONG_CALL, "`is_empty` takes no arguments", node.args[0].span,
            help="write `delta.changed_only(...)` to allow some changes",
        )  # fmt: skip
        return failed(node.span)
    if name == "changed_only" and not node.args:
        scope.report.add(
            codes.WRONG_CALL, "`changed_only` needs what may change", node.span,
            help="write `delta.is_empty()` when nothing may",
        )  # fmt: skip
        return failed(node.span)
    paths: list[tree.ChangePath] = []
    for argument in node.args:
        if argument.name is not None or isinstance(argument.value, nodes.Lambda):
            _no_path(argument, scope)
            continue
        path = _path(argument.value, space, scope)
        if path is not None:
            paths.append(path)
    if len(paths) < len(node.args):
        return failed(node.span)
    keys = [path.key for path in paths if path.key is not None]
    fails = any(map(rises, keys))
    facts = tree.Facts(Bool(), "environment", "episode", can_fail=fails)
    return tree.ChangedOnly(span=node.span, facts=facts, paths=tuple(paths))


def _no_path(part: nodes.Node, scope: Scope) -> None:
    scope.report.add(
        codes.WRONG_CALL,
        "this is no path into a table",
        part.span,
        "a table, a row or a field is expected",
        help="write `table`, `table[key]` or `table[key].field.field`",
    )


def _path(node: nodes.Expr, space: DeltaSpace, scope: Scope) -> tree.ChangePath | None:
    names: list[nodes.Identifier] = []
    part = node
    while isinstance(part, nodes.Field | nodes.Index) and (name := _named(part)) is not None:
        owner = part.object
        world = isinstance(owner, nodes.Name) and owner.name in ("initial", "final")
        if world and isinstance(part, nodes.Field):
            _qualified(part, scope)
            return None
        names.insert(0, name)
        part = owner
    key_node: nodes.Expr | None = None
    if isinstance(part, nodes.Index):
        key_node, part = part.key, part.object
        if isinstance(part, nodes.Field) and isinstance(part.object, nodes.Name):
            _qualified(part, scope)
            return None
    if not isinstance(part, nodes.Name):
        _no_path(node, scope)
        return None
    table = space.type.tables.get(part.name)
    if table is None:
        scope.report.unknown("table", part.name, part.span, space.type.tables, kind="tables")
        return None
    if key_node is None:
        if names:
            scope.report.add(
                codes.WRONG_CALL,
                "a path to a field needs a row",
                names[0].span,
                f"a field of which row of `{table.name}`?",
                help=f"write `{table.name}[key].{names[0].name}`",
            )
            return None
        return tree.ChangePath(table.name, None, ())
    key = infer(key_node, scope)
    if is_error(key):
        return None
    if not isinstance(scope.expand(without_null(key.type)), String | Any):
        scope.report.add(
            codes.INCOMPARABLE,
            f"keys of `{table.name}` are strings",
            key.span,
            describe(key.type),
            help=f"write `str({shown(key.span)})`",
        )
        return None
    type_: Type = table.row
    for name in names:
        found = field_of(type_, name, scope)
        if found is None:
            return None
        type_ = found
    return tree.ChangePath(table.name, key, tuple(name.name for name in names))


def _named(part: nodes.Field | nodes.Index) -> nodes.Identifier | None:
    """The field that a step leads to: `.state`, or `["is"]` behind a row."""
    if isinstance(part, nodes.Field):
        return part.name
    if isinstance(part.object, nodes.Name):
        return None  # the key of a row
    if isinstance(part.key, nodes.Literal_) and isinstance(part.key.value, str):
        return nodes.Identifier(part.key.span, part.key.value)
    return None


def _qualified(part: nodes.Field, scope: Scope) -> None:
    """`final.issues[k]` instead of `issues[k]`."""
    scope.report.add(
        codes.WRONG_CALL,
        "a path starts with the name of a table",
        part.object.span,
        "a world is not named here",
        help=f"write `{part.name.name}`",
    )


def field_of(type_: Type, name: nodes.Identifier, scope: Scope) -> Type | None:
    """The type of a field that may be missing or null on the way; None when it was reported."""
    target = scope.expand(without_null(scope.expand(type_)))
    match target:
        case Object():
            known = target.properties.get(name.name)
            if known is not None:
                return known.type
            if target.rest is not None and not _misspelt(name.name, target):
                return target.rest
            owner = f"`{target.name}`" if target.name else "the object"
            scope.report.unknown(
                "field", name.name, name.span, target.properties, code=codes.UNKNOWN_PROPERTY,
                kind="fields", message=f"{owner} has no field `{name.name}`",
            )  # fmt: skip
            return None
        case Union():
            for variant in target.variants:
                object_ = scope.expand(variant)
                if isinstance(object_, Object) and name.name in object_.properties:
                    return object_.properties[name.name].type
            return Any()
        case Any():
            return Any()
        case _:
            scope.report.add(codes.UNKNOWN_PROPERTY, f"{describe(target)} has no fields", name.span)
            return None


def _misspelt(name: str, target: Object) -> bool:
    return suggest(name, target.properties) is not None
