"""What each operation does, as far as its method, its path and its schemas tell."""

from __future__ import annotations

from collections.abc import Container

from rewardlang.importer import actions, answers, assigned, reads, writes
from rewardlang.importer.drafts import Draft, Making, draft
from rewardlang.importer.finding import Way, way
from rewardlang.importer.guessed import MARK
from rewardlang.importer.names import identifier, plural, squeezed, unused
from rewardlang.importer.refusals import refusals
from rewardlang.importer.resources import HOLE, Table, answer, has_fields
from rewardlang.importer.unsure import unsure
from rewardlang.openapi import Document, Operation


def drafts(making: Making, unmodelled: Container[str] = ()) -> list[Draft]:
    """Every operation of the document, in its order; those with an id in `unmodelled` opaque."""
    taken: set[str] = set(making.rows)
    found: list[Draft] = []
    for operation in modelled(making.document):
        name = unused(identifier(operation.id), taken)
        taken.add(name)
        if operation.id in unmodelled:
            made = draft(making, operation, name)
            found.append(opaque(making, made, operation, "overrides.yaml says so"))
        else:
            found.append(model(making, operation, name))
    return found


def modelled(document: Document) -> list[Operation]:
    """The operations that can be part of an API; HEAD, OPTIONS and TRACE cannot."""
    return [o for o in document.operations if o.method in ("GET", "POST", "PUT", "PATCH", "DELETE")]


def model(making: Making, operation: Operation, name: str) -> Draft:
    """One operation: modelled, or opaque with the reason."""
    made = draft(making, operation, name)
    reason = unanswerable(making, operation)
    if reason is None and _modelled(making, made, operation):
        reason = unsure(making, operation, made)
        if reason is None:
            _tell_guessed(made, operation)
            refusals(making, made, operation)
            return made
    elif reason is None:
        reason = actions.why_not(making, operation)
    made = draft(making, operation, name)
    return opaque(making, made, operation, reason)


def _tell_guessed(made: Draft, operation: Operation) -> None:
    """Say which fields of the request are guessed."""
    if operation.body is not None and MARK in operation.body.schema:
        made.doubt("the fields of the body are guessed from the document's example")
    named = ", ".join(f"`{a.name}`" for a in made.arguments if a.guessed)
    if named:
        made.doubt(f"the fields of {named} are guessed from the document's example")


def opaque(making: Making, made: Draft, operation: Operation, reason: str) -> Draft:
    """The operation with its request checked and an answer that is always the same."""
    made.clear()
    made.notes = [reason]
    made.result = answers.canned(making, operation)
    return made


def unanswerable(making: Making, operation: Operation) -> str | None:
    """Why an operation cannot be modelled, whatever its path says."""
    good = operation.success
    if good is None or (not good.status.startswith("2") and good.status != "default"):
        return "it answers with a redirection"
    if (
        good.content_type is not None
        and "json" not in good.content_type
        and good.content_type != "*/*"
    ):
        return f"it answers with {good.content_type}"
    body = operation.body
    if body is not None and "json-patch" in body.content_type:
        return "its body is a JSON patch"
    if body is not None and not has_fields(making.shapes, body):
        return f"its body is {body.content_type}"
    return None


def _modelled(making: Making, made: Draft, operation: Operation) -> bool:
    found = making.found
    steps = found.steps(operation)
    here = found.by_home.get(steps)
    through = way(making, operation, made)
    last = through.last
    at_item = last is not None and not through.rest
    method = operation.method
    if method == "GET":
        return _read(making, made, operation, here)
    if here is not None and here.single:
        if method in ("PUT", "PATCH"):
            return writes.update_single(making, made, operation, through, here)
        if method == "DELETE":
            return actions.clear_single(making, made, operation, through, here)
    if at_item and last is not None:
        table = last.rows.table
        if method == "DELETE":
            return writes.delete(making, made, operation, last)
        only = method == "PATCH" and "404" in operation.responses
        if method in ("PUT", "PATCH") and table.given and not only and not _creates(making, table):
            return writes.upsert(making, made, operation, through, table)
        if method in ("PUT", "PATCH"):
            return writes.update(making, made, operation, through, last)
    if method == "POST" and here is None and HOLE not in steps:
        here = _made_here(making, operation)
    if method == "POST" and here is None and steps in found.made_at:
        here = found.made_at[steps]
    makes = method == "POST" and here is not None and not here.single
    if makes and here is not None and _answers_with(making, operation, here):
        if writes.create(making, made, operation, through, here):
            return True
        made.effects, made.counters = [], {}
    return actions.act(making, operation, made)


def _made_here(making: Making, operation: Operation) -> Table | None:
    """The table of which a POST beside its home makes a row: `POST /user` of `/users`."""
    schema = answer(operation)
    name = making.shapes.name(schema) if schema is not None else None
    tables = making.found.by_schema.get(name, []) if name is not None else []
    steps = making.found.steps(operation)
    if len(tables) != 1 or len(steps) != 1 or _creates(making, tables[0]):
        return None
    return tables[0] if plural(making.found.name(steps[0])) == tables[0].name else None


def _creates(making: Making, table: Table) -> bool:
    """Whether a POST makes rows of the table."""
    if any(made is table for made in making.found.made_at.values()):
        return True
    operations = making.document.operations
    return any(op.method == "POST" and making.found.steps(op) == table.home for op in operations)


def _read(making: Making, made: Draft, operation: Operation, here: Table | None) -> bool:
    schema = answer(operation)
    through_path = making.found.steps(operation)
    # The way was written once to learn where the path leads; each reader goes its own.
    again = way_of(making, made, operation)
    if again.last is not None and not again.rest:
        return reads.read(making, made, again)
    if here is not None and here.single and schema is not None:
        return reads.read_single(making, made, again, here)
    if assigned.assigned(making, made, operation, again):
        return True
    if schema is None:
        return False
    if making.shapes.listing(schema) is not None:
        return reads.list_rows(making, made, operation, again)
    return HOLE not in through_path and reads.read_by_query(making, made, operation, schema)


def way_of(making: Making, made: Draft, operation: Operation) -> Way:
    """The way of an operation, written anew."""
    made.lets, made.rules, made.tables = {}, [], {}
    return way(making, operation, made)


def _answers_with(making: Making, operation: Operation, table: Table) -> bool:
    """Whether a POST at a collection makes a row of it: it is no search, and answers with a row."""
    schema = answer(operation)
    if schema is None:
        return True
    if making.shapes.listing(schema) is not None:
        return False
    fields = making.shapes.fields(schema)
    rows = making.of(table)
    named = [squeezed(name) for name in fields]
    only_key = len(named) == 1 and named[0].endswith("id")
    return not fields or only_key or any(name in rows.columns for name in fields)
