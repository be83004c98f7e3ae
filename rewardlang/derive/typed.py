"""Expressions that read fields: `.` where a field is always there, `?.` where it may be missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rewardlang.frozen import frozen
from rewardlang.types.relations import may_be_null, without_null
from rewardlang.types.types import Any, List, Object, Type, Union

Expand = Callable[[Type], Type]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_WORDS = {
    "and", "or", "not", "in", "is", "null", "if", "else", "true", "false", "matches", "implies",
    "called", "never", "once", "exactly", "at_least", "at_most", "only", "every", "seq", "then",
    "before", "after", "between", "within", "preceded_by", "followed_by",
}  # fmt: skip


@frozen
class Read:
    """An expression with its type.

    Attributes:
        nullable: Whether it may be null.
        checked: Whether a `?` before it already ends the reading where that is so.
        sure: Whether a schema says of every step what it is; else reading it may fail.
    """

    text: str
    type: Type
    nullable: bool
    checked: bool = False
    sure: bool = True


def read(base: Read, path: Sequence[str], expand: Expand) -> Read | None:
    """The expression of a field inside another; None when the type has no such field."""
    return place(base, path, expand)


def place(base: Read, path: Sequence[str | int], expand: Expand) -> Read | None:
    """The same of a path that also goes through lists; None when the type has no such place."""
    found: Read | None = base
    for step in path:
        if found is not None:
            at_ = _item(found, step, expand) if isinstance(step, int) else None
            found = _field(found, step, expand) if isinstance(step, str) else at_
    return found


def _item(base: Read, index: int, expand: Expand) -> Read | None:
    inner = item(base, expand)
    if inner is None:
        return None
    # Not every list has so many items.
    text = f"{base.text}{'?' if base.nullable else ''}[{index}]"
    return Read(text, inner, base.nullable or may_be_null(expand(inner)), sure=base.sure)


def _field(base: Read, name: str, expand: Expand) -> Read | None:
    whole = expand(base.type)
    inner = expand(without_null(whole))
    nullable = may_be_null(whole) or (base.nullable and not base.checked)
    type_: Type
    sure = base.sure and isinstance(inner, Object) and name in inner.properties
    if isinstance(inner, Any):
        safe, type_, missing = True, inner, True
    elif isinstance(inner, Union):
        variants = [expand(variant) for variant in inner.variants]
        if not any(isinstance(v, Object) and name in v.properties for v in variants):
            return None
        safe, type_, missing = True, Any(), True
    elif isinstance(inner, Object):
        known = inner.properties.get(name)
        if known is None and inner.rest is None:
            return None
        type_ = known.type if known is not None else inner.rest or Any()
        missing = known is None or not known.required
        safe = missing or nullable
    else:
        return None
    text = f"{base.text}{'?' if safe else ''}{member(name)}"
    itself = missing or may_be_null(expand(type_))
    return Read(text, type_, nullable or base.nullable or itself, not itself, sure)


def member(name: str) -> str:
    """`.name`, or `["the-name"]` of what is no word."""
    if _NAME.match(name) and name not in _WORDS:
        return f".{name}"
    return f"[{quoted(name)}]"


def item(base: Read, expand: Expand) -> Type | None:
    """The type of the items of a list; None of what is none."""
    inner = expand(without_null(expand(base.type)))
    if isinstance(inner, List):
        return inner.item
    return Any() if isinstance(inner, Any) else None


def quoted(text: str) -> str:
    """A text as a literal of the language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
