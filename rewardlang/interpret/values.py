"""What values are, said literally: equality, order and arithmetic of JSON data.

On purpose not the runtime's functions: generated code is tested against these.
"""

from __future__ import annotations

import math
from typing import Any

Json = Any


class Failure(Exception):
    """An evaluation met data that it has no value for; see `rewardlang.tree`."""


def is_number(value: Json) -> bool:
    """A bool is no number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(a: Json, b: Json) -> bool:
    """JSON equality: 1 equals 1.0, true equals no number, lists and objects item by item."""
    if is_number(a) and is_number(b):
        return bool(a == b)
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return bool(a == b)


def ordered(a: Json, b: Json) -> None:
    """Fail unless `a` and `b` are two numbers or two strings."""
    numbers = is_number(a) and is_number(b)
    strings = isinstance(a, str) and isinstance(b, str)
    if not numbers and not strings:
        raise Failure("order needs two numbers or two strings")


def compare(op: str, a: Json, b: Json) -> bool:
    """`a op b` for one of `== != < <= > >=`."""
    if op == "==":
        return same(a, b)
    if op == "!=":
        return not same(a, b)
    ordered(a, b)
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op])


def calculate(op: str, a: Json, b: Json) -> Json:
    """`a op b` for one of `+ - * / %`."""
    if op == "+" and type(a) is type(b) and isinstance(a, str | list):
        return a + b
    if not is_number(a) or not is_number(b):
        raise Failure("arithmetic needs numbers")
    if op in "/%" and b == 0:
        raise Failure("division by zero")
    try:
        result = {
            "+": lambda: a + b,
            "-": lambda: a - b,
            "*": lambda: a * b,
            "/": lambda: a / b,
            "%": lambda: a % b,
        }[op]()
    except OverflowError:
        raise Failure("the result is not finite") from None
    return finite(result)


def finite(value: Json) -> Json:
    """`value`, a number, unless it is infinite or not a number."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Failure("the result is not finite")
    return value


def contains(container: Json, item: Json) -> bool:
    """`item in container`: of a list by equality, of an object or a table by key."""
    if isinstance(container, list):
        return any(same(item, other) for other in container)
    if is_table(container):
        return container.get(item) is not None
    if isinstance(container, dict):
        return isinstance(item, str) and item in container
    raise Failure("only lists, objects and tables contain something")


def is_table(value: Json) -> bool:
    """Tables are the only values that are no JSON and have rows."""
    return not isinstance(value, dict) and hasattr(value, "items") and hasattr(value, "get")


def pairs(source: Json) -> list[tuple[Json, Json]]:
    """What a macro goes through: (index, item) of a list, (key, value) of a map or a table."""
    if isinstance(source, list):
        return list(enumerate(source))
    if isinstance(source, dict) or is_table(source):
        return list(source.items())
    raise Failure("only lists, maps and tables have items")


def at(container: Json, key: Json, safe: bool) -> Json:
    """`list[int]`, from the end when negative, or `map[str]`."""
    if isinstance(container, list):
        if type(key) is not int:
            raise Failure("the place in a list is a whole number")
        if -len(container) <= key < len(container):
            return container[key]
    elif isinstance(container, dict):
        if not isinstance(key, str):
            raise Failure("a key is a string")
        if key in container:
            return container[key]
    else:
        raise Failure("only lists and maps have places")
    if safe:
        return None
    raise Failure("nothing is at this place")


def field(container: Json, name: str, safe: bool) -> Json:
    """`object.name`."""
    if not isinstance(container, dict):
        raise Failure("only objects have fields")
    if name in container:
        return container[name]
    if safe:
        return None
    raise Failure(f"there is no field {name}")
