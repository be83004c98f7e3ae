"""JSON values by path: their leaves, and copies that differ at one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Keys and positions from the outside in."""

_DEPTH = 24
"""How deep schemas are followed."""


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside `value` with its path, outer ones first; not `value` itself."""
    inside: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(value, dict):
        inside = iter(value.items())
    elif isinstance(value, list):
        inside = iter(enumerate(value))
    for step, child in inside:
        yield (*path, step), child
        yield from places(child, (*path, step))


def leaves(value: Any) -> Iterator[tuple[Path, Any]]:
    """The scalars inside `value`."""
    for path, child in places(value):
        if not isinstance(child, dict | list):
            yield path, child


def strings(value: Any) -> Iterator[str]:
    """The strings inside `value`, and itself."""
    if isinstance(value, str):
        yield value
    for _, leaf in leaves(value):
        if isinstance(leaf, str):
            yield leaf


def at(value: Any, path: Path) -> Any:
    """What is at a path; None when there is nothing."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy of `value` with `new` at `path`; objects on the way are made when they lack."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(step, int):
        return [put(item, rest, new) if i == step else item for i, item in enumerate(value)]
    inside = value if isinstance(value, dict) else {}
    return {**inside, step: put(inside.get(str(step)), rest, new)}


def without(value: Any, path: Path) -> Any:
    """A copy of `value` that lacks what is at `path`."""
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        if not rest:
            return [item for i, item in enumerate(value) if i != step]
        return [without(item, rest) if i == step else item for i, item in enumerate(value)]
    if not rest:
        return {name: item for name, item in value.items() if name != step}
    return {name: without(item, rest) if name == step else item for name, item in value.items()}


def in_words(path: Path) -> str:
    """`fields.labels[0]`, as people write it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


# ---- schemas ----


def resolved(schema: Any, root: Mapping[str, Any]) -> dict[str, Any]:
    """The schema itself, its references within `root` followed; {} when nothing is known."""
    for _ in range(_DEPTH):
        if not isinstance(schema, dict):
            return {}
        if "$ref" not in schema:
            return schema
        target: Any = root
        for step in schema["$ref"].lstrip("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = target
    return {}


def variants(schema: Any, root: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and the alternatives that it is made of, outermost first."""
    pending = [(schema, 0)]
    while pending:
        raw, depth = pending.pop(0)
        found = resolved(raw, root)
        yield found
        if depth < _DEPTH:
            for union in ("anyOf", "oneOf", "allOf"):
                pending += [(each, depth + 1) for each in found.get(union, ())]


def schema_at(root: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What the schema says of the value at a path; {} when it says nothing."""
    schema: Any = root
    for step in path:
        for each in variants(schema, root):
            if isinstance(step, str) and step in each.get("properties", {}):
                schema = each["properties"][step]
                break
            if isinstance(step, int) and "items" in each:
                schema = each["items"]
                break
        else:
            return {}
    return resolved(schema, root)


def keyword(root: Mapping[str, Any], path: Path, name: str) -> Any:
    """The keyword of the schema at a path, or of one of its alternatives; None without one."""
    for each in variants(schema_at(root, path), root):
        if name in each:
            return each[name]
    return None
