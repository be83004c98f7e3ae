"""Rows made of requests: what of a request is kept, and what the server adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rewardlang.importer.answers import constant, literal, names_of, neutral
from rewardlang.importer.drafts import Argument, Draft, Making, Rule
from rewardlang.importer.finding import Found, Way, as_text
from rewardlang.importer.names import joined, spoken
from rewardlang.importer.represented import written_as
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

_CONVERTED = {("integer", "string")}


def check_references(making: Making, draft: Draft, operation: Operation, rows: Rows) -> None:
    """Rules that what a request refers to is there."""
    status = 404 if "404" in operation.responses else 400
    for argument in draft.arguments:
        column = rows.columns.get(argument.name) if argument.where == "body" else None
        if column is not None and argument.guessed:
            _check_inside(making, draft, argument, column, status)
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


def _check_inside(
    making: Making, draft: Draft, argument: Argument, column: Column, status: int
) -> None:
    """Rules that what an object's fields refer to is there."""
    own = f"args.{argument.name}" if argument.required else f"args?.{argument.name}"
    for name, table in column.inside.items():
        target = making.rows[table]
        value = f"{own}?.{name}?.id"
        test = f'{value} is not null and {target.name}[{value} ?? ""] is null'
        draft.tables[target.name] = None
        message = f"There is no {spoken(target.one)} {{{value}}}."
        draft.rules.append(Rule(test, status, message))


def new_row(
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
            values[name] = new_version(making, column, "1", argument)
        elif column.role == "time":
            values[name] = "now"
        elif argument is not None and argument.where == "body":
            there = argument.required or "default" in argument.schema
            fits = making.written.fits(argument.schema, column.schema)
            converted = (kind_of(argument.schema), kind_of(column.schema)) in _CONVERTED
            if column.required and not (there and (fits or converted)):
                default = neutral(making.written, column.schema)
                values[name] = constant(default)
        elif (
            column.role == "author"
            and "users" in making.rows
            and making.rows["users"].key != "rowKey"
        ):
            values[name] = f"actor.{making.rows['users'].key}"
            draft.tables["users"] = None
        elif column.required:
            values[name] = constant(neutral(making.written, column.schema))
    return values


def other_keys(
    operation: Operation, draft: Draft, rows: Rows, values: dict[str, str], key: str
) -> None:
    """Other columns by which a row is found: nobody else may have what a new row gets."""
    for name in rows.also_by:
        argument = draft.argument(name)
        if argument is not None and argument.required:
            taken = f"There is a {spoken(rows.one)} {{args.{name}}}."
            rule = Rule(
                f"{rows.name}[str(args.{name})] is not null", taken_status(operation), taken
            )
            draft.rules.append(rule)
        elif name in values and kind_of(rows.columns[name].schema) == "string":
            values[name] = key


def new_version(making: Making, column: Column, number: str, argument: Argument | None) -> str:
    """A new version record: its number, when, and what the request says of it."""
    fields = column.schema.get("properties", {})
    parts = {"number": number}
    for name, part in fields.items():
        if name in ("createdAt", "created", "when") and kind_of(part) == "string":
            parts[name] = "now"
        elif name == "minorEdit" and kind_of(part) == "boolean":
            parts[name] = "false"
        elif name in (column.schema.get("required") or ()) and name not in parts:
            parts[name] = constant(neutral(making.written, part))
    whole = literal(parts)
    if (
        argument is not None
        and "message" in fields
        and "message" in making.shapes.fields(argument.schema)
    ):
        deep = "args" if argument.required else "args?"
        safe = "?." if True else "."
        return f"merge({whole}, drop_nulls({{message: {deep}.{argument.name}{safe}message}}))"
    return whole


def insertion(making: Making, draft: Draft, rows: Rows, values: dict[str, str]) -> str | None:
    """The effect that makes a row; None when something that must be said could not be kept."""
    sure, optional, converted, lost = kept_fields(making, draft, rows, values)
    if must_be_kept(draft, lost):
        return None
    parts = dict(values)
    for name in sure:
        parts[name] = f"args.{name}"
    ordered = {name: parts[name] for name in rows.columns if name in parts}
    whole = literal(ordered)
    if converted:
        whole = f"merge({whole}, drop_nulls({literal(converted)}))"
    if optional:
        whole = f"merge({whole}, pick_keys(args, {names_of(optional)}))"
    tell_lost(draft, lost)
    return f"insert {whole} into {rows.name}"


def must_be_kept(draft: Draft, lost: Sequence[str]) -> bool:
    """Whether something that a request must say is among what is lost."""
    return any(a.required for a in draft.arguments if a.where == "body" and a.name in lost)


def tell_lost(draft: Draft, lost: Sequence[str]) -> None:
    """Say what of a request no row keeps."""
    if lost:
        shown_ = ", ".join(f"`{name}`" for name in lost)
        draft.doubt(f"what {shown_} says is not kept: answers have nothing of its shape")


def kept_fields(
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
        if argument.where != "body" or argument.name in fixed:
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


def taken_status(operation: Operation) -> int:
    """The status of the answer when a key is taken."""
    return 409 if "409" in operation.responses else 400
