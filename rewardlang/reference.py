"""An API as its users read it: operations, responses, tables, types; as data and as Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang import model
from rewardlang.effects import Effect
from rewardlang.frozen import frozen
from rewardlang.resolve.apis import ResolvedApi
from rewardlang.types.relations import without_null
from rewardlang.types.types import List, Named, Null, Nullable, Object, Type, Union

_DEPTH = 4
"""How many levels of objects without a name are laid out."""
_LONG = 100
"""Characters of a condition or a body that are shown."""


@frozen
class Field:
    """A value by its path, `fields.labels` or `issues[].key`."""

    path: str
    type: str
    required: bool
    note: str


@frozen
class Refusal:
    """The first of an operation's rules whose condition holds answers."""

    status: int
    when: str
    body: str


@frozen
class OperationPage:
    """`writes` are the tables that it changes; a response without a body has no `response`."""

    name: str
    http: str
    doc: str
    arguments: tuple[Field, ...]
    status: int
    response: tuple[Field, ...]
    refusals: tuple[Refusal, ...]
    writes: tuple[str, ...]
    opaque: bool = False


@frozen
class RecordPage:
    """A table, by its rows, or a named type, by its fields; `key` is a table's."""

    name: str
    doc: str
    fields: tuple[Field, ...]
    key: str = ""
    also_by: tuple[str, ...] = ()


@frozen
class WorkflowPage:
    name: str
    of: str
    start: str
    moves: tuple[model.Move, ...]


Page = OperationPage | RecordPage | WorkflowPage


@frozen
class Reference:
    name: str
    title: str
    invalid: int
    """The status of the answer to arguments that their schemas do not admit."""
    operations: tuple[OperationPage, ...]
    tables: tuple[RecordPage, ...]
    types: tuple[RecordPage, ...]
    workflows: tuple[WorkflowPage, ...]


def reference(resolved: ResolvedApi) -> Reference:
    """What there is to know of an API without errors."""
    api = resolved.api
    assert api is not None
    layout = _Layout(resolved)
    tables = [table for table in api.tables.values() if not table.internal]
    rows = [resolved.schemas.expand(table.row.row) for table in tables]
    own = {row.name for row in rows if isinstance(row, Object)}
    return Reference(
        name=api.name,
        title=api.title,
        invalid=api.invalid.status,
        operations=tuple(layout.operation(op) for op in api.operations.values()),
        tables=tuple(
            RecordPage(
                table.name,
                _doc(api.schemas.get(getattr(row, "name", "") or "", {})),
                tuple(layout.inside(row, table.schema)),
                table.key,
                table.also_by,
            )
            for table, row in zip(tables, rows, strict=True)
        ),
        types=tuple(
            RecordPage(name, _doc(schema), tuple(layout.named(name)))
            for name, schema in api.schemas.items()
            if name not in own and name in layout.mentioned
        ),
        workflows=tuple(
            WorkflowPage(w.name, w.of, w.start, w.moves) for w in api.workflows.values()
        ),
    )


def pages_of(api: Reference) -> dict[str, Page]:
    """Everything that has a name; of two that share it, the operation, else the table."""
    found: list[Page] = [*api.types, *api.workflows, *api.tables, *api.operations]
    return {page.name: page for page in found}


class _Layout:
    """Types laid out as fields; remembers which named types were mentioned."""

    def __init__(self, resolved: ResolvedApi) -> None:
        assert resolved.api is not None
        self._schemas = resolved.schemas
        self._api = resolved.api
        self.mentioned: set[str] = set()

    def operation(self, op: model.Operation) -> OperationPage:
        arguments: list[Field] = []
        for parameter in op.parameters:
            type_ = op.args_type.properties[parameter.name].type
            where = f"in the {parameter.where}"
            if not parameter.wire:
                where = "the whole body"
            elif parameter.wire != parameter.name:
                where += f", as `{parameter.wire}`"
            arguments += self.fields(
                parameter.name, type_, parameter.schema, parameter.required, where
            )
        response = () if isinstance(op.response_type, Null) else self.response(op.response_type)
        return OperationPage(
            name=op.name,
            http=f"{op.method} {op.path}",
            doc=" ".join(op.doc.split()),
            arguments=tuple(arguments),
            status=op.status,
            response=tuple(response),
            refusals=tuple(
                Refusal(rule.status, _short(rule.when.span.text), _short(rule.body.span.text))
                for rule in op.errors
            ),
            writes=tuple(
                name
                for name in self._api.tables
                if not self._api.tables[name].internal and name in set(_written(op.effects))
            ),
            opaque=op.opaque,
        )

    def response(self, type_: Type) -> Iterator[Field]:
        """The fields of a response; of a list, those of its items."""
        target = self._schemas.expand(type_)
        if isinstance(target, Object) and not target.name:
            yield from self.inside(target, {})
        else:
            yield from self.fields("", type_, {}, True)

    def named(self, name: str) -> Iterator[Field]:
        """The fields of a named type."""
        return self.inside(self._schemas.expand(Named(name, self._api.name)), self._schema(name))

    def inside(self, type_: Type, schema: Mapping[str, Any], path: str = "") -> Iterator[Field]:
        """The fields of an object; nothing of another value."""
        target = self._schemas.expand(without_null(type_))
        if not isinstance(target, Object):
            return
        known = self._resolved(schema).get("properties", {})
        for name, field in target.properties.items():
            where = f"{path}.{name}" if path else name
            yield from self.fields(where, field.type, known.get(name, {}), field.required)

    def fields(
        self, path: str, type_: Type, schema: Mapping[str, Any], required: bool, where: str = ""
    ) -> Iterator[Field]:
        """A value, and what is inside it when it is an object without a name."""
        inner, items = without_null(type_), schema
        while isinstance(inner, List):
            path, inner = f"{path}[]", without_null(inner.item)
            items = items.get("items", {})
        laid_out = isinstance(inner, Object) and not inner.name and bool(inner.properties)
        if laid_out and path.count(".") < _DEPTH:
            if where or not required or _note(schema):
                text = "list of objects" if path.endswith("]") else "object"
                yield Field(path.removesuffix("[]"), text, required, _joined(where, _note(schema)))
            yield from self.inside(inner, items, path)
            return
        path = path.removesuffix("[]") if isinstance(type_, List | Nullable) else path
        yield Field(path, self.words(type_), required, _joined(where, _note(schema)))

    def words(self, type_: Type) -> str:
        """A type as expressions' types are written; what is no object without its name."""
        match type_:
            case Named() | Object(name=str()):
                target = self._schemas.expand(type_)
                if not isinstance(without_null(target), Object):
                    return self.words(target)
                assert type_.name is not None
                self._mention(type_.name)
                return f"{type_.name}?" if isinstance(target, Nullable) else type_.name
            case Nullable():
                return f"{self.words(type_.inner)}?"
            case List():
                return f"list[{self.words(type_.item)}]"
            case Union():
                return " | ".join(dict.fromkeys(map(self.words, type_.variants)))
            case Object() if type_.properties:
                return "object"
            case _:
                return str(type_)

    def _mention(self, name: str) -> None:
        if name not in self.mentioned:
            self.mentioned.add(name)
            for _ in self.named(name):
                pass  # what its fields mention is a type to be shown too

    def _schema(self, name: str) -> Mapping[str, Any]:
        return self._api.schemas.get(name, {})

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        return schema if reference is None else self._schema(reference.rpartition("/")[2])


def _written(effects: tuple[Effect, ...]) -> Iterator[str]:
    for effect in effects:
        if effect.place.table is not None:
            yield effect.place.table


def _doc(schema: Mapping[str, Any]) -> str:
    return " ".join(str(schema.get("description", "")).split())


def _note(schema: Mapping[str, Any]) -> str:
    """What a schema says besides the type."""
    said = [words.format(schema[key]) for key, words in _BOUNDS.items() if key in schema]
    if "default" in schema:
        said.append(f"`{json.dumps(schema['default'])}` by default")
    return _joined(", ".join(said), _doc(schema))


_BOUNDS = {
    "minimum": "at least {}", "maximum": "at most {}", "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
}  # fmt: skip


def _joined(*said: str) -> str:
    """Short remarks after one another; a sentence after them is one of its own."""
    whole = ""
    for text in said:
        stop = (
            ""
            if not whole
            else " "
            if whole.endswith(".")
            else ". "
            if text[:1].isupper()
            else ", "
        )
        whole += f"{stop}{text}" if text else ""
    return whole


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONG else line[: _LONG - 1] + "…"


# ---- as Markdown ----


def markdown(api: Reference) -> str:
    """The whole of an API as a page."""
    lines = [f"# `{api.name}`: {api.title}", "", "## Operations", ""]
    lines += ["| operation | request | does |", "|---|---|---|"]
    lines += [
        f"| [`{op.name}`](#{op.name.lower()}) | `{op.http}` | {_cell(op.doc)} |"
        for op in api.operations
    ]
    lines += ["", f"Arguments that their schemas do not admit are answered {api.invalid}.", ""]
    lines += [line for op in api.operations for line in section(op)]
    lines += ["## Tables", "", _TABLES, ""]
    lines += [line for table in api.tables for line in section(table)]
    if api.workflows:
        lines += ["## Workflows", ""]
        lines += [line for workflow in api.workflows for line in section(workflow)]
    lines += ["## Types", "", *(line for type_ in api.types for line in section(type_))]
    return "\n".join(lines)


_TABLES = """\
Read as `initial.TABLE[key]` and `final.TABLE[key]`, a row or null; what changed is in `delta`. A
field that may be missing is read by `?.`."""


def section(page: Page) -> list[str]:
    """What there is to know of one thing, under a heading of its own."""
    match page:
        case OperationPage():
            return _operation(page)
        case RecordPage():
            return _record(page)
        case WorkflowPage():
            return _workflow(page)


def _operation(op: OperationPage) -> list[str]:
    """An operation as a section."""
    lines = [f"### {op.name}", "", f"`{op.http}`  ", op.doc, ""]
    if op.arguments:
        lines += _fields("argument", op.arguments, required="needed")
    answer = f"Answers {op.status}"
    lines += [f"{answer}:" if op.response else f"{answer}, without a body.", ""]
    if op.response:
        lines += _fields("field of the response", op.response, optional="may be missing")
    if op.refusals:
        lines += ["Refuses, by the first that holds:", "", "| status | when | body |"]
        lines += ["|---|---|---|"]
        lines += [f"| {r.status} | {_code(r.when)} | {_code(r.body)} |" for r in op.refusals]
        lines += [""]
    if op.opaque:
        lines += ["Not modelled: the answer is always the same, and nothing changes.", ""]
    if op.writes:
        lines += [f"Writes {', '.join(f'`{name}`' for name in op.writes)}.", ""]
    return lines


def _record(page: RecordPage) -> list[str]:
    """A table or a named type as a section."""
    lines = [f"### {page.name}", ""]
    if page.key:
        also = "".join(f", also found by `{name}`" for name in page.also_by)
        lines += [f"Rows by `{page.key}`{also}.", ""]
    if page.doc:
        lines += [page.doc, ""]
    return lines + _fields("field", page.fields, optional="may be missing")


def _workflow(workflow: WorkflowPage) -> list[str]:
    """A workflow as a section."""
    lines = [f"### {workflow.name}", "", f"Of `{workflow.of}`, which starts as `{workflow.start}`."]
    lines += ["", "| id | transition | from | to |", "|---|---|---|---|"]
    lines += [
        f"| `{move.id}` | {move.name} | {', '.join(move.sources)} | {move.target} |"
        for move in workflow.moves
    ]
    return [*lines, ""]


def _fields(
    heading: str, fields: tuple[Field, ...], *, required: str = "", optional: str = ""
) -> list[str]:
    if not fields:
        return []
    lines = [f"| {heading} | type | |", "|---|---|---|"]
    for field in fields:
        note = _joined(required if field.required else optional, field.note)
        path = f"`{field.path}`" if field.path else ""
        lines.append(f"| {path} | {_code(field.type)} | {_cell(note)} |")
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(text: str) -> str:
    return f"`{_cell(text)}`"
