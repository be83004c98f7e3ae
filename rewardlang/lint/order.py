"""Items taken by their place where nothing says in which order they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.lint.expressions import conditions_and_scores, source_of
from rewardlang.lint.registry import lint
from rewardlang.model import Scenario
from rewardlang.source import Span
from rewardlang.walk import everything

_ONE = frozenset({"first", "last"})
_BY_PLACE = _ONE | {"take", "skip", "slice"}
_KEEPING = frozenset({
    "values", "keys", "take", "skip", "slice", "distinct", "without", "without_all", "intersect",
    "reversed",
})  # fmt: skip
"""Functions whose result is in the order of their first argument."""


@lint(codes.ORDER_DEPENDENT)
def order_dependent(scenario: Scenario) -> Iterator[Diagnostic]:
    """Which row is "the first" of a table depends on how rows are kept, not on the task."""
    lets = {let.name: let for let in scenario.lets}
    blamed: list[Span] = []
    for root in conditions_and_scores(scenario):
        for node in everything(root):
            taken = _taken_by_place(node)
            if taken is None or node.span in blamed:
                continue
            one = not isinstance(node, tree.Builtin) or node.name in _ONE
            what = _unordered(taken, lets, scenario, one)
            if what is not None:
                blamed.append(node.span)
                yield Diagnostic(
                    codes.ORDER_DEPENDENT,
                    "which one this is depends on how rows are kept",
                    Label(node.span, f"{what} in no order that anybody promised"),
                    help="write `.only()` where there is one, or `.sort_by(...)` before it",
                )


def _taken_by_place(node: tree.Expr) -> tree.Expr | None:
    """The list of which an item is taken by its place."""
    match node:
        case tree.Builtin(args=(source, *_)) if node.name in _BY_PLACE:
            return source
        case tree.At(object=source, key=tree.Const(value=int())):
            return source
        case _:
            return None


def _unordered(
    expr: tree.Expr, lets: Mapping[str, tree.LetDef], scenario: Scenario, one: bool
) -> str | None:
    """What the items are, when they come out of a table and nothing has put them in order.

    `one` when a single item is taken: to look at no more than a few of what a policy created is a
    bound, and choosing one of them is not."""
    while True:
        expr = source_of(expr, lets)
        match expr:
            case tree.Macro(kind="map"):
                expr = expr.source
            case tree.Macro(kind="filter"):
                if _finds_one(expr, lets, scenario):
                    return None
                expr = expr.source
            case tree.Builtin(args=(first, *_)) if expr.name in _KEEPING:
                expr = first
            case tree.TableRef():
                return f"the rows of `{expr.name}` stand"
            case tree.DeltaRows():
                return f"the {expr.which} rows of `{expr.table}` stand" if one else None
            case tree.Get() if _is_response(expr):
                return "a response lists its items"
            case _:
                return None


def _is_response(expr: tree.Expr) -> bool:
    """Whether `expr` is a list somewhere in the response of a call."""
    while isinstance(expr, tree.Get):
        expr = expr.object
    return isinstance(expr, tree.CallField) and expr.name == "response"


def _finds_one(macro: tree.Macro, lets: Mapping[str, tree.LetDef], scenario: Scenario) -> bool:
    """Whether a filter asks for a field to equal something, and no two rows share that field."""
    source = macro.source
    while isinstance(source, tree.LetRef) and source.name in lets:
        source = lets[source.name].value
    while isinstance(source, tree.Builtin) and source.name == "values":
        source = source.args[0]
    if not isinstance(source, tree.TableRef):
        return False
    rows = scenario.world.rows.get(source.name, {}).values()
    body = macro.body
    for item in body.items if isinstance(body, tree.And) else (body,):
        if not isinstance(item, tree.Compare) or item.op != "==":
            continue
        for side, other in ((item.left, item.right), (item.right, item.left)):
            path = _path(side, macro.vars[-1])
            about_row = any(
                isinstance(n, tree.Local) and n.name in macro.vars for n in everything(other)
            )
            if path and not about_row:
                values = [_at(row, path) for row in rows]
                if len({repr(value) for value in values}) == len(values):
                    return True
    return False


def _path(expr: tree.Expr, name: str) -> tuple[str, ...]:
    """The fields from the item called `name` down to `expr`; none when it is no field of it."""
    path: list[str] = []
    while isinstance(expr, tree.Get):
        path.append(expr.name)
        expr = expr.object
    found = isinstance(expr, tree.Local) and expr.name == name
    return tuple(reversed(path)) if found else ()


def _at(row: object, path: tuple[str, ...]) -> object:
    for name in path:
        row = row.get(name) if isinstance(row, dict) else None
    return row
