"""Types in the words of messages."""

from __future__ import annotations

from rewardlang.types.types import List, Nullable, Number, Object, String, Table, Type, Union


def describe(type_: Type, depth: int = 2) -> str:
    """`type_` for a message: short, inner structure left out."""
    match type_:
        case Nullable():
            inner = describe(type_.inner, depth)
            return f"({inner})?" if isinstance(type_.inner, Union) else f"{inner}?"
        case List():
            return f"list[{describe(type_.item, depth - 1)}]"
        case Object() if type_.name is None and type_.properties:
            if depth <= 0:
                return "{...}"
            names = [f"{n}{'' if p.required else '?'}" for n, p in type_.properties.items()]
            return "{" + ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])]) + "}"
        case Object() if type_.name is None and type_.rest is not None:
            return f"map[{describe(type_.rest, depth - 1)}]" if depth > 0 else "map"
        case Union(variants=()):
            return "nothing"
        case Union():
            return " | ".join(describe(v, depth - 1) for v in type_.variants[:4])
        case String() if type_.enum is not None:
            return f"str<{type_.format}>" if type_.format else "str"
        case Table():
            return f"table[{describe(type_.row, 0)}]"
        case _:
            return str(type_)


_MANY = 2**53
"""Bounds from here on are those of the machine; a message does not mention them."""


def bounds_in_words(type_: Type) -> str:
    """Where a number lies: "from 0 to 6", "0 or more", "any number"."""
    low = type_.low if isinstance(type_, Number) else None
    high = type_.high if isinstance(type_, Number) else None
    low = None if low is None or low <= -_MANY else low
    high = None if high is None or high >= _MANY else high
    if low is None and high is None:
        return "any number"
    if low is None:
        return f"at most {high:g}"
    if high is None:
        return f"{low:g} or more"
    return f"{low:g}" if low == high else f"from {low:g} to {high:g}"
