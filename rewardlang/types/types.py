"""The types of expressions. Frozen data; `str(t)` is the notation that users read and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span


@frozen
class Null:
    def __str__(self) -> str:
        return "null"


@frozen
class Bool:
    def __str__(self) -> str:
        return "bool"


@frozen
class Number:
    """A number; `integer` for int. Bounds are inclusive; None is unbounded."""

    integer: bool = False
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return "int" if self.integer else "number"


@frozen
class String:
    """A string. `enum` lists its only values; `format` is JSON Schema's, or one of ours: adf."""

    format: str | None = None
    enum: tuple[str, ...] | None = None
    pattern: str | None = None
    max_length: int | None = None
    origin: Span | None = field(default=None, compare=False, repr=False)
    """Where the enum is declared."""

    def __str__(self) -> str:
        if self.enum is not None:
            return "enum{" + ", ".join(f'"{v}"' for v in self.enum) + "}"
        return f"str<{self.format}>" if self.format else "str"


@frozen
class List:
    item: Type
    max_items: int | None = None

    def __str__(self) -> str:
        return f"list[{self.item}]"


@frozen
class Property:
    """A property of an object; a `required` one is always there, though it may be null."""

    type: Type
    required: bool
    origin: Span | None = field(default=None, compare=False, repr=False)


@frozen
class Object:
    """An object with known properties; `rest` is the type of all others, None when it is closed.

    A map is an object without properties and with `rest`. `name` is the schema's name, when it
    has one; recursive schemas refer to themselves through `Named`.
    """

    properties: Mapping[str, Property] = field(default_factory=dict)
    rest: Type | None = None
    name: str | None = None
    origin: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        if self.name:
            return self.name
        if not self.properties and self.rest is not None:
            return f"map[{self.rest}]"
        parts = [f"{k}{'' if p.required else '?'}: {p.type}" for k, p in self.properties.items()]
        return "{" + ", ".join(parts + (["..."] if self.rest is not None else [])) + "}"


@frozen
class Named:
    """A schema of an API by name, resolved through `Schemas`; makes recursion possible."""

    name: str
    api: str = ""

    def __str__(self) -> str:
        return self.name


@frozen
class Nullable:
    """`inner` or null; `inner` is neither Nullable nor Null."""

    inner: Type

    def __str__(self) -> str:
        return f"{self.inner}?"


@frozen
class Union:
    """One of several types; `tag` names the property whose constants tell them apart."""

    variants: tuple[Type, ...]
    tag: str | None = None

    def __str__(self) -> str:
        return " | ".join(str(v) for v in self.variants)


@frozen
class Table:
    """A table of a world: rows by key."""

    name: str
    row: Type

    def __str__(self) -> str:
        return f"table[{self.row}]"


@frozen
class State:
    """A whole world: `initial`, `final`, a call's `before` or `after`."""

    tables: Mapping[str, Table]

    def __str__(self) -> str:
        return "state"


@frozen
class Delta:
    """What changed between `initial` and `final`."""

    tables: Mapping[str, Table]

    def __str__(self) -> str:
        return "delta"


@frozen
class CallType:
    """A call of one of `operations`, of any when there are none named.

    `ok` when the pattern requires success; `outcome` is what is known of it. `exact` when the
    arguments satisfy the operation's schema, as they do in calls that reached the operation.
    """

    operations: tuple[str, ...]
    ok: bool = False
    fields: Mapping[str, Property] = field(default_factory=dict)
    outcome: Literal["ok", "error", ""] = ""
    exact: bool = False

    def __str__(self) -> str:
        return f"Call[{' | '.join(self.operations) or 'any'}]"


@frozen
class Var:
    """A variable in the signature of a builtin; never the type of an expression."""

    name: str

    def __str__(self) -> str:
        return self.name


@frozen
class Any:
    """No static knowledge: a gap in a schema (T112)."""

    def __str__(self) -> str:
        return "any"


@frozen
class Error:
    """The type of an expression that was reported already; silences what follows from it."""

    def __str__(self) -> str:
        return "?"


Type = (
    Null | Bool | Number | String | List | Object | Named | Nullable | Union | Table | State
    | Delta | CallType | Var | Any | Error
)  # fmt: skip

Provenance = Literal["scenario", "environment", "agent"]
"""Who determines a value, least trusted last: world and params; responses and final state; the
policy."""

Stage = Literal["setup", "episode"]
"""`setup` values are known at reset; `episode` values depend on what the policy did."""
