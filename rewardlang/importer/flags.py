"""Actions that need no body: `PUT /x/{id}/favourite`, `POST /x/{id}/archive`."""

from __future__ import annotations

import json

from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.finding import Found, shown
from rewardlang.importer.names import squeezed
from rewardlang.importer.resources import answer
from rewardlang.importer.rows import Column, Rows, is_change_time
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

_UNDO = ("restore", "unarchive", "untrash", "undelete", "reopen", "activate", "enable")
_UNDONE = {
    "restore": ("archived", "trashed", "deleted"), "unarchive": ("archived",),
    "untrash": ("trashed",), "undelete": ("deleted",), "reopen": ("closed",),
}  # fmt: skip
_NORMAL = ("active", "current", "open", "enabled")


def flag(making: Making, draft: Draft, operation: Operation, found: Found, step: str) -> bool:
    """The step names a boolean field, or a value of the row's status."""
    change = _flagged(found.rows, operation, squeezed(step))
    if change is None:
        return False
    column, value = change
    place = f"{found.rows.name}[{found.key}]"
    draft.effects = [f"set {place}.{column.name} = {json.dumps(value)}"]
    for other in found.rows.columns.values():
        if is_change_time(other):
            draft.effects.append(f"set {place}.{other.name} = now")
    draft.kind, draft.subject = "action", found.rows.name
    draft.doubt(f"it makes `{column.name}` {json.dumps(value)}")
    if answer(operation) is not None:
        draft.result = "{" + shown(found.rows, f"{place}!", _fields(making, operation)) + "}"
    return True


def _fields(making: Making, operation: Operation) -> list[str]:
    schema = answer(operation)
    return list(making.shapes.fields(schema)) if schema is not None else []


def _past(step: str) -> tuple[str, ...]:
    """`pin` itself, and what is said of a thing after it: `pinned`."""
    return step, f"{step}d", f"{step}ed", f"{step}{step[-1:]}ed"


def set_as_well(draft: Draft, operation: Operation, found: Found, step: str) -> None:
    """Beside what the body says, the step names a status: `POST /x/{id}/cancel` with a reason."""
    change = _flagged(found.rows, operation, squeezed(step))
    if change is not None and draft.argument(change[0].name) is None:
        column, value = change
        place = f"{found.rows.name}[{found.key}].{column.name}"
        draft.effects.append(f"set {place} = {json.dumps(value)}")
        draft.doubt(f"it makes `{column.name}` {json.dumps(value)}")


def _flagged(rows: Rows, operation: Operation, step: str) -> tuple[Column, object] | None:
    past = _past(step)
    undone = [*_UNDONE.get(step, ())]
    for prefix in ("un", "de", "dis"):
        if step.startswith(prefix):
            undone += _past(step.removeprefix(prefix))[1:]  # "unblock" of what is "blocked"
    for column in rows.columns.values():
        if column.hidden or column.role != "plain":
            continue
        name = squeezed(column.name)
        if kind_of(column.schema) == "boolean":
            if name.removeprefix("is") in past:
                return column, operation.method != "DELETE"
            if name.removeprefix("is") in undone:
                return column, False
        values = column.schema.get("enum")
        if name not in ("status", "state") or not values:
            continue
        lower = {str(value).lower(): value for value in values}
        for word in past[1:]:
            if word in lower and operation.method != "DELETE":
                return column, lower[word]
        if step in _UNDO:
            found = next((lower[word] for word in _NORMAL if word in lower), None)
            if found is not None:
                return column, found
    return None
