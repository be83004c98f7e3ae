"""Operations that are neither reads nor plain writes of a row, as far as they can be understood."""

from __future__ import annotations

from rewardlang.importer.answers import same_kind
from rewardlang.importer.assigned import assigned
from rewardlang.importer.drafts import Argument, Draft, Making, Rule
from rewardlang.importer.finding import Way, single, way
from rewardlang.importer.flags import flag, set_as_well
from rewardlang.importer.members import members, one_member
from rewardlang.importer.names import spoken
from rewardlang.importer.reads import by_query, keyed_by_query
from rewardlang.importer.resources import HOLE, Table, answer
from rewardlang.importer.rows import Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.importer.writes import copy, delete, delete_listed, update
from rewardlang.openapi import Operation


def act(making: Making, operation: Operation, draft: Draft) -> bool:
    """Model an operation behind an item's path, or one that names its row in the query."""
    draft.lets, draft.rules, draft.tables, draft.effects = {}, [], {}, []
    steps = making.found.steps(operation)
    through = way(making, operation, draft)
    if HOLE not in steps:
        return _by_query(making, operation, draft)
    found = through.last
    if one_member(making, draft, operation, through):
        return True
    if found is None or HOLE in through.rest or through.free:
        return False
    if members(making, draft, operation, through):
        return True
    if assigned(making, draft, operation, through):
        return True
    draft.effects, draft.notes, draft.confidence = [], [], "high"
    if not through.rest:
        return operation.method == "POST" and _posted(making, operation, draft, through)
    if operation.method in ("PUT", "POST", "DELETE") and len(through.rest) == 1:
        step = through.rest[0]
        if operation.body is None and flag(making, draft, operation, found, step):
            return True
        if step in _COPIES and copy(making, draft, operation, through):
            return True
    if _changes_the_row(making, operation, draft, through):
        made = update(making, draft, operation, through, found)
        if made:
            draft.kind = "action"
            draft.doubt(f"it changes fields of the {spoken(found.rows.one)}")
            if len(through.rest) == 1:
                set_as_well(draft, operation, found, through.rest[0])
        return made
    return False


_COPIES = ("copy", "clone", "duplicate")


def _posted(making: Making, operation: Operation, draft: Draft, through: Way) -> bool:
    """`POST /x/{id}` with fields of the row, and the row as the answer."""
    found = through.last
    schema = answer(operation)
    if found is None or schema is None or making.shapes.listing(schema) is not None:
        return False
    if not _changes_the_row(making, operation, draft, through):
        return False
    return update(making, draft, operation, through, found)


def _changes_the_row(making: Making, operation: Operation, draft: Draft, through: Way) -> bool:
    """Whether all that the body must hold are fields of the row, and the answer is the row."""
    found = through.last
    if (
        found is None
        or draft.body is None
        or draft.body_as is not None
        or operation.method == "GET"
    ):
        return False
    if through.rest and _is_read(making, operation):
        return False  # what is read there is something else
    arguments = [a for a in draft.arguments if a.where == "body"]
    known = [a for a in arguments if _fits(making, found.rows, a)]
    if not known or any(a.required and a not in known for a in arguments):
        return False
    schema = answer(operation)
    if schema is None:
        return len(known) == len(arguments)
    fields = making.shapes.fields(schema)
    shared = [name for name, part in fields.items() if same_kind(making, found.rows, name, part)]
    return bool(fields) and 2 * len(shared) > len(fields)


def _is_read(making: Making, operation: Operation) -> bool:
    """Whether the path of an operation can be read, too."""
    steps = making.found.steps(operation)
    every = making.document.operations
    return any(o.method == "GET" and making.found.steps(o) == steps for o in every)


def _fits(making: Making, rows: Rows, argument: Argument) -> bool:
    """Whether an argument is a field of the row that answers show."""
    column = rows.columns.get(argument.name)
    if column is None or column.hidden:
        return False
    return column.role == "version" or making.written.fits(argument.schema, column.schema)


def _by_query(making: Making, operation: Operation, draft: Draft) -> bool:
    """`DELETE /user?accountId=...`, and `DELETE /statuses?id=...&id=...`."""
    if operation.method != "DELETE":
        return False
    asked = keyed_by_query(making, draft, operation, None)
    if asked is not None and kind_of(asked[1].schema) == "array":
        return delete_listed(making, draft, operation, *asked)
    found = by_query(making, draft, operation, None)
    return found is not None and delete(making, draft, operation, found)


def clear_single(
    making: Making, draft: Draft, operation: Operation, through: Way, table: Table
) -> bool:
    """`DELETE /x/{id}/settings`: there is none any more."""
    rows = making.of(table)
    found = single(making, draft, rows, through.last, through.free)
    draft.rules.append(Rule(f"{found.let} is null", 404, f"There is no {spoken(rows.one)}."))
    return delete(making, draft, operation, found)


def why_not(making: Making, operation: Operation) -> str:
    """Why nothing of an operation is modelled, in words."""
    schema = answer(operation)
    steps = making.found.steps(operation)
    if operation.method == "GET":
        if schema is None:
            return "the document does not say what it answers with"
        if steps in making.found.searches:
            return making.found.searches[steps]
        return "what it answers with is no row of a table"
    if "bulk" in " ".join(steps).lower():
        return "it changes many things at once"
    if operation.body is None:
        return "the document does not say what it changes"
    return _odd_fields(making, operation) or "what its body says are no fields of a row"


def _odd_fields(making: Making, operation: Operation) -> str | None:
    """Which fields that a body must have a row has not, or with another type."""
    found, steps = making.found, making.found.steps(operation)
    table = found.by_home.get(steps) or found.made_at.get(steps) or found.above(steps)
    if table is None or operation.body is None:
        return None
    columns = making.of(table).columns
    schema = operation.body.schema
    must = making.shapes.required(schema)
    for name, part in making.shapes.fields(schema).items():
        if name not in must:
            continue
        column = columns.get(name)
        if column is None or column.hidden:
            return f"`{name}` of its body is no field that {spoken(table.name)} show"
        if not making.written.fits(part, column.schema):
            given, kept = making.shapes.kind(part), kind_of(column.schema)
            has = f"`{name}` of {spoken(table.name)} is of type {kept}"
            if given != kept:
                return f"{has}, in its body of type {given}"
            return f"`{name}` of its body may be more than `{name}` of {spoken(table.name)}"
    return None
