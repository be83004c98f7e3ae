"""One value and what is asked of it: cells, within which every test has the same outcome.

The constants that a value is compared with cut its domain into finitely many cells: each constant,
the gaps between them, null, and all that is something else. Whether tests can hold together is
then a question of whether a cell is left, by enumeration.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, inf
from typing import Any

import re2

from rewardlang.frozen import frozen
from rewardlang.types.types import Bool, Null, Nullable, Number, String, Type

# ---- tests ----


@frozen
class Among:
    """The value is one of these, in `text`'s notation; strict JSON equality."""

    values: tuple[str, ...]


@frozen
class Outside:
    """The value is there and none of these: not the same as `not Among`, which a value that cannot
    be read satisfies."""

    values: tuple[str, ...]


@frozen
class Order:
    """`value op bound`; `op` is one of `< <= > >=`, the bound a number or a string."""

    op: str
    bound: float | str


@frozen
class Search:
    """The value matches a regular expression."""

    pattern: str


Test = Among | Outside | Order | Search

TRUTH = Among(("true",))
NULL = Among(("null",))


def text(value: Any) -> str:
    """JSON data, equal for equal values: 1 and 1.0 are one number."""
    return json.dumps(_whole(value), sort_keys=True)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


# ---- domains ----


@frozen
class Domain:
    """What a type admits. `kind` is "any" where nothing vouches for the value."""

    kind: str = "any"
    null: bool = True
    integer: bool = False
    low: float = -inf
    high: float = inf
    enum: tuple[str, ...] | None = None

    def join(self, other: Domain) -> Domain:
        """What either admits."""
        if self == other:
            return self
        null = self.null or other.null
        if "null" in (self.kind, other.kind):
            one = other if self.kind == "null" else self
            return replace(one, null=True)
        if self.kind != other.kind:
            return ANYTHING
        enum = None
        if self.enum is not None and other.enum is not None:
            enum = tuple(dict.fromkeys((*self.enum, *other.enum)))
        low, high = min(self.low, other.low), max(self.high, other.high)
        return Domain(self.kind, null, self.integer and other.integer, low, high, enum)


ANYTHING = Domain()


def domain(type_: Type, certain: bool) -> Domain:
    """The domain of a value; anything, unless its type is `certain`."""
    if not certain:
        return ANYTHING
    match type_:
        case Nullable():
            inner = domain(type_.inner, True)
            return replace(inner, null=True)
        case Null():
            return Domain("null")
        case Bool():
            return Domain("bool", null=False)
        case Number():
            low = -inf if type_.low is None else type_.low
            high = inf if type_.high is None else type_.high
            return Domain("number", False, type_.integer, low, high)
        case String():
            return Domain("string", null=False, enum=type_.enum)
        case _:
            return ANYTHING


# ---- cells ----


@frozen
class Cell:
    """A class of values: one constant, a gap of an order, null (or no value), or anything else.

    Attributes:
        kind: "null", "bool", "number", "string", "other".
        value: The constant in `text`'s notation, None for a gap.
        point: The constant itself, when it has an order.
        low, high: The ends of a gap, themselves outside; None is open.
    """

    kind: str
    value: str | None = None
    point: Any = None
    low: Any = None
    high: Any = None


_ABSENT = Cell("null", "null")


def cells(within: Domain, tests: Iterable[Test]) -> tuple[Cell, ...]:
    """The cells into which `tests` cut a domain."""
    points: dict[str, Any] = {}
    ordered = False
    for test in tests:
        match test:
            case Among() | Outside():
                points.update({value: json.loads(value) for value in test.values})
            case Order():
                points[text(test.bound)] = test.bound
                ordered = ordered or isinstance(test.bound, str)
            case Search():
                pass
    any_ = within.kind == "any"
    found = [_ABSENT] if within.null else []
    if any_ or within.kind == "bool":
        found += [Cell("bool", name, name == "true") for name in ("true", "false")]
    if any_ or within.kind == "number":
        found += _numbers(within, sorted(v for v in points.values() if _is_number(v)))
    if any_ or within.kind == "string":
        strings = sorted(v for v in points.values() if isinstance(v, str))
        found += _strings(within, strings, ordered)
    if any_:
        found += [Cell("other", n) for n, v in points.items() if isinstance(v, list | dict)]
        found.append(Cell("other"))
    return tuple(found)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _numbers(within: Domain, points: Sequence[float]) -> list[Cell]:
    found = []
    for low, high in pairwise([-inf, *points, inf]):
        if _has_numbers(low, high, within):
            found.append(Cell("number", low=low, high=high))
        if (
            high < inf
            and within.low <= high <= within.high
            and not (within.integer and high != floor(high))
        ):
            found.append(Cell("number", text(high), high))
    return found


def _has_numbers(low: float, high: float, within: Domain) -> bool:
    """Whether numbers of the domain lie strictly between two bounds."""
    if within.integer:
        first = -inf if low == -inf else floor(low) + 1
        last = inf if high == inf else ceil(high) - 1
        return max(first, within.low) <= min(last, within.high)
    return low < high and low < within.high and high > within.low


def _strings(within: Domain, points: Sequence[str], ordered: bool) -> list[Cell]:
    if within.enum is not None:
        return [Cell("string", text(value), value) for value in within.enum]
    found = [Cell("string", text(value), value) for value in points]
    if not ordered:
        return [*found, Cell("string")]
    ends: list[str | None] = [None, *points, None]
    return found + [Cell("string", low=low, high=high) for low, high in pairwise(ends)]


# ---- tests on cells ----

_BOTH = (True, True)


def outcomes(test: Test, cell: Cell, may_fail: bool) -> tuple[bool, bool]:
    """Whether `test` can hold on the values of a cell, and whether it can be false."""
    if isinstance(test, Among):
        if test == NULL and cell.kind == "null":
            # Where the way to the value fails there is no null either.
            return (True, may_fail)
        holds = cell.value is not None and cell.value in test.values
        return (holds, not holds)
    if isinstance(test, Outside):
        if cell.kind == "null":
            return (False, True) if "null" in test.values else (True, may_fail)
        holds = cell.value is None or cell.value not in test.values
        return (holds, not holds)
    if cell.kind in ("null", "bool", "other"):
        return (False, True)
    if isinstance(test, Search):
        if cell.kind != "string":
            return (False, True)
        if cell.value is None:
            return _BOTH
        holds = _pattern(test.pattern).search(cell.point) is not None
        return (holds, not holds)
    if (cell.kind == "string") != isinstance(test.bound, str):
        return (False, True)
    holds = _ordered(test.op, cell, test.bound)
    return (holds, not holds)


def _ordered(op: str, cell: Cell, bound: Any) -> bool:
    """Bounds are points of the cells, so that a gap lies on one side of every bound."""
    if cell.value is not None:
        equal, below = cell.point == bound, cell.point < bound
    else:
        equal, below = False, cell.high is not None and cell.high <= bound
    return below != (op[0] == ">") if not equal else op in ("<=", ">=")


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> Any:
    return re2.compile(pattern)
