"""Builtins over objects and maps; `keys`, `values` and `has` also take the tables of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rewardlang_runtime.registry import builtin

if TYPE_CHECKING:
    from rewardlang_runtime.world import TableView

Object = dict[str, Any]


@builtin("keys(self: map[T]) -> list[str]", cost="size(self)")
def keys(self: Object | TableView) -> list[str]:
    """The keys, in order.

    >>> keys({"b": 1, "a": 2})
    ['b', 'a']
    """
    return list(self) if type(self) is dict else _table(self).keys()


@builtin("values(self: map[T]) -> list[T]", cost="size(self)")
def values(self: Object | TableView) -> list[Any]:
    """The values, in the order of the keys.

    >>> values({"b": 1, "a": 2})
    [1, 2]
    """
    return list(self.values()) if type(self) is dict else _table(self).values()


@builtin("has(self: map[T], key: str) -> bool")
def has(self: Object | TableView, key: str) -> bool:
    """Whether there is such a key; its value may be null.

    >>> has({"a": None}, "a")
    True
    """
    if type(key) is not str:
        raise TypeError("a key is a string")
    return key in self if type(self) is dict else _table(self).get(key) is not None


@builtin("merge(base: T, changes: map[any]) -> T", cost="size(base) + size(changes)")
def merge(base: Object, changes: Object) -> Object:
    """`base` with the fields of `changes` in place of its own; not deep.

    >>> merge({"a": 1, "b": 2}, {"b": 3})
    {'a': 1, 'b': 3}
    """
    return {**_object(base), **_object(changes)}


@builtin("without_keys(row: map[any], names: list[str]) -> map[any]", cost="size(row)")
def without_keys(row: Object, names: list[str]) -> Object:
    """`row` without the fields `names`.

    >>> without_keys({"a": 1, "b": 2}, ["b", "c"])
    {'a': 1}
    """
    gone = set(_names(names))
    return {key: value for key, value in _object(row).items() if key not in gone}


@builtin("pick_keys(row: map[any], names: list[str]) -> map[any]", cost="size(row)")
def pick_keys(row: Object, names: list[str]) -> Object:
    """`row` with the fields `names` only, in its own order.

    >>> pick_keys({"a": 1, "b": 2}, ["b", "c"])
    {'b': 2}
    """
    kept = set(_names(names))
    return {key: value for key, value in _object(row).items() if key in kept}


@builtin("drop_nulls(row: map[any]) -> map[any]", cost="size(row)")
def drop_nulls(row: Object) -> Object:
    """`row` without the fields that are null.

    >>> drop_nulls({"a": 1, "b": None})
    {'a': 1}
    """
    return {key: value for key, value in _object(row).items() if value is not None}


@builtin("object_of(keys: list[str], values: list[T]) -> map[T]", cost="size(keys)")
def object_of(keys: list[str], values: list[Any]) -> Object:
    """The object with these keys and values, in pairs; what is left over of one is left out.

    >>> object_of(["a", "b"], [1, 2])
    {'a': 1, 'b': 2}
    """
    if type(values) is not list:
        raise TypeError("values are a list")
    return dict(zip(_names(keys), values, strict=False))


def _object(value: Any) -> Object:
    if type(value) is not dict:
        raise TypeError(f"{type(value).__name__} is no object")
    return value


def _names(value: Any) -> list[str]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise TypeError("names are a list of strings")
    return value


def _table(value: Any) -> Any:
    if type(value) in (bool, int, float, str, list, type(None)):
        raise TypeError(f"{type(value).__name__} has no keys")
    return value
