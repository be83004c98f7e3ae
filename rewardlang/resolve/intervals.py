"""Arithmetic on the bounds of numbers; None is unbounded."""

from __future__ import annotations

import math
from collections.abc import Callable

from rewardlang.types.types import Number

_INF = math.inf
_LARGE = 1e300
"""Beyond, floats are near their end: no bound."""


def _ends(n: Number) -> tuple[float, float]:
    return (-_INF if n.low is None else n.low, _INF if n.high is None else n.high)


def _number(integer: bool, low: float, high: float) -> Number:
    """Infinite or undefined bounds are no bounds."""
    return Number(integer, low if abs(low) < _LARGE else None, high if abs(high) < _LARGE else None)


def negate(a: Number) -> Number:
    """-a."""
    return Number(a.integer, None if a.high is None else -a.high, None if a.low is None else -a.low)


def arithmetic(op: str, a: Number, b: Number) -> Number:
    """The bounds of `a op b`."""
    integer = a.integer and b.integer and op != "/"
    (al, ah), (bl, bh) = _ends(a), _ends(b)
    match op:
        case "+":
            return _number(integer, al + bl, ah + bh)
        case "-":
            return _number(integer, al - bh, ah - bl)
        case "*":
            products = [_times(x, y) for x in (al, ah) for y in (bl, bh)]
            return _number(integer, min(products), max(products))
        case "/":
            if bl <= 0 <= bh:
                return Number(integer)
            quotients = [_over(x, y) for x in (al, ah) for y in (bl, bh)]
            return _number(integer, min(quotients), max(quotients))
        case _:
            # Python's modulo has the sign of the divisor.
            high = max(bh, 0.0)
            low = min(bl, 0.0)
            if integer:
                high, low = max(bh - 1, 0), min(bl + 1, 0)
            return _number(integer, low, high)


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def _over(x: float, y: float) -> float:
    return 0.0 if math.isinf(y) else x / y


def bounded(a: Number) -> bool:
    """Whether both ends are known."""
    return a.low is not None and a.high is not None


def compare(op: str, a: Number, b: Number) -> bool | None:
    """The truth of `a op b` when the bounds decide it."""
    (al, ah), (bl, bh) = _ends(a), _ends(b)
    decide: dict[str, Callable[[], bool | None]] = {
        "<": lambda: True if ah < bl else False if al >= bh else None,
        "<=": lambda: True if ah <= bl else False if al > bh else None,
        ">": lambda: True if al > bh else False if ah <= bl else None,
        ">=": lambda: True if al >= bh else False if ah < bl else None,
        "==": lambda: False if ah < bl or al > bh else True if al == ah == bl == bh else None,
        "!=": lambda: True if ah < bl or al > bh else False if al == ah == bl == bh else None,
    }
    return decide[op]()
