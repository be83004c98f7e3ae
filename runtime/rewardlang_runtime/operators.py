"""What generated code calls for an operator when types alone do not allow Python's own.

Every function raises one of `FAILURES` on values that it has no answer for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from rewardlang_runtime.scenario import Detail
from rewardlang_runtime.values import (
    ScenarioFault,
    add,
    check_number,
    check_order,
    equal,
    finite,
    less,
    less_equal,
    member,
    text,
)

if TYPE_CHECKING:
    from rewardlang_runtime.world import World

__all__ = [
    "add",
    "append",
    "at",
    "at_or_null",
    "delete",
    "detail",
    "details",
    "divide",
    "equal",
    "finite",
    "greater",
    "greater_equal",
    "insert",
    "items",
    "less",
    "less_equal",
    "lookup",
    "max_by",
    "member",
    "min_by",
    "missing",
    "multiply",
    "negative",
    "number",
    "pairs",
    "put",
    "remainder",
    "remove",
    "replace",
    "sort_by",
    "subtract",
    "text",
    "unit",
    "whole",
    "without",
    "write",
]

detail: Callable[[tuple[Any, ...]], Detail] = partial(tuple.__new__, Detail)
"""A Detail from its four fields in a tuple; half the time of calling the class."""


def details(
    caps: tuple[float, ...], weights: tuple[float, ...], factors: tuple[float, ...]
) -> tuple[Detail, ...]:
    """The rewards of all outcomes, where gates, parts and penalties all hold or do not.

    Args:
        caps: Of each gate, what the reward is at most when it fails.
        weights: Of each part.
        factors: Of each penalty.

    Returns:
        One Detail for each sum of 2**i over the gates, parts and penalties, counted in this order,
        that hold.
    """
    found = []
    first, second = len(caps), len(caps) + len(weights)
    for outcome in range(2 ** (second + len(factors))):
        gates = tuple(bool(outcome >> i & 1) for i in range(first))
        parts = tuple(float(outcome >> i & 1) for i in range(first, second))
        applied = tuple(
            factor if outcome >> (second + i) & 1 else 1.0 for i, factor in enumerate(factors)
        )
        value = total = 0.0
        for weight, part in zip(weights, parts, strict=True):
            value += weight * part
            total += weight
        if total != 0:
            value /= total
        for factor in applied:
            value *= factor
        for held, cap in zip(gates, caps, strict=True):
            if not held and value > cap:
                value = cap
        found.append(Detail(int(value * 1e6 + 0.5) / 1e6, gates, parts, applied))
    return tuple(found)


# ---- order ----


def greater(a: Any, b: Any) -> bool:
    """`a > b` for two numbers or two strings; anything else fails."""
    return less(b, a)


def greater_equal(a: Any, b: Any) -> bool:
    """`a >= b` for two numbers or two strings; anything else fails."""
    return less_equal(b, a)


# ---- numbers ----


def number(value: Any) -> Any:
    """`value`, a number."""
    check_number(value)
    return value


def subtract(a: Any, b: Any) -> Any:
    """`a - b`."""
    check_number(a)
    check_number(b)
    return finite(a - b)


def multiply(a: Any, b: Any) -> Any:
    """`a * b`."""
    check_number(a)
    check_number(b)
    return finite(a * b)


def divide(a: Any, b: Any) -> Any:
    """`a / b`; by zero it fails."""
    check_number(a)
    check_number(b)
    return finite(a / b)


def remainder(a: Any, b: Any) -> Any:
    """`a % b`, with the sign of `b`; by zero it fails."""
    check_number(a)
    check_number(b)
    return finite(a % b)


def negative(value: Any) -> Any:
    """`-value`."""
    check_number(value)
    return -value


def unit(value: Any) -> float:
    """`value` when it is a number in [0, 1], else 0."""
    kind = type(value)
    if (kind is float or kind is int) and 0 <= value <= 1:
        return value  # type: ignore[no-any-return]  # mypy does not narrow by `type(...) is`
    return 0.0


# ---- lists, maps and tables ----


def at(container: Any, key: Any) -> Any:
    """`list[int]`, from the end when negative, or `map[str]`."""
    kind = type(container)
    if (kind is list and type(key) is int) or (kind is dict and type(key) is str):
        return container[key]
    raise TypeError(f"{kind.__name__} has no place {type(key).__name__}")


def at_or_null(container: Any, key: Any) -> Any:
    """`container?[key]`: null when nothing is there, or when there is no container."""
    kind = type(container)
    if kind is list and type(key) is int:
        return container[key] if -len(container) <= key < len(container) else None
    if kind is dict and type(key) is str:
        return container.get(key)
    if container is None:
        return None
    raise TypeError(f"{kind.__name__} has no place {type(key).__name__}")


def items(source: Any) -> Iterable[Any]:
    """What a macro with one variable goes through."""
    if type(source) is list:
        return source
    return source.values()  # type: ignore[no-any-return]  # mypy does not narrow by `type(...) is`


def pairs(source: Any) -> Iterable[tuple[Any, Any]]:
    """What a macro with two variables goes through."""
    if type(source) is list:
        return enumerate(source)
    return source.items()  # type: ignore[no-any-return]  # mypy does not narrow by `type(...) is`


def lookup(table: dict[str, Any], key: Any) -> Any:
    """The value of a constant table, or null; a key that is no string is not there."""
    return table.get(key) if type(key) is str else None


def sort_by(values: list[Any], keys: list[Any]) -> list[Any]:
    """The values in the order of their keys, numbers or strings; stable."""
    for key in keys:
        check_order(keys[0], key)
    return [values[i] for i in sorted(range(len(keys)), key=keys.__getitem__)]


def min_by(values: list[Any], keys: list[Any]) -> Any:
    """The first value with the least key; null of nothing."""
    for key in keys:
        check_order(keys[0], key)
    return values[min(range(len(keys)), key=keys.__getitem__)] if keys else None


def max_by(values: list[Any], keys: list[Any]) -> Any:
    """The first value with the greatest key; null of nothing."""
    for key in keys:
        check_order(keys[0], key)
    return values[max(range(len(keys)), key=keys.__getitem__)] if keys else None


# ---- what a scenario promises ----


def missing(what: str) -> NoReturn:
    """`what!` was null."""
    raise ScenarioFault(f"{what} is null, but the scenario says it is always there")


# ---- effects: new values that share what did not change ----


def append(values: Any, value: Any) -> list[Any]:
    """The list with one more item; null counts as no items."""
    return [*_list(values), value]


def remove(values: Any, value: Any) -> list[Any]:
    """The list without the items that equal `value`; null counts as no items."""
    return [other for other in _list(values) if not equal(other, value)]


def _list(values: Any) -> list[Any]:
    if values is None:
        return []
    if type(values) is not list:
        raise TypeError(f"{type(values).__name__} is no list")
    return values


def without(row: Any, name: str) -> dict[str, Any]:
    """The object without one field."""
    if type(row) is not dict:
        raise TypeError(f"{type(row).__name__} has no fields")
    return {key: value for key, value in row.items() if key != name}


def write(
    row: Any, path: tuple[Any, ...], change: Callable[[Any, Any], Any] | None, value: Any
) -> Any:
    """A copy of `row` that differs in the field at `path`, along places that exist.

    Args:
        row: An object, or a list on the way.
        path: Fields and places in lists; the last one is a field.
        change: From the field's value (null when absent) and `value` to the new one, such as
            `append`; None deletes the field.
        value: What `change` takes.
    """
    step, *rest = path
    if rest:
        inner = write(at(row, step), tuple(rest), change, value)
    elif type(row) is not dict or type(step) is not str:
        raise TypeError("effects write to fields of objects")
    elif change is None:
        return without(row, step)
    else:
        inner = change(row.get(step), value)
    if type(row) is list:
        copy = list(row)
        copy[step] = inner
        return copy
    return {**row, step: inner}


def insert(world: World, table: str, row: Any) -> None:
    """A new row; there must be none with its key."""
    overlay = world.edit(table)
    key = row[overlay.spec.key]
    if overlay.get(key) is not None:
        raise ValueError(f"there is a row {key} in {table} already")
    overlay.put(key, row)


def put(world: World, table: str, key: Any, row: Any) -> None:
    """Another row in place of the one that `key` finds."""
    overlay = world.edit(table)
    found = overlay.key_of(key)
    if found is None:
        raise KeyError(f"there is no row {key} in {table}")
    overlay.put(found, row)


def delete(world: World, table: str, key: Any) -> None:
    """Remove the row that `key` finds, if there is one."""
    overlay = world.edit(table)
    found = overlay.key_of(key)
    if found is not None:
        overlay.delete(found)


def whole(value: Any) -> int:
    """`value`, a whole number."""
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} is no whole number")
    return value


def replace(_: Any, value: Any) -> Any:
    """The change of `set`, for `write`."""
    return value
