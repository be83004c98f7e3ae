"""Operations that make, change and delete rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rewardlang.importer.drafts import Argument, Draft, Making, Rule
from rewardlang.importer.finding import Found, Way, as_text, key_of, shown, single
from rewardlang.importer.names import joined, sentence, spoken, squeezed, unused
from rewardlang.importer.represented import written_as
from rewardlang.importer.resources import Table, answer
from rewardlang.importer.rows import Column, Rows, is_change_time
from rewardlang.importer.schemas import Written
from rewardlang.importer.shapes import Schema, kind_of
from rewardlang.openapi import Operation
from rewardlang.syntax.words import RESERVED

_CONVERTED = {("integer", "string")}


def create(making: Making, draft: Draft, operation: Operation, way: Way, table: Table) -> bool:
    """`POST /x`: a new row, whose key the server makes or the caller chooses."""
    rows = making.of(table)
    owner = way.last if rows.parent is not None else None
    if draft.body is None or draft.body_as is not None:
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
                _taken(operation),
                f"There is a {spoken(rows.one)} {{args.{name}}}.",
            )
        )
    _references(making, draft, operation, rows)
    values = _new_row(making, draft, rows, key, owner, way)
    if given is not None and rows.key != given.name:
        values[given.name] = f"args.{given.name}"
    _other_keys(operation, draft, rows, values, key)
    insert = _insert(making, draft, rows, values)
    if insert is None:
        return False
    draft.effects.append(insert)
    draft.kind, draft.subject = "create", rows.name
    draft.tables[rows.name] = None
    _answer(making, draft, operation, rows, f"{rows.name}[{key}]" + ("!" if rows.made else ""))
    return True


def _made_key(draft: Draft, rows: Rows) -> str:
    """The let with the key that the server gives a new row."""
    counter = rows.name
    draft.counters[counter] = 0
    made = f"str(counters.{counter})"
    if rows.made == "uuid":
        made = f'"00000000-0000-4000-8000-" + str(100000000000 + counters.{counter})'
    draft.lets["id"] = made
    if rows.number is not None:
        draft.lets["serial"] = f"counters.{counter}"
    draft.effects.append(f"set counters.{counter} = counters.{counter} + 1")
    return "id"


def _taken(operation: Operation) -> int:
    return 409 if "409" in operation.responses else 400


def _references(making: Making, draft: Draft, operation: Operation, rows: Rows) -> None:
    """Rules that what a request refers to is there."""
    status = 404 if "404" in operation.responses else 400
    for argument in draft.arguments:
        column = rows.columns.get(argument.name) if argument.where == "body" else None
        if column is None or column.to is None or column.to not in making.rows:
            continue
        target = making.rows[column.to]
        kind = kind_of(argument.schema)
        if kind not in ("string", "integer") or isinstance(argument.schema.get("type"), list):
            continue
        there = argument.required or "default" in argument.schema
        value = f"args.{argument.name}" if there else f"args?.{argument.name}"
        asked = value if kind == "string" else f"str({value})"
        if not there and kind == "string":
            asked = f'{value} ?? ""'
        test = f"{target.name}[{asked}] is null"
        draft.tables[target.name] = None
        hole = "{" + value + "}"
        draft.rules.append(
            Rule(test if there else f"{value} is not null and {test}", status,
                 f"There is no {spoken(target.one)} {hole}.")
        )  # fmt: skip


def _new_row(
    making: Making, draft: Draft, rows: Rows, key: str, owner: Found | None, way: Way
) -> dict[str, str]:
    """What the server puts into a new row, by column, as expressions."""
    values = {rows.key: key}
    if rows.number is not None:
        values[rows.number] = "serial" if rows.made else f"to_int({key}) ?? 0"
    for column in rows.columns.values():
        name = column.name
        if name in values:
            continue
        argument = draft.argument(name)
        if column is rows.parent and owner is not None:
            values[name] = owner.key
        elif column.role == "scope" and name in way.free:
            values[name] = as_text(way.free[name])
        elif column.role == "scope" and column.required:
            values[name] = key
        elif column.role == "reference" and column.hidden and kind_of(column.schema) == "array":
            values[name] = "[]"
        elif column.role == "version":
            values[name] = _version(making, column, "1", argument)
        elif column.role == "time":
            values[name] = "now"
        elif argument is not None and argument.where == "body" and not argument.read_only:
            there = argument.required or "default" in argument.schema
            fits = making.written.fits(argument.schema, column.schema)
            converted = (kind_of(argument.schema), kind_of(column.schema)) in _CONVERTED
            if column.required and not (there and (fits or converted)):
                default = neutral(making.written, column.schema)
                values[name] = _constant(default)
        elif (
            column.role == "author"
            and "users" in making.rows
            and making.rows["users"].key != "rowKey"
        ):
            values[name] = f"actor.{making.rows['users'].key}"
            draft.tables["users"] = None
        elif column.required:
            values[name] = _constant(neutral(making.written, column.schema))
    return values


def _other_keys(
    operation: Operation, draft: Draft, rows: Rows, values: dict[str, str], key: str
) -> None:
    """Other columns by which a row is found: nobody else may have what a new row gets."""
    for name in rows.also_by:
        argument = draft.argument(name)
        if argument is not None and argument.required:
            taken = f"There is a {spoken(rows.one)} {{args.{name}}}."
            rule = Rule(f"{rows.name}[str(args.{name})] is not null", _taken(operation), taken)
            draft.rules.append(rule)
        elif name in values and kind_of(rows.columns[name].schema) == "string":
            values[name] = key


def _version(making: Making, column: Column, number: str, argument: Argument | None) -> str:
    """A new version record: its number, when, and what the request says of it."""
    fields = column.schema.get("properties", {})
    parts = {"number": number}
    for name, part in fields.items():
        if name in ("createdAt", "created", "when") and kind_of(part) == "string":
            parts[name] = "now"
        elif name == "minorEdit" and kind_of(part) == "boolean":
            parts[name] = "false"
        elif name in (column.schema.get("required") or ()) and name not in parts:
            parts[name] = _constant(neutral(making.written, part))
    whole = _object(parts)
    if (
        argument is not None
        and "message" in fields
        and "message" in making.shapes.fields(argument.schema)
    ):
        deep = "args" if argument.required else "args?"
        safe = "?." if True else "."
        return f"merge({whole}, drop_nulls({{message: {deep}.{argument.name}{safe}message}}))"
    return whole


def _insert(making: Making, draft: Draft, rows: Rows, values: dict[str, str]) -> str | None:
    """The effect that makes a row; None when something that must be said could not be kept."""
    sure, optional, converted, lost = _fields(making, draft, rows, values)
    if _must_be_kept(draft, lost):
        return None
    literal = dict(values)
    for name in sure:
        literal[name] = f"args.{name}"
    ordered = {name: literal[name] for name in rows.columns if name in literal}
    whole = _object(ordered)
    if converted:
        whole = f"merge({whole}, drop_nulls({_object(converted)}))"
    if optional:
        whole = f"merge({whole}, pick_keys(args, {_names(optional)}))"
    _tell_lost(draft, lost)
    return f"insert {whole} into {rows.name}"


def _must_be_kept(draft: Draft, lost: Sequence[str]) -> bool:
    return any(a.required for a in draft.arguments if a.where == "body" and a.name in lost)


def _tell_lost(draft: Draft, lost: Sequence[str]) -> None:
    if lost:
        shown_ = ", ".join(f"`{name}`" for name in lost)
        draft.doubt(f"what {shown_} says is not kept: answers have nothing of its shape")


def _fields(
    making: Making, draft: Draft, rows: Rows, values: Iterable[str] = ()
) -> tuple[list[str], list[str], dict[str, str], list[str]]:
    """Arguments of the body that are columns: always given, optional, converted; and the others."""
    sure: list[str] = []
    optional: list[str] = []
    converted: dict[str, str] = {}
    lost: list[str] = []
    fixed = {
        rows.key,
        rows.number,
        rows.table.key_field,
        rows.parent.name if rows.parent is not None and rows.parent.hidden else None,
    }
    for argument in draft.arguments:
        if argument.where != "body" or argument.name in fixed or argument.read_only:
            continue
        column = rows.columns.get(argument.name)
        if column is None:
            if argument.name not in ("expand", "self", "_links"):
                lost.append(argument.name)
            continue
        if column.role in ("version", "time"):
            continue
        there = argument.required or "default" in argument.schema
        text = written_as(making.written, argument, column)
        if text is not None:
            converted[argument.name] = _text_of(making, draft, argument, text)
        elif making.written.fits(argument.schema, column.schema):
            (sure if there else optional).append(argument.name)
        elif (kind_of(argument.schema), kind_of(column.schema)) in _CONVERTED:
            value = f"args.{argument.name}" if there else f"args?.{argument.name}"
            converted[argument.name] = (
                f"str({value})" if there else f"null if {value} is null else str({value})"
            )
        else:
            lost.append(argument.name)
    return sure, optional, converted, lost


def _text_of(making: Making, draft: Draft, argument: Argument, text: str) -> str:
    """The let with a text under its representation; the body's schema is as the argument's now."""
    name = joined("given", argument.name)
    body = dict(draft.body or {})
    if "$ref" in body:
        body = dict(making.written.document.get(str(body["$ref"]).split("/")[-1], {}))
    body["properties"] = {**body.get("properties", {}), argument.name: argument.schema}
    draft.body = body
    given = f"args?.{argument.name}"
    draft.lets[name] = text if argument.required else f"null if {given} is null else {text}"
    draft.doubt(f"`{argument.name}` is kept under its representation")
    return name


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
    sure, optional, converted, lost = _fields(making, draft, rows, fresh)
    row = f"merge({found.let}, {_object(fresh)})"
    if converted:
        row = f"merge({row}, drop_nulls({_object(converted)}))"
    if sure or optional:
        row = f"merge({row}, pick_keys(args, {_names([*sure, *optional])}))"
    draft.effects.append(f"insert {row} into {rows.name}")
    draft.doubt("a copy of the row, without what stands under it")
    _tell_lost(draft, lost)
    _answer(making, draft, operation, rows, f"{rows.name}[{key}]!")
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
    _references(making, draft, operation, rows)
    version = _lock(making, draft, operation, rows, found)
    sure, optional, converted, lost = _fields(making, draft, rows)
    if not sure and not optional and not converted and version is None:
        return False
    if _must_be_kept(draft, lost):
        return False
    changes = dict(converted)
    extra: dict[str, str] = {}
    for column in rows.columns.values():
        if is_change_time(column) and column.name not in [*sure, *optional]:
            extra[column.name] = "now"
        elif column.role == "version":
            argument = draft.argument(column.name)
            number = f"{_current(found, column)} + 1"
            extra[column.name] = _version(making, column, number, argument)
    row = found.let
    if changes:
        row = f"merge({row}, drop_nulls({_object(changes)}))"
    if sure or optional:
        row = f"merge({row}, pick_keys(args, {_names([*sure, *optional])}))"
    if extra:
        row = f"merge({row}, {_object(extra)})"
    draft.effects.append(f"set {rows.name}[{found.key}] = {row}")
    draft.kind, draft.subject = "update", rows.name
    draft.tables[rows.name] = None
    _tell_lost(draft, lost)
    body = draft.argument("x")
    required = [a for a in draft.arguments if a.where == "body" and not a.required]
    if operation.method == "PUT" and required and body is None:
        draft.doubt("fields that are left out stay as they are")
    _answer(making, draft, operation, rows, f"{rows.name}[{found.key}]!")
    return True


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
    _answer(making, draft, operation, rows, f"{rows.name}[{found.key}]!")
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
    values = _new_row(making, draft, rows, "key", owner if rows.parent is not None else None, way)
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
        whole = _object({n: values[n] for n in rows.columns if n in values})
        draft.effects.append(
            {"when": f"{rows.name}[key] is not null", "do": f"delete {rows.name}[key]"}
        )
        draft.effects.append(f"insert {whole} into {rows.name}")
    else:
        insert = _insert(making, draft, rows, values)
        if insert is None:
            return False
        draft.effects.append(
            {"when": f"{rows.name}[key] is not null", "do": f"delete {rows.name}[key]"}
        )
        draft.effects.append(insert)
    draft.kind, draft.subject = "update", rows.name
    draft.doubt("makes the row when there is none")
    _answer(making, draft, operation, rows, f"{rows.name}[key]")
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
    _answer(making, draft, operation, rows, found.let)
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


# ---- answers ----


def _answer(making: Making, draft: Draft, operation: Operation, rows: Rows, value: str) -> None:
    """The body of the answer to a change: the row, or what of it the document shows."""
    schema = answer(operation)
    if schema is None:
        draft.result = None
        return
    fields = making.shapes.fields(schema)
    if making.shapes.kind(schema) != "object" or not fields:
        draft.result = None
        if making.shapes.kind(schema) not in ("any", "object") or fields:
            draft.result = {} if making.shapes.kind(schema) == "object" else None
        return
    known = [name for name, part in fields.items() if same_kind(making, rows, name, part)]
    if not known and _only_the_key(making, draft, rows, fields, value):
        return
    if not known:
        draft.doubt("the answer says nothing of the row, and is always the same")
        draft.result = canned(making, operation)
        return
    draft.result = "{" + shown(rows, value, known) + "}"


def _only_the_key(
    making: Making, draft: Draft, rows: Rows, fields: dict[str, Schema], value: str
) -> bool:
    """`{schemeId: "10001"}`: the answer is the new row's key, under another name."""
    if len(fields) != 1 or draft.kind != "create":
        return False
    (name, part), kind = next(iter(fields.items())), ""
    kind = making.shapes.kind(part)
    if not squeezed(name).endswith("id") or kind not in ("string", "integer"):
        return False
    if kind == "integer" and rows.number is None:
        return False
    draft.result = {name: "{" + value + "." + (rows.number or rows.key) + "}"}
    if kind == "string":
        draft.result = {name: "{" + value + "." + rows.key + "}"}
    return value.endswith("!")


def same_kind(making: Making, rows: Rows, name: str, schema: Schema) -> bool:
    """Whether answers show the column `name`, and a field of this schema can be it."""
    column = rows.columns.get(name)
    if column is None or column.hidden:
        return False
    kinds = {making.shapes.kind(schema), kind_of(_target(making.written, column.schema))}
    return len(kinds) == 1 or "any" in kinds or kinds == {"integer", "number"}


def _target(written: Written, schema: Schema) -> Schema:
    name = schema.get("$ref")
    return written.document.get(str(name).split("/")[-1], {}) if name is not None else schema


def canned(making: Making, operation: Operation) -> Any:
    """An answer that is always the same: the document's example, or a sample of its schema."""
    from rewardlang.importer.drafts import escaped
    from rewardlang.importer.samples import sample

    good = operation.success
    if good is None or good.schema is None:
        return None
    schema = making.written.clean(good.schema)
    return escaped(sample(making.written, schema, good.example))


def neutral(written: Written, schema: Schema) -> Any:
    """A value of a schema that says as little as can be."""
    if "$ref" in schema:
        return neutral(written, written.document.get(str(schema["$ref"]).split("/")[-1], {}))
    if schema.get("enum"):
        return schema["enum"][0]
    names = schema.get("type")
    if isinstance(names, list) and "null" in names:
        return None
    kind = kind_of(schema)
    if kind == "object":
        fields = schema.get("properties") or {}
        return {n: neutral(written, fields.get(n, {})) for n in schema.get("required") or ()}
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    return {"string": "", "boolean": False, "array": []}.get(kind)


def _constant(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(parts: dict[str, str]) -> str:
    """An object's literal."""
    return "{" + ", ".join(f"{_key(name)}: {value}" for name, value in parts.items()) + "}"


def _key(name: str) -> str:
    plain = name.isidentifier() and name.isascii() and name not in RESERVED
    return name if plain else json.dumps(name)


def _names(names: Sequence[str]) -> str:
    return "[" + ", ".join(json.dumps(name) for name in names) + "]"
