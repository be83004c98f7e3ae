"""Expressions that read worlds: tables and rows, what changed, workflows and searches."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from rewardlang import tree
from rewardlang.interpret.context import Context
from rewardlang.interpret.evaluate import call_function, evaluate, rule
from rewardlang.interpret.values import Failure, Json, same
from rewardlang.model import SearchDef
from rewardlang_runtime.queries.search import search
from rewardlang_runtime.queries.spec import QueryField, SearchSpec


@rule(tree.TableRef)
def _table_ref(expr: tree.TableRef, context: Context) -> Json:
    world = evaluate(expr.world, context)
    if world is None:
        raise Failure("there is no world")
    return world[expr.name]


@rule(tree.Row)
def _row(expr: tree.Row, context: Context) -> Json:
    return evaluate(expr.table, context).get(evaluate(expr.key, context))


# ---- what changed: both worlds compared row by row, whatever their representation knows ----


class Change(NamedTuple):
    """A place where two worlds differ; `path` is empty for a whole row."""

    table: str
    key: str
    path: tuple[str, ...]
    how: Literal["changed", "created", "deleted"] = "changed"

    def __str__(self) -> str:
        place = ".".join([f"{self.table}[{self.key}]", *self.path])
        return place if self.how == "changed" else f"{place} {self.how}"


@rule(tree.DeltaRows)
def _delta_rows(expr: tree.DeltaRows, context: Context) -> Json:
    before, after = context.roots["initial"][expr.table], context.roots["final"][expr.table]
    old, new = dict(before.items()), dict(after.items())
    match expr.which:
        case "created":
            return [row for key, row in new.items() if key not in old]
        case "deleted":
            return [row for key, row in old.items() if key not in new]
        case "updated":
            both = [key for key in old if key in new and old[key] is not new[key]]
            return [new[key] for key in both if not same(old[key], new[key])]


@rule(tree.ChangedOnly)
def _changed_only(expr: tree.ChangedOnly, context: Context) -> Json:
    return not changed_elsewhere(expr, context)


def changed_elsewhere(expr: tree.ChangedOnly, context: Context) -> list[Change]:
    """What changed besides what `expr` allows, in the order of tables and rows."""
    initial, final = context.roots["initial"], context.roots["final"]
    keys = [None if path.key is None else evaluate(path.key, context) for path in expr.paths]
    allowed = list(zip(expr.paths, keys, strict=True))

    def permits(path: tree.ChangePath, key: Json, change: Change) -> bool:
        if path.table != change.table or change.path[: len(path.fields)] != path.fields:
            return False
        if path.key is None:
            return True
        return any(world[path.table].key_of(key) == change.key for world in (initial, final))

    return [
        change
        for change in _changes(initial, final)
        if not any(permits(path, key, change) for path, key in allowed)
    ]


def _changes(initial: Any, final: Any) -> list[Change]:
    found = []
    for name in initial:
        if initial[name].spec.internal:
            continue
        old, new = dict(initial[name].items()), dict(final[name].items())
        for key in {**old, **new}:
            if key in old and key in new:
                # Most rows are the very same object; comparing them all would take milliseconds.
                if old[key] is not new[key]:
                    found += [Change(name, key, p) for p in _differences(old[key], new[key])]
            else:
                found.append(Change(name, key, (), "created" if key in new else "deleted"))
    return found


def _differences(old: Json, new: Json) -> list[tuple[str, ...]]:
    """The paths at which two values differ, as deep as both are objects."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if same(old, new) else [()]
    found: list[tuple[str, ...]] = []
    for key in {**old, **new}:
        if key in old and key in new:
            found += [(key, *path) for path in _differences(old[key], new[key])]
        else:
            found.append((key,))
    return found


# ---- workflows and searches ----


@rule(tree.Transition)
def _transition(expr: tree.Transition, context: Context) -> Json:
    keys = [evaluate(key, context) for key in expr.keys]
    moves = [
        {"id": move.id, "name": move.name, "from": list(move.sources), "to": move.target}
        for move in context.apis[expr.api].workflows[expr.workflow].moves
    ]
    match expr.by:
        case ("id",):
            found = [move for move in moves if same(move["id"], keys[0])]
        case ("from", "to"):
            found = [m for m in moves if keys[0] in m["from"] and same(m["to"], keys[1])]
        case _:
            return [move for move in moves if keys[0] in move["from"]]
    return found[0] if found else None


@rule(tree.Search)
def _search(expr: tree.Search, context: Context) -> Json:
    roots = context.roots
    spec = search_spec(context.apis[expr.api].searches[expr.name])
    query = evaluate(expr.query, context)
    actor = context.roots["actor_key"]
    return call_function(search, roots["state"], spec, query, roots["now"], actor)


def search_spec(definition: SearchDef) -> SearchSpec:
    """A query language as the runtime takes it."""
    fields = {
        f.name.lower(): QueryField(f.name, f.paths, f.kind, f.values, f.sortable)
        for f in definition.fields
    }
    return SearchSpec(definition.name, definition.dialect, definition.table, fields)
