"""Builtins that compare lists and nested data, each with a number in [0, 1]."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from rewardlang_runtime.registry import builtin
from rewardlang_runtime.values import equal, identity

_ALIGNED = 64
"""How many items of a list `subset_score` considers."""
_COMPARISONS = 30_000
"""How many pairs of nodes it compares before it goes on item by item. Both bound its work on what
a policy sends; a right answer needs as many comparisons as it has nodes."""


@builtin("f1(actual: list[T], expected: list[T]) -> unit", cost="size(actual) + size(expected)")
def f1(actual: list[Any], expected: list[Any]) -> float:
    """Harmonic mean of precision and recall of two sets; 1 when both are empty.

    >>> f1(["a", "b"], ["b", "c"])
    0.5
    """
    left, right = _set(actual), _set(expected)
    if not left and not right:
        return 1.0
    return 2 * len(left & right) / (len(left) + len(right))


@builtin(
    "precision(actual: list[T], expected: list[T]) -> unit", cost="size(actual) + size(expected)"
)
def precision(actual: list[Any], expected: list[Any]) -> float:
    """The share of `actual` that was expected; 0 when `actual` is empty.

    >>> precision(["a", "b"], ["b", "c", "d"])
    0.5
    """
    left, right = _set(actual), _set(expected)
    return len(left & right) / len(left) if left else 0.0


@builtin("recall(actual: list[T], expected: list[T]) -> unit", cost="size(actual) + size(expected)")
def recall(actual: list[Any], expected: list[Any]) -> float:
    """The share of `expected` that is there; 1 when nothing was expected.

    >>> recall(["a", "b"], ["b", "c", "d", "a"])
    0.5
    """
    left, right = _set(actual), _set(expected)
    return len(left & right) / len(right) if right else 1.0


@builtin("jaccard(a: list[T], b: list[T]) -> unit", cost="size(a) + size(b)")
def jaccard(a: list[Any], b: list[Any]) -> float:
    """Size of the intersection over size of the union of two sets; 1 when both are empty.

    >>> jaccard(["a", "b"], ["b", "c", "d"])
    0.25
    """
    left, right = _set(a), _set(b)
    return len(left & right) / len(left | right) if left or right else 1.0


@builtin("lcs_ratio(xs: list[T], ys: list[T]) -> unit", cost="size(xs) * size(ys) * 0.1")
def lcs_ratio(xs: list[Any], ys: list[Any]) -> float:
    """Longest common subsequence over the longer list, in items; 1 when both are empty.

    >>> lcs_ratio(["Freeze", "Ship", "Test"], ["Freeze", "Test", "Ship"])
    0.6666666666666666
    """
    left, right = _keys(xs), _keys(ys)
    longer = max(len(left), len(right))
    return _common(left, right) / longer if longer else 1.0


def _common(xs: list[Hashable], ys: list[Hashable]) -> int:
    """Length of the longest common subsequence; Hyyrö's bit-parallel algorithm."""
    places: dict[Hashable, int] = {}
    for number, y in enumerate(ys):
        places[y] = places.get(y, 0) | 1 << number
    full = (1 << len(ys)) - 1
    row = full
    for x in xs:
        hits = row & places.get(x, 0)
        row = (row + hits | row - hits) & full
    return len(ys) - row.bit_count()


@builtin(
    "subset_score(actual: any, expected: any, order: bool = true) -> unit",
    cost="size(actual) * size(expected)",
)
def subset_score(actual: Any, expected: Any, order: bool = True) -> float:
    """The share of the leaves of `expected` that are at the same place in `actual`.

    Scalars are compared strictly; objects by key, extra keys do not count; the items of lists by
    the best alignment in order, or when `order` is false each with its best partner. Of a list
    in `actual` the first 64 items are considered, and after 30,000 comparisons items are no longer
    aligned but taken in order. An empty list or object is one leaf.

    >>> subset_score({"type": "doc", "content": ["a", "b"], "id": 7}, {"content": ["b"], "type": 1})
    0.5
    """
    hits, leaves = _overlap(actual, expected, order is True, [_COMPARISONS])
    return hits / leaves


@builtin(
    "matches_subset(actual: any, expected: any, order: bool = true) -> bool",
    cost="size(actual) * size(expected)",
)
def matches_subset(actual: Any, expected: Any, order: bool = True) -> bool:
    """Whether `subset_score` is 1: all of `expected` is in `actual`.

    >>> matches_subset({"a": 1, "b": 2}, {"a": 1})
    True
    """
    hits, leaves = _overlap(actual, expected, order is True, [_COMPARISONS])
    return hits == leaves


def _overlap(actual: Any, expected: Any, order: bool, left: list[int]) -> tuple[int, int]:
    """How many leaves of `expected` are in `actual`, and how many there are."""
    left[0] -= 1
    if type(expected) is dict and expected:
        hits = leaves = 0
        inside = actual if type(actual) is dict else {}
        for key, value in expected.items():
            if key in inside:
                hit, count = _overlap(inside[key], value, order, left)
            else:
                hit, count = 0, _leaves(value)
            hits, leaves = hits + hit, leaves + count
        return hits, leaves
    if type(expected) is list and expected:
        items = actual if type(actual) is list else []
        return _aligned(items, expected, order, left), _leaves(expected)
    if type(expected) is dict or type(expected) is list:
        return (1 if type(actual) is type(expected) and not actual else 0), 1
    return (1 if equal(actual, expected) else 0), 1


def _aligned(actual: list[Any], expected: list[Any], order: bool, left: list[int]) -> int:
    actual = actual[:_ALIGNED]
    diagonal: list[int] = []
    if len(actual) == len(expected) or left[0] <= 0:
        # Item by item: the usual case of a right answer, and of one that asks for too much work.
        pairs = [
            _overlap(have, want, order, left) for have, want in zip(actual, expected, strict=False)
        ]
        diagonal = [hit for hit, _ in pairs]
        if left[0] <= 0 or all(hit == count for hit, count in pairs):
            return sum(diagonal)
    # Each pair of nodes is compared once, or nesting would double the work at every level.
    if not order:
        return _partners(actual, expected, diagonal, left)
    best = [0] * (len(actual) + 1)
    for row, want in enumerate(expected):
        corner = 0
        for at, have in enumerate(actual, 1):
            if diagonal and row == at - 1:
                score = diagonal[row]
            else:
                score, _ = _overlap(have, want, order, left)
            corner, best[at] = best[at], max(best[at], best[at - 1], corner + score)
    return best[-1]


def _partners(actual: list[Any], expected: list[Any], diagonal: list[int], left: list[int]) -> int:
    """The sum over `expected`, each in turn with the best item that is not taken yet."""
    taken: set[int] = set()
    total = 0
    for row, want in enumerate(expected):
        perfect, best, place = _leaves(want), 0, -1
        for at, have in enumerate(actual):
            if at in taken:
                continue
            if diagonal and row == at:
                score = diagonal[row]
            else:
                score, _ = _overlap(have, want, False, left)
            if score > best:
                best, place = score, at
                if best == perfect:
                    break
        if best:
            taken.add(place)
            total += best
    return total


def _leaves(value: Any) -> int:
    count = 0
    stack = [value]
    while stack:
        item = stack.pop()
        if type(item) is dict and item:
            stack.extend(item.values())
        elif type(item) is list and item:
            stack.extend(item)
        else:
            count += 1
    return count


def _keys(items: Any) -> list[Hashable]:
    if type(items) is not list:
        raise TypeError(f"{type(items).__name__} is no list")
    return [identity(item) for item in items]


def _set(items: Any) -> set[Hashable]:
    """For counting only: sets are never iterated over."""
    return set(_keys(items))
