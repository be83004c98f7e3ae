"""Run a query over one table of a world."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rewardlang_runtime.queries import times
from rewardlang_runtime.queries.columns import (
    Row,
    Rows,
    at,
    base_rows,
    key,
    places_in,
    words,
)
from rewardlang_runtime.queries.parse import parse
from rewardlang_runtime.queries.spec import (
    Clause,
    Condition,
    Dialect,
    Operand,
    Query,
    QueryError,
    QueryField,
    SearchSpec,
    Token,
)
from rewardlang_runtime.world import Table

if TYPE_CHECKING:
    from rewardlang_runtime.world import World

Test = Callable[[Rows], int]
"""The set of those rows that a condition holds for."""

_EQUALITY = ("=", "!=", "in", "not in")
_ORDER = ("<", "<=", ">", ">=")
_EMPTY = ("is", "is not")
_OPERATORS = {
    "jql": {
        "choice": (*_EQUALITY, *_EMPTY),
        "list": (*_EQUALITY, *_EMPTY),
        "text": ("~", "!~", *_EMPTY),
        "number": (*_EQUALITY, *_ORDER, *_EMPTY),
        "time": (*_EQUALITY, *_ORDER, *_EMPTY),
        "key": (*_EQUALITY, *_ORDER, *_EMPTY),
    },
    "cql": {
        "choice": _EQUALITY,
        "list": _EQUALITY,
        "text": ("=", "!=", "~", "!~"),
        "number": (*_EQUALITY, *_ORDER),
        "time": (*_EQUALITY, *_ORDER),
        "key": _EQUALITY,
    },
}


_PARSED: dict[tuple[Dialect, str], Query] = {}
_KEPT = 512
"""How many parsed queries are kept: a group of rollouts asks the same ones again and again."""


def search(world: World, spec: SearchSpec, query: str, now: str, actor: str) -> dict[str, Any]:
    """The rows that `query` finds, in its order, else in the table's.

    Args:
        world: Where `spec.table` and the tables of choices are.
        spec: The query language as the API file declares it.
        query: What the policy wrote.
        now: The world's time, `YYYY-MM-DDTHH:MM:SS...`.
        actor: What `currentUser()` stands for.

    Returns:
        `{"error": None, "rows": [...]}`, or the API's message as `error` and no rows.
    """
    try:
        parsed = _PARSED.get((spec.dialect, query))
        if parsed is None:
            parsed = parse(query, spec.dialect)
            if len(_PARSED) >= _KEPT:
                _PARSED.clear()
            _PARSED[spec.dialect, query] = parsed
        plan = _Plan(world, spec, now, actor)
        test = None if parsed.condition is None else plan.condition(parsed.condition)
        order = [(plan.sort_field(token), down) for token, down in parsed.order]
    except QueryError as error:
        return {"error": str(error), "rows": []}
    return {"error": None, "rows": _Table(world, spec.table).find(test, order)}


class _Table:
    """A table as a base and the few rows that differ from it, numbered in the table's order."""

    def __init__(self, world: World, name: str) -> None:
        view = world[name]
        if isinstance(view, Table):
            self.base, self.hidden, self.places, own = base_rows(view), 0, [], []
        else:
            table = view.base
            self.base = base_rows(table)
            old = [key for key in view.changed if key in table.rows]
            self.hidden = sum(1 << table.place(key) for key in old)
            numbered = [(table.place(key), view.changed[key]) for key in old]
            numbered += [
                (number, view.changed[key]) for number, key in enumerate(view.made, len(table))
            ]
            kept = sorted((number, row) for number, row in numbered if row is not None)
            self.places, own = [number for number, _ in kept], [row for _, row in kept]
        self.own = Rows(own)

    def find(self, test: Test | None, order: list[tuple[QueryField, bool]]) -> list[Row]:
        base, own = self.base, self.own
        found = base.full if test is None else test(base)
        places = places_in(found & ~self.hidden)
        mine = places_in(own.full if test is None else test(own))
        if not order and not mine:
            return [base.rows[place] for place in places]
        # Rows of its own have negative numbers from here on: -1 is the first.
        entries = [(place, place) for place in places]
        entries += [(self.places[number], -1 - number) for number in mine]
        entries.sort()
        hits = [hit for _, hit in entries]
        for field, down in reversed(order):
            # A negative number counts from the end of the list, where the own rows are, reversed.
            keys = [*base.column(field).sort_keys(), *reversed(own.column(field).sort_keys())]
            hits.sort(key=keys.__getitem__, reverse=down)
        return [base.rows[hit] if hit >= 0 else own.rows[-1 - hit] for hit in hits]


class _Plan:
    """A query against one world: its conditions become tests, all errors found on the way."""

    def __init__(self, world: World, spec: SearchSpec, now: str, actor: str) -> None:
        self.world = world
        self.spec = spec
        self.now = now
        self.actor = actor

    def field(self, token: Token) -> QueryField:
        field = self.spec.fields.get(token.text.lower())
        if field is not None:
            return field
        if self.spec.dialect == "cql":
            raise QueryError(f"Could not parse cql : No field exists with name: {token.text[:80]}")
        raise QueryError(
            f"Field '{token.text[:80]}' does not exist or you do not have permission to view it."
        )

    def sort_field(self, token: Token) -> QueryField:
        field = self.field(token)
        if not field.sortable:
            raise QueryError(f"Not able to sort using field '{field.name}'.")
        return field

    def condition(self, condition: Condition) -> Test:
        if isinstance(condition, Clause):
            return self.clause(condition)
        tests = [self.condition(item) for item in condition.items]
        if condition.op == "not":
            (inner,) = tests
            return lambda rows: rows.full & ~inner(rows)
        return _all(tests) if condition.op == "and" else _any(tests)

    def clause(self, clause: Clause) -> Test:
        field = self.field(clause.field)
        op = clause.op
        empty = [operand for operand in clause.operands if operand.is_empty]
        if empty and op in ("=", "!="):
            op = "is" if op == "=" else "is not"
        if op not in _OPERATORS[self.spec.dialect][field.kind]:
            raise QueryError(
                f"The operator '{op.upper()}' is not supported by the '{field.name}' field."
            )
        if op == "is":
            return lambda rows: rows.full & ~rows.column(field).filled
        if op == "is not":
            return lambda rows: rows.column(field).filled
        wanted = [self.value(field, operand) for operand in clause.operands]
        if op in ("=", "in"):
            return lambda rows: rows.column(field).any_of(wanted)
        if op in ("~", "!~"):
            test = _contains(str(wanted[0]), field)
        elif op in ("!=", "not in"):
            test = _equal(field, wanted)
        else:
            return _ordered(field, op, wanted[0])
        if op == "~":
            return test
        return lambda rows: rows.column(field).filled & ~test(rows)

    def value(self, field: QueryField, operand: Operand) -> Any:
        """What `operand` stands for, in the form that `_comparable` gives a row's values."""
        text = operand.token.text
        if operand.call is not None:
            if text.lower() == "currentuser" and not operand.call:
                return self.actor.casefold()
            found = times.function(text, operand.call, self.now) if field.kind == "time" else None
            if found is None:
                raise QueryError(f"Unable to find JQL function '{text[:80]}()'.")
            return found
        if field.kind == "time":
            found = times.moment(text, self.now)
            if found is None:
                raise QueryError(
                    f"Date value '{text[:80]}' for field '{field.name}' is invalid. Valid formats "
                    "include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', "
                    "or a period format e.g. '-5d', '4w 2d'."
                )
            return found
        if field.kind == "number":
            try:
                number = float(text) if len(text) <= 40 else float("nan")
            except ValueError:
                number = float("nan")
            if number - number != 0:
                raise QueryError(
                    f"The value '{text[:80]}' for the field '{field.name}' is not a number."
                )
            return number
        if field.kind == "key":
            return key(text)
        if field.values is not None and not self._exists(field, text.casefold()):
            raise QueryError(
                f"The value '{text[:80]}' does not exist for the field '{field.name}'."
            )
        return text.casefold()

    def _exists(self, field: QueryField, wanted: str) -> bool:
        if field.values is None:
            return True
        name, path = field.values
        columns = (path, *((steps[-1],) for steps in field.paths))
        view = self.world[name]
        if not isinstance(view, Table):
            return wanted in _known(view.values(), columns)
        memo = ("query values", columns)
        if memo not in view.memo:
            view.memo[memo] = _known(view.values(), columns)
        return wanted in view.memo[memo]


def _known(rows: list[Row], columns: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(
        str(value).casefold() for row in rows for column in columns for value in at(row, column)
    )


def _all(tests: list[Test]) -> Test:
    def test(rows: Rows) -> int:
        found = rows.full
        for inner in tests:
            found &= inner(rows)
        return found

    return test


def _any(tests: list[Test]) -> Test:
    def test(rows: Rows) -> int:
        found = 0
        for inner in tests:
            found |= inner(rows)
        return found

    return test


def _equal(field: QueryField, wanted: list[Any]) -> Test:
    return lambda rows: rows.column(field).any_of(wanted)


def _ordered(field: QueryField, op: str, wanted: Any) -> Test:
    def holds(have: Any) -> bool:
        if field.kind == "key" and have[0] != wanted[0]:
            return False
        if op == "<":
            return bool(have < wanted)
        if op == "<=":
            return bool(have <= wanted)
        return bool(have > wanted) if op == ">" else bool(have >= wanted)

    def test(rows: Rows) -> int:
        found = 0
        for value, places in rows.column(field).by_value.items():
            if holds(value):
                found |= places
        return found

    return test


def _contains(query: str, field: QueryField) -> Test:
    """Every word of the query is in the text; `word*` is a prefix, `"a b"` in quotes a phrase."""
    if len(query) > 1 and query[0] == query[-1] == '"':
        phrase = words(query)
        return lambda rows: rows.column(field).phrase(phrase)
    prefixes = [word for part in query.split() if part.endswith("*") for word in words(part)]
    exact = [word for part in query.split() if not part.endswith("*") for word in words(part)]

    def test(rows: Rows) -> int:
        column, found = rows.column(field), rows.full
        for word in exact:
            found &= column.word(word)
        for prefix in prefixes:
            found &= column.prefix(prefix)
        return found

    return test
