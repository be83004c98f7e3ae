"""What a document asks of a value beyond its type: lengths, patterns, examples.

A row came in through a request, is shown by answers and named in paths. The API file keeps for rows
what types can say; a row of a world satisfies all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rewardlang.importer.matching import form_of
from rewardlang.importer.names import plural, squeezed
from rewardlang.importer.resources import HOLE, Resources, answer, holes
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.schemas import is_pattern
from rewardlang.importer.shapes import Schema, Shapes, kind_of
from rewardlang.openapi import Document, Operation, Parameter

_HIGHEST = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_LOWEST = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_MOST_EXAMPLES = 20
_DEEPEST = 4


def gather(
    tables: Mapping[str, Rows],
    found: Resources,
    document: Document,
    examples: Mapping[str, list[dict[str, Any]]],
) -> None:
    """Say of each column what its values should be, and of each table the form of its keys.

    `examples` has the rows that the document shows, by table.
    """
    says: dict[int, list[Schema]] = {}
    for rows in tables.values():
        _of_rows(says, rows, found.shapes)
    by_home = {rows.table.home: rows for rows in tables.values()}
    for operation in document.operations:
        _of_body(says, by_home, found, operation)
        _of_path(says, by_home, found, operation)
    for rows in tables.values():
        for column in rows.columns.values():
            if column.to is not None and column.to in tables:
                _of_target(says, tables[column.to], says.get(id(column), []))
    for rows in tables.values():
        for column in rows.columns.values():
            heard = says.get(id(column), [])
            if heard:
                column.wanted = _wanted(column.schema, heard, found.shapes)
                if column.name in (rows.key, rows.table.key_field):
                    column.wanted = _without_format(column)
        _settle(rows, examples.get(rows.name, []))


def _of_rows(says: dict[int, list[Schema]], rows: Rows, shapes: Shapes) -> None:
    for item in (rows.table.item, rows.table.brief):
        for name, schema in shapes.fields(item).items() if item is not None else ():
            if name in rows.columns:
                says.setdefault(id(rows.columns[name]), []).append(schema)


def _of_body(
    says: dict[int, list[Schema]],
    by_home: Mapping[tuple[str, ...], Rows],
    found: Resources,
    operation: Operation,
) -> None:
    body = operation.body
    if body is None or operation.method not in ("POST", "PUT", "PATCH"):
        return
    steps = found.steps(operation)
    rows = by_home.get(steps) or by_home.get(steps[:-1] if steps[-1:] == (HOLE,) else steps)
    if rows is None:
        rows = _answered(by_home, found, operation)
    if rows is None:
        return
    for name, schema in found.shapes.fields(body.schema).items():
        if name in rows.columns:
            says.setdefault(id(rows.columns[name]), []).append(schema)


def _answered(
    by_home: Mapping[tuple[str, ...], Rows], found: Resources, operation: Operation
) -> Rows | None:
    """The table whose rows an operation answers with, where there is one alone."""
    shown = answer(operation)
    tables = found.by_schema.get(found.shapes.name(shown) or "", []) if shown is not None else []
    return by_home.get(tables[0].home) if len(tables) == 1 else None


def _of_path(
    says: dict[int, list[Schema]],
    by_home: Mapping[tuple[str, ...], Rows],
    found: Resources,
    operation: Operation,
) -> None:
    """What parameters in the path ask: of keys, and of the items of a list that a row has."""
    steps, names = found.steps(operation), holes(operation)
    if len(names) < steps.count(HOLE):
        return
    names = names[len(names) - steps.count(HOLE) :]
    parameters = {p.name: p for p in operation.parameters if p.where == "path"}
    number = -1
    for index, step in enumerate(steps):
        if step != HOLE:
            continue
        number += 1
        parameter = parameters.get(names[number])
        if parameter is None:
            continue
        rows = by_home.get(steps[:index])
        if rows is not None and not rows.table.single:
            if rows.table.also is None:
                _of_target(says, rows, [_said(parameter)])
            continue
        owner = by_home.get(steps[: index - 2]) if steps[index - 2 : index - 1] == (HOLE,) else None
        if owner is None:
            continue
        wanted = (squeezed(steps[index - 1]), squeezed(plural(steps[index - 1])))
        for column in owner.columns.values():
            if kind_of(column.schema) == "array" and squeezed(column.name) in wanted:
                items = {"type": "array", "items": _said(parameter)}
                says.setdefault(id(column), []).append(items)


def _said(parameter: Parameter) -> Schema:
    if parameter.example is None:
        return parameter.schema
    return {"allOf": [parameter.schema], "examples": [parameter.example]}


def _of_target(says: dict[int, list[Schema]], rows: Rows, heard: Iterable[Schema]) -> None:
    """What is asked of a reference is asked of the key that it is."""
    column = rows.columns.get(rows.table.key_field or rows.key)
    if column is not None:
        known = says.setdefault(id(column), [])
        known.extend(schema for schema in heard if schema not in known)


def _without_format(column: Column) -> Schema:
    """What is asked of a key; the server may make it of a counter, whatever its format."""
    if "format" in column.schema:
        return column.wanted
    return {name: part for name, part in column.wanted.items() if name != "format"}


def _settle(rows: Rows, examples: list[dict[str, Any]]) -> None:
    """The form of the keys that the server makes, after an example; none for bare numbers."""
    column = rows.columns.get(rows.table.key_field or "")
    if column is None or kind_of(column.schema) != "string" or rows.made == "uuid":
        return
    for example in [
        *column.wanted.get("examples", ()),
        *(row.get(column.name) for row in examples),
    ]:
        form = form_of(example)
        if form is not None and (form.head + form.tail).strip("-_."):
            rows.form = form
            return


# ---- one schema out of several ----


def _wanted(column: Schema, heard: list[Schema], shapes: Shapes, depth: int = 0) -> Schema:
    """The column's schema, and all that is asked of its values."""
    kind = kind_of(column)
    flat = [part for part in map(shapes.flat, heard) if kind_of(part) == kind]
    if not flat or depth > _DEEPEST or {"$ref", "allOf", "anyOf", "oneOf"} & set(column):
        return column
    made: Schema = dict(column)
    for part in flat:
        _bounds(made, part)
    examples = [example for part in flat for example in _examples(part)]
    if examples:
        made["examples"] = examples[:_MOST_EXAMPLES]
    if kind == "string":
        _patterns(made, flat)
        formats = [part["format"] for part in flat if isinstance(part.get("format"), str)]
        if formats and "enum" not in made:
            made.setdefault("format", formats[0])
    if kind == "array" and isinstance(column.get("items"), dict):
        items = [shapes.item(part) for part in flat]
        made["items"] = _wanted(column["items"], items, shapes, depth + 1)
    if kind == "object" and isinstance(column.get("properties"), dict):
        fields = [shapes.fields(part) for part in flat]
        made["properties"] = {
            name: _wanted(part, [each[name] for each in fields if name in each], shapes, depth + 1)
            for name, part in column["properties"].items()
        }
    return made


def _bounds(made: Schema, part: Schema) -> None:
    for keywords, choose in ((_HIGHEST, max), (_LOWEST, min)):
        for keyword in keywords:
            if isinstance(part.get(keyword), int | float):
                made[keyword] = choose(made.get(keyword, part[keyword]), part[keyword])
    for keyword in ("multipleOf", "uniqueItems"):
        if keyword in part:
            made.setdefault(keyword, part[keyword])


def _patterns(made: Schema, flat: list[Schema]) -> None:
    found = [part["pattern"] for part in flat if is_pattern(part.get("pattern"))]
    found = list(dict.fromkeys(found))
    if found:
        made["pattern"] = found[0]
    if found[1:]:
        made["allOf"] = [{"pattern": pattern} for pattern in found[1:]]


def _examples(schema: Schema) -> list[Any]:
    found = schema.get("examples")
    return found if isinstance(found, list) else []


def patterns_of(schema: Schema) -> list[str]:
    """The patterns of a text's schema, all of which hold."""
    also = [part.get("pattern") for part in schema.get("allOf", ())]
    return [pattern for pattern in (schema.get("pattern"), *also) if isinstance(pattern, str)]


def only_patterns(parts: Iterable[Schema]) -> bool:
    """Whether the parts of an `allOf` are patterns beside another."""
    return all(set(part) == {"pattern"} for part in parts)
