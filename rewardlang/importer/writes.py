"""Operations that make, change and delete rows."""

from __future__ import annotations

from rewardlang.importer.answers import (
    answer_with,
    canned,
    constant,
    literal,
    names_of,
)
from rewardlang.importer.drafts import Argument, Draft, Making, Rule
from rewardlang.importer.finding import Found, Way, as_text, key_of, single
from rewardlang.importer.guessed import is_tree
from rewardlang.importer.made import (
    check_references,
    insertion,
    kept_fields,
    must_be_kept,
    new_row,
    new_version,
    other_keys,
    taken_status,
    tell_lost,
)
from rewardlang.importer.names import sentence, spoken, unused
from rewardlang.importer.resources import Table
from rewardlang.importer.rows import Column, Rows, is_change_time
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation


def create(making: Making, draft: Draft, operation: Operation, way: Way, table: Table) -> bool:
    """`POST /x`: a new row, whose key the server makes or the caller chooses."""
    rows = making.of(table)
    owner = way.last if rows.parent is not None else None
    if draft.body is None or draft.body_as is not None:
        return False
    away = making.found.steps(operation) in making.found.made_at
    whose = _whose(draft, rows, way.last) if away else {}
    if whose is None:
        return False
    given = None
    if rows.made:
        key = _made_key(draft, rows)
    else:
        name = table.key_field or ""
        given = draft.argument(name)
        if given is None or not given.required:
            return False
        key = key_of(rows, as_text(given), owner, way.free)
        draft.lets["key"] = key
        key = "key"
        draft.rules.append(
            Rule(
                f"{rows.name}[key] is not null",
                taken_status(operation),
                f"There is a {spoken(rows.one)} {{args.{name}}}.",
            )
        )
    check_references(making, draft, operation, rows)
    values = {**new_row(making, draft, rows, key, owner, way), **whose}
    if given is not None and rows.key != given.name:
        values[given.name] = f"args.{given.name}"
    other_keys(operation, draft, rows, values, key)
    insert = insertion(making, draft, rows, values)
    if insert is None:
        return False
    draft.effects.append(insert)
    draft.kind, draft.subject = "create", rows.name
    draft.tables[rows.name] = None
    answer_with(making, draft, operation, rows, f"{rows.name}[{key}]" + ("!" if rows.made else ""))
    return True


def _whose(draft: Draft, rows: Rows, owner: Found | None) -> dict[str, str] | None:
    """What a row made under the row of another table holds of it; None: no column is for that."""
    if owner is None:
        return None
    said = {argument.name for argument in draft.arguments if argument.where == "body"}
    for column in rows.columns.values():
        if column.to != owner.rows.name or column.name in said:
            continue
        kind, number = kind_of(column.schema), owner.rows.number
        if kind == "string":
            return {column.name: owner.key}
        if kind == "integer" and number is not None:
            return {column.name: f"{owner.let}.{number}"}
    return None


def _made_key(draft: Draft, rows: Rows) -> str:
    """The let with the key that the server gives a new row."""
    counter = rows.name
    draft.counters[counter] = 0
    made = f"str(counters.{counter})"
    if rows.form is not None:
        parts = [constant(rows.form.head), made, constant(rows.form.tail)]
        made = " + ".join(part for part in parts if part != constant(""))
    if rows.made == "uuid":
        # Counters begin at five digits; a sum of theirs might have no value.
        made = f'"00000000-0000-4000-8000-0000000" + str(counters.{counter})'
    draft.lets["id"] = made
    if rows.number is not None:
        draft.lets["serial"] = f"counters.{counter}"
    draft.effects.append(f"set counters.{counter} = counters.{counter} + 1")
    return "id"


def copy(making: Making, draft: Draft, operation: Operation, way: Way) -> bool:
    """`POST /x/{id}/copy`: a new row like the old one, but for what the body says."""
    found = way.last
    if found is None or not found.rows.made or found.rows.composed:
        return False
    rows = found.rows
    draft.kind, draft.subject = "create", rows.name
    key = _made_key(draft, rows)
    fresh = {rows.key: key}
    if rows.number is not None:
        fresh[rows.number] = "serial"
    fresh.update({c.name: "now" for c in rows.columns.values() if c.role == "time"})
    sure, optional, converted, lost = kept_fields(making, draft, rows, fresh)
    row = f"merge({found.let}, {literal(fresh)})"
    if converted:
        row = f"merge({row}, drop_nulls({literal(converted)}))"
    if sure or optional:
        row = f"merge({row}, pick_keys(args, {names_of([*sure, *optional])}))"
    draft.effects.append(f"insert {row} into {rows.name}")
    draft.doubt("a copy of the row, without what stands under it")
    tell_lost(draft, lost)
    answer_with(making, draft, operation, rows, f"{rows.name}[{key}]!")
    return True


# ---- update ----


def update(making: Making, draft: Draft, operation: Operation, way: Way, found: Found) -> bool:
    """`PUT /x/{id}` or `PATCH`: the fields that are given."""
    rows = found.rows
    if draft.body is None:
        return False
    if draft.body_as is not None:
        return _update_value(making, draft, operation, rows, found)
    if not way.rest:
        _same_key(draft, rows, found)
    check_references(making, draft, operation, rows)
    version = _lock(making, draft, operation, rows, found)
    sure, optional, converted, lost = kept_fields(making, draft, rows)
    if not sure and not optional and not converted and version is None:
        return False
    if must_be_kept(draft, lost):
        return False
    changes = {**converted, **_within(draft, found, sure, optional)}
    extra: dict[str, str] = {}
    for column in rows.columns.values():
        if is_change_time(column) and column.name not in [*sure, *optional]:
            extra[column.name] = "now"
        elif column.role == "version":
            argument = draft.argument(column.name)
            number = f"{_current(found, column)} + 1"
            extra[column.name] = new_version(making, column, number, argument)
    row = found.let
    if changes:
        row = f"merge({row}, drop_nulls({literal(changes)}))"
    if sure or optional:
        row = f"merge({row}, pick_keys(args, {names_of([*sure, *optional])}))"
    if extra:
        row = f"merge({row}, {literal(extra)})"
    draft.effects.append(f"set {rows.name}[{found.key}] = {row}")
    draft.kind, draft.subject = "update", rows.name
    draft.tables[rows.name] = None
    tell_lost(draft, lost)
    body = draft.argument("x")
    required = [a for a in draft.arguments if a.where == "body" and not a.required]
    if operation.method == "PUT" and required and body is None:
        draft.doubt("fields that are left out stay as they are")
    answer_with(making, draft, operation, rows, f"{rows.name}[{found.key}]!")
    return True


def _within(draft: Draft, found: Found, sure: list[str], optional: list[str]) -> dict[str, str]:
    """Objects whose fields are guessed: those that are given, beside those that there are.

    They are taken out of the lists of what replaces a column.
    """
    changes: dict[str, str] = {}
    for names in (sure, optional):
        for name in list(names):
            argument = draft.argument(name)
            if argument is None or not argument.guessed or is_tree(argument.schema):
                continue
            names.remove(name)
            sure_now = found.rows.columns[name].required
            here = f"{found.let}.{name}" if sure_now else f"{found.let}?.{name} ?? {{}}"
            if names is sure:
                changes[name] = f"merge({here}, args.{name})"
            else:
                given = f"args?.{name}"
                changes[name] = f"null if {given} is null else merge({here}, {given} ?? {{}})"
    return changes


def _update_value(
    making: Making, draft: Draft, operation: Operation, rows: Rows, found: Found
) -> bool:
    """The whole body is the one field that is no key."""
    argument = draft.argument(draft.body_as or "")
    column = value_column(rows)
    if (
        argument is None
        or column is None
        or not making.written.fits(argument.schema, column.schema)
    ):
        return False
    draft.effects.append(f"set {rows.name}[{found.key}].{column.name} = args.{argument.name}")
    draft.kind, draft.subject = "update", rows.name
    draft.doubt(f"the body is the row's `{column.name}`")
    answer_with(making, draft, operation, rows, f"{rows.name}[{found.key}]!")
    return True


def value_column(rows: Rows) -> Column | None:
    """The one column that is neither bookkeeping nor the key."""
    free = [
        c
        for c in rows.columns.values()
        if not c.hidden and c.role == "plain" and c.name != rows.table.key_field
    ]
    return free[0] if len(free) == 1 else None


def _same_key(draft: Draft, rows: Rows, found: Found) -> None:
    """The body may repeat the key, and must not say another."""
    argument = draft.argument(rows.number or rows.key)
    if argument is None or argument.where != "body":
        return
    there = argument.required
    value = f"args.{argument.name}" if there else f"args?.{argument.name}"
    test = f"{as_text(argument, value)} != {found.key}"
    draft.rules.append(
        Rule(test if there else f"{value} is not null and {test}", 400,
             f"{argument.wire} must be that of the path.")
    )  # fmt: skip


def _current(found: Found, column: Column) -> str:
    """The number of a row's version."""
    if "number" in (column.schema.get("required") or ()):
        return f"{found.let}.{column.name}.number"
    return f"({found.let}.{column.name}?.number ?? 0)"


def _lock(
    making: Making, draft: Draft, operation: Operation, rows: Rows, found: Found
) -> str | None:
    """A stale version is refused; returns the version's column."""
    column = next((c for c in rows.columns.values() if c.role == "version"), None)
    argument = draft.argument(column.name) if column is not None else None
    if column is None or argument is None or argument.where != "body":
        return None
    whole = argument.schema
    sure = argument.required and "number" in making.written.own.required(whole)
    current = _current(found, column)
    stale = f"args.{column.name}.number != {current} + 1"
    if not sure:
        given = f"args{'' if argument.required else '?'}.{column.name}?.number"
        stale = f"{given} is not null and ({given} ?? 0) != {current} + 1"
    draft.rules.append(Rule(stale, 409, f"The version must be {{{current} + 1}}."))
    draft.doubt("version.number must be the current one plus one")
    return column.name


def upsert(making: Making, draft: Draft, operation: Operation, way: Way, table: Table) -> bool:
    """`PUT /x/{key}` where nothing else makes rows: changed, or new."""
    rows = making.of(table)
    owner = way.items[-2] if len(way.items) > 1 else None
    target = way.last
    if target is None or target.rows is not rows or draft.body is None:
        return False
    hole = next((a for a in reversed(draft.arguments) if a.where == "path"), None)
    if hole is None:
        return False
    draft.rules = [
        rule for rule in draft.rules if not rule.when.startswith(f"{target.let} is null")
    ]
    key = key_of(rows, as_text(hole), owner, way.free)
    del draft.lets[target.let]
    draft.lets["key"] = key
    values = new_row(making, draft, rows, "key", owner if rows.parent is not None else None, way)
    own = table.key_field
    if own is not None and own != rows.key and own in rows.columns:
        values[own] = (
            as_text(hole)
            if kind_of(rows.columns[own].schema) == "string"
            else f"to_int({as_text(hole)}) ?? 0"
        )
    if draft.body_as is not None:
        argument, column = draft.argument(draft.body_as), value_column(rows)
        if (
            argument is None
            or column is None
            or not making.written.fits(argument.schema, column.schema)
        ):
            return False
        values[column.name] = f"args.{argument.name}"
        whole = literal({n: values[n] for n in rows.columns if n in values})
        draft.effects.append(
            {"when": f"{rows.name}[key] is not null", "do": f"delete {rows.name}[key]"}
        )
        draft.effects.append(f"insert {whole} into {rows.name}")
    else:
        insert = insertion(making, draft, rows, values)
        if insert is None:
            return False
        draft.effects.append(
            {"when": f"{rows.name}[key] is not null", "do": f"delete {rows.name}[key]"}
        )
        draft.effects.append(insert)
    draft.kind, draft.subject = "update", rows.name
    draft.doubt("makes the row when there is none")
    answer_with(making, draft, operation, rows, f"{rows.name}[key]")
    return True


def update_single(
    making: Making, draft: Draft, operation: Operation, way: Way, table: Table
) -> bool:
    """`PUT /settings`: the fields of the one object."""
    rows = making.of(table)
    found = single(making, draft, rows, way.last, way.free)
    draft.rules.append(Rule(f"{found.let} is null", 404, f"There is no {spoken(rows.one)}."))
    return update(making, draft, operation, way, found)


# ---- delete ----


def delete(making: Making, draft: Draft, operation: Operation, found: Found) -> bool:
    """`DELETE /x/{id}`: the row, and what stands under it."""
    rows = found.rows
    # A let may not count on the row: the rule that answers 404 comes after it.
    maybe = found.key.replace(f"{found.let}.", f"{found.let}?.", 1)
    _delete_below(making, draft, rows, f"[{maybe}]")
    draft.effects.append(f"delete {rows.name}[{found.key}]")
    draft.kind, draft.subject = "delete", rows.name
    draft.tables[rows.name] = None
    if len(draft.effects) > 1:
        draft.notes.append("what belongs to it is deleted with it")
    text = f"{operation.summary} {sentence(operation.description, 400)}".lower()
    if "trash" in text or "archive" in text:
        draft.doubt("the document speaks of a trash; here the row is gone")
    answer_with(making, draft, operation, rows, found.let)
    return True


def delete_listed(
    making: Making, draft: Draft, operation: Operation, rows: Rows, argument: Argument
) -> bool:
    """`DELETE /x?id=1&id=2`: the rows that a list names, all of them or none."""
    if not argument.required:
        return False
    texts = kind_of(argument.schema.get("items", {})) == "string"
    as_texts = "" if texts else ".map(key => str(key))"
    draft.lets["keys"] = f"args.{argument.name}{as_texts}.distinct()"
    draft.lets["missing"] = f"keys.filter(key => {rows.name}[key] is null)"
    message = f"There is no {spoken(rows.one)} " + "{missing[0]}."
    draft.rules.append(Rule("missing.size() > 0", 404, message))
    _delete_below(making, draft, rows, "keys")
    draft.effects.append({"each": {"key": "keys"}, "do": f"delete {rows.name}[key]"})
    draft.kind, draft.subject = "delete", rows.name
    draft.tables[rows.name] = None
    draft.doubt("it deletes all the rows that are listed, or none")
    draft.result = canned(making, operation)
    return True


def _delete_below(making: Making, draft: Draft, rows: Rows, keys: str) -> None:
    """The effects that delete what stands under rows, the lowest first; `keys` is a list."""
    for other in making.rows.values():
        known = {*draft.lets, *(argument.name for argument in draft.arguments)}
        if other.table.parent is not rows.table or other.parent is None:
            continue
        gone = unused(f"gone_{other.name}", known)
        of = f"row.{other.parent.name}"
        test = f"{of} == {keys[1:-1]}" if keys.startswith("[") else f"{of} in {keys}"
        draft.lets[gone] = f"{other.name}.filter(row => {test}).map(row => row.{other.key})"
        draft.tables[other.name] = None
        _delete_below(making, draft, other, gone)
        draft.effects.append({"each": {"key": gone}, "do": f"delete {other.name}[key]"})
