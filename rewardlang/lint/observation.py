"""What a reward looks at and no operation shows: a policy can neither see nor check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.registry import lint
from rewardlang.lint.sources import reads
from rewardlang.model import Scenario
from rewardlang.walk import below

Tables = Mapping[str, str]
"""The tables of lambda parameters that are rows."""

_PASSING = frozenset({
    "values", "take", "skip", "slice", "distinct", "sorted", "reversed", "without", "without_all",
    "union", "intersect", "flatten",
})  # fmt: skip
_PICKING = frozenset({"only", "first", "last"})


@lint(codes.UNOBSERVABLE)
def unobservable_goal(scenario: Scenario) -> Iterator[Diagnostic]:
    """A field that is checked at the end, and that no answer to any call holds."""
    shown = _shown(scenario)
    blamed: list[tuple[str, str]] = []
    for part in scenario.parts:
        expr = part.score if part.check is None else part.check
        if expr is None:
            continue
        for read in _final_fields(scenario, expr):
            name = read.path[-1]
            if (read.table, name) in blamed or shown.holds(read, scenario):
                continue
            blamed.append((read.table, name))
            yield Diagnostic(
                codes.UNOBSERVABLE,
                f"no operation shows `{name}` of `{read.table}`",
                Label(read.node.span, "a policy cannot see what is asked for, nor check it"),
                help="let the response of an operation that reads hold it, or offer one that does",
            )


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of the rows of a table; a whole row has no path."""

    table: str
    path: tuple[str, ...]
    node: tree.Expr


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the responses of the offered operations hold."""

    fields: list[_Field] = field(default_factory=list)
    names: dict[str, bool] = field(default_factory=dict)
    """Names of properties, whatever their values are made from."""

    def holds(self, read: _Field, scenario: Scenario) -> bool:
        """Whether a field can be seen, as far as can be told: by its path, by the row that it is
        part of, or by a property of the same name, which may be a copy."""
        if read.path[-1] in self.names:
            return True
        keys = [key for api in scenario.apis for key in _keys(api.tables.get(read.table))]
        if read.path[-1] in keys:
            return True
        for each in self.fields:
            short = min(len(each.path), len(read.path))
            if each.table == read.table and each.path[:short] == read.path[:short]:
                return True
            if read.path[-1] in each.path:
                return True
        return False


def _keys(table: object) -> Iterator[str]:
    from rewardlang.model import TableDef

    if isinstance(table, TableDef):
        yield table.key
        yield from table.also_by


def _shown(scenario: Scenario) -> _Shown:
    shown = _Shown()
    searched = {
        (api.name, search.name): search.table
        for api in scenario.apis
        for search in api.searches.values()
    }
    for name in scenario.tools:
        operation = scenario.operations[name]
        if operation.body is None:
            continue
        looking = _Looking({let.name: let for let in operation.lets}, searched)
        for found in looking.at(operation.body, {}):
            shown.fields.append(found)
            if not found.path:
                rows = scenario.world.rows.get(found.table, {})
                shown.names.update(dict.fromkeys(_names_in(list(rows.values())), True))
        shown.names.update(looking.names)
    return shown


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
        base = found.node
        while isinstance(base, tree.Get):
            base = base.object
        looks = reads([base], lets)
        if found.path and looks & {"final", "delta"}:
            yield found


class _Looking:
    """Finds the fields of rows that an expression reads, through lets, each let once."""

    def __init__(
        self, lets: Mapping[str, tree.LetDef], searched: Mapping[tuple[str, str], str]
    ) -> None:
        self._lets = lets
        self._searched = searched
        self._seen: dict[str, bool] = {}
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
            table = self.row(inner, rows)
            if table is not None:
                yield _Field(table, tuple(reversed(path)), expr)
                return
            self.names[expr.name] = True
            yield from self.at(expr.object, rows)
            return
        table = self.row(expr, rows) or self.items(expr, rows)
        if table is not None:
            yield _Field(table, (), expr)
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

    def row(self, expr: tree.Expr, rows: Tables) -> str | None:
        """The table whose row `expr` is."""
        match expr:
            case tree.LetRef() if expr.name in self._lets:
                return self.row(self._lets[expr.name].value, {})
            case tree.Present():
                return self.row(expr.object, rows)
            case tree.Row():
                return expr.table.name
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

    def items(self, expr: tree.Expr, rows: Tables) -> str | None:
        """The table whose rows `expr` lists."""
        match expr:
            case tree.LetRef() if expr.name in self._lets:
                return self.items(self._lets[expr.name].value, {})
            case tree.TableRef():
                return expr.name
            case tree.DeltaRows():
                return expr.table
            case tree.Get(object=tree.Search() as search, name="rows"):
                return self._searched.get((search.api, search.name))
            case tree.Builtin(args=(first, *_)) if expr.name in _PASSING:
                return self.items(first, rows)
            case tree.Macro(kind="filter" | "sort_by"):
                return self.items(expr.source, rows)
            case tree.If():
                return self.items(expr.then, rows) or self.items(expr.other, rows)
            case _:
                return None
