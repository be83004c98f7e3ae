"""An API file to its typed model: tables, workflows, query languages, operations."""

from __future__ import annotations

from collections import OrderedDict

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.frozen import frozen
from rewardlang.model import Api, InvalidShape, Operation, Reference, TableDef
from rewardlang.resolve.infer_shapes import infer_shape
from rewardlang.resolve.operations import read_operation
from rewardlang.resolve.report import Report
from rewardlang.resolve.scope import (
    ApiView,
    Binding,
    LocalName,
    RootName,
    Scope,
    SearchSpace,
    TableName,
    WorkflowsSpace,
    is_error,
)
from rewardlang.resolve.tables import (
    check_references,
    read_searches,
    read_tables,
    read_workflows,
)
from rewardlang.syntax.files import ApiFile
from rewardlang.syntax.nodes import Shape
from rewardlang.types.json_schema import Schemas
from rewardlang.types.types import List, Number, Object, Property, String, Type

USERS = "users"
"""The table whose rows are actors."""


@frozen
class ResolvedApi:
    """An API with what was found on the way; `api` is None when it has errors.

    `typed` are its expressions, as in `Report`.
    """

    file: ApiFile
    api: Api | None
    view: ApiView
    tables: dict[str, TableDef]
    schemas: Schemas
    diagnostics: tuple[Diagnostic, ...]
    typed: tuple[tree.Expr, ...]


_KEPT = 8
_cache: OrderedDict[tuple[str, str], ResolvedApi] = OrderedDict()
"""APIs by path and text: scenarios in one folder share theirs."""


def resolve_api(file: ApiFile) -> ResolvedApi:
    """Type an API; the same file is typed once."""
    key = (file.source.path, file.source.text)
    found = _cache.get(key)
    if found is None:
        found = _cache[key] = _resolve(file)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


def _resolve(file: ApiFile) -> ResolvedApi:
    typed: list[tree.Expr] = []
    report = Report(typed=typed)
    schemas = Schemas()
    schemas.add(file.name.name, file.schemas, file.schema_spans)
    for _, name in schemas.too_deep:
        node = file.schema_spans.get(name)
        report.add(
            codes.BAD_DECLARATION,
            f"too many schemas must be read for `{name}`",
            node.span if node is not None else file.name.span,
            "they merge one another by `allOf`",
        )
    workflows = read_workflows(file, schemas, report)
    tables = read_tables(file, workflows, schemas, report)
    searches = read_searches(file, tables, schemas, report)
    check_references(file, tables, schemas, report)
    name = file.name.name
    view = ApiView(
        name,
        {n: t.row for n, t in tables.items() if not t.internal},
        workflows,
        {n: tables[s.table].row for n, s in searches.items()},
        {},
    )
    scope = Scope(schemas, report, _names(file, tables), place="operation", apis={name: view})
    invalid = _invalid(file, scope)
    problem = None if file.problem is None else _problem(file.problem, scope)
    error_type: Type = Object({}, None) if invalid is None else invalid.type
    operations: dict[str, Operation] = {}
    for item in file.operations:
        operation = read_operation(item, file, error_type, scope)
        if operation is not None:
            operations[operation.name] = operation
    view = ApiView(name, view.tables, workflows, view.searches, operations)
    failed = any(d.code.level == "error" for d in report.diagnostics)
    api = None
    if not failed and invalid is not None:
        api = Api(
            name=name,
            title=file.title,
            base_path=file.base_path,
            schemas=file.schemas,
            tables=tables,
            workflows=workflows,
            searches=searches,
            counters={counter.name: value for counter, value in file.counters},
            operations=operations,
            invalid=InvalidShape(file.invalid.status, invalid, file.invalid.wording),
            time_format=file.time_format,
            source=file.source,
            references=tuple(
                Reference(tuple(part.name for part in each.path), each.target.name, each.span)
                for each in file.references
            ),
            types=schemas,
            problem=problem,
            faults=dict(file.faults),
        )
    found = tuple(report.diagnostics)
    return ResolvedApi(file, api, view, tables, schemas, found, tuple(typed))


def _names(file: ApiFile, tables: dict[str, TableDef]) -> dict[str, Binding]:
    """What operations see, but for arguments and lets."""
    counters = Object(
        {counter.name: Property(Number(True), True, counter.span) for counter, _ in file.counters}
    )
    names: dict[str, Binding] = {
        "now": RootName("now", tree.Facts(String(), "environment", "episode")),
        "counters": RootName("counters", tree.Facts(counters, "environment", "episode")),
        "workflow": WorkflowsSpace(file.name.name),
        "search": SearchSpace(file.name.name),
    }
    users = tables.get(USERS)
    if users is not None:
        facts = tree.Facts(users.row.row, "scenario", "setup")
        names["actor"] = RootName("actor", facts)
    for name, table in tables.items():
        names[name] = TableName(table.row)
    return names


def _invalid(file: ApiFile, scope: Scope) -> tree.Expr | None:
    """The body of the answer to an invalid request; None when it was reported."""
    errors = Object({}, String())
    names: dict[str, Binding] = {
        "errors": LocalName(tree.Facts(errors, "agent", "episode")),
        "messages": LocalName(tree.Facts(List(String()), "agent", "episode")),
    }
    return _body(file.invalid.body, names, scope)


def _problem(shape: Shape, scope: Scope) -> tree.Expr | None:
    """The body of an answer that no operation gives; None when it was reported."""
    names: dict[str, Binding] = {
        "status": LocalName(tree.Facts(Number(True), "agent", "episode")),
        "message": LocalName(tree.Facts(String(), "agent", "episode")),
    }
    return _body(shape, names, scope)


def _body(shape: Shape, names: dict[str, Binding], scope: Scope) -> tree.Expr | None:
    inner = Scope(scope.schemas, scope.report, names, place="operation", apis=scope.apis)
    before = len(scope.report.diagnostics)
    body = infer_shape(shape, inner)
    return None if is_error(body) or len(scope.report.diagnostics) > before else body
