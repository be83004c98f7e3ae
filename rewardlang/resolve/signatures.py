"""The builtins of the runtime as the checker sees them: signatures, by name and by receiver."""

from __future__ import annotations

from functools import cache, lru_cache

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
    kind: type = type(receiver)
    found = list(_methods_of(kind))
    if isinstance(receiver, List | Table) or (
        isinstance(receiver, Object) and not receiver.properties
    ):
        found.extend(MACROS)
    return found


@cache
def _methods_of(kind: type) -> tuple[str, ...]:
    return tuple(name for name in methods() if _takes(all_signatures()[name], kind))


def _takes(found: Signature, kind: type) -> bool:
    wanted = found.params[0].type
    match wanted:
        case List():
            return issubclass(kind, List)
        case String():
            return issubclass(kind, String)
        case Object():
            return issubclass(kind, Object | Table)
        case _:
            return not issubclass(kind, Any)
