"""Walking over expressions as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from rewardlang.syntax import nodes


def names_in(node: nodes.Node) -> Iterator[nodes.Name]:
    """Every name that `node` looks up, in the order of the text."""
    pending: list[object] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, nodes.Name):
            yield part
        elif isinstance(part, nodes.Node):
            pending.extend(getattr(part, f.name) for f in reversed(fields(part)))
        elif isinstance(part, tuple):
            pending.extend(reversed(part))
