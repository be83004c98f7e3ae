"""What operations do, read off their declarations: which rows they are about, what they write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlang import tree
from rewardlang.frozen import frozen
from rewardlang.lint.sources import through
from rewardlang.memo import Memo
from rewardlang.model import Operation


@frozen
class Acts:
    """What one operation does.

    Attributes:
        targets: Required arguments that are the key of a row, with its table.
        writes: The tables whose rows it inserts, changes or deletes.
        taken: Arguments, by their top-level name, whose values reach a row.
    """

    targets: Mapping[str, str]
    writes: tuple[str, ...]
    taken: tuple[str, ...]


def _acts_of(operation: Operation) -> Acts:
    lets = {let.name: let for let in operation.lets}
    required = [p.name for p in operation.parameters if p.required]
    roots = [let.value for let in operation.lets] + [rule.when for rule in operation.errors]
    targets: dict[str, str] = {}
    for node in through(roots, lets):
        if isinstance(node, tree.Row):
            name = argument(node.key, lets)
            if name in required:
                targets.setdefault(name, node.table.name)
    writes: dict[str, bool] = {}
    taken: dict[str, bool] = {}
    for effect in operation.effects:
        if effect.place.table is not None:
            writes[effect.place.table] = True
            values = [] if effect.value is None else [effect.value]
            for name in _arguments(values, lets):
                if name not in targets:
                    taken[name] = True
    return Acts(targets, tuple(writes), tuple(taken))


acts_of = Memo(_acts_of)
"""What an operation does."""


def argument(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> str:
    """The argument that `expr` is, as it was sent; "" when it is none, or changed."""
    while True:
        match expr:
            case tree.LetRef() if expr.name in lets:
                expr = lets[expr.name].value
            case tree.Builtin(name="str", args=(inner,)):
                expr = inner
            case tree.Get(object=tree.RootRef(name="args")):
                return expr.name
            case _:
                return ""


def _arguments(exprs: list[tree.Expr], lets: Mapping[str, tree.LetDef]) -> Iterator[str]:
    for node in through(exprs, lets):
        if isinstance(node, tree.Get) and _is_root(node.object, "args"):
            yield node.name


def _is_root(expr: tree.Expr, name: str) -> bool:
    return isinstance(expr, tree.RootRef) and expr.name == name
