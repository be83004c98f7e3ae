"""Random numbers that are the same in every process, on every machine and in every release."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def stream(*key: int | str) -> int:
    """64 bits that identify a key; keys that differ in a value or in its type have other bits."""
    from hashlib import blake2b  # it costs milliseconds to import, and few programs need it often

    digest = blake2b(digest_size=8)
    for part in key:
        plain = f"{'s' if type(part) is str else 'i'}{part}".encode("utf-8", "surrogatepass")
        digest.update(len(plain).to_bytes(8, "little"))
        digest.update(plain)
    return int.from_bytes(digest.digest(), "little")


def mix(bits: int) -> int:
    """The finaliser of splitmix64: every bit of the result depends on every bit given."""
    bits &= _MASK
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB & _MASK
    return bits ^ (bits >> 31)


class Rng:
    """A stream of random numbers for a key of integers and strings; splitmix64.

    Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
    """

    __slots__ = ("_state",)

    def __init__(self, *key: int | str) -> None:
        self._state = stream(*key)

    @classmethod
    def at(cls, state: int) -> Rng:
        """The stream that starts at a state, which `stream` and `mix` make."""
        rng = cls.__new__(cls)
        rng._state = state
        return rng

    def bits(self) -> int:
        """64 random bits."""
        self._state = state = (self._state + _STEP) & _MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
        return state ^ (state >> 31)

    def below(self, n: int) -> int:
        """A number from 0 up to `n`, without it; all are equally likely up to n / 2**64.

        Raises:
            ValueError: `n` is not positive.
        """
        if n <= 0:
            raise ValueError("there is no number from 0 below 0")
        return (self.bits() * n) >> 64

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def random(self) -> float:
        """A number in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, which must not be empty."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in a random order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result
