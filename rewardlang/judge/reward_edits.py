"""Small changes of an expression of the reward, one at a time: slips that an author might make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, cast

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.source import Span
from rewardlang.tree import Facts
from rewardlang.types.types import Bool, Number

_Op = Literal["==", "!=", "<", "<=", ">", ">="]
_OTHER: dict[_Op, _Op] = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@frozen
class Change:
    """One change.

    Attributes:
        what: In words: "`==` made `!=`".
        span: What was changed.
        before, after: The node that was changed: an expression, or a pattern's alternative.
        root: The whole expression with the change in it.
    """

    what: str
    span: Span
    before: Any
    after: Any
    root: tree.Expr


def changes(root: tree.Expr) -> Iterator[Change]:
    """Every change of an expression, outer ones first."""
    for what, span, before, after, whole in _inside(root):
        yield Change(what, span, before, after, cast(tree.Expr, whole))


_Found = tuple[str, Span, Any, Any, Any]
"""what, span, node before, node after, the whole that contains it"""


def _inside(node: Any) -> Iterator[_Found]:
    """Changes of a node and of all that it holds, each with the changed node as a whole."""
    for what, span, after in _at(node):
        yield what, span, node, after, after
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            for number, item in enumerate(value):
                for *found, new in _held(item):
                    whole = (*value[:number], new, *value[number + 1 :])
                    yield (*found, replace(node, **{field.name: whole}))
        else:
            for *found, new in _held(value):
                yield (*found, replace(node, **{field.name: new}))


def _held(value: Any) -> Iterator[_Found]:
    if isinstance(value, tuple):  # a pair of an object literal
        for number, item in enumerate(value):
            for *found, new in _held(item):
                yield (*found, (*value[:number], new, *value[number + 1 :]))
    elif is_dataclass(value) and not isinstance(value, Facts | Span):
        yield from _inside(value)


def _at(node: Any) -> Iterator[tuple[str, Span, Any]]:
    """Changes of one node: in words, where, and the node that takes its place."""
    match node:
        case tree.Compare():
            yield from _compare(node)
        case tree.And():
            yield "`and` made `or`", node.span, _joined(tree.Or, node)
        case tree.Or():
            yield "`or` made `and`", node.span, _joined(tree.And, node)
        case tree.OpMatch():
            yield from _pattern(node)
        case tree.Formula():
            yield from _formula(node)
        case tree.TraceValue(window=tree.Window(kind=kind)):
            yield f"the scope `{kind}` dropped", node.span, replace(node, window=None)
        case tree.Builtin(name="ramp"):
            yield from _ramp(node)


def _joined(kind: Any, node: tree.And | tree.Or) -> tree.Expr:
    return cast(tree.Expr, kind(span=node.span, facts=node.facts, items=node.items))


def _compare(node: tree.Compare) -> Iterator[tuple[str, Span, Any]]:
    other = _OTHER[node.op]
    yield f"`{node.op}` made `{other}`", node.span, replace(node, op=other)
    if _is_count(node.right):
        for shown, left in _beside(node.left):
            yield shown, node.left.span, replace(node, left=left)
    if _is_count(node.left):
        for shown, right in _beside(node.right):
            yield shown, node.right.span, replace(node, right=right)


def _is_count(expr: tree.Expr) -> bool:
    """Whether an expression counts something."""
    match expr:
        case tree.TraceValue(kind="count") | tree.Macro(kind="count") | tree.Builtin(name="size"):
            return True
        case _:
            return False


def _ramp(node: tree.Builtin) -> Iterator[tuple[str, Span, Any]]:
    for number in (1, 2):
        constant = node.args[number]
        for shown, new in _beside(constant):
            args = (*node.args[:number], new, *node.args[number + 1 :])
            yield shown, constant.span, replace(node, args=args)


def _beside(constant: tree.Expr) -> Iterator[tuple[str, tree.Expr]]:
    """One more and one less of a whole number."""
    if not isinstance(constant, tree.Const) or not isinstance(constant.value, int):
        return
    if isinstance(constant.value, bool):
        return
    for value in (constant.value + 1, constant.value - 1):
        facts = replace(constant.facts, type=Number(True, value, value))
        yield f"{constant.value} made {value}", replace(constant, value=value, facts=facts)


def _pattern(node: tree.OpMatch) -> Iterator[tuple[str, Span, Any]]:
    """A condition on a call left out."""
    if isinstance(node.condition, tree.And):
        items = node.condition.items
        for number, item in enumerate(items):
            rest = (*items[:number], *items[number + 1 :])
            kept = rest[0] if len(rest) == 1 else replace(node.condition, items=rest)
            yield f"`{_text(item)}` dropped", item.span, replace(node, condition=kept)
    elif node.condition is not None:
        shown = f"`{_text(node.condition)}` dropped"
        yield shown, node.condition.span, replace(node, condition=None)


def _formula(node: tree.Formula) -> Iterator[tuple[str, Span, Any]]:
    if node.kind == "once":
        yield "`once` made `called`", node.span, replace(node, kind="called")
    if node.kind in ("preceded_by", "followed_by"):
        true = tree.Const(span=node.span, facts=Facts(Bool()), value=True)
        yield f"`{node.kind}` made true", node.span, true
    if node.within is not None:
        for within in (node.within + 1, node.within - 1):
            if within > 0:
                shown = f"`within {node.within}` made `within {within}`"
                yield shown, node.span, replace(node, within=within)
    if node.count is not None:
        for count in (node.count + 1, node.count - 1):
            if count >= 0:
                shown = f"`{node.kind} {node.count}` made `{node.kind} {count}`"
                yield shown, node.span, replace(node, count=count)
    if node.window is not None:
        shown = f"the scope `{node.window.kind}` dropped"
        yield shown, node.span, replace(node, window=None)


def _text(expr: tree.Expr) -> str:
    return " ".join(expr.span.text.split())
