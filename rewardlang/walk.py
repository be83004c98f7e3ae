"""The parts of expressions: what is under a node, and which lets an expression mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from rewardlang import tree
from rewardlang.memo import Memo
from rewardlang.source import Span
from rewardlang.tree import Facts, LetDef


def below(node: Any) -> list[tree.Expr]:
    """The expressions right under a node, an effect, a match or a window, in order."""
    found: list[tree.Expr] = []
    for name in _holding(node.__class__):
        value = getattr(node, name)
        if isinstance(value, tree.Typed):
            found.append(value)  # type: ignore[arg-type]  # the Typed are the members of Expr
        elif value:
            _gather(value, found)
    return found


def _gather(value: Any, found: list[tree.Expr]) -> None:
    if isinstance(value, tree.Typed):
        found.append(value)  # type: ignore[arg-type]  # the Typed are the members of Expr
    elif type(value) is tuple:
        for item in value:
            _gather(item, found)
    else:
        for name in _holding(value.__class__):
            _gather(getattr(value, name), found)


_PLAIN = re.compile(
    r"(Facts|Span|Root|Literal\[.*|(str|int|float|bool|object)( \| None)?)\Z", re.DOTALL
)
"""Annotations of fields that hold no expression: half of all, and not worth a look at each node."""


@cache
def _holding(kind: type) -> tuple[str, ...]:
    """The fields of a class in which expressions may be; none of what is no dataclass."""
    if not is_dataclass(kind) or issubclass(kind, Facts | Span):
        return ()
    return tuple(field.name for field in fields(kind) if not _PLAIN.match(str(field.type)))


def _everything(node: Any) -> tuple[tree.Expr, ...]:
    found: list[tree.Expr] = []
    waiting: list[Any] = [node] if isinstance(node, tree.Typed) else below(node)[::-1]
    while waiting:
        expr = waiting.pop()
        found.append(expr)
        waiting += below(expr)[::-1]
    return tuple(found)


everything: Memo[Any, tuple[tree.Expr, ...]] = Memo(_everything, 1024)
"""All expressions under a node, and itself when it is one, in order; lets are not followed.

Remembered: most lints look through all of a reward.
"""


def patterns_of(expr: tree.Formula | tree.TraceValue) -> Iterator[tree.Match]:
    """The patterns of calls in a trace formula or value, those of its window among them."""
    yield from expr.matches if isinstance(expr, tree.Formula) else (expr.match,)
    if expr.window is not None:
        yield expr.window.opens
        if expr.window.closes is not None:
            yield expr.window.closes


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
