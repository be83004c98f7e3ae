"""The YAML of an API, already of the right shape, to an ApiFile."""

from __future__ import annotations

from typing import cast

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.syntax import nodes
from rewardlang.syntax.api_operation import read_operation
from rewardlang.syntax.files import (
    ApiFile,
    InvalidItem,
    MoveItem,
    ReferenceItem,
    SearchFieldItem,
    SearchItem,
    TableItem,
    WorkflowItem,
)
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
from rewardlang.syntax.schemas import check_schemas
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, YamlNode, plain

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
"""How `now` reads where an API does not say it."""

_REFERENCE = "a reference is written `table.field in table`"


def read(root: Mapping_, reader: Reader) -> ApiFile:
    """The API that a document holds."""
    schema_spans = as_mapping(root.get("schemas"))
    check_schemas(schema_spans, reader.out)
    references = [_reference(i, reader) for i in items(root.get("references"))]
    problem = root.get("problem")
    return ApiFile(
        source=reader.source,
        name=as_identifier(root.get("api")),
        title=text_of(root.get("title")),
        base_path=text_of(root.get("base_path")),
        time_format=text_of(root.get("time_format"), TIME_FORMAT),
        schemas=cast(dict[str, dict[str, object]], plain(schema_spans)),
        schema_spans=schema_spans,
        tables=tuple(_table(k, as_mapping(v), reader) for k, v in pairs(root.get("tables"))),
        references=tuple(r for r in references if r is not None),
        workflows=tuple(
            _workflow(k, as_mapping(v), reader) for k, v in pairs(root.get("workflows"))
        ),
        searches=tuple(_search(k, as_mapping(v), reader) for k, v in pairs(root.get("searches"))),
        counters=tuple((as_identifier(k), whole_of(v)) for k, v in pairs(root.get("counters"))),
        invalid=_invalid(as_mapping(root.get("invalid")), reader),
        problem=reader.shape(problem) if problem is not None else None,
        operations=tuple(
            read_operation(k, as_mapping(v), schema_spans, reader)
            for k, v in pairs(root.get("operations"))
        ),
        span=root.span,
        faults=tuple((str(k.value), plain(v)) for k, v in pairs(root.get("faults"))),
    )


def _table(key: Scalar, node: Mapping_, reader: Reader) -> TableItem:
    internal = node.get("internal")
    return TableItem(
        reader.name(key),
        as_identifier(node.get("row")),
        as_identifier(node.get("key")),
        tuple(as_identifier(i) for i in items(node.get("also_by"))),
        internal is not None and bool(as_scalar(internal).value),
        node.span,
    )


def _reference(node: YamlNode, reader: Reader) -> ReferenceItem | None:
    parsed = reader.expression(node)
    if parsed is None:
        return None
    if isinstance(parsed, nodes.Binary) and parsed.op == "in":
        path, target = _names(parsed.left), parsed.right
        if path is not None and len(path) > 1 and isinstance(target, nodes.Name):
            return ReferenceItem(path, nodes.Identifier(target.span, target.name), node.span)
    reader.out.append(
        Diagnostic(
            codes.WRONG_SHAPE, _REFERENCE, Label(node.span, "this is not one"),
            help="such as `comments.pageId in pages`",
        )
    )  # fmt: skip
    return None


def _names(expr: nodes.Expr) -> tuple[nodes.Identifier, ...] | None:
    """`a.b.c` as its names; None for anything else."""
    found: list[nodes.Identifier] = []
    while isinstance(expr, nodes.Field) and not expr.safe:
        found.append(expr.name)
        expr = expr.object
    if not isinstance(expr, nodes.Name):
        return None
    found.append(nodes.Identifier(expr.span, expr.name))
    return tuple(reversed(found))


def _workflow(key: Scalar, node: Mapping_, reader: Reader) -> WorkflowItem:
    of = reader.path(node.get("of"))
    if len(of) < 2:
        message = "a workflow is of a field of a table, `table.field`"
        label = Label(as_scalar(node.get("of")).span, "this names no field")
        help = "such as `issues.fields.status`"
        reader.out.append(Diagnostic(codes.WRONG_SHAPE, message, label, help=help))
    moves = [as_mapping(i) for i in items(node.get("transitions"))]
    return WorkflowItem(
        reader.name(key),
        of,
        as_scalar(node.get("start")),
        tuple(
            MoveItem(
                as_scalar(m.get("id")),
                as_scalar(m.get("name")),
                tuple(as_scalar(i) for i in items(m.get("from"))),
                as_scalar(m.get("to")),
                m.span,
            )
            for m in moves
        ),
        node.span,
    )


def _search(key: Scalar, node: Mapping_, reader: Reader) -> SearchItem:
    fields = [(k, as_mapping(v)) for k, v in pairs(node.get("fields"))]
    return SearchItem(
        reader.name(key),
        as_scalar(node.get("dialect")),
        as_identifier(node.get("of")),
        tuple(_search_field(k, v, reader) for k, v in fields),
        node.span,
    )


def _search_field(key: Scalar, node: Mapping_, reader: Reader) -> SearchFieldItem:
    values, sortable = node.get("values"), node.get("sortable")
    return SearchFieldItem(
        as_identifier(key),
        tuple(reader.path(i) for i in items(node.get("paths"))),
        as_scalar(node.get("kind")),
        reader.path(values) if values is not None else None,
        sortable is not None and bool(as_scalar(sortable).value),
        node.span,
    )


def _invalid(node: Mapping_, reader: Reader) -> InvalidItem:
    body = node.get("body")
    assert body is not None
    wording = {str(k.value): text_of(v) for k, v in pairs(node.get("wording"))}
    return InvalidItem(whole_of(node.get("status")), wording, reader.shape(body), node.span)
