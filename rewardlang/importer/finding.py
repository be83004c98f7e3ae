"""How an operation finds what its path names: a let for each row, and 404 where there is none."""

from __future__ import annotations

from dataclasses import dataclass

import jsonschema_rs

from rewardlang.importer.drafts import Argument, Draft, Making, Rule, local
from rewardlang.importer.names import spoken
from rewardlang.importer.resources import HOLE, Path, holes
from rewardlang.importer.rows import Rows
from rewardlang.importer.shapes import kind_of
from rewardlang.openapi import Operation

ONLY = "only"
"""The key of the one row of a table that holds one object."""


@dataclass(slots=True)
class Found:
    """A row that the path names: its table, and the let that holds it."""

    rows: Rows
    let: str

    @property
    def key(self) -> str:
        """The row's key, as an expression."""
        return f"{self.let}.{self.rows.key}"

    @property
    def asked(self) -> str:
        """The same, null where the row is missing."""
        return f"{self.let}?.{self.rows.key}"

    @property
    def safe_key(self) -> str:
        """The same where the row may be missing."""
        return f'({self.let}?.{self.rows.key} ?? "")'


@dataclass(slots=True)
class Way:
    """What a path leads through.

    Attributes:
        items: The rows that it names, the last one last.
        free: Arguments in holes that name no row, by name.
        rest: The steps behind the last row.
    """

    items: list[Found]
    free: dict[str, Argument]
    rest: Path

    @property
    def last(self) -> Found | None:
        """The last row that the path names."""
        return self.items[-1] if self.items else None


def way(making: Making, operation: Operation, draft: Draft) -> Way:
    """Write the lets and rules that find the rows of an operation's path."""
    steps, names = making.found.steps(operation), holes(operation)
    items: list[Found] = []
    free: dict[str, Argument] = {}
    number, end = len(names) - sum(step == HOLE for step in steps), 0
    for index, step in enumerate(steps):
        if step != HOLE:
            continue
        argument = draft.wired(names[number], "path")
        number += 1
        if argument is None:
            continue
        table = making.found.by_home.get(steps[:index])
        if table is None or table.single:
            free[argument.name] = argument
            continue
        rows = making.of(table)
        items.append(_item(making, draft, rows, argument, items, free))
        end = index + 1
    return Way(items, free, steps[end:])


def as_text(argument: Argument, value: str | None = None) -> str:
    """An argument as a string."""
    made = value or f"args.{argument.name}"
    return made if kind_of(argument.schema) == "string" else f"str({made})"


def key_of(rows: Rows, own: str, parent: Found | None, free: dict[str, Argument]) -> str:
    """The key of a row by what callers say of it."""
    if not rows.composed:
        return own
    parts = [parent.safe_key] if parent is not None and rows.parent is not None else []
    scopes = [c.name for c in rows.columns.values() if c.role == "scope" and c.hidden]
    parts += [as_text(free[name]) for name in scopes if name in free and as_text(free[name]) != own]
    return ' + "/" + '.join([*parts, own])


def _item(
    making: Making,
    draft: Draft,
    rows: Rows,
    argument: Argument,
    before: list[Found],
    free: dict[str, Argument],
) -> Found:
    _loosen(draft, rows, argument)
    parent = next((f for f in reversed(before) if f.rows.table is rows.table.parent), None)
    name = local(draft, rows.one, making.rows)
    key = key_of(rows, as_text(argument), parent, free)
    draft.lets[name] = f"{rows.name}[{key}]"
    draft.tables[rows.name] = None
    found = Found(rows, name)
    missing = f"{name} is null"
    if parent is not None and not rows.composed and rows.parent is not None:
        missing += f" or {name}.{rows.parent.name} != {parent.key}"
    message = f"There is no {spoken(rows.one)} {{args.{argument.name}}}."
    draft.rules.append(Rule(missing, 404, message))
    return found


def _loosen(draft: Draft, rows: Rows, argument: Argument) -> None:
    """Leave out a pattern that no id of ours has, where the server makes ids."""
    pattern = argument.schema.get("pattern")
    if pattern is None or rows.table.given:
        return
    if not jsonschema_rs.is_valid({"pattern": pattern}, "10001"):
        del argument.schema["pattern"]
        draft.doubt(f"the pattern that the document has for `{argument.wire}` is left out")


def single(
    making: Making, draft: Draft, rows: Rows, parent: Found | None, free: dict[str, Argument]
) -> Found:
    """The row of a table that holds one object, or one for each parent."""
    name = local(draft, rows.one, making.rows)
    parts = [parent.safe_key] if parent is not None else []
    parts += [as_text(argument) for argument in free.values()]
    key = ' + "/" + '.join(parts) or f'"{ONLY}"'
    draft.lets[name] = f"{rows.name}[{key}]"
    draft.tables[rows.name] = None
    return Found(rows, name)


def shown(rows: Rows, value: str, only: list[str] | None = None) -> str:
    """A row as answers show it, as an expression; `only` these columns."""
    hidden = rows.hidden
    if value.endswith("]"):  # a row that nothing vouches for
        made = shown(rows, f"{value}!", only)
        return (
            value
            if made == f"{value}!"
            else f"null if {value} is null else {made.replace('!', '')}"
        )
    if only is not None:
        kept = [name for name in only if name in rows.columns and name not in hidden]
        if len(kept) < len(rows.columns) - len(hidden):
            return f"pick_keys({value}, {_names(kept)})"
    return f"without_keys({value}, {_names(hidden)})" if hidden else value


def _names(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"
