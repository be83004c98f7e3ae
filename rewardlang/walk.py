"""The parts of expressions: what is under a node, and which lets an expression mentions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from rewardlang import tree
from rewardlang.source import Span
from rewardlang.tree import Facts, LetDef


def below(node: Any) -> Iterator[tree.Expr]:
    """The expressions right under a node, an effect, a match or a window, in order."""
    for field in fields(node):
        yield from _expressions(getattr(node, field.name))


def _expressions(value: Any) -> Iterator[tree.Expr]:
    if isinstance(value, tree.Typed):
        yield value  # type: ignore[misc]
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)
    elif is_dataclass(value) and not isinstance(value, Facts | Span):
        yield from below(value)


def everything(node: Any) -> Iterator[tree.Expr]:
    """All expressions under `node`, and itself when it is one; lets are not followed."""
    if isinstance(node, tree.Typed):
        yield node  # type: ignore[misc]
    for child in below(node):
        yield from everything(child)


def mentioned(nodes: Iterable[Any], lets: Mapping[str, LetDef]) -> list[str]:
    """The lets that `nodes` mention, also through other lets, each after those it needs."""
    found: list[str] = []

    def visit(node: Any) -> None:
        for expr in everything(node):
            if isinstance(expr, tree.LetRef) and expr.name not in found:
                visit(lets[expr.name].value)
                found.append(expr.name)

    for node in nodes:
        visit(node)
    return found
