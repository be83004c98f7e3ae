"""What the fields of a row say of each other: statuses, flags and times that go together."""

from __future__ import annotations

from typing import Any

from rewardlang.importer.names import words
from rewardlang.importer.rows import Rows, is_change_time, is_creation_time

Row = dict[str, Any]

_STEM = 6
"""Letters that a status and what is said of it have in common: `cancelled`, `cancellation`."""


def coherent(rows: Rows, row: Row) -> None:
    """Change a row so that its fields do not contradict each other."""
    _types(rows, row)
    _not_yet(rows, row)
    _in_order(rows, row)


def _types(rows: Rows, row: Row) -> None:
    """`parentType` says what the parent is: a row of this table."""
    column = rows.columns.get("parentType")
    values = column.schema.get("enum") if column is not None else None
    if column is None or not values or column.required:
        return
    if rows.one in values and "parentId" in row:
        row["parentType"] = rows.one
    else:
        row.pop("parentType", None)


def _not_yet(rows: Rows, row: Row) -> None:
    """Who archived it, and when, is said of what is archived alone."""
    for name, value in list(row.items()):
        for end in ("By", "Date", "At", "On"):
            column = rows.columns.get(f"{name}{end}")
            if value is False and column is not None and not column.required:
                row.pop(column.name, None)
    for column in rows.columns.values():
        if not column.required and _is_early(rows, column.name, row):
            row.pop(column.name, None)


def _is_early(rows: Rows, name: str, row: Row) -> bool:
    """Whether a field is about a status that the row is not in: `cancellationReason`."""
    said = words(name)
    values = rows.columns["status"].schema.get("enum") if "status" in row else None
    if not values or len(said) < 2 or len(said[0]) < _STEM:
        return False
    stem = said[0][:_STEM]
    # What a row begins with is true of it later, too.
    about = [value for value in values[1:] if str(value).lower().startswith(stem)]
    return bool(about) and row["status"] not in about


def _in_order(rows: Rows, row: Row) -> None:
    """Nothing is changed before it is made."""
    times = rows.columns.values()
    made = [row[c.name] for c in times if is_creation_time(c) and isinstance(row.get(c.name), str)]
    for column in times:
        changed = row.get(column.name)
        if made and is_change_time(column) and isinstance(changed, str):
            row[column.name] = max(changed, made[0])
