"""Builtins over numbers, and the shapes of partial credit."""

from __future__ import annotations

import math
from typing import Any

from rewardlang_runtime.registry import builtin
from rewardlang_runtime.values import check_number, check_order, finite, whole

_MAX_RANGE = 10_000


@builtin("fraction(first: bool, *rest: bool) -> unit", cost="1")
def fraction(first: bool, *rest: bool) -> float:
    """The share of the conditions that hold.

    >>> fraction(True, False, True, True)
    0.75
    """
    checks = (first, *rest)
    if any(type(check) is not bool for check in checks):
        raise TypeError("a condition is a bool")
    return sum(checks) / len(checks)


@builtin("gain(before: unit, after: unit) -> unit")
def gain(before: float, after: float) -> float:
    """How much of what was missing was gained: (after - before) / (1 - before), at least 0.

    0 when nothing was missing, so that doing nothing never earns it.

    >>> gain(0.5, 0.75)
    0.5
    """
    check_number(before)
    check_number(after)
    if before >= 1:
        return 0.0
    return _unit((after - before) / (1 - before))


@builtin("ramp(value: number, good: number, bad: number, floor: unit = 0) -> unit")
def ramp(value: float, good: float, bad: float, floor: float = 0) -> float:
    """1 up to `good`, `floor` from `bad` on, a straight line between; `good` may be the larger.

    >>> ramp(4, 2, 6)
    0.5
    """
    for number in (value, good, bad, floor):
        check_number(number)
    low = _unit(floor)
    if value == good:
        return 1.0
    if good == bad:
        return 1.0 if value < good else low
    return low + (1 - low) * _unit((bad - value) / (bad - good))


@builtin("min(first: T, *rest: T) -> T")
def min_(first: Any, *rest: Any) -> Any:
    """The least of numbers, or of strings; the first of equals.

    >>> min_(50, 100)
    50
    """
    least = first
    check_order(first, first)
    for value in rest:
        check_order(least, value)
        if value < least:
            least = value
    return least


@builtin("max(first: T, *rest: T) -> T")
def max_(first: Any, *rest: Any) -> Any:
    """The greatest of numbers, or of strings; the first of equals.

    >>> max_(50, 100)
    100
    """
    greatest = first
    check_order(first, first)
    for value in rest:
        check_order(greatest, value)
        if value > greatest:
            greatest = value
    return greatest


@builtin("clamp(value: T, low: T, high: T) -> T")
def clamp(value: Any, low: Any, high: Any) -> Any:
    """`value`, or the nearer of `low` and `high` when it lies outside.

    >>> clamp(500, 1, 100)
    100
    """
    return min_(max_(value, low), high)


@builtin("abs(value: number) -> number")
def abs_(value: float) -> float:
    """The number without its sign.

    >>> abs_(-3)
    3
    """
    check_number(value)
    return abs(value)


@builtin("round(value: number, digits: int = 0) -> number")
def round_(value: float, digits: int = 0) -> float:
    """The nearest number with so many decimals; halves go away from zero.

    >>> round_(2.5)
    3
    """
    check_number(value)
    if type(digits) is not int or not -15 <= digits <= 15:
        raise ValueError("from -15 to 15 decimals")
    scale = 10**digits if digits >= 0 else 1 / 10**-digits
    rounded = math.floor(abs(value) * scale + 0.5) / scale
    signed = finite(math.copysign(rounded, value))
    return int(signed) if digits <= 0 else float(signed)


@builtin("floor(value: number) -> int")
def floor(value: float) -> int:
    """The greatest whole number that is not larger.

    >>> floor(2.9)
    2
    """
    check_number(value)
    return math.floor(value)


@builtin("ceil(value: number) -> int")
def ceil(value: float) -> int:
    """The least whole number that is not smaller.

    >>> ceil(2.1)
    3
    """
    check_number(value)
    return math.ceil(value)


@builtin("range(count: int) -> list[int]", cost="count")
def range_(count: int) -> list[int]:
    """The numbers from 0 up to `count`, without it; at most 10,000.

    >>> range_(3)
    [0, 1, 2]
    """
    count = whole(count)
    if count > _MAX_RANGE:
        raise ValueError(f"more than {_MAX_RANGE} numbers")
    return list(range(count))


def _unit(value: float) -> float:
    return 0.0 if not value > 0 else 1.0 if value > 1 else float(value)
