"""A request of the oracle against its operation's schema, as far as it is known (T113)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import jsonschema_rs

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.model import Operation
from rewardlang.resolve.chain_errors import missing
from rewardlang.resolve.report import listing
from rewardlang.resolve.request_schemas import DEFS
from rewardlang.resolve.scope import Scope
from rewardlang.source import Span
from rewardlang.syntax import nodes
from rewardlang.types.relations import Fit, fit, may_be_null
from rewardlang.types.types import Object, Type
from rewardlang.types.words import describe


def check_request(
    shape: nodes.ObjectTemplate, args: tree.Expr, operation: Operation, scope: Scope
) -> None:
    """Report what in `args`, written as `shape`, the operation's schema does not admit."""
    before = len(scope.report.diagnostics)
    target = operation.args_type
    declared = Label(operation.span, "declared here")
    given = {name.name: (name, part) for name, part in shape.pairs}
    for name, wanted in target.properties.items():
        if wanted.required and name not in given:
            scope.report.add(
                codes.SCHEMA_UNSATISFIABLE,
                f"`{operation.name}` needs the argument `{name}`",
                _place(shape),
                "missing here",
                others=[Label(wanted.origin, "required") if wanted.origin else declared],
            )
    for name, (identifier, _) in given.items():
        if name not in target.properties:
            _unknown(identifier, operation, declared, scope)
    if len(scope.report.diagnostics) > before:
        return
    parts = _parts(args)
    for name, (_, part) in given.items():
        expr = parts.get(name)
        schema = _own_schema(operation, name)
        if expr is None:
            continue
        if isinstance(expr, tree.Const):
            _check_constant(part, expr.value, schema, name, operation, scope)
        else:
            _check_type(expr, target.properties[name].type, name, operation, scope)


def _parts(args: tree.Expr) -> Mapping[str, tree.Expr]:
    if isinstance(args, tree.MakeObject):
        return dict(args.pairs)
    assert isinstance(args, tree.Const)
    assert isinstance(args.value, dict)
    return {
        name: tree.Const(span=args.span, facts=args.facts, value=value)
        for name, value in args.value.items()
    }


def _own_schema(operation: Operation, name: str) -> dict[str, object]:
    """The schema of one argument, complete in itself."""
    properties = operation.schema["properties"]
    assert isinstance(properties, dict)
    own = properties[name]
    return {**own, "$defs": operation.schema.get("$defs", {})} if isinstance(own, dict) else {}


def _unknown(name: nodes.Identifier, operation: Operation, declared: Label, scope: Scope) -> None:
    names = list(operation.args_type.properties)
    meant = suggest(name.name, names)
    scope.report.add(
        codes.SCHEMA_UNSATISFIABLE,
        f"`{operation.name}` takes no argument `{name.name}`",
        name.span,
        listing("arguments", names) if names else "it takes none",
        others=[declared],
        help=f"did you mean `{meant}`?" if meant else None,
        fix=Fix(name.span, meant) if meant else None,
        candidates=names,
    )


def _place(shape: nodes.ObjectTemplate) -> Span:
    """Where something is missing: the first line of what is there."""
    return shape.pairs[0][0].span if shape.pairs else shape.span


def _check_constant(
    shape: nodes.Shape,
    value: object,
    schema: dict[str, object],
    name: str,
    operation: Operation,
    scope: Scope,
) -> None:
    for error in jsonschema_rs.validator_for(schema).iter_errors(value):
        part, path = _follow(shape, list(error.instance_path))
        where = ".".join([name, *map(str, path)])
        wanted = _at(schema, path)
        values = [value for value in wanted.get("enum", ()) if isinstance(value, str)]
        meant = suggest(str(error.instance), values)
        scope.report.add(
            codes.SCHEMA_UNSATISFIABLE,
            f"`{operation.name}` does not admit this `{where}`",
            part.span,
            str(error.message)[:120],
            help=f"did you mean `{meant}`?" if meant else _wanted(wanted, schema),
            candidates=values,
        )
        return


def _wanted(part: Mapping[str, Any], whole: Mapping[str, Any]) -> str | None:
    """How a value of the schema `part`, when that is an object, is written."""
    text = skeleton(part, whole)
    return f"write `{text}`" if text.startswith("{") and text != "{}" else None


def skeleton(schema: Mapping[str, Any], whole: Mapping[str, Any], depth: int = 2) -> str:
    """The least value of a schema as YAML in one line: what is needed, `...` for what is free."""
    schema = _followed(schema, whole)
    if "const" in schema or len(schema.get("enum", ())) == 1:
        return json.dumps(schema.get("const", schema.get("enum", [None])[0])).strip('"')
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "array":
        return "[...]"
    if kind != "object" or not depth:
        return "..."
    properties = schema.get("properties", {})
    named = {name: properties[name] for name in schema.get("required", ()) if name in properties}
    inside = ", ".join(f"{n}: {skeleton(s, whole, depth - 1)}" for n, s in named.items())
    return f"{{{inside}}}"


def _at(schema: Mapping[str, Any], path: Sequence[str | int]) -> Mapping[str, Any]:
    """The part of a schema for the value at `path`; an empty one where it does not say."""
    part = _followed(schema, schema)
    for step in path:
        found = part.get("items", {}) if isinstance(step, int) else part.get("properties", {})
        part = _followed(found if isinstance(step, int) else found.get(step, {}), schema)
    return part


def _followed(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(schema.get("$ref", "")).removeprefix(DEFS)
    found: Mapping[str, Any] = whole.get("$defs", {}).get(name, {}) if name else schema
    return found


def _follow(shape: nodes.Shape, path: list[str | int]) -> tuple[nodes.Shape, list[str | int]]:
    """The part of `shape` at `path`, or the deepest one that there is."""
    done: list[str | int] = []
    for step in path:
        if isinstance(shape, nodes.ObjectTemplate):
            found = next((v for n, v in shape.pairs if n.name == step), None)
            if found is None:
                break
            shape = found
        elif isinstance(shape, nodes.ListTemplate) and isinstance(step, int):
            shape = shape.items[step]
        else:
            break
        done.append(step)
    return shape, done


def _check_type(
    expr: tree.Expr, wanted: Type, name: str, operation: Operation, scope: Scope
) -> None:
    how = fit(expr.type, wanted, scope.expand)
    if how in (Fit.YES, Fit.UNKNOWN):
        return
    if isinstance(expr, tree.MakeObject):
        target = scope.expand(wanted)
        if isinstance(target, Object) and _check_fields(expr, target, name, operation, scope):
            return
    if how is Fit.NULL and may_be_null(scope.expand(expr.type)):
        missing(expr, scope)
        return
    top, *path = name.split(".")
    scope.report.add(
        codes.SCHEMA_UNSATISFIABLE,
        f"`{operation.name}` does not admit this `{name}`",
        expr.span,
        f"{describe(expr.type)}, but {describe(wanted)} is wanted",
        help=_wanted(_at(_own_schema(operation, top), list(path)), _own_schema(operation, top)),
    )


def _check_fields(
    expr: tree.MakeObject, target: Object, name: str, operation: Operation, scope: Scope
) -> bool:
    """Whether one of the fields was found to be what is wrong."""
    given = dict(expr.pairs)
    for field, known in target.properties.items():
        if known.required and field not in given:
            scope.report.add(
                codes.SCHEMA_UNSATISFIABLE,
                f"`{operation.name}` needs `{name}.{field}`",
                expr.span,
                "missing here",
                others=[Label(known.origin, "required")] if known.origin else [],
            )
            return True
    for field, value in expr.pairs:
        wanted = target.properties.get(field)
        if wanted is None and target.rest is None:
            meant = suggest(field, target.properties)
            scope.report.add(
                codes.SCHEMA_UNSATISFIABLE,
                f"`{operation.name}` takes no `{name}.{field}`",
                value.span,
                listing("fields", list(target.properties)),
                help=f"did you mean `{meant}`?" if meant else None,
            )
            return True
        if wanted is not None and fit(value.type, wanted.type, scope.expand) in (Fit.NULL, Fit.NO):
            _check_type(value, wanted.type, f"{name}.{field}", operation, scope)
            return True
    return False
