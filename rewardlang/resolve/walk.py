"""Walking over expressions as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import cache

from rewardlang.syntax import nodes


@cache
def _names(kind: type[nodes.Node]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name != "span")


def names_in(node: nodes.Node) -> Iterator[nodes.Name]:
    """Every name that `node` looks up, in the order of the text."""
    pending: list[object] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, nodes.Name):
            yield part
        elif isinstance(part, nodes.Node):
            kind: type = type(part)
            pending.extend(getattr(part, name) for name in reversed(_names(kind)))
        elif isinstance(part, tuple):
            pending.extend(reversed(part))


def depth_of(node: nodes.Node) -> int:
    """How many nodes lie one inside the other, `node` included."""
    deepest = 0
    pending: list[tuple[object, int]] = [(node, 1)]
    while pending:
        part, depth = pending.pop()
        if isinstance(part, nodes.Node):
            deepest = max(deepest, depth)
            kind: type = type(part)
            pending.extend((getattr(part, name), depth + 1) for name in _names(kind))
        elif isinstance(part, tuple):
            pending.extend((each, depth) for each in part)
    return deepest
