"""JSON values at run time: what a failure is, strict equality, texts of values, caps on size."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import orjson

FAILURES = (
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ValueError,
    ZeroDivisionError,
    OverflowError,
)
"""What evaluating an expression on unexpected data may raise; it makes the enclosing atom false."""

MAX_ARGUMENTS = 65_536
"""Characters of one call's arguments; longer ones are malformed."""
MAX_STRING = 8_192
MAX_ITEMS = 256
MAX_DEPTH = 32
MAX_NAME = 200
"""Characters of a tool's name that are recorded."""


class ScenarioFault(RuntimeError):
    """The scenario promised something that does not hold; no policy can cause it."""


class TooLarge(ValueError):
    """A value that is no JSON data, or more of it than one call may carry."""


# ---- equality and order ----


def equal(a: Any, b: Any) -> bool:
    """JSON equality: a bool never equals a number, 1 equals 1.0; deep for lists and objects."""
    kind = type(a)
    if kind is not type(b):
        return a == b if {kind, type(b)} == {int, float} else False
    if a != b:
        return False
    # Python says equal, and only True == 1 inside a container can make that wrong.
    if kind is dict:
        return all(equal(value, b[key]) for key, value in a.items())
    if kind is list:
        return all(map(equal, a, b))
    return True


def identity(value: Any) -> Hashable:
    """A hashable stand-in: `identity(a) == identity(b)` exactly when `equal(a, b)`."""
    kind = type(value)
    if kind is str or kind is int or kind is float or value is None:
        return value  # type: ignore[no-any-return]  # mypy does not narrow by `type(...) is`
    if kind is bool:
        return ("bool", value)
    if kind is list:
        return ("list", tuple(map(identity, value)))
    if kind is dict:
        return ("object", tuple((key, identity(value[key])) for key in sorted(value)))
    raise TypeError(f"{kind.__name__} is no JSON value")


def member(item: Any, container: Any) -> bool:
    """`item in container`: of a list by strict equality, of an object or table by key."""
    if type(container) is list:
        return any(equal(item, other) for other in container)
    if type(container) is dict:
        return type(item) is str and item in container
    return container.get(item) is not None


def less(a: Any, b: Any) -> bool:
    """`a < b` for two numbers or two strings; anything else fails."""
    check_order(a, b)
    return bool(a < b)


def less_equal(a: Any, b: Any) -> bool:
    """`a <= b` for two numbers or two strings; anything else fails."""
    check_order(a, b)
    return bool(a <= b)


def check_order(a: Any, b: Any) -> None:
    """Raise TypeError unless `a` and `b` are two numbers or two strings."""
    if type(a) is str and type(b) is str:
        return
    check_number(a)
    check_number(b)


def check_number(value: Any) -> None:
    """Raise TypeError unless `value` is a number; a bool is none."""
    if type(value) is not int and type(value) is not float:
        raise TypeError(f"{type(value).__name__} is no number")


def finite(value: Any) -> Any:
    """`value`, or OverflowError when it is infinite or not a number."""
    if value - value != 0:
        raise OverflowError("the result is not finite")
    return value


def add(a: Any, b: Any) -> Any:
    """`a + b` for two numbers, two strings or two lists; anything else fails."""
    kind = type(a)
    if (kind is str or kind is list) and type(b) is kind:
        return a + b
    check_number(a)
    check_number(b)
    return finite(a + b)


def present(value: Any, what: str) -> Any:
    """`value`, or ScenarioFault when it is null: the operator `!`."""
    if value is None:
        raise ScenarioFault(f"{what} is null, but the scenario says it is always there")
    return value


# ---- texts ----


def whole(value: Any) -> int:
    """A whole number as an int; JSON, and JSON Schema's `integer`, know no difference from 1.0."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise TypeError(f"{type(value).__name__} is no whole number")


def text(*parts: Any) -> str:
    """The parts of a template, joined: strings as they are, all else as JSON.

    Whole floats lose their `.0`, so that equal numbers have equal texts.
    """
    return "".join([part if type(part) is str else _shown(part) for part in parts])


def _shown(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]  # mypy does not narrow by `type(...) is`
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if kind is dict or kind is list:
        return orjson.dumps(value).decode()
    raise TypeError(f"{kind.__name__} has no text")


# ---- caps on what a policy sends ----


def cut(value: Any) -> tuple[Any, int]:
    """A fresh copy of `value` as plain JSON data within the caps, and how often something was cut.

    Strings are cut to `MAX_STRING` characters and lists to `MAX_ITEMS`; what lies deeper than
    `MAX_DEPTH` and numbers that JSON cannot hold become null.

    Raises:
        TooLarge: More than `MAX_ARGUMENTS` characters and items, or no JSON data at all.
    """
    cutter = _Cutter()
    return cutter.copy(value, 0), cutter.cuts


class _Cutter:
    __slots__ = ("cuts", "left")

    def __init__(self) -> None:
        self.cuts = 0
        self.left = MAX_ARGUMENTS

    def copy(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.left -= 1
        if self.left < 0:
            raise TooLarge(f"more than {MAX_ARGUMENTS} characters")
        if kind is str:
            return self.string(value)
        if kind is bool or value is None:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**63 else self.number(value)
        if kind is float:
            return value if value - value == 0 else self.number(value)
        if kind is dict:
            if depth >= MAX_DEPTH:
                self.cuts += 1
                return None
            return {self.key(key): self.copy(item, depth + 1) for key, item in value.items()}
        if kind is list or kind is tuple:
            if depth >= MAX_DEPTH:
                self.cuts += 1
                return None
            if len(value) > MAX_ITEMS:
                self.cuts += 1
                value = value[:MAX_ITEMS]
            return [self.copy(item, depth + 1) for item in value]
        raise TooLarge(f"{kind.__name__} is no JSON value")

    def key(self, key: Any) -> str:
        if type(key) is not str:
            raise TooLarge("a key of an object is a string")
        return self.string(key)

    def string(self, value: str) -> str:
        self.left -= len(value)
        if self.left < 0:
            raise TooLarge(f"more than {MAX_ARGUMENTS} characters")
        if len(value) > MAX_STRING:
            self.cuts += 1
            value = value[:MAX_STRING]
        return value if value.isascii() else well_formed(value)

    def number(self, value: Any) -> float | None:
        """A whole number beyond 64 bits as a float, as JSON parsers read it; else null."""
        self.cuts += 1
        try:
            # For mypy: `finite` takes and gives Any.
            return finite(float(value))  # type: ignore[no-any-return]
        except OverflowError:
            return None


def well_formed(value: str) -> str:
    """`value` with lone surrogates replaced, which no UTF-8 text can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "replace").decode()
    return value
