"""The YAML of one operation of an API to an OperationItem: its arguments in one flat view."""

from __future__ import annotations

import re
from typing import Literal, cast

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.source import Span
from rewardlang.syntax.files import EffectItem, ErrorItem, OperationItem, ParameterItem
from rewardlang.syntax.placed import place
from rewardlang.syntax.reader import (
    Reader,
    as_identifier,
    as_mapping,
    as_scalar,
    items,
    pairs,
    text_of,
    whole_of,
)
from rewardlang.syntax.schemas import check_schema, referred
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, YamlNode, plain

_HOLE = re.compile(r"\{([^{}]*)\}")


def read_operation(key: Scalar, node: Mapping_, schemas: Mapping_, reader: Reader) -> OperationItem:
    """The operation named by `key`."""
    method, path = text_of(node.get("http")).split(" ", 1)
    response = as_mapping(node.get("response"))
    body = response.get("body")
    parameters = _parameters(node, schemas, reader)
    opaque = node.get("opaque")
    is_opaque = opaque is not None and as_scalar(opaque).value is True
    _check_path(as_scalar(node.get("http")), parameters, reader)
    return OperationItem(
        name=as_identifier(key),
        method=method,
        path=path,
        doc=" ".join(text_of(node.get("doc")).split()),
        parameters=parameters,
        lets=reader.bindings(node.get("let")),
        errors=tuple(_error(as_mapping(i), reader) for i in items(node.get("errors"))),
        effects=tuple(_effect(i, reader) for i in items(node.get("effects"))),
        status=whole_of(response.get("status")),
        body=reader.shape(body) if body is not None else None,
        span=key.span,
        opaque=opaque.span if opaque is not None and is_opaque else None,
    )


def _error(node: Mapping_, reader: Reader) -> ErrorItem:
    when, body = node.get("when"), node.get("body")
    assert when is not None
    assert body is not None
    made = reader.expression(when)
    return ErrorItem(made, whole_of(node.get("status")), reader.shape(body), node.span)


def _effect(node: YamlNode, reader: Reader) -> EffectItem:
    if not isinstance(node, Mapping_):
        return EffectItem(None, reader.effect(node), node.span)
    when, do = node.get("when"), node.get("do")
    assert do is not None
    each = reader.bindings(node.get("each"))
    made = reader.expression(when) if when is not None else None
    return EffectItem(made, reader.effect(do), node.span, each[0] if each else None)


def _parameters(node: Mapping_, schemas: Mapping_, reader: Reader) -> tuple[ParameterItem, ...]:
    request = node.get("request")
    if request is None:
        return ()
    where = as_mapping(request)
    found = [_argument(k, as_mapping(v), "path", schemas, reader) for k, v in
             pairs(where.get("path"))]  # fmt: skip
    found += [_argument(k, as_mapping(v), "query", schemas, reader) for k, v in
              pairs(where.get("query"))]  # fmt: skip
    body, whole = where.get("body"), where.get("body_as")
    if body is not None and whole is not None:
        found += _whole_body(as_scalar(whole), as_mapping(body), schemas, reader)
    elif body is not None:
        found += _body(as_mapping(body), schemas, reader)
    return _distinct(found, reader)


def _argument(
    key: Scalar,
    node: Mapping_,
    where: Literal["path", "query"],
    schemas: Mapping_,
    reader: Reader,
) -> ParameterItem:
    names = [str(k.value) for k, _ in schemas.pairs]
    kept = Mapping_(node.span, tuple(p for p in node.pairs if p[0].value not in ("required", "as")))
    check_schema(key, kept, names, reader.out)
    required, wire = node.get("required"), node.get("as")
    is_required = where == "path" or (required is not None and as_scalar(required).value is True)
    if where == "path" and required is not None and as_scalar(required).value is False:
        reader.report(codes.WRONG_SHAPE, "an argument in the path is always required",
                      required.span, "cannot be `false`", help="leave `required` out")  # fmt: skip
    schema = cast(dict[str, object], plain(kept))
    name = as_identifier(key)
    return ParameterItem(name, text_of(wire, name.name), where, is_required, schema, key.span)


def _body(node: Mapping_, schemas: Mapping_, reader: Reader) -> list[ParameterItem]:
    names = [str(k.value) for k, _ in schemas.pairs]
    key = Scalar(Span(node.span.source, node.span.start, node.span.start), "body", "body")
    if not check_schema(key, node, names, reader.out):
        return []
    schema = referred(node, schemas)
    properties = schema.get("properties") if schema is not None else None
    kind = schema.get("type") if schema is not None else None
    if (
        schema is None
        or not isinstance(properties, Mapping_)
        or not isinstance(kind, Scalar)
        or kind.value != "object"
    ):
        message = "the body's schema must be an object with `properties`"
        reader.report(codes.WRONG_SHAPE, message, node.span, "its properties become arguments",
                      help="list its `properties:`, or name such a schema by `$ref`")  # fmt: skip
        return []
    wanted = schema.get("required")
    required = {as_scalar(i).value for i in items(wanted)}
    found = []
    for name, value in properties.pairs:
        rest = plain(value)
        if isinstance(rest, bool):  # the schemas `true` and `false`
            rest = {} if rest else {"not": {}}
        made = cast(dict[str, object], rest)
        text = str(name.value)
        found.append(
            ParameterItem(as_identifier(name), text, "body", text in required, made, name.span)
        )
    return found


def _whole_body(
    name: Scalar, node: Mapping_, schemas: Mapping_, reader: Reader
) -> list[ParameterItem]:
    """The one argument that the body is; on the wire it has no name."""
    if not check_schema(name, node, [str(k.value) for k, _ in schemas.pairs], reader.out):
        return []
    schema = cast(dict[str, object], plain(node))
    return [ParameterItem(as_identifier(name), "", "body", True, schema, name.span)]


def _distinct(found: list[ParameterItem], reader: Reader) -> tuple[ParameterItem, ...]:
    """The arguments without those whose name was there before, which are reported."""
    seen: dict[str, ParameterItem] = {}
    for item in found:
        first = seen.setdefault(item.name.name, item)
        if first is not item:
            reader.out.append(
                Diagnostic(
                    codes.DUPLICATE_KEY,
                    f"the argument `{item.name.name}` is in {item.where} and in {first.where}",
                    Label(item.span, "again here"),
                    (Label(first.span, "first here"),),
                    "name one of them differently and give its name on the wire with `as:`",
                )
            )
    return tuple(seen.values())


def _check_path(http: Scalar, parameters: tuple[ParameterItem, ...], reader: Reader) -> None:
    """Report holes in the path without an argument, and arguments without a hole."""
    text = place(http)
    wires = {p.wire: p.name for p in parameters if p.where == "path"}
    holes: dict[str, Span] = {}
    for match in _HOLE.finditer(text.text):
        holes.setdefault(match[1], text.span(match.start(1), match.end(1)))
    unknown = [hole for hole in holes if hole not in wires]
    unused = [wire for wire in wires if wire not in holes]
    for hole in unknown:
        message = f"`{hole}` is not declared under `request: path:`"
        help = f"declare it: `path: {{{hole}: {{type: string}}}}`"
        reader.report(codes.WRONG_SHAPE, message, holes[hole], "no such argument", help=help)
    # One without the other is said once: a hole and its argument have different names then.
    for wire in unused[len(unknown) :]:
        message = f"the path has no `{{{wire}}}`"
        help = "put it into the path, or declare the argument under `query:` or `body:`"
        reader.report(codes.WRONG_SHAPE, message, wires[wire].span, "never filled in", help=help)
