"""Drafts and rows to the text of API files and worlds, a file for each group of operations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rewardlang.importer.drafts import Argument, Draft, Making
from rewardlang.importer.names import plain_text, snake, spoken
from rewardlang.importer.resources import HOLE
from rewardlang.importer.rows import Column, Rows
from rewardlang.importer.shapes import Schema, kind_of
from rewardlang.importer.text import WIDTH, Block, Code, Commented, document, wrapped
from rewardlang.importer.worlds import ROOM, Row, first_numbers, row_schema

TOGETHER = 60
"""Operations of a document that are one file; of more, each group is one."""
_FEW = 4
"""Operations of a group that is not worth a file."""
OTHER = "other"


@dataclass(slots=True)
class Group:
    """Operations that share a file, with the tables that they need, in order."""

    name: str
    title: str
    drafts: list[Draft] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


def groups(making: Making, drafts: Sequence[Draft], name: str) -> list[Group]:
    """The files that there will be."""
    title = making.document.title
    if len(drafts) <= TOGETHER:
        return [completed(making, Group(name, title, list(drafts)))]
    roots = [_root(making, draft) for draft in drafts]
    counted = Counter(roots)
    found: dict[str, Group] = {}
    for draft, root in zip(drafts, roots, strict=True):
        key = root if counted[root] >= _FEW else OTHER
        if key not in found:
            found[key] = Group(f"{name}_{key}", f"{title}: {spoken(key)}")
        found[key].drafts.append(draft)
    return [completed(making, group) for _, group in sorted(found.items())]


def _root(making: Making, draft: Draft) -> str:
    """The first step of the path where an operation's rows are at home."""
    if draft.subject is not None:
        home = making.rows[draft.subject].table.home
    else:
        path = draft.http.split(" ", 1)[1]
        home = tuple(HOLE if "{" in step else step for step in path.split("/") if step)
        home = _inside(making, home)
    steps = [step for step in home if step != HOLE]
    if steps[:1] in (["rest"], ["api"]):
        steps = steps[1:]
    return snake(steps[0]) if steps else OTHER


def _inside(making: Making, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The home of the table that an opaque operation's path begins with."""
    table = making.found.above(steps)
    return table.home if table is not None else steps


def completed(making: Making, group: Group) -> Group:
    """The group with the tables that its operations need."""
    needed: dict[str, None] = {}
    pending = [name for draft in group.drafts for name in draft.tables]
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        needed[name] = None
        parent = making.rows[name].table.parent
        if parent is not None and making.rows[name].parent is not None:
            pending.append(parent.name)
    group.tables = [name for name in making.rows if name in needed]
    return group


# ---- the API file ----

_ABOUT = (
    "What was guessed carries a comment with the reason and how sure it is, medium or low; what "
    "carries none is plain. Nobody lacks rights: no answer is 401 or 403 for who calls. "
    "Corrections belong into overrides.yaml, which is heeded when the document is imported again."
)


def _head(making: Making, group: Group) -> list[str]:
    opaque = sum(draft.kind == "opaque" for draft in group.drafts)
    version = plain_text(making.document.version)[:40]
    whole = f"{plain_text(group.title)}, version {version}: imported from its OpenAPI document."
    counted = f"{len(group.drafts) - opaque} operations are modelled, {opaque} are opaque."
    return [*wrapped(whole, WIDTH - 2), "", *wrapped(f"{counted} {_ABOUT}", WIDTH - 2)]


def api_text(making: Making, group: Group) -> str:
    """The API file of a group."""
    parts: dict[str, Any] = {
        "rewardlang": 1,
        "api": group.name,
        "title": group.title,
    }
    base = making.document.base_path + making.found.prefix
    if base:
        parts["base_path"] = base
    parts["time_format"] = "%Y-%m-%dT%H:%M:%S.000Z"
    rows = [making.rows[name] for name in group.tables]
    parts["schemas"] = _schemas(making, group, rows)
    parts["tables"] = Block({row.name: _table(row) for row in rows})
    references = [_reference(making, row, group) for row in rows]
    flat = [text for texts in references for text in texts]
    if flat:
        parts["references"] = [Code(text) for text in flat]
    counters = _counters(making, group)
    if counters:
        parts["counters"] = counters
    parts["invalid"] = {
        "status": making.errors.status,
        "wording": {
            "required": "{name} is required.",
            "type": "{name} must be {expected}.",
            "enum": "{name} must be one of {expected}.",
            "default": "{name} is not valid.",
        },
        "body": making.errors.invalid(),
    }
    parts["problem"] = making.errors.problem()
    parts["operations"] = {draft.name: _operation(making, draft) for draft in group.drafts}
    return document(_head(making, group), parts)


def _schemas(making: Making, group: Group, rows: Sequence[Rows]) -> dict[str, Any]:
    own: dict[str, Schema] = {row.schema_name: row_schema(row) for row in rows}
    used: list[Schema] = list(own.values())
    for draft in group.drafts:
        used += [argument.schema for argument in draft.arguments]
        if draft.body is not None:
            used.append(draft.body)
    needed = making.written.closure(used)
    found: dict[str, Any] = {}
    for row in rows:
        named = ", ".join(f"`{c.name}`" for c in row.columns.values() if c.guessed)
        said = f"medium: the fields of {named} are guessed from the document's example."
        whole = own[row.schema_name]
        found[row.schema_name] = Commented(whole, (said,)) if named else whole
    for index, (name, schema) in enumerate(needed.items()):
        found[name] = (
            Commented(schema, ("---- requests ----",), blank=True) if index == 0 and own else schema
        )
    return found


def _table(rows: Rows) -> Any:
    made: dict[str, Any] = {"row": rows.schema_name, "key": rows.key}
    if rows.also_by:
        made["also_by"] = list(rows.also_by)
    return made


def _reference(making: Making, rows: Rows, group: Group) -> list[str]:
    found: list[str] = []
    for column in rows.columns.values():
        for name, table in column.inside.items():
            lost = any(_loses(draft, rows, column, table) for draft in group.drafts)
            if table in group.tables and not lost:
                found.append(f"{rows.name}.{column.name}.{name}.id in {table}")
        if column.to is None or column.to not in group.tables or column.role == "given":
            continue
        if any(_loses(draft, rows, column, column.to) for draft in group.drafts):
            continue
        schema = column.schema
        kind = kind_of(schema.get("items", {})) if kind_of(schema) == "array" else kind_of(schema)
        if kind in ("string", "integer"):
            found.append(f"{rows.name}.{column.name} in {column.to}")
    return found


def _loses(draft: Draft, rows: Rows, column: Column, table: str) -> bool:
    """Whether an operation deletes what a column names and leaves the rows that name it."""
    if (rows.name, column.name) in draft.guards:
        return False
    texts = [each["do"] if isinstance(each, Mapping) else each for each in draft.effects]
    gone = {m[1] for text in texts if (m := re.match(r"delete (\w+)\[", text))}
    # What makes a row anew deletes it first.
    gone -= {m[1] for text in texts if (m := re.search(r" into (\w+)$", text))}
    return table in gone and not (column is rows.parent and rows.name in gone)


def _counters(making: Making, group: Group) -> dict[str, int]:
    numbers = first_numbers(making.rows)
    used = {name: None for draft in group.drafts for name in draft.counters}
    return {
        name: rows.form.behind(ROOM) if rows.form is not None else numbers[name] + ROOM
        for name, rows in making.rows.items()
        if name in used
    }


def _operation(making: Making, draft: Draft) -> Any:
    made: dict[str, Any] = {"http": draft.http, "doc": draft.doc}
    if draft.kind == "opaque":
        made["opaque"] = True
    request = _request(draft)
    if request:
        made["request"] = request
    if draft.lets:
        made["let"] = Block({name: Code(text) for name, text in draft.lets.items()})
    rules = [{**rule, "when": Code(str(rule["when"]))} for rule in draft.first]
    for rule in draft.rules:
        body = making.errors.body(rule.status, rule.text)
        rules.append({"when": Code(rule.when), "status": rule.status, "body": body})
    if rules:
        made["errors"] = rules
    if draft.effects:
        made["effects"] = [_effect(effect) for effect in draft.effects]
    response: dict[str, Any] = {"status": draft.status}
    if draft.result is not None and draft.status != 204:
        response["body"] = _templates(draft.result)
    made["response"] = response
    comment = _comment(draft)
    return Commented(made, (comment,) if comment else (), blank=True)


def _templates(value: Any) -> Any:
    """Long templates folded."""
    if isinstance(value, str) and value.startswith("{") and len(value) > 60:
        return Code(value)
    if isinstance(value, Mapping):
        return {key: _templates(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_templates(item) for item in value]
    return value


def _effect(effect: Any) -> Any:
    if isinstance(effect, str):
        return Code(effect)
    made: dict[str, Any] = {}
    for key, value in effect.items():
        made[key] = (
            {n: Code(v) for n, v in value.items()} if isinstance(value, dict) else Code(value)
        )
    return made


def _request(draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for where in ("path", "query"):
        found = {a.name: _argument(a) for a in draft.arguments if a.where == where}
        if found:
            made[where] = found
    if draft.body is not None:
        made["body"] = draft.body or {}
        if draft.body_as is not None:
            made["body_as"] = draft.body_as
    return made


def _argument(argument: Argument) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if argument.wire != argument.name:
        made["as"] = argument.wire
    made.update(argument.schema)
    if argument.required and argument.where != "path":
        made["required"] = True
    return made


def _comment(draft: Draft) -> str:
    notes = "; ".join(draft.notes)
    if draft.kind == "opaque":
        return f"opaque: {notes}."
    if draft.confidence == "high":
        return f"{notes[:1].upper()}{notes[1:]}." if notes else ""
    return f"{draft.confidence}: {notes}."


# ---- the world ----


def world_text(making: Making, group: Group, rows: Mapping[str, list[Row]], seed: int) -> str:
    """The world of a group."""
    title = plain_text(group.title)
    about = f"Rows for {title}, made up: from names and examples of its document, and a seed."
    parts: dict[str, Any] = {
        "rewardlang": 1,
        "world": group.name,
        "use": [group.name],
        "seed": seed,
        "clock": {"start": "2026-03-02T09:00:00Z", "step_s": 60},
        "tables": {name: {"rows": rows.get(name, [])} for name in group.tables},
    }
    return document([*wrapped(about, WIDTH - 2), *_unmet(making, group)], parts)


def _unmet(making: Making, group: Group) -> list[str]:
    """What of the document its rows do not satisfy."""
    names = [f"`{name}.{column}`" for name in group.tables for column in making.rows[name].unmet]
    if not names:
        return []
    whole = f"No value was found that is all that the document asks of {', '.join(names)}."
    return ["", *wrapped(whole, WIDTH - 2)]
