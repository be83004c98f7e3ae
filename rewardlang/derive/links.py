"""Which arguments of an operation name rows of which tables, read off its typed expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.walk import below, everything

Path = tuple[str, ...]


@frozen
class Link:
    """An argument is compared with a column of a table, or its key (None); or is a move's id."""

    table: str
    column: Path | None


def links(operation: model.Operation) -> dict[Path, tuple[Link, ...]]:
    """The links of each argument, by its path in the request."""
    lets = {let.name: let for let in operation.lets}
    found: dict[Path, dict[Link, None]] = {}
    for root in _roots(operation):
        for argument, link in _links(root, lets):
            found.setdefault(argument, {})[link] = None
    return {argument: tuple(every) for argument, every in found.items()}


def tables_of(operation: model.Operation) -> list[str]:
    """The tables of which an operation looks up rows, in the order of its lets."""
    found: dict[str, None] = {}
    for root in _roots(operation):
        for node in everything(root):
            if isinstance(node, tree.Row):
                found[node.table.name] = None
            elif isinstance(node, tree.Macro) and isinstance(node.source, tree.TableRef):
                found[node.source.name] = None
    return list(found)


def _roots(operation: model.Operation) -> Iterator[tree.Expr]:
    yield from (let.value for let in operation.lets)
    yield from (rule.when for rule in operation.errors)
    for effect in operation.effects:
        yield from (expr for expr in (effect.place.key, effect.value, effect.when) if expr)
    if operation.body is not None:
        yield operation.body


def _links(root: tree.Expr, lets: Mapping[str, tree.LetDef]) -> Iterator[tuple[Path, Link]]:
    for node in everything(root):
        match node:
            case tree.Row():
                for argument in arguments(node.key, lets):
                    yield argument, Link(node.table.name, None)
            case tree.Transition(by=("id",)):
                for argument in arguments(node.keys[0], lets):
                    yield argument, Link(node.workflow, None)
            case tree.Macro(source=tree.TableRef(name=table)):
                yield from _compared(node, table, lets)


def _compared(
    macro: tree.Macro, table: str, lets: Mapping[str, tree.LetDef]
) -> Iterator[tuple[Path, Link]]:
    """Arguments that a filter of a table compares with a field of its rows."""
    row = macro.vars[-1]
    for node in everything(macro.body):
        pairs: list[tuple[tree.Expr, tree.Expr]] = []
        if isinstance(node, tree.Compare) and node.op == "==":
            pairs = [(node.left, node.right), (node.right, node.left)]
        elif isinstance(node, tree.In):
            pairs = [(node.item, node.container), (node.container, node.item)]
        for mine, other in pairs:
            column = _column(mine, row)
            if column:
                for argument in arguments(other, lets):
                    yield argument, Link(table, column)


def _column(expr: tree.Expr, row: str) -> Path | None:
    """The path of a field of the row that a lambda's variable holds."""
    steps: list[str] = []
    while isinstance(expr, tree.Get):
        steps.append(expr.name)
        expr = expr.object
    if isinstance(expr, tree.Local) and expr.name == row and steps:
        return tuple(reversed(steps))
    if isinstance(expr, tree.Builtin) and expr.name in ("fold", "str") and not steps:
        return _column(expr.args[0], row)
    return None


def arguments(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> Iterator[Path]:
    """The arguments that an expression is made of, as paths; lets are followed."""
    path = _argument(expr)
    if path is not None:
        yield path
        return
    if isinstance(expr, tree.LetRef) and expr.name in lets:
        yield from arguments(lets[expr.name].value, lets)
        return
    if isinstance(expr, tree.If):
        yield from arguments(expr.then, lets)
        yield from arguments(expr.other, lets)
        return
    if isinstance(expr, tree.Builtin | tree.Coalesce | tree.Present | tree.Macro | tree.MakeList):
        for inner in below(expr):
            yield from arguments(inner, lets)


def _argument(expr: Any) -> Path | None:
    steps: list[str] = []
    while isinstance(expr, tree.Get):
        steps.append(expr.name)
        expr = expr.object
    if isinstance(expr, tree.RootRef) and expr.name == "args" and steps:
        return tuple(reversed(steps))
    return None
