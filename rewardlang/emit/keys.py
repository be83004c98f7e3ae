"""When two expressions are the same text of computation: keys that ignore places and facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from rewardlang import tree

Key = tuple[Any, ...]


def key_of(node: Any, names: Mapping[str, str] | None = None) -> Key:
    """Equal for expressions, matches and windows that mean the same where they stand.

    Args:
        node: An expression or a part of one.
        names: What locals are called in the generated code; locals with the same name there are
            the same.
    """
    return ("key", _key(node, names or {}))


def _key(node: Any, names: Mapping[str, str]) -> Any:
    if isinstance(node, tree.Const):
        return ("Const", _json_key(node.value))
    if isinstance(node, tree.Local):
        return ("Local", names.get(node.name, node.name))
    if isinstance(node, tuple):
        return tuple([_key(part, names) for part in node])
    if is_dataclass(node):
        parts = [
            _key(getattr(node, field.name), names)
            for field in fields(node)
            if field.name not in ("span", "facts")
        ]
        return (type(node).__name__, *parts)
    return node


def _json_key(value: Any) -> Any:
    """Hashable, and different for true and 1, and for 1 and 1.0."""
    if isinstance(value, dict):
        return ("dict", tuple([(key, _json_key(item)) for key, item in value.items()]))
    if isinstance(value, list):
        return ("list", tuple([_json_key(item) for item in value]))
    return (type(value).__name__, value)
