"""Where Python's own operators are exact: what kinds of values types allow."""

from __future__ import annotations

from math import isfinite

from rewardlang import tree
from rewardlang.types.types import (
    Any,
    Bool,
    List,
    Null,
    Nullable,
    Number,
    Object,
    String,
    Table,
    Type,
    Union,
)

_EVERY = frozenset({"null", "bool", "number", "string"})


def vouched(expr: tree.Expr) -> bool:
    """Whether the value is certain to have the type of the expression."""
    return not expr.facts.uncertain and not isinstance(expr.type, Any)


def scalars(expr: tree.Expr) -> frozenset[str]:
    """The kinds of scalars that the value of `expr` can be or can hold, at any depth."""
    if isinstance(expr, tree.Const):
        return _scalars_in(expr.value)
    if isinstance(expr.type, Bool):
        return frozenset({"bool"})
    if isinstance(expr, tree.CallField) and expr.name == "args":
        return _EVERY
    return _scalars_of(expr.type) if vouched(expr) else _EVERY


def _scalars_in(value: object) -> frozenset[str]:
    if isinstance(value, list):
        return frozenset().union(*map(_scalars_in, value))
    if isinstance(value, dict):
        return frozenset().union(*map(_scalars_in, value.values()))
    if isinstance(value, bool):
        return frozenset({"bool"})
    if isinstance(value, int | float):
        # No bool equals another number than these two.
        return frozenset({"number"}) if value in (0, 1) else frozenset()
    return frozenset({"null"}) if value is None else frozenset({"string"})


def _scalars_of(type_: Type) -> frozenset[str]:
    match type_:
        case Null():
            return frozenset({"null"})
        case Bool():
            return frozenset({"bool"})
        case Number():
            return frozenset({"number"})
        case String():
            return frozenset({"string"})
        case Nullable():
            return _scalars_of(type_.inner) | {"null"}
        case List():
            return _scalars_of(type_.item)
        case Union():
            return frozenset().union(*map(_scalars_of, type_.variants))
        case Object():
            rest = frozenset() if type_.rest is None else _scalars_of(type_.rest)
            return rest.union(*(_scalars_of(p.type) for p in type_.properties.values()))
        case _:
            return _EVERY


def equality_is_exact(left: tree.Expr, right: tree.Expr) -> bool:
    """Whether Python's `==` is JSON's: no bool can meet a number."""
    a, b = scalars(left), scalars(right)
    return not ("bool" in a and "number" in b) and not ("number" in a and "bool" in b)


def is_kind(expr: tree.Expr, *kinds: type) -> bool:
    """Whether the value is certain to be of one of these types of `rewardlang.types`."""
    return vouched(expr) and isinstance(expr.type, kinds)


def order_is_exact(left: tree.Expr, right: tree.Expr) -> bool:
    """Whether Python's `<` is ours: two numbers or two strings, certainly."""
    numbers = is_kind(left, Number) and is_kind(right, Number)
    strings = is_kind(left, String) and is_kind(right, String)
    return numbers or strings


def never_null(expr: tree.Expr) -> bool:
    """Whether the value is certainly not null."""
    if isinstance(expr, tree.CallField) and expr.name == "args":
        return expr.call is None or never_null(expr.call)
    return vouched(expr) and not isinstance(expr.type, Null | Nullable | Union)


def is_bounded(type_: Type) -> bool:
    """Whether a number of this type is certainly finite."""
    if not isinstance(type_, Number):
        return False
    return all(end is not None and isfinite(end) for end in (type_.low, type_.high))


def is_container(expr: tree.Expr) -> bool:
    """Whether the value is certainly a list, an object or a table."""
    return is_kind(expr, List, Object, Table)
