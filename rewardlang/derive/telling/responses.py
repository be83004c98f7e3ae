"""Where in what calls were answered a value is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rewardlang.derive.telling.arguments import Argument
from rewardlang.derive.telling.same import kind
from rewardlang.derive.telling.vocabulary import Source, Vocabulary, same_value
from rewardlang.derive.typed import Read
from rewardlang.judge.leaves import at, leaves

Pattern = tuple[str, ...]
"""A path in a response; `*` is an item of a list."""
ANY = "*"


def patterns(response: Any, value: Any) -> dict[Pattern, None]:
    """Where a value is in a response."""
    return {
        tuple(ANY if isinstance(step, int) else step for step in path): None
        for path, leaf in leaves(response)
        if same_value(leaf, value)
    }


def plainness(pattern: Pattern) -> tuple[int, int]:
    """By which places are sorted, the plainest first: lists to look through, then length."""
    return pattern.count(ANY), len(pattern)


def common(responses: Sequence[Any], values: Sequence[Any]) -> Pattern | None:
    """The plainest place in which every response has its value."""
    every = [patterns(r, v) for r, v in zip(responses, values, strict=True)]
    shared = [pattern for pattern in every[0] if all(pattern in each for each in every)]
    usable = [pattern for pattern in shared if pattern and pattern.count(ANY) < 2]
    return min(usable, key=plainness, default=None)


def tells(responses: Sequence[Any], source: Source) -> bool:
    """Whether every response shows what the answer says, if there is anything to show."""
    found = [
        any(str(value) in str(leaf) for _, leaf in leaves(response))
        for response, value in zip(responses, source.values, strict=True)
        if value is not None
    ]
    return bool(found) and all(found)


def shows(
    response: Any, pattern: Pattern, told: Sequence[Source], number: int, key: Argument
) -> bool:
    """Whether an answer tells it all in one item."""
    items = response
    for step in pattern[: pattern.index(ANY)]:
        items = items.get(step) if isinstance(items, dict) else None
    for each in items if isinstance(items, list) else ():
        texts = [str(leaf) for _, leaf in leaves(each)]
        if key.values[number] in texts and all(
            s.values[number] is None or any(str(s.values[number]) in text for text in texts)
            for s in told
        ):
            return True
    return False


def around(responses: Sequence[Any], source: Source) -> tuple[Pattern, bool]:
    """The innermost place that has a value in it in every response, outside of lists, and whether
    the value is a part of a long text there."""
    found: list[Pattern] = []
    every: list[dict[Pattern, None]] = []
    long = False
    for response, value in zip(responses, source.values, strict=True):
        if value is None:
            continue
        paths = [path for path, leaf in leaves(response) if str(value) in str(leaf)]
        exact = [path for path in paths if str(at(response, path)) == str(value)]
        # A long text is shown in one form or another, under one name or another.
        long = long or not exact
        every.append({_outside_lists(path): None for path in paths})
        found.append(_outside_lists(min(exact or paths, key=len)))
    always = [path for path in every[0] if path and all(path in each for each in every)]
    if always:
        path = min(always, key=len)
        return (path[:1] if long else path), long
    shared = found[0]
    for path in found:
        length = next(
            (n for n, (a, b) in enumerate(zip(shared, path, strict=False)) if a != b),
            min(len(shared), len(path)),
        )
        shared = shared[:length]
    return shared, long


def _outside_lists(path: Sequence[str | int]) -> Pattern:
    cut = next((n for n, step in enumerate(path) if isinstance(step, int)), len(path))
    return tuple(str(step) for step in path[:cut])


def heard(source: Source, known: Vocabulary, place: Read | None = None, plain: bool = False) -> str:
    """The condition that a value is in the text of what was answered."""
    where = place.text if place is not None else "response"
    said = source.text if kind(source.read, known) == "text" else f"str({source.text})"
    text = f"str({where})"
    if plain and place is not None:
        text = f'({where} ?? "")' if place.nullable else where
    test = f"{text}.contains_text({said})"
    return test if source.sure else f"({source.text} is null or {test})"
