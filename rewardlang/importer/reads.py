"""Operations that only look: one row, a single object, a list with filters and pages."""

from __future__ import annotations

import re
from dataclasses import replace

from rewardlang.importer.drafts import Argument, Draft, Making, Rule, local
from rewardlang.importer.finding import Found, Way, as_text, shown, single
from rewardlang.importer.names import joined, plural, singular, spoken, squeezed
from rewardlang.importer.pages import Paging, enveloped, given_value, paging, sliced
from rewardlang.importer.resources import HOLE, Path, Table, answer, view_of
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import Listing, Schema, kind_of
from rewardlang.openapi import Operation

_QUERY = ("query", "q", "search", "searchstring", "querystring", "filter", "filtertext", "name")
_CONTAINS = re.compile(r"contain|partial|substring|match|like|search", re.IGNORECASE)
_NAMED = ("name", "displayname", "title", "key", "value", "summary")


def read(making: Making, draft: Draft, way: Way) -> bool:
    """`GET /x/{id}`: the row."""
    found = way.last
    if found is None or way.rest:
        return False
    draft.kind, draft.subject = "read", found.rows.name
    draft.result = "{" + shown(found.rows, found.let) + "}"
    return True


def read_single(making: Making, draft: Draft, way: Way, table: Table) -> bool:
    """`GET /settings`, `GET /x/{id}/settings`: the one object that is there."""
    rows = making.of(table)
    found = single(making, draft, rows, way.last, way.free)
    draft.rules.append(Rule(f"{found.let} is null", 404, f"There is no {spoken(rows.one)}."))
    draft.kind, draft.subject = "read", rows.name
    draft.result = "{" + shown(rows, found.let) + "}"
    return True


def read_by_query(making: Making, draft: Draft, operation: Operation, schema: Schema) -> bool:
    """`GET /user?accountId=...`: the row with that key."""
    found = by_query(making, draft, operation, schema)
    if found is None:
        return False
    draft.kind, draft.subject = "read", found.rows.name
    draft.result = "{" + shown(found.rows, found.let) + "}"
    return True


def by_query(
    making: Making, draft: Draft, operation: Operation, schema: Schema | None
) -> Found | None:
    """The row whose key is in the query."""
    asked = keyed_by_query(making, draft, operation, schema)
    if asked is None or kind_of(asked[1].schema) == "array":
        return None
    rows, argument = asked
    name = local(draft, rows.one, making.rows)
    value = f"args.{argument.name}"
    if not argument.required:
        value = (
            f'(args?.{argument.name} ?? "")'
            if kind_of(argument.schema) == "string"
            else f"args?.{argument.name}"
        )
    draft.lets[name] = f"{rows.name}[{as_text(argument, value)}]"
    draft.tables[rows.name] = None
    draft.rules.append(Rule(f"{name} is null", 404, f"There is no such {spoken(rows.one)}."))
    return Found(rows, name)


def keyed_by_query(
    making: Making, draft: Draft, operation: Operation, schema: Schema | None
) -> tuple[Rows, Argument] | None:
    """The table of which the query has the key of a row, or keys, and the argument that does."""
    steps = making.found.steps(operation)
    table = None
    if schema is not None:
        name = making.shapes.name(schema)
        tables = making.found.by_schema.get(name, []) if name is not None else []
        table = tables[0] if len(tables) == 1 else None
    else:
        homes = [t for t in making.found.tables if not t.single and len(t.home) == 1]
        table = next((t for t in homes if steps[-1:] in (t.home, (singular(t.home[0]),))), None)
    if table is None or HOLE in steps:
        return None
    rows = making.of(table)
    wanted = squeezed(rows.table.key_field or rows.key)
    argument = next(
        (a for a in draft.arguments if a.where == "query" and squeezed(a.name) == wanted), None
    )
    return None if argument is None or rows.composed else (rows, argument)


# ---- lists ----


def list_rows(making: Making, draft: Draft, operation: Operation, way: Way) -> bool:
    """`GET /x`: the rows, filtered by what the query says, a page of them."""
    schema = answer(operation)
    listing = making.shapes.listing(schema)
    if listing is None or schema is None:
        return False
    steps = making.found.steps(operation)
    if steps in making.found.searches:
        return False
    source = _source(making, draft, steps, way, listing)
    if source is None:
        return False
    rows, conditions = source
    draft.kind, draft.subject = "list", rows.name
    draft.tables[rows.name] = None
    page = paging(draft)
    conditions += _filters(making, draft, operation, rows, page)
    matching = rows.name
    matching += f".filter(row => {' and '.join(conditions)})" if conditions else ".values()"
    draft.lets["matching"] = matching
    ordered = _ordered(draft, rows, page)
    shown_rows = sliced(draft, page, ordered)
    only = [*making.shapes.fields(listing.item)]
    one = shown(rows, "row", only)
    items = shown_rows if one == "row" else f"{shown_rows}.map(row => {one})"
    draft.result = enveloped(making, draft, schema, listing, items, page)
    unused = [a.name for a in draft.arguments if a.where != "path" and a.name not in page.used]
    if unused:
        verbs = "is accepted and changes" if len(unused) == 1 else "are accepted and change"
        draft.notes.append(f"{_listed(unused)} {verbs} nothing")
    return True


def _listed(names: list[str]) -> str:
    shown_ = [f"`{name}`" for name in names]
    return shown_[0] if len(shown_) == 1 else ", ".join(shown_[:-1]) + f" and {shown_[-1]}"


def _source(
    making: Making, draft: Draft, steps: Path, way: Way, listing: Listing
) -> tuple[Rows, list[str]] | None:
    """The table of a list, and which of its rows are meant."""
    found = making.found
    table = found.by_home.get(steps)
    owner = way.last
    scopes = [f"row.{name} == {as_text(a)}" for name, a in way.free.items()]
    if table is not None and not table.single:
        rows = making.of(table)
        conditions = []
        if owner is not None and rows.parent is not None:
            conditions.append(f"row.{rows.parent.name} == {owner.asked}")
        return rows, conditions + scopes
    table = view_of(found, steps, listing.item) if steps else None
    if table is None or way.free:
        return None
    rows = making.of(table)
    if owner is None:
        if len(steps) > 1 and steps[:-1] != table.home and steps[:1] != table.home[:1]:
            draft.doubt(f"the answer holds rows of `{rows.name}`")
        return rows, []
    if owner.rows.table is table:
        own = next(
            (
                c
                for c in rows.columns.values()
                if c.to == rows.name and kind_of(c.schema) == "string"
            ),
            None,
        )
        if own is None:
            return None
        draft.doubt(f"rows whose `{own.name}` is this one")
        return rows, [f"row?.{own.name} == {owner.asked}"]
    condition = related(making, draft, rows, owner)
    return (rows, [condition]) if condition is not None else None


def related(making: Making, draft: Draft, rows: Rows, owner: Found) -> str | None:
    """The condition that a row belongs to the row `owner` of another table."""
    straight = [
        c
        for c in rows.columns.values()
        if c.to == owner.rows.name and kind_of(c.schema) in ("string", "integer")
    ]
    if straight:
        column = min(
            straight, key=lambda c: not squeezed(c.name).startswith(squeezed(owner.rows.one)[:4])
        )
        if kind_of(column.schema) == "integer":
            draft.doubt(f"rows whose `{column.name}` is the path's")
            safe = "" if column.required else "?"
            return f"str(row{safe}.{column.name}) == {owner.asked}"
        return (
            f"row?.{column.name} == {owner.asked}"
            if not column.required
            else f"row.{column.name} == {owner.asked}"
        )
    many = link(making, rows, owner.rows)
    if many is None:
        return None
    if kind_of(many[1].schema.get("items", {})) != "string":
        return None
    draft.doubt(
        f"`{many[1].name}` of `{many[0].name}` says which belong together; no field of the API does"
    )
    if many[0] is rows:
        return f"{owner.asked} in row.{many[1].name}"
    return f"row.{rows.key} in ({owner.let}?.{many[1].name} ?? [])"


def link(making: Making, rows: Rows, other: Rows) -> tuple[Rows, Column] | None:
    """The column that links two tables, whose rows belong together in pairs; made when needed."""
    for holder, target in ((rows, other), (other, rows)):
        for column in holder.columns.values():
            held = kind_of(column.schema.get("items", {}))
            if column.to == target.name and held == "string" and column.role == "reference":
                return holder, column
    if rows.composed or other.composed:
        return None
    name = joined(other.one, "ids")
    if name in rows.columns:
        return None
    schema: Schema = {
        "type": "array",
        "maxItems": 100,
        "items": {"type": "string", "maxLength": 255},
    }
    doc = f"The {spoken(plural(other.one))} that it belongs to; not part of the API."
    column = Column(name, schema, "reference", True, True, other.name, doc)
    rows.columns[name] = column
    return rows, column


def _ordered(draft: Draft, rows: Rows, page: Paging) -> str:
    """The let with the rows in the order that the query asks for."""
    argument = next(
        (
            a
            for a in draft.arguments
            if squeezed(a.name) in ("sort", "orderby", "sortby") and a.where == "query"
        ),
        None,
    )
    values = argument.schema.get("enum") if argument is not None else None
    if argument is None or not values:
        return "matching"
    columns = {squeezed(c.name): c for c in rows.columns.values() if not c.hidden}
    choices: list[tuple[list[str], Column]] = []
    for value in values:
        wanted = squeezed(str(value))
        column = columns.get(wanted) or columns.get(wanted.removesuffix("date") + "at")
        if column is not None and column.required and kind_of(column.schema) == "string":
            known = next((c for c in choices if c[1] is column), None)
            if known is None:
                choices.append(([str(value)], column))
            else:
                known[0].append(str(value))
    if not choices:
        return "matching"
    page.used.append(argument.name)
    given = given_value(argument)
    key = ""
    for names, column in choices:
        listed = ", ".join(f'"{name}"' for name in names)
        key += f"row.{column.name} if {given} in [{listed}] else "
    shown_ = _listed([c.name for _, c in choices])
    draft.notes.append(f"`{argument.name}` sorts by {shown_}")
    draft.lets["rising"] = f"matching.sort_by(row => {key}row.{rows.key})"
    falling = [n for names, _ in choices for n in names if n.startswith("-")]
    if not falling:
        return "rising"
    listed = ", ".join(f'"{name}"' for name in falling)
    draft.lets["ordered"] = f"rising.reversed() if {given} in [{listed}] else rising"
    return "ordered"


def _filters(
    making: Making, draft: Draft, operation: Operation, rows: Rows, page: Paging
) -> list[str]:
    """Conditions on rows for what the query says."""
    found: list[str] = []
    columns = {
        squeezed(c.name): c for c in rows.columns.values() if not (c.hidden and c.role == "key")
    }
    docs = {p.name: p.description for p in operation.parameters}
    for argument in draft.arguments:
        if argument.where != "query" or argument.name in page.used:
            continue
        name = squeezed(argument.name)
        column = columns.get(name) or columns.get(squeezed(singular(argument.name)))
        if column is None and name in ("ids", "id") and rows.number is None:
            column = rows.columns[rows.key]
        said = docs.get(argument.wire, "")
        if (
            name in _QUERY
            and (column is None or _CONTAINS.search(said))
            and kind_of(argument.schema) == "string"
        ):
            made = _contains(rows, argument)
        else:
            made = _equals(_followed(making, argument), column) if column is not None else None
        if made is not None:
            found.append(made)
            page.used.append(argument.name)
    return found


def _followed(making: Making, argument: Argument) -> Argument:
    """An argument whose schema has no reference to another: `$ref: "#/schemas/Status"`."""
    own = making.written.own
    flat = own.flat(argument.schema)
    items = flat.get("items")
    if isinstance(items, dict):
        flat = {**flat, "items": own.flat(items)}
    return replace(argument, schema=flat)


def _contains(rows: Rows, argument: Argument) -> str | None:
    """The query occurs in a name of the row."""
    named = {
        squeezed(c.name): c
        for c in rows.columns.values()
        if kind_of(c.schema) == "string" and not c.hidden
    }
    columns = [named[name] for name in _NAMED if name in named][:2]
    if not columns:
        return None
    given = given_value(argument)
    wanted = given if given.startswith("args.") else f'({given} ?? "")'
    tests = []
    for column in columns:
        value = f"row.{column.name}" if _is_sure(column) else f'(row?.{column.name} ?? "")'
        tests.append(f"fold({value}).contains_text(fold({wanted}))")
    return tests[0] if len(tests) == 1 else f"({' or '.join(tests)})"


def _is_sure(column: Column) -> bool:
    return column.required and not isinstance(column.schema.get("type"), list)


def _equals(argument: Argument, column: Column) -> str | None:
    """The row's field is what the query says, or one of the values it lists."""
    value = f"row.{column.name}" if column.required else f"row?.{column.name}"
    given = given_value(argument)
    kind, kept = kind_of(argument.schema), kind_of(column.schema)
    many = kind == "array"
    items = argument.schema.get("items")
    kind = kind_of(items) if many and isinstance(items, dict) else kind
    values = (items or {}).get("enum") if many else argument.schema.get("enum")
    if (
        values
        and column.schema.get("enum")
        and not set(map(str, values)) & set(map(str, column.schema["enum"]))
    ):
        return None
    if kept == "array" and not many and kind_of(column.schema.get("items", {})) == kind == "string":
        test = (
            f"args?.{argument.name} in ({value} ?? [])"
            if not column.required
            else f"args?.{argument.name} in {value}"
        )
        return _when_given(argument, given, test)
    if kept not in ("string", "integer", "boolean", "number") or kind not in (
        "string",
        "integer",
        "boolean",
        "number",
    ):
        return None
    given_schema = items if many and isinstance(items, dict) else argument.schema
    formats = {given_schema.get("format"), column.schema.get("format")}
    if kind == kept == "string" and len(formats - {None}) == 2:
        return None
    if kind == kept or {kind, kept} == {"integer", "number"}:
        left = value
    elif kept == "string" and kind == "integer":
        left = f'to_int({value} ?? "")' if not column.required else f"to_int({value})"
    elif kept == "integer" and kind == "string":
        left = f"str({value})"
    else:
        return None
    test = f"{left} in {given}" if many else f"{left} == {given}"
    return _when_given(argument, given, test)


def _when_given(argument: Argument, given: str, test: str) -> str:
    if given.startswith("args."):
        return test
    return f"({given} is null or {test})"
