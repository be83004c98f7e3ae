"""The optional arguments of an operation that say something, the likelier first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang.derive.making import PAGING, Making
from rewardlang.derive.request import LABELS, Path, slots_in
from rewardlang.derive.schemas import merged, shape


def extras(made: Making) -> Iterator[tuple[Path, Any]]:
    """Optional arguments of the body that say something, the likelier first; then queries."""
    where = {p.name: p.where for p in made.operation.parameters}
    found = [
        (path, schema)
        for path, schema in _leaves(made, made.root, ())
        if where.get(str(path[0])) == "body" or str(path[0]) not in PAGING
    ]
    body = any(place == "body" for place in where.values())
    found = [each for each in found if not body or where.get(str(each[0][0])) == "body"]
    found.sort(key=lambda pair: (_rank(made, pair[0]), len(pair[0])))
    for path, schema in found:
        value = made.value(schema, path)
        if value is not None and any(True for _ in slots_in(value)):
            yield path, value


def _rank(made: Making, path: Path) -> int:
    """How likely an optional argument is what matters: names of rows, then texts."""
    last = str(path[-1])
    linked = any(
        link.table in made.ground.rows for link in made.refers.links.get(tuple(map(str, path)), ())
    )
    if len(path) > 1 and made.refers.table(path) is not None and not linked:
        return 1
    if last in LABELS and last != "key" and not linked:
        return 0 if path[0] != "update" else 4
    if linked:
        return 1 if last in ("key", "name", "accountId") or len(path) == 1 else 2
    return 1 if last in ("name", "description", "body", "text", "value") else 3


def _leaves(made: Making, schema: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Optional arguments: scalars, documents, and lists, at most three objects deep."""
    found = merged(schema, made.root)
    for name, inner in found.get("properties", {}).items():
        at_ = (*path, name)
        if at_ in made.slots and made.slots[at_].parent is not None:
            continue
        required = not path and name in found.get("required", ())
        if required and shape(inner, made.root) != "object":
            continue
        kind = shape(inner, made.root)
        if kind == "object" and len(at_) < 4:
            yield from _leaves(made, inner, at_)
        elif kind != "any":
            yield at_, inner
