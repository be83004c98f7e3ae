"""What the arguments of an operation are looked up by: rows, fields of rows, workflows, queries.

Read off the typed operation: `issues[args.issueIdOrKey]` ties the argument to the keys of a table,
`p.title == args?.title` to a field of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.walk import below

Path = tuple[str, ...]
"""Names from the arguments' top; `ITEM` is any item of a list."""

ITEM = "[]"


@frozen
class Relation:
    """`key`: a key of `table`; `field`: the value at `path` of its rows; `move`: the id of a move
    of workflow `name`; `query`: a query of search `name` of `api`."""

    kind: Literal["key", "field", "move", "query"]
    table: str = ""
    path: Path = ()
    api: str = ""
    name: str = ""


def relations_of(operation: model.Operation) -> dict[Path, list[Relation]]:
    """The relations of each argument, in the order of the operation."""
    found: dict[Path, list[Relation]] = {}
    reader = _Reader({let.name: let.value for let in operation.lets})

    def note(expr: tree.Expr, env: Mapping[str, Any], relation: Relation) -> None:
        for path in reader.arguments(expr, env):
            relations = found.setdefault(path, [])
            if relation not in relations:
                relations.append(relation)

    def look(expr: tree.Expr, env: Mapping[str, Any]) -> None:
        match expr:
            case tree.Row():
                note(expr.key, env, Relation("key", expr.table.name))
            case tree.Transition(by=("id",)):
                note(expr.keys[0], env, Relation("move", api=expr.api, name=expr.workflow))
            case tree.Search():
                note(expr.query, env, Relation("query", api=expr.api, name=expr.name))
            case tree.Compare(op="=="):
                for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
                    for table, path in reader.fields(one, env):
                        note(other, env, Relation("field", table, path))
            case tree.In():
                for table, path in reader.fields(expr.item, env):
                    note(expr.container, env, Relation("field", table, path))
            case tree.Builtin(name="contains_text" | "starts_with" | "ends_with"):
                for table, path in reader.fields(expr.args[0], env):
                    note(expr.args[1], env, Relation("field", table, path))
            case _:
                pass
        if isinstance(expr, tree.Macro):
            look(expr.source, env)
            inner = dict(env)
            inner[expr.vars[-1]] = reader.item(expr.source, env)
            look(expr.body, inner)
            return
        for child in below(expr):
            look(child, env)

    for let in operation.lets:
        look(let.value, {})
    for rule in operation.errors:
        look(rule.when, {})
    for effect in operation.effects:
        for child in below(effect):
            look(child, {})
    if operation.body is not None:
        look(operation.body, {})
    return found


class _Reader:
    """Follows lets and the variables of macros to arguments and rows."""

    def __init__(self, lets: Mapping[str, tree.Expr]) -> None:
        self.lets = lets

    def item(self, source: tree.Expr, env: Mapping[str, Any]) -> Any:
        """What the variable of a macro over `source` stands for."""
        table = self.table(source)
        if table is not None:
            return ("row", table)
        paths = list(self.arguments(source, env))
        return ("argument", paths[0]) if paths else None

    def table(self, expr: tree.Expr) -> str | None:
        """The table whose rows a list holds."""
        match expr:
            case tree.TableRef():
                return expr.name
            case tree.Macro(kind="filter" | "sort_by"):
                return self.table(expr.source)
            case tree.LetRef():
                return self.table(self.lets[expr.name]) if expr.name in self.lets else None
            case tree.Builtin(name="values" | "reversed" | "take" | "skip" | "slice"):
                return self.table(expr.args[0])
            case tree.If():
                return self.table(expr.then) or self.table(expr.other)
            case _:
                return None

    def arguments(self, expr: tree.Expr, env: Mapping[str, Any]) -> Iterator[Path]:
        """The arguments that a value is made of."""
        path = self.chain(expr, env)
        if path is not None:
            if path:
                yield path
            return
        match expr:
            case tree.LetRef():
                if expr.name in self.lets:
                    yield from self.arguments(self.lets[expr.name], {})
            case tree.Macro(kind="map" | "filter" | "sort_by"):
                for each in self.arguments(expr.source, env):
                    yield each if each[-1] == ITEM else (*each, ITEM)
            case tree.If():
                yield from self.arguments(expr.then, env)
                yield from self.arguments(expr.other, env)
            case (
                tree.Coalesce()
                | tree.Builtin()
                | tree.Present()
                | tree.MakeList()
                | tree.Arithmetic()
            ):
                for child in below(expr):
                    yield from self.arguments(child, env)
            case _:
                return

    def chain(self, expr: tree.Expr, env: Mapping[str, Any]) -> Path | None:
        """The path of `args.a.b`, or None."""
        match expr:
            case tree.RootRef(name="args"):
                return ()
            case tree.Get():
                inner = self.chain(expr.object, env)
                return None if inner is None else (*inner, expr.name)
            case tree.Builtin(name="first" | "only" | "last"):
                inner = self.chain(expr.args[0], env)
                return None if inner is None else (*inner, ITEM)
            case tree.Present():
                return self.chain(expr.object, env)
            case tree.Local():
                known = env.get(expr.name)
                return known[1] if known is not None and known[0] == "argument" else None
            case tree.LetRef():
                return self.chain(self.lets[expr.name], {}) if expr.name in self.lets else None
            case _:
                return None

    def fields(self, expr: tree.Expr, env: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
        """The fields of rows that a value is read from."""
        match expr:
            case tree.Get():
                path: list[str] = []
                inner: tree.Expr = expr
                while isinstance(inner, tree.Get):
                    path.insert(0, inner.name)
                    inner = inner.object
                if isinstance(inner, tree.Local):
                    known = env.get(inner.name)
                    if known is not None and known[0] == "row":
                        yield known[1], tuple(path)
            case tree.Builtin() | tree.Arithmetic() | tree.Coalesce():
                for child in below(expr):
                    yield from self.fields(child, env)
            case _:
                return
