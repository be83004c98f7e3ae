"""Actions on lists of keys that a row holds.

`PUT /x/{id}/label` with `{labelIds: [...]}` adds them, `POST /x/{id}/label/remove` takes them away;
`PUT` and `DELETE /x/{id}/label/{labelId}` do it with one.
"""

from __future__ import annotations

from rewardlang.importer.drafts import Argument, Draft, Making
from rewardlang.importer.finding import Found, Way, as_text
from rewardlang.importer.names import plural, singular, squeezed
from rewardlang.importer.resources import HOLE, answer
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

_ADD = ("", "add")
_REMOVE = ("remove", "delete")


def members(making: Making, draft: Draft, operation: Operation, way: Way) -> bool:
    """Add to a list of the row, or take from it."""
    found = way.last
    if found is None or answer(operation) is not None:
        return False
    if operation.method == "DELETE" and operation.body is None:
        return False
    step, verb = _steps(way)
    if step is None or operation.method not in ("PUT", "POST", "DELETE"):
        return False
    given = [a for a in draft.arguments if a.where == "body"]
    if len(given) != 1 or not given[0].required or not _is_keys(given[0]):
        return False
    column = found.rows.columns.get(given[0].name)
    if column is None or not _names(column, step):
        return False
    removes = verb in _REMOVE or operation.method == "DELETE"
    if not removes and verb not in _ADD:
        return False
    return _change(draft, found, column, f"args.{given[0].name}", removes)


def one_member(making: Making, draft: Draft, operation: Operation, way: Way) -> bool:
    """`PUT` and `DELETE /x/{id}/label/{labelId}`, where no table has those rows."""
    found, steps = way.last, making.found.steps(operation)
    removes = operation.method == "DELETE"
    adds = operation.method in ("PUT", "POST") and answer(operation) is None
    if not (removes or adds) or operation.body is not None or found is None:
        return False
    if len(way.rest) != 2 or steps[-1] != HOLE or len(way.free) != 1:
        return False
    argument = next(iter(way.free.values()))
    column = next((c for c in found.rows.columns.values() if _names(c, way.rest[0])), None)
    if column is None or kind_of(column.schema.get("items", {})) != "string":
        return False
    if adds and not making.written.fits(argument.schema, column.schema["items"]):
        return False
    return _change(draft, found, column, f"[{as_text(argument)}]", removes)


def _steps(way: Way) -> tuple[str | None, str]:
    """The list that is named behind the row, and the verb behind that."""
    if not 1 <= len(way.rest) <= 2 or HOLE in way.rest or way.free:
        return None, ""
    return way.rest[0], squeezed(way.rest[1]) if len(way.rest) == 2 else ""


def _is_keys(argument: Argument) -> bool:
    items = argument.schema.get("items")
    return (
        kind_of(argument.schema) == "array"
        and isinstance(items, dict)
        and (kind_of(items) in ("string", "integer"))
    )


def _names(column: Column, step: str) -> bool:
    """Whether a column is the list of what a step of the path is called: `labelIds` of `label`."""
    if kind_of(column.schema) != "array":
        return False
    name, one = squeezed(column.name), squeezed(singular(step))
    return name in (f"{one}ids", f"{one}id", f"{one}keys", squeezed(plural(step)))


def _change(draft: Draft, found: Found, column: Column, keys: str, removes: bool) -> bool:
    rows: Rows = found.rows
    place = f"{rows.name}[{found.key}].{column.name}"
    held = (
        f"{found.let}.{column.name}" if column.required else f"({found.let}?.{column.name} ?? [])"
    )
    verb = "without_all" if removes else "union"
    draft.effects = [f"set {place} = {held}.{verb}({keys})"]
    draft.kind, draft.subject = "action", rows.name
    what = "taken from" if removes else "added to"
    draft.doubt(f"they are {what} the row's `{column.name}`")
    return True
