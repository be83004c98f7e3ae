"""Did you mean: the one name, if any, that a mistyped name stands for; used by every look-up."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 100
"""Longer names are nobody's typo; comparing them would cost quadratic time."""


_SHORT = 3
"""One error in a name of so few characters makes another name."""


def suggest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` most likely means, or None.

    Accepted are, in this order: equality but for case, a small number of typing errors (at most a
    third of the length, at least one), the same words in another order. The first of equals wins.
    """
    names = [c for c in candidates if c != name]
    if len(name) > _LONGEST:
        return None
    folded = name.casefold()
    for candidate in names:
        if candidate.casefold() == folded:
            return candidate
    limit = max(1, len(name) // 3)
    best: tuple[int, str] | None = None
    for candidate in names:
        if abs(len(candidate) - len(name)) > limit:
            continue
        distance = _errors(folded, candidate.casefold(), best[0] - 1 if best else limit)
        if distance <= limit and (best is None or distance < best[0]):
            best = (distance, candidate)
    if best is not None and best[0] < len(name):
        return best[1]
    words = _words(name)
    return next((c for c in names if len(words) > 1 and _words(c) == words), None)


def near(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that differs from `name` in case only or in one typing error, or None.

    For places where an unknown name is no mistake, so that only a slip of the hand is mentioned.
    """
    meant = suggest(name, candidates)
    if meant is None:
        return None
    slip = _errors(name.casefold(), meant.casefold(), 1) <= 1
    return meant if slip and len(name) > _SHORT else None


def _errors(name: str, other: str, most: int) -> int:
    """How many typing errors lie between two names; above `most`, how many does not matter."""
    # Every command looks names up; few are mistyped, and the import is a fifth of a warm lint.
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.distance(name, other, score_cutoff=most)


def _words(name: str) -> list[str]:
    """The words of an identifier in camel, snake or kebab case, sorted."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return sorted(re.split(r"[\W_]+", spaced.casefold()))
