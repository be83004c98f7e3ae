"""By what rows are known: the property that the hole of a path is about, and who chooses it."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang.importer.names import camel, squeezed
from rewardlang.importer.resources import HOLE, Path, Resources, Table, by_paths, holes
from rewardlang.importer.shapes import Schema
from rewardlang.openapi import Document, Operation

_KEYS = ("id", "accountId", "uuid", "key", "name", "slug")


def settle(found: Resources, document: Document) -> None:
    """Say of each table by what callers ask for a row, and what holes its path has."""
    by_path = by_paths(found, document)
    for table in found.tables:
        here = by_path.get(table.item_path, {})
        table.operations = list(here.values())
        every = [*here.values(), *by_path.get(table.home, {}).values()]
        if every:
            table.scope = _scope(found, table, every[0])
        for operation in every:
            table.listed.update(_listed(operation))
        if table.single:
            continue
        fields = found.shapes.fields(table.item)
        through = next(iter(here.values()), None) or _below(found, table, by_path)
        hole = _hole_of(found, table, through) if through is not None else None
        table.key_field, table.also = _key_field(found, table, hole, fields)
        creates = by_path.get(table.home, {}).get("POST") or _away(found, table, by_path)
        body = creates.body.schema if creates is not None and creates.body is not None else {}
        known = table.key_field is not None and table.key_field in found.shapes.fields(body)
        required = known and table.key_field in found.shapes.required(body)
        named = squeezed(table.key_field or "") not in ("id", "uuid")
        table.given = required or (named and (known or (creates is None and "PUT" in here)))


def _away(
    found: Resources, table: Table, by_path: Mapping[Path, Mapping[str, Operation]]
) -> Operation | None:
    """The operation that makes rows of the table away from its home."""
    paths = (path for path, made in found.made_at.items() if made is table)
    return next((by_path[path]["POST"] for path in paths), None)


def _below(
    found: Resources, table: Table, by_path: Mapping[Path, Mapping[str, Operation]]
) -> Operation | None:
    """An operation behind the item's path, where the item itself has none."""
    length = len(table.item_path)
    return next(
        (
            operation
            for path, here in by_path.items()
            for operation in here.values()
            if path[:length] == table.item_path
        ),
        None,
    )


def _hole_of(found: Resources, table: Table, operation: Operation) -> str:
    """What an operation calls the hole of the table's items."""
    steps = [step[1:-1] for step in operation.path.split("/") if step.startswith("{")]
    ahead = sum(step == HOLE for step in table.item_path)
    inside = sum(step == HOLE for step in found.steps(operation))
    return steps[len(steps) - inside + ahead - 1]


def _listed(operation: Operation) -> dict[str, tuple[str, ...]]:
    """The values that parameters in the path may have, by their names in the language."""
    found = {
        camel(parameter.name): parameter.schema.get("enum")
        for parameter in operation.parameters
        if parameter.where == "path"
    }
    return {
        name: tuple(values)
        for name, values in found.items()
        if values and all(isinstance(value, str) for value in values)
    }


def _scope(found: Resources, table: Table, operation: Operation) -> tuple[str, ...]:
    """The holes of a path before the table, that lead to no table."""
    path, names = found.steps(operation), holes(operation)
    free: list[str] = []
    number = 0
    for index, step in enumerate(path[: len(table.home)]):
        if step == HOLE:
            owner = found.by_home.get(path[:index])
            if owner is None or owner.single:
                free.append(names[number])
            number += 1
    return tuple(free)


def _key_field(
    found: Resources, table: Table, hole: str | None, fields: Mapping[str, Schema]
) -> tuple[str | None, str | None]:
    """The property that the hole of an item's path is about, and another that may stand there."""
    scalars = {
        squeezed(name): name
        for name, schema in fields.items()
        if found.shapes.kind(schema) in ("string", "integer", "number")
    }
    if hole is None:
        return next((scalars[k.lower()] for k in _KEYS if k.lower() in scalars), None), None
    asked = squeezed(hole)
    for one, other in (("idorkey", "key"), ("idorname", "name"), ("keyorid", "key")):
        if asked.endswith(one) and "id" in scalars:
            return scalars["id"], scalars.get(other)
    if asked in scalars:
        return scalars[asked], None
    for end in ("id", "key", "name", "number", "uuid"):
        if asked.endswith(end) and end in scalars:
            return scalars[end], None
    if asked.endswith("id") and any(k.lower() in scalars for k in _KEYS[:4]):
        return next(scalars[k.lower()] for k in _KEYS[:4] if k.lower() in scalars), None
    return None, None
