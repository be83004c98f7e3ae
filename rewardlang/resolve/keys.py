"""The key of an expression: equal texts for expressions that always have equal values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

from rewardlang import tree
from rewardlang.memo import Memo
from rewardlang.types.types import CallType

_IGNORED = frozenset({"span", "facts", "safe", "plain"})
_NAME = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_FIELD = re.compile(rf"\.{_NAME}\Z")
_CALL_FIELD = re.compile(rf"CallField\((.*),{_NAME}\)", re.DOTALL)


def key(part: object) -> str:
    """The key of a typed expression, or of a part of one. `x?.y` and `x.y` have the same."""
    if isinstance(part, tree.Typed):
        return _known(part)
    return _key(part)


def _key(part: object) -> str:
    kind: type = type(part)
    spelt = _SPELT.get(kind)
    if spelt is not None:
        return spelt(part)
    inner = ",".join([key(getattr(part, name)) for name in fields_of(kind)])
    return f"{kind.__name__}({inner})"


@cache
def fields_of(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of node by which its value can differ."""
    return tuple(field.name for field in fields(kind) if field.name not in _IGNORED)


_SPELT: dict[type, Callable[[Any], str]] = {
    tree.Const: lambda part: json.dumps(part.value, sort_keys=True),
    tree.Get: lambda part: get_key(key(part.object), part.name),
    tree.LetRef: lambda part: let_key(part.name),
    tuple: lambda part: "[" + ",".join(map(key, part)) + "]",
    **dict.fromkeys((str, int, float, bool, type(None)), repr),
}
"""Nodes and parts of nodes that are not spelt by their fields."""


_known: Memo[object, str] = Memo(_key, 1024)
"""An expression is typed from its parts up, and its key is made of theirs."""


def get_key(object_key: str, name: str) -> str:
    """The key of the field `name` of what has `object_key`."""
    return f"{object_key}.{name!r}"


@lru_cache(maxsize=1024)
def owner_key(known: str) -> str:
    """Of the key of a field, of a value or of a call, that of the value or the call."""
    call = _CALL_FIELD.fullmatch(known)
    return call[1] if call is not None else _FIELD.sub("", known)


def let_key(name: str) -> str:
    """The key of a reference to the let `name`."""
    return f"let {name}"


def call_field_key(call_key: str, name: str) -> str:
    """The key of a field of a call; `call_key` is "None" for the one that a pattern matches."""
    return f"CallField({call_key},{name!r})"


def first_keys(match: tree.Match) -> tuple[str, str]:
    """The keys of `first(P)` and `last(P)`, which exist when P was called."""
    facts = tree.Facts(CallType(()))
    span = match.span
    first = tree.TraceValue(span=span, facts=facts, kind="first", match=match)
    last = tree.TraceValue(span=span, facts=facts, kind="last", match=match)
    return key(first), key(last)
