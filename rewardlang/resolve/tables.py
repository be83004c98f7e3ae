"""The tables, workflows and query languages that an API declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rewardlang.diagnostics import codes
from rewardlang.model import Move, QueryField, SearchDef, TableDef, Workflow
from rewardlang.resolve.report import Report
from rewardlang.resolve.request_schemas import complete
from rewardlang.source import Span
from rewardlang.syntax.files import ApiFile, SearchFieldItem, TableItem, WorkflowItem
from rewardlang.syntax.nodes import Identifier
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import without_null
from rewardlang.types.types import (
    Any,
    List,
    Named,
    Nullable,
    Number,
    Object,
    String,
    Table,
    Type,
    Union,
)
from rewardlang.types.words import describe


def read_workflows(file: ApiFile, schemas: Schemas, report: Report) -> dict[str, Workflow]:
    """The workflows, as declared."""
    found: dict[str, Workflow] = {}
    for item in file.workflows:
        moves = tuple(
            Move(
                str(move.id.value),
                str(move.name.value),
                tuple(str(source.value) for source in move.sources),
                str(move.target.value),
                move.span,
            )
            for move in item.moves
        )
        of = ".".join(part.name for part in item.of)
        statuses, declared = _status_field(item, file, schemas)
        found[item.name.name] = Workflow(
            item.name.name, of, str(item.start.value), moves, item.name.span, statuses, declared
        )
        _check_moves(item, report)
    return found


def _status_field(
    item: WorkflowItem, file: ApiFile, schemas: Schemas
) -> tuple[tuple[str, ...], Span | None]:
    """The values that the schema lists for the field of a workflow, and where it names the field.

    Nothing when the path leads nowhere, which is reported when the tables are read."""
    rows = {table.name.name: table.row.name for table in file.tables}
    table, *path = [part.name for part in item.of]
    if table not in rows:
        return (), None
    type_: Type = Named(rows[table], file.name.name)
    declared = None
    for name in path:
        target = schemas.expand(without_null(schemas.expand(type_)))
        known = target.properties.get(name) if isinstance(target, Object) else None
        if known is None:
            return (), None
        type_, declared = known.type, known.origin
    target = schemas.expand(without_null(schemas.expand(type_)))
    values = target.enum if isinstance(target, String) else None
    return values or (), declared


def _check_moves(item: WorkflowItem, report: Report) -> None:
    seen: dict[str, int] = {}
    for move in item.moves:
        id_ = str(move.id.value)
        if id_ in seen:
            report.add(
                codes.BAD_DECLARATION,
                f'the transition "{id_}" is declared twice in `{item.name.name}`',
                move.id.span,
                "again here",
            )
        seen[id_] = 1


def statuses_of(workflows: Sequence[Workflow]) -> tuple[str, ...]:
    """Every status that one of `workflows` names, in order."""
    found: list[str] = []
    for workflow in workflows:
        found.append(workflow.start)
        for move in workflow.moves:
            found.extend([*move.sources, move.target])
    return tuple(dict.fromkeys(found))


def read_tables(
    file: ApiFile, workflows: Mapping[str, Workflow], schemas: Schemas, report: Report
) -> dict[str, TableDef]:
    """The tables; a field that a workflow is `of` has the workflow's statuses as its values."""
    found: dict[str, TableDef] = {}
    for item in file.tables:
        row = _row(item, file, schemas, report)
        if row is None:
            continue
        name = item.name.name
        for workflow in file.workflows:
            if workflow.of and workflow.of[0].name == name:
                path = workflow.of[1:]
                same = [
                    w for w in workflows.values() if w.of == ".".join(p.name for p in workflow.of)
                ]
                row = _with_statuses(row, path, same, schemas, report)
        found[name] = TableDef(
            name=name,
            key=item.key.name,
            also_by=tuple(other.name for other in item.also_by),
            row=Table(name, row),
            schema=complete({"$ref": f"#/schemas/{item.row.name}"}, file.schemas),
            internal=item.internal,
            span=item.name.span,
        )
    for workflow in file.workflows:
        _path_in_tables(workflow.of, found, schemas, report)
    return found


def _row(item: TableItem, file: ApiFile, schemas: Schemas, report: Report) -> Type | None:
    if item.row.name not in file.schemas:
        report.unknown("schema", item.row.name, item.row.span, file.schemas, kind="schemas")
        return None
    row = Named(item.row.name, file.name.name)
    target = schemas.expand(row)
    if not isinstance(target, Object):
        report.add(codes.BAD_DECLARATION, "rows are objects", item.row.span, describe(target))
        return None
    for field in (item.key, *item.also_by):
        known = target.properties.get(field.name)
        if known is None:
            report.unknown(
                "field", field.name, field.span, target.properties, code=codes.UNKNOWN_PROPERTY,
                kind="fields", message=f"`{item.row.name}` has no field `{field.name}`",
            )  # fmt: skip
        elif field is item.key and not (
            known.required and isinstance(schemas.expand(known.type), String)
        ):
            report.add(
                codes.BAD_DECLARATION,
                "the key of a table is a required string",
                field.span,
                describe(known.type) if known.required else "not required",
            )
    return row


def _with_statuses(
    row: Type,
    path: Sequence[Identifier],
    workflows: Sequence[Workflow],
    schemas: Schemas,
    report: Report,
) -> Type:
    """`row` with the statuses of `workflows` as the values of the string at `path`."""
    target = schemas.expand(row)
    if not path:
        named = statuses_of(workflows)
        if isinstance(target, String):
            if target.enum is not None:
                named = tuple(status for status in named if status in target.enum)
            return replace(target, enum=named, origin=workflows[0].span)
        return row
    if isinstance(target, Nullable):
        return Nullable(_with_statuses(target.inner, path, workflows, schemas, report))
    if not isinstance(target, Object) or path[0].name not in target.properties:
        return row
    known = target.properties[path[0].name]
    inner = _with_statuses(known.type, path[1:], workflows, schemas, report)
    properties = {**target.properties, path[0].name: replace(known, type=inner)}
    return replace(target, properties=properties)


def _path_in_tables(
    path: Sequence[Identifier], tables: Mapping[str, TableDef], schemas: Schemas, report: Report
) -> Type | None:
    """The type at `table.field.field`; None when it was reported."""
    first, *rest = path
    table = tables.get(first.name)
    if table is None:
        report.unknown("table", first.name, first.span, tables, kind="tables")
        return None
    return field_at(table.row.row, rest, schemas, report)


def field_at(
    type_: Type, path: Sequence[Identifier], schemas: Schemas, report: Report
) -> Type | None:
    """The type at `path` under a row; what is missing or null on the way does not matter."""
    for name in path:
        target = schemas.expand(without_null(schemas.expand(type_)))
        if isinstance(target, Any):
            return target
        if isinstance(target, Union):
            options = [schemas.expand(v) for v in target.variants]
            having = [o for o in options if isinstance(o, Object) and name.name in o.properties]
            target = having[0] if having else target
        if not isinstance(target, Object):
            report.add(codes.UNKNOWN_PROPERTY, f"{describe(target)} has no fields", name.span)
            return None
        known = target.properties.get(name.name)
        if known is not None:
            type_ = known.type
        elif target.rest is not None and not target.properties:
            type_ = target.rest
        else:
            owner = f"`{target.name}`" if target.name else "the object"
            report.unknown(
                "field", name.name, name.span, target.properties, code=codes.UNKNOWN_PROPERTY,
                kind="fields", message=f"{owner} has no field `{name.name}`",
            )  # fmt: skip
            return None
    return type_


def read_searches(
    file: ApiFile, tables: Mapping[str, TableDef], schemas: Schemas, report: Report
) -> dict[str, SearchDef]:
    """The query languages."""
    found: dict[str, SearchDef] = {}
    for item in file.searches:
        table = tables.get(item.table.name)
        if table is None:
            report.unknown("table", item.table.name, item.table.span, tables, kind="tables")
            continue
        fields = tuple(_query_field(f, table, tables, schemas, report) for f in item.fields)
        dialect = str(item.dialect.value)
        assert dialect in ("jql", "cql")
        found[item.name.name] = SearchDef(
            # For mypy: a text that is one of the literals, as the schema has it.
            item.name.name, dialect, table.name, fields, item.name.span  # type: ignore[arg-type]
        )  # fmt: skip
    return found


_KINDS: dict[str, tuple[type, ...]] = {
    "choice": (String,),
    "text": (String, Object, Union),
    "number": (Number,),
    "time": (String,),
    "key": (String,),
    "list": (List,),
}


def _query_field(
    item: SearchFieldItem,
    table: TableDef,
    tables: Mapping[str, TableDef],
    schemas: Schemas,
    report: Report,
) -> QueryField:
    kind = str(item.kind.value)
    for path in item.paths:
        type_ = field_at(table.row.row, path, schemas, report)
        target = None if type_ is None else schemas.expand(without_null(schemas.expand(type_)))
        if target is not None and not isinstance(target, (*_KINDS[kind], Any)):
            report.add(
                codes.BAD_DECLARATION,
                f"a field of the kind `{kind}` cannot be read here",
                path[0].span.to(path[-1].span),
                describe(target),
            )
    values: tuple[str, tuple[str, ...]] | None = None
    if item.values is not None:
        _path_in_tables(item.values, tables, schemas, report)
        values = (item.values[0].name, tuple(part.name for part in item.values[1:]))
    return QueryField(
        item.name.name,
        tuple(tuple(part.name for part in path) for path in item.paths),
        kind,  # type: ignore[arg-type]  # a text that is one of the literals, as the schema has it
        values,
        item.sortable,
    )


def check_references(
    file: ApiFile, tables: Mapping[str, TableDef], schemas: Schemas, report: Report
) -> None:
    """References are paths to strings or integers, or to lists of them, and name tables."""
    for item in file.references:
        type_ = _path_in_tables(item.path, tables, schemas, report)
        if item.target.name not in tables:
            report.unknown("table", item.target.name, item.target.span, tables, kind="tables")
        if type_ is None:
            continue
        target = schemas.expand(without_null(schemas.expand(type_)))
        if isinstance(target, List):
            target = schemas.expand(without_null(schemas.expand(target.item)))
        whole = isinstance(target, Number) and target.integer
        if not whole and not isinstance(target, String | Any):
            report.add(
                codes.BAD_DECLARATION, "a reference is a string or an integer, or a list of them",
                item.path[-1].span, describe(target),
            )  # fmt: skip
