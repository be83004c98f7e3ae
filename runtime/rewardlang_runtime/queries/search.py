"""Run a query over one table of a world."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from rewardlang_runtime.queries import times
from rewardlang_runtime.queries.parse import parse
from rewardlang_runtime.queries.spec import (
    Clause,
    Condition,
    Operand,
    QueryError,
    QueryField,
    SearchSpec,
    Token,
)

if TYPE_CHECKING:
    from rewardlang_runtime.world import World

Row = dict[str, Any]
Test = Callable[[Row], bool]

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
        parsed = parse(query, spec.dialect)
        plan = _Plan(world, spec, now, actor)
        test = plan.condition(parsed.condition) if parsed.condition is not None else None
        order = [(plan.sort_field(token), down) for token, down in parsed.order]
    except QueryError as error:
        return {"error": str(error), "rows": []}
    rows: list[Row] = world[spec.table].values()
    found = rows if test is None else [row for row in rows if test(row)]
    found = list(found)
    for field, down in reversed(order):
        found.sort(key=partial(_sort_key, field), reverse=down)
    return {"error": None, "rows": found}


class _Plan:
    """A query against one world: its conditions become tests of a row."""

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
            return lambda row: not tests[0](row)
        if condition.op == "and":
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)

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
        if op in _EMPTY:
            return lambda row: bool(_values(row, field)) == (op == "is not")
        wanted = [self.value(field, operand) for operand in clause.operands]
        if op in ("=", "in"):
            return self._equality(field, wanted)
        if op in ("!=", "not in"):
            equal = self._equality(field, wanted)
            return lambda row: bool(_values(row, field)) and not equal(row)
        if op in ("~", "!~"):
            contains = _contains(str(wanted[0]), field)
            if op == "~":
                return contains
            return lambda row: bool(_values(row, field)) and not contains(row)
        return _ordered(field, op, wanted[0])

    def _equality(self, field: QueryField, wanted: list[Any]) -> Test:
        accepted = frozenset(wanted)
        return lambda row: any(_comparable(v, field) in accepted for v in _values(row, field))

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
            return _key(text)
        if field.values is not None and not self._exists(field, text.casefold()):
            raise QueryError(
                f"The value '{text[:80]}' does not exist for the field '{field.name}'."
            )
        return text.casefold()

    def _exists(self, field: QueryField, wanted: str) -> bool:
        if field.values is None:
            return True
        table, path = field.values
        columns = [path, *((steps[-1],) for steps in field.paths)]
        return any(
            str(value).casefold() == wanted
            for row in self.world[table].values()
            for column in columns
            for value in _at(row, column)
        )


def _at(row: Any, path: tuple[str, ...]) -> list[Any]:
    """The non-null scalars, or documents, at `path`; a list on the way contributes every item."""
    found = [row]
    for step in path:
        below: list[Any] = []
        for value in found:
            items = value if type(value) is list else (value,)
            below.extend(item[step] for item in items if type(item) is dict and step in item)
        found = below
    out: list[Any] = []
    for value in found:
        out.extend(value if type(value) is list else (value,))
    return [value for value in out if value is not None]


def _values(row: Row, field: QueryField) -> list[Any]:
    return [value for path in field.paths for value in _at(row, path)]


def _comparable(value: Any, field: QueryField) -> Any:
    if field.kind == "number":
        return float(value)
    if field.kind == "time":
        return str(value)[:19]
    if field.kind == "key":
        return _key(str(value))
    return str(value).casefold()


def _key(text: str) -> tuple[str, int]:
    """`ACME-12` so that keys of one project are ordered by number."""
    prefix, _, number = text.rpartition("-")
    if prefix and number.isascii() and number.isdigit() and len(number) <= 18:
        return prefix.casefold(), int(number)
    return text.casefold(), -1


def _ordered(field: QueryField, op: str, wanted: Any) -> Test:
    def test(row: Row) -> bool:
        for value in _values(row, field):
            have = _comparable(value, field)
            if field.kind == "key" and have[0] != wanted[0]:
                continue
            if (
                have < wanted
                if op == "<"
                else have <= wanted
                if op == "<="
                else have > wanted
                if op == ">"
                else have >= wanted
            ):
                return True
        return False

    return test


def _words(text: str) -> list[str]:
    out, word = [], []
    for c in text.casefold():
        if c.isalnum():
            word.append(c)
        elif word:
            out.append("".join(word))
            word = []
    if word:
        out.append("".join(word))
    return out


def _text_of(value: Any) -> str:
    if type(value) is str:
        if "<" not in value:
            return value
        from rewardlang_runtime.builtins.documents import storage_text

        return str(storage_text(value))
    from rewardlang_runtime.builtins.documents import adf_text

    return str(adf_text(value))


def _contains(query: str, field: QueryField) -> Test:
    """Every word of the query is in the text; `word*` is a prefix, `"a b"` in quotes a phrase."""
    if len(query) > 1 and query[0] == query[-1] == '"':
        phrase = " ".join(_words(query))
        return lambda row: any(
            f" {phrase} " in f" {' '.join(_words(_text_of(value)))} "
            for value in _values(row, field)
        )
    prefixes = [word for part in query.split() if part.endswith("*") for word in _words(part)]
    exact = [word for part in query.split() if not part.endswith("*") for word in _words(part)]

    def test(row: Row) -> bool:
        have = [word for value in _values(row, field) for word in _words(_text_of(value))]
        return all(word in have for word in exact) and all(
            any(word.startswith(prefix) for word in have) for prefix in prefixes
        )

    return test


def _sort_key(field: QueryField, row: Row) -> tuple[bool, Any]:
    values = [_comparable(value, field) for value in _at(row, field.paths[0])]
    if values:
        return True, values[0]
    return False, ("", -1) if field.kind == "key" else 0.0 if field.kind == "number" else ""
