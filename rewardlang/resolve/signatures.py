"""The builtins of the runtime as the checker sees them: signatures, by name and by receiver."""

from __future__ import annotations

from functools import lru_cache

from rewardlang.types.notation import Signature, signature
from rewardlang.types.types import Any, List, Object, String, Table, Type
from rewardlang_runtime.builtins import BUILTINS

MACROS = ("any", "all", "none", "count", "filter", "map", "sort_by", "min_by", "max_by")


@lru_cache(maxsize=1)
def all_signatures() -> dict[str, Signature]:
    """Every builtin by name."""
    return {name: signature(builtin.signature) for name, builtin in BUILTINS.items()}


def functions() -> list[str]:
    """The names of the free functions."""
    return [name for name, found in all_signatures().items() if not found.method]


def methods() -> list[str]:
    """The names of the methods."""
    return [name for name, found in all_signatures().items() if found.method]


def method_names(receiver: Type) -> list[str]:
    """The methods and macros that a value of `receiver` (expanded, not null) has."""
    found = [name for name in methods() if _takes(all_signatures()[name], receiver)]
    if isinstance(receiver, List | Table) or (
        isinstance(receiver, Object) and not receiver.properties
    ):
        found.extend(MACROS)
    return found


def _takes(found: Signature, receiver: Type) -> bool:
    wanted = found.params[0].type
    match wanted:
        case List():
            return isinstance(receiver, List)
        case String():
            return isinstance(receiver, String)
        case Object():
            return isinstance(receiver, Object | Table)
        case _:
            return not isinstance(receiver, Any)
