"""What a reward looks at and no operation shows: a policy can neither see nor check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.frozen import frozen
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import reads
from rewardlang.memo import Memo
from rewardlang.model import Api, Scenario
from rewardlang.walk import below

Rows = tuple[str, bool]
"""The table of a row or of several, and whether they are as they are at the end."""

Tables = Mapping[str, Rows]
"""What is known of lambda parameters that are rows."""

_PASSING = frozenset({
    "values", "take", "skip", "slice", "distinct", "sorted", "reversed", "without", "without_all",
    "union", "intersect", "flatten",
})  # fmt: skip
_PICKING = frozenset({"only", "first", "last"})


@lint(codes.UNOBSERVABLE)
def unobservable_goal(scenario: Scenario) -> Iterator[Diagnostic]:
    """A field that is checked at the end, and that no answer to any call holds."""
    shown = _Shown(scenario)
    blamed: list[tuple[str, str]] = []
    for part in scenario.parts:
        expr = part.score if part.check is None else part.check
        if expr is None:
            continue
        for read in _final_fields(scenario, expr):
            name = read.path[-1]
            if (read.table, name) in blamed or shown.holds(read):
                continue
            blamed.append((read.table, name))
            yield Diagnostic(
                codes.UNOBSERVABLE,
                f"no operation shows `{name}` of `{read.table}`",
                Label(read.node.span, "a policy cannot see what is asked for, nor check it"),
                help="let the response of an operation that reads hold it, or offer one that does",
            )


@frozen
class _Field:
    """A field of the rows of a table; a whole row has no path."""

    table: str
    late: bool
    path: tuple[str, ...]
    node: tree.Expr


@frozen
class _Response:
    """What the response of an operation holds: fields of rows, and names of properties, whatever
    their values are made from."""

    fields: tuple[_Field, ...]
    names: frozenset[str]


def _response(api: Api) -> Mapping[str, _Response]:
    """The responses of the operations that have one."""
    searched = {search.name: search.table for search in api.searches.values()}
    found: dict[str, _Response] = {}
    for operation in api.operations.values():
        if operation.body is not None:
            looking = _Looking({let.name: let for let in operation.lets}, searched)
            fields = tuple(looking.at(operation.body, {}))
            found[operation.name] = _Response(fields, frozenset(looking.names))
    return found


_responses = Memo(_response, 8)


class _Shown:
    """What the offered operations show."""

    def __init__(self, scenario: Scenario) -> None:
        self._rows = scenario.world.rows
        self._tables = {name: t for api in scenario.apis for name, t in api.tables.items()}
        every = {name: r for api in scenario.apis for name, r in _responses(api).items()}
        self._offered = [every[name] for name in scenario.tools if name in every]
        self._copied: frozenset[str] | None = None

    def holds(self, read: _Field) -> bool:
        """Whether a field can be seen, as far as can be told: by its path, by the row that it is
        part of, or by a property of the same name, which may be a copy."""
        name = read.path[-1]
        table = self._tables.get(read.table)
        if table is not None and name in (table.key, *table.also_by):
            return True
        for response in self._offered:
            if name in response.names:
                return True
            for each in response.fields:
                short = min(len(each.path), len(read.path))
                if each.table == read.table and each.path[:short] == read.path[:short]:
                    return True
                if name in each.path:
                    return True
        return name in self._in_whole_rows()

    def _in_whole_rows(self) -> frozenset[str]:
        """The names of all properties of rows that a response holds as a whole."""
        if self._copied is None:
            tables = {f.table: True for r in self._offered for f in r.fields if not f.path}
            rows = [row for table in tables for row in self._rows.get(table, {}).values()]
            self._copied = frozenset(_names_in(rows))
        return self._copied


def _names_in(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            yield from part
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _final_fields(scenario: Scenario, expr: tree.Expr) -> Iterator[_Field]:
    """The fields of rows at the end that an expression reads."""
    lets = {let.name: let for let in scenario.lets}
    for found in _Looking(lets, {}).at(expr, {}):
        if found.path and found.late:
            yield found


class _Looking:
    """Finds the fields of rows that an expression reads, through lets, each let once."""

    def __init__(self, lets: Mapping[str, tree.LetDef], searched: Mapping[str, str]) -> None:
        self._lets = lets
        self._searched = searched
        self._seen: dict[str, bool] = {}
        self._known: dict[tuple[str, str], Rows | None] = {}
        self.names: dict[str, bool] = {}

    def at(self, expr: tree.Expr, rows: Tables) -> Iterator[_Field]:
        """The fields under `expr`; `rows` has the tables of lambda parameters."""
        if isinstance(expr, tree.Get):
            path = [expr.name]
            inner = expr.object
            while isinstance(inner, tree.Get | tree.Present | tree.Coalesce):
                if isinstance(inner, tree.Get):
                    path.append(inner.name)
                inner = inner.left if isinstance(inner, tree.Coalesce) else inner.object
            known = self.row(inner, rows)
            if known is not None:
                yield _Field(*known, tuple(reversed(path)), expr)
                return
            self.names[expr.name] = True
            yield from self.at(expr.object, rows)
            return
        known = self.row(expr, rows) or self.items(expr, rows)
        if known is not None:
            yield _Field(*known, (), expr)
            if not isinstance(expr, tree.Macro):
                return
        match expr:
            case tree.LetRef():
                if expr.name in self._lets and expr.name not in self._seen:
                    self._seen[expr.name] = True
                    yield from self.at(self._lets[expr.name].value, {})
            case tree.Macro():
                of = self.items(expr.source, rows)
                inner_rows = rows if of is None else {**rows, expr.vars[-1]: of}
                if of is None:
                    yield from self.at(expr.source, rows)
                yield from self.at(expr.body, inner_rows)
            case tree.MakeObject():
                for name, value in expr.pairs:
                    self.names[name] = True
                    yield from self.at(value, rows)
            case tree.Const():
                self.names.update(dict.fromkeys(_names_in(expr.value), True))
            case _:
                for part in below(expr):
                    yield from self.at(part, rows)

    def row(self, expr: tree.Expr, rows: Tables) -> Rows | None:
        """The table whose row `expr` is."""
        match expr:
            case tree.LetRef() if expr.name in self._lets:
                if ("row", expr.name) not in self._known:
                    self._known["row", expr.name] = self.row(self._lets[expr.name].value, {})
                return self._known["row", expr.name]
            case tree.Present():
                return self.row(expr.object, rows)
            case tree.Row():
                return self.items(expr.table, rows)
            case tree.Local():
                return rows.get(expr.name)
            case tree.Builtin(args=(first, *_)) if expr.name in _PICKING:
                return self.items(first, rows)
            case tree.Macro(kind="min_by" | "max_by"):
                return self.items(expr.source, rows)
            case tree.At():
                return self.items(expr.object, rows)
            case tree.Coalesce():
                return self.row(expr.left, rows)
            case tree.If():
                return self.row(expr.then, rows) or self.row(expr.other, rows)
            case _:
                return None

    def items(self, expr: tree.Expr, rows: Tables) -> Rows | None:
        """The table whose rows `expr` lists."""
        match expr:
            case tree.LetRef() if expr.name in self._lets:
                if ("rows", expr.name) not in self._known:
                    self._known["rows", expr.name] = self.items(self._lets[expr.name].value, {})
                return self._known["rows", expr.name]
            case tree.TableRef():
                return expr.name, "final" in reads([expr.world], self._lets)
            case tree.DeltaRows():
                return expr.table, True
            case tree.Get(object=tree.Search() as search, name="rows"):
                table = self._searched.get(search.name)
                return None if table is None else (table, False)
            case tree.Builtin(args=(first, *_)) if expr.name in _PASSING:
                return self.items(first, rows)
            case tree.Macro(kind="filter" | "sort_by"):
                return self.items(expr.source, rows)
            case tree.If():
                return self.items(expr.then, rows) or self.items(expr.other, rows)
            case _:
                return None
