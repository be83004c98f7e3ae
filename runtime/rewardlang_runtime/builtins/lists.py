"""Builtins over lists: strict equality, order kept, nothing changed in place."""

from __future__ import annotations

from typing import Any

from rewardlang_runtime.registry import builtin
from rewardlang_runtime.values import check_number, check_order, equal, finite, identity, whole

Items = list[Any]


@builtin("size(self: list[T]) -> int")
def size(self: Items) -> int:
    """The number of items.

    >>> size(["a", "b"])
    2
    """
    if type(self) is list:
        return len(self)
    raise TypeError(f"{type(self).__name__} is no list")


@builtin("is_empty(self: list[T]) -> bool")
def is_empty(self: Items) -> bool:
    """Whether there are no items.

    >>> is_empty([])
    True
    """
    return not _list(self)


@builtin("contains(self: list[T], item: T) -> bool", cost="size(self)")
def contains(self: Items, item: Any) -> bool:
    """Whether `item` is one of the items.

    >>> contains([1, 2], True)
    False
    """
    return any(equal(item, other) for other in _list(self))


@builtin("contains_all(self: list[T], items: list[T]) -> bool", cost="size(self) + size(items)")
def contains_all(self: Items, items: Items) -> bool:
    """Whether every one of `items` is among the items.

    >>> contains_all(["a", "b", "c"], ["c", "a"])
    True
    """
    return _keys(self).issuperset(map(identity, _list(items)))


@builtin("union(self: list[T], items: list[T]) -> list[T]", cost="size(self) + size(items)")
def union(self: Items, items: Items) -> Items:
    """The distinct items of both.

    >>> union(["a", "b"], ["b", "c"])
    ['a', 'b', 'c']
    """
    return distinct(_list(self) + _list(items))


@builtin("without(self: list[T], item: T) -> list[T]", cost="size(self)")
def without(self: Items, item: Any) -> Items:
    """The items that do not equal `item`.

    >>> without(["a", "b", "a"], "a")
    ['b']
    """
    return [other for other in _list(self) if not equal(item, other)]


@builtin("without_all(self: list[T], items: list[T]) -> list[T]", cost="size(self) + size(items)")
def without_all(self: Items, items: Items) -> Items:
    """The items that are none of `items`.

    >>> without_all(["a", "b", "c"], ["c", "a"])
    ['b']
    """
    gone = _keys(items)
    return [item for item in _list(self) if identity(item) not in gone]


@builtin("intersect(self: list[T], items: list[T]) -> list[T]", cost="size(self) + size(items)")
def intersect(self: Items, items: Items) -> Items:
    """The distinct items that are in both.

    >>> intersect(["a", "b", "c"], ["c", "a", "d"])
    ['a', 'c']
    """
    kept = _keys(items)
    return [item for item in distinct(self) if identity(item) in kept]


@builtin("only(self: list[T]) -> T?")
def only(self: Items) -> Any:
    """The item when there is exactly one, or null.

    >>> only(["a"])
    'a'
    """
    return self[0] if len(_list(self)) == 1 else None


@builtin("first(self: list[T]) -> T?")
def first(self: Items) -> Any:
    """The first item, or null.

    >>> first(["a", "b"])
    'a'
    """
    return self[0] if _list(self) else None


@builtin("last(self: list[T]) -> T?")
def last(self: Items) -> Any:
    """The last item, or null.

    >>> last(["a", "b"])
    'b'
    """
    return self[-1] if _list(self) else None


@builtin("take(self: list[T], count: int) -> list[T]", cost="count")
def take(self: Items, count: int) -> Items:
    """The first `count` items.

    >>> take([1, 2, 3], 2)
    [1, 2]
    """
    return _list(self)[: _index(count)]


@builtin("skip(self: list[T], count: int) -> list[T]", cost="size(self)")
def skip(self: Items, count: int) -> Items:
    """All but the first `count` items.

    >>> skip([1, 2, 3], 2)
    [3]
    """
    return _list(self)[_index(count) :]


@builtin("slice(self: list[T], start: int, end: int) -> list[T]", cost="size(self)")
def slice_(self: Items, start: int, end: int) -> Items:
    """The items from number `start`, counted from 0, up to number `end`, without it.

    >>> slice_(["a", "b", "c", "d"], 1, 3)
    ['b', 'c']
    """
    return _list(self)[_index(start) : _index(end)]


@builtin("index_of(self: list[T], item: T) -> int?", cost="size(self)")
def index_of(self: Items, item: Any) -> int | None:
    """The number of the first item that equals `item`, counted from 0, or null.

    >>> index_of(["a", "b"], "b")
    1
    """
    for number, other in enumerate(_list(self)):
        if equal(item, other):
            return number
    return None


@builtin("sum(self: list[number]) -> number", cost="size(self)")
def sum_(self: list[float]) -> float:
    """The sum; 0 of nothing.

    >>> sum_([1, 2.5])
    3.5
    """
    total: float = 0
    for value in _list(self):
        check_number(value)
        total += value
    return finite(total)  # type: ignore[no-any-return]  # `finite` takes and gives Any


@builtin("distinct(self: list[T]) -> list[T]", cost="size(self)")
def distinct(self: Items) -> Items:
    """Without the items that equal an earlier one.

    >>> distinct([1, True, 1.0, 1])
    [1, True]
    """
    seen: dict[Any, Any] = {}
    for item in _list(self):
        seen.setdefault(identity(item), item)
    return list(seen.values())


@builtin("sorted(self: list[T]) -> list[T]", cost="size(self) * 10")
def sorted_(self: Items) -> Items:
    """In order, numbers or strings; stable.

    >>> sorted_(["b", "a"])
    ['a', 'b']
    """
    for item in _list(self):
        check_order(self[0], item)
    return sorted(self)


@builtin("reversed(self: list[T]) -> list[T]", cost="size(self)")
def reversed_(self: Items) -> Items:
    """Last item first.

    >>> reversed_([1, 2, 3])
    [3, 2, 1]
    """
    return _list(self)[::-1]


@builtin("flatten(self: list[list[T]]) -> list[T]", cost="size(self) * 10")
def flatten(self: list[Items]) -> Items:
    """The items of all the lists, one after the other.

    >>> flatten([[1], [], [2, 3]])
    [1, 2, 3]
    """
    return [item for inner in _list(self) for item in _list(inner)]


def _list(value: Any) -> Items:
    if type(value) is not list:
        raise TypeError(f"{type(value).__name__} is no list")
    return value


def _keys(items: Any) -> set[Any]:
    """For membership only: sets are never iterated over."""
    return set(map(identity, _list(items)))


def _index(value: Any) -> int:
    return max(0, whole(value))
