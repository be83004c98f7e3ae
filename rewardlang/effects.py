"""What operations do to their world, typed: the places that they write, and with what."""

from __future__ import annotations

from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span
from rewardlang.tree import Expr


@frozen
class Place:
    """Where an effect writes: a row (`fields` empty), a field under it, or a counter."""

    table: str | None
    key: Expr | None
    path: tuple[str | Expr, ...]
    counter: str | None = None


@frozen
class Effect:
    """`set place = value`; `append value to place` and `remove value from place` on lists;
    `insert value into table` (place is the table); `delete place` (a row or a field).

    With `each` (a name and a list) the effect is applied to every item in turn, which `when`,
    `place` and `value` see as the `Local` of that name. The list is evaluated once, before."""

    kind: Literal["set", "append", "remove", "insert", "delete"]
    place: Place
    value: Expr | None
    span: Span
    when: Expr | None = None
    each: tuple[str, Expr] | None = None
