"""A row of another table that belongs to a row: `/pages/{id}/classification-level`.

The document says what can be asked and set; a hidden field of the row holds which one it is.
"""

from __future__ import annotations

from rewardlang.importer.drafts import Draft, Making, Rule
from rewardlang.importer.finding import Found, Way, as_text, shown
from rewardlang.importer.names import joined, spoken, squeezed, unused
from rewardlang.importer.resources import HOLE, Path, answer
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

_CLEAR = ("reset", "remove", "clear")


def target(making: Making, steps: Path) -> Rows | None:
    """The table of which `GET` at a path answers with a row, of a path behind an item's."""
    if steps[-1:] == (HOLE,) or HOLE not in steps:
        return None
    for operation in making.document.operations:
        if operation.method != "GET" or making.found.steps(operation) != steps:
            continue
        schema = answer(operation)
        name = making.shapes.name(schema) if schema is not None else None
        tables = making.found.by_schema.get(name, []) if name is not None else []
        if len(tables) == 1 and not tables[0].single:
            rows = making.of(tables[0])
            return None if rows.composed else rows
    return None


def assigned(making: Making, draft: Draft, operation: Operation, way: Way) -> bool:
    """Read, set or clear what is assigned to the last row of the path."""
    owner, steps = way.last, making.found.steps(operation)
    if owner is None or not way.rest or HOLE in way.rest or way.free:
        return False
    clears = operation.method == "DELETE"
    if operation.method == "POST" and steps[-1] in _CLEAR:
        steps, clears = steps[:-1], True
    rows = target(making, steps)
    if rows is None or rows is owner.rows or steps in making.found.by_home:
        return False
    column = _column(owner.rows, rows)
    draft.tables[rows.name] = None
    place = f"{owner.rows.name}[{owner.key}].{column.name}"
    if operation.method == "GET":
        return _read(draft, owner, rows, column)
    draft.kind, draft.subject = "action", owner.rows.name
    draft.doubt(f"`{column.name}` holds which {spoken(rows.one)} it is; no field of the API does")
    if clears:
        draft.effects.append(f"delete {place}")
        return answer(operation) is None
    return operation.method in ("PUT", "POST") and _set(making, draft, operation, rows, place)


def _column(owner: Rows, rows: Rows) -> Column:
    """The field of the owner that holds the key; made when it is not there."""
    for column in owner.columns.values():
        held = column.to == rows.name and column.hidden and column.role == "reference"
        if held and kind_of(column.schema) == "string":
            return column
    name = unused(joined(rows.one, "id"), owner.columns)
    doc = f"The {spoken(rows.one)} that is assigned; not part of the API."
    schema = {"type": "string", "maxLength": 255}
    column = Column(name, schema, "reference", hidden=True, to=rows.name, doc=doc)
    owner.columns[name] = column
    return column


def _read(draft: Draft, owner: Found, rows: Rows, column: Column) -> bool:
    name = joined(rows.one, "row")
    draft.lets[name] = f'{rows.name}[{owner.let}?.{column.name} ?? ""]'
    draft.rules.append(Rule(f"{name} is null", 404, f"There is no {spoken(rows.one)}."))
    draft.kind, draft.subject = "read", owner.rows.name
    draft.doubt(f"`{column.name}` holds which {spoken(rows.one)} it is; no field of the API does")
    draft.result = "{" + shown(rows, name) + "}"
    return True


def _set(making: Making, draft: Draft, operation: Operation, rows: Rows, place: str) -> bool:
    """The body names the row by its key."""
    given = [a for a in draft.arguments if a.where == "body" and a.wire]
    keys = {squeezed(rows.key), squeezed(rows.number or rows.key), squeezed(f"{rows.one}_id"), "id"}
    argument = next((a for a in given if squeezed(a.name) in keys), None)
    if argument is None or not argument.required:
        argument = given[0] if len(given) == 1 else argument
    if argument is None or kind_of(argument.schema) not in ("string", "integer"):
        return False
    value = f"args.{argument.name}"
    if not argument.required:
        value = f"args?.{argument.name}"
        draft.rules.append(Rule(f"{value} is null", 400, f"{argument.wire} is required."))
    asked = as_text(argument, value)
    status = 404 if "404" in operation.responses else 400
    text = f"There is no {spoken(rows.one)} {{{value}}}."
    draft.rules.append(Rule(f"{rows.name}[{asked}] is null", status, text))
    draft.effects.append(f"set {place} = {asked}")
    schema = answer(operation)
    if schema is not None and making.shapes.fields(schema):
        draft.result = "{" + shown(rows, f"{rows.name}[{asked}]") + "}"
    return True
