"""A world file to rows: written by hand or generated, checked against schemas and references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import jsonschema_rs

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Label
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, Failure, evaluate, named
from rewardlang.model import TableDef, World
from rewardlang.resolve.apis import ResolvedApi
from rewardlang.resolve.cost import generator_cost
from rewardlang.resolve.extent import Sizes
from rewardlang.resolve.infer import shape_of
from rewardlang.resolve.infer_shapes import infer_shape
from rewardlang.resolve.lets import bind_lets
from rewardlang.resolve.report import Report
from rewardlang.resolve.scope import (
    Binding,
    ConstName,
    ListsSpace,
    RootName,
    Scope,
    TableName,
    is_error,
)
from rewardlang.resolve.signatures import MACROS, functions
from rewardlang.source import Span
from rewardlang.syntax.files import GeneratorItem, RowsItem, WorldFile
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode, plain
from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import without_null
from rewardlang.types.types import Number, Object, State, String, Type
from rewardlang.types.words import describe
from rewardlang_runtime.rng import Rng
from rewardlang_runtime.scenario import TableSpec
from rewardlang_runtime.values import ScenarioFault
from rewardlang_runtime.world import Table as TableView

MAX_ROWS = 20_000
_MOST_ERRORS = 20
"""Bad rows of one world that are reported."""

Row = dict[str, object]


def merged_tables(
    apis: Sequence[ResolvedApi], uses: Sequence[Scalar], report: Report
) -> dict[str, TableDef]:
    """The tables of all APIs; one that two APIs declare must be the same in both."""
    merged: dict[str, TableDef] = {}
    for each, use in zip(apis, uses, strict=False):
        for name, table in each.tables.items():
            other = merged.get(name)
            if other is None:
                merged[name] = table
            elif (other.key, other.also_by, other.schema) != (
                table.key, table.also_by, table.schema,
            ):  # fmt: skip
                report.add(
                    codes.NAME_TAKEN,
                    f"two APIs declare the table `{name}` differently",
                    use.span,
                    "cannot be used together",
                    others=[Label(other.span, "one of them"), Label(table.span, "the other")],
                )
    return merged


def expand_world(
    file: WorldFile,
    apis: Sequence[ResolvedApi],
    tables: Mapping[str, TableDef],
    schemas: Schemas,
    report: Report,
) -> World | None:
    """The rows of a world; None when something is wrong with it."""
    before = len(report.diagnostics)
    rows = _Expansion(file, tables, schemas, report).expand()
    counters = _counters(file, apis, report)
    _check_clock(file, report)
    if len(report.diagnostics) == before:
        _check_references(file, apis, tables, rows, report)
    if any(d.code.level == "error" for d in report.diagnostics[before:]):
        return None
    return World(
        name=file.name.name,
        rows={name: {key: row.value for key, row in found.items()} for name, found in rows.items()},
        counters=counters,
        clock_start=file.clock_start,
        clock_step_s=file.clock_step_s,
        source=file.source,
    )


def _counters(file: WorldFile, apis: Sequence[ResolvedApi], report: Report) -> dict[str, int]:
    counters: dict[str, int] = {}
    for each in apis:
        counters.update({name.name: value for name, value in each.file.counters})
    for name, value in file.counters:
        if name.name not in counters:
            report.unknown("counter", name.name, name.span, counters, kind="counters")
        counters[name.name] = value
    return counters


def _check_clock(file: WorldFile, report: Report) -> None:
    try:
        moment = datetime.fromisoformat(file.clock_start)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        report.add(
            codes.BAD_ROW,
            f'the clock cannot start at "{file.clock_start}"',
            file.name.span,
            "no moment with a time zone",
            help='write it as "2026-01-05T09:00:00Z"',
        )


@frozen
class _Row:
    """A row and where it stands: its YAML, or the generator that made it."""

    value: Row
    node: YamlNode | None
    span: Span
    number: int | None = None

    def place(self, path: Sequence[str | int]) -> Span:
        """Where the value at `path` stands, or what is nearest to it."""
        node = self.node
        span = self.span
        for step in path:
            if isinstance(node, Mapping_):
                node = node.get(str(step))
            elif isinstance(node, Sequence_) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                break
            if node is None:
                break
            span = node.span
        return span

    def which(self) -> str:
        return "" if self.number is None else f" of row {self.number} of this generator"


Rows = dict[str, dict[str, _Row]]


@dataclass(slots=True)
class _Expansion:
    """One world on its way from file to rows."""

    file: WorldFile
    tables: Mapping[str, TableDef]
    schemas: Schemas
    report: Report
    rows: Rows = field(default_factory=dict)
    views: dict[str, TableView] = field(default_factory=dict)
    count: int = 0
    errors: int = 0
    steps: float = 0.0

    def expand(self) -> Rows:
        for name in self.tables:
            self.rows[name] = {}
        for item in self.file.tables:
            table = self.tables.get(item.table.name)
            if table is None:
                self.report.unknown(
                    "table", item.table.name, item.table.span, self.tables, kind="tables"
                )
                continue
            self._table(item, table)
        return self.rows

    def _table(self, item: RowsItem, table: TableDef) -> None:
        name = table.name
        schema = jsonschema_rs.validator_for(table.schema)
        aliases: dict[tuple[str, str], str] = {}
        for node in item.rows:
            value = plain(node)
            assert isinstance(value, dict)
            self._add(_Row(value, node, node.span), table, schema, aliases)
        for number, generator in enumerate(item.generate):
            for row in self._generated(generator, number, table):
                if not self._add(row, table, schema, aliases):
                    break  # its other rows would be wrong in the same way
        spec = TableSpec(name, table.key, table.also_by, table.internal)
        self.views[name] = TableView(spec, {k: row.value for k, row in self.rows[name].items()})

    def _add(
        self,
        row: _Row,
        table: TableDef,
        schema: jsonschema_rs.Validator,
        aliases: dict[tuple[str, str], str],
    ) -> bool:
        """Check a row and add it; False when it was reported."""
        self.count += 1
        if self.count > MAX_ROWS:
            if self.count == MAX_ROWS + 1:
                self.report.add(
                    codes.OVER_LIMIT, f"a world has at most {MAX_ROWS} rows", row.span,
                    "too many from here on",
                    help="make fewer: an episode needs few rows more than what it is about",
                )  # fmt: skip
            return False
        found = self._violation(row, table, schema)
        key = row.value.get(table.key)
        if found is None and key in self.rows[table.name]:
            found = ((table.key,), f"the key {key!r} was there before")
        if found is None:
            for other in table.also_by:
                value = row.value.get(other)
                if isinstance(value, str):
                    owner = aliases.setdefault((other, value), str(key))
                    if owner != key:
                        found = ((other,), f"`{owner}` has the same")
        if found is None:
            assert isinstance(key, str)
            self.rows[table.name][key] = row
            return True
        path, why = found
        self.errors += 1
        if self.errors <= _MOST_ERRORS:
            where = ".".join(map(str, path)) or "the row"
            self.report.add(
                codes.BAD_ROW,
                f"`{where}`{row.which()} is not as table `{table.name}` wants it",
                row.place(path),
                why,
                others=[Label(table.span, "the table")],
            )
        return False

    def _violation(
        self, row: _Row, table: TableDef, schema: jsonschema_rs.Validator
    ) -> tuple[Sequence[str | int], str] | None:
        error = next(iter(schema.iter_errors(row.value)), None)
        if error is not None:
            return list(error.instance_path), _short(str(error.message))
        return _bad_status(row.value, table.row.row, (), self.schemas)

    # ---- generators ----

    def _generated(self, item: GeneratorItem, number: int, table: TableDef) -> Iterator[_Row]:
        scope = self._scope(table.name)
        before = len(self.report.diagnostics)
        inner, lets = bind_lets(item.lets, scope)
        for identifier, _ in item.lets:
            if identifier.name in scope.names or identifier.name in (*functions(), *MACROS):
                self.report.add(
                    codes.NAME_TAKEN, f"the name `{identifier.name}` is taken", identifier.span,
                    "means something else here",
                )  # fmt: skip
        shape = infer_shape(item.row, inner)
        if is_error(shape) or len(self.report.diagnostics) > before:
            return
        self.steps += generator_cost(shape, lets, self._sizes()) * item.count
        if self.steps > 2e7:
            self.report.add(
                codes.OVER_BUDGET,
                "the generators of this world may take too many steps",
                item.span,
                "over 20,000,000 steps up to here",
                help="generate fewer rows, or look up rows by key instead of filtering tables",
            )
            return
        views = dict(self.views)
        by_name = named(lets)
        for index in range(item.count):
            context = Context(
                roots={"state": views, "index": index},
                lets=by_name,
                rng=Rng(self.file.seed, table.name, number, index),
            )
            try:
                value = evaluate(shape, context)
            except (Failure, ScenarioFault) as error:
                self.report.add(
                    codes.BAD_ROW,
                    f"row {index} of this generator cannot be made",
                    item.row.span,
                    _short(str(error)),
                )
                return
            yield _Row(value, None, item.row.span, index)

    def _sizes(self) -> Sizes:
        return Sizes(self.schemas.expand, {name: len(found) for name, found in self.rows.items()})

    def _scope(self, table: str) -> Scope:
        """What a generator of `table` sees: lists, its index, tables before its own."""
        lists = self.file.lists
        found: dict[str, ConstName] = {}
        for key, node in () if lists is None else lists.pairs:
            value = plain(node)
            found[str(key.value)] = ConstName(value, shape_of(value))
        seen = {name: self.tables[name].row for name in self.views}
        names: dict[str, Binding] = {
            "lists": ListsSpace(found),
            "index": RootName("index", tree.Facts(Number(True, 0, MAX_ROWS))),
            "state": RootName("state", tree.Facts(State(seen))),
        }
        for name, row in seen.items():
            names[name] = TableName(row)
        hidden = {table: "a generator sees only the tables before its own"}
        return Scope(self.schemas, self.report, names, place="generator", hidden=hidden)


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."


def _bad_status(
    value: object, type_: Type, path: tuple[str | int, ...], schemas: Schemas
) -> tuple[Sequence[str | int], str] | None:
    """A status that no workflow has; its path leads through objects that were made for it."""
    target = without_null(type_)
    if isinstance(target, String):
        # Only where a workflow added its statuses is a string more than its schema says.
        if target.enum is not None and isinstance(value, str) and value not in target.enum:
            return path, f"{describe(target)}: no workflow has this status"
        return None
    if not isinstance(target, Object) or not isinstance(value, dict):
        return None
    for name, known in target.properties.items():
        if name in value:
            found = _bad_status(value[name], known.type, (*path, name), schemas)
            if found is not None:
                return found
    return None


# ---- references ----


def _check_references(
    file: WorldFile,
    apis: Sequence[ResolvedApi],
    tables: Mapping[str, TableDef],
    rows: Rows,
    report: Report,
) -> None:
    """Every value at a reference's path is a key of a row of the table that it names."""
    keys = {name: _keys_of(tables[name], found) for name, found in rows.items()}
    bad = 0
    for each in apis:
        for reference in each.file.references:
            first, *rest = [part.name for part in reference.path]
            target = reference.target.name
            for row in rows.get(first, {}).values():
                for path, value in _values(row.value, rest, ()):
                    if value is None or value in keys.get(target, {}):
                        continue
                    bad += 1
                    if bad <= _MOST_ERRORS:
                        report.add(
                            codes.BAD_ROW,
                            f"there is no row {value!r} in `{target}`{row.which()}",
                            row.place(path),
                            "refers to nothing",
                            others=[Label(reference.span, "must be there")],
                        )


def _keys_of(table: TableDef, rows: Mapping[str, _Row]) -> dict[object, bool]:
    keys: dict[object, bool] = dict.fromkeys(rows, True)
    for row in rows.values():
        for other in table.also_by:
            value = row.value.get(other)
            if isinstance(value, str):
                keys[value] = True
    return keys


def _values(
    value: object, path: Sequence[str], done: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """The values at `path`, with where they are; lists are gone through."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _values(item, path, (*done, index))
    elif not path:
        yield done, value if isinstance(value, str) or value is None else str(value)
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:], (*done, path[0]))
