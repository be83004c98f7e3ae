"""What was worked out of data that many scenarios share, such as the operations of an API."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Memo(Generic[T, V]):
    """A function of frozen data, remembered for the last `most` things, each by its identity."""

    def __init__(self, function: Callable[[T], V], most: int = 256) -> None:
        self._function = function
        self._most = most
        self._known: OrderedDict[int, tuple[T, V]] = OrderedDict()

    def __call__(self, thing: T) -> V:
        known = self._known.get(id(thing))
        if known is not None:  # the entry keeps `thing` alive, so its identity is its own
            return known[1]
        value = self._function(thing)
        self._known[id(thing)] = (thing, value)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value
