"""Frozen data, made fast: `frozen` instead of `dataclass(frozen=True, slots=True)`.

Thousands of spans and nodes are made for every file, and a frozen dataclass sets each field through
`object.__setattr__`, which takes three times as long. Here the type checker alone holds that nobody
assigns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform, overload

C = TypeVar("C", bound=type[Any])


@overload
def frozen(kind: C) -> C: ...


@overload
def frozen(*, kw_only: bool = False) -> Callable[[C], C]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: Any = None, *, kw_only: bool = False) -> Any:
    """A dataclass with slots, compared and hashed by its fields."""
    made = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
    return made if kind is None else made(kind)
