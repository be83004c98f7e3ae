"""What conditions are worth when nothing was called and nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang import tree

UNKNOWN = object()


def idle(expr: tree.Expr, lets: Mapping[str, tree.LetDef]) -> object:
    """The value of `expr` in an episode without calls; UNKNOWN where that depends on the world,
    the task or the answer."""
    match expr:
        case tree.Const():
            return expr.value
        case tree.LetRef() if expr.name in lets:
            return idle(lets[expr.name].value, lets)
        case tree.Formula():
            wanted = expr.kind in ("called", "once", "exactly", "at_least", "seq")
            return expr.count == 0 if expr.kind in ("exactly", "at_least") else not wanted
        case tree.ChangedOnly():
            return True
        case tree.DeltaRows() | tree.TraceValue(kind="calls"):
            return ()
        case tree.TraceValue():
            return None if expr.kind in ("first", "last") else 0
        case tree.Not():
            inner = idle(expr.item, lets)
            return not inner if isinstance(inner, bool) else UNKNOWN
        case tree.And() | tree.Or():
            return _logic(expr, lets)
        case tree.If():
            test = idle(expr.test, lets)
            if isinstance(test, bool):
                return idle(expr.then if test else expr.other, lets)
            return UNKNOWN
        case tree.IsNull():
            inner = idle(expr.object, lets)
            return UNKNOWN if inner is UNKNOWN else (inner is None) != expr.negated
        case tree.Coalesce():
            left = idle(expr.left, lets)
            return idle(expr.right, lets) if left is None else left
        case tree.Get() | tree.CallField() | tree.At() as part:
            whole = part.call if isinstance(part, tree.CallField) else part.object
            return None if whole is not None and idle(whole, lets) is None else UNKNOWN
        case tree.Macro():
            return _macro(expr, lets)
        case tree.Builtin(args=(first, *_)):
            return _OF_NOTHING.get(expr.name, UNKNOWN) if idle(first, lets) == () else UNKNOWN
        case tree.Compare():
            return _compare(expr, lets)
        case _:
            return UNKNOWN


_OF_NOTHING: Mapping[str, object] = {
    "only": None, "first": None, "last": None, "size": 0, "is_empty": True, "contains": False,
    "sum": 0, "take": (), "skip": (), "distinct": (), "sorted": (), "reversed": (), "flatten": (),
}  # fmt: skip
"""What functions give for an empty list."""


def _logic(expr: tree.And | tree.Or, lets: Mapping[str, tree.LetDef]) -> object:
    decisive = isinstance(expr, tree.Or)
    values = [idle(item, lets) for item in expr.items]
    if any(value is decisive for value in values):
        return decisive
    return not decisive if all(isinstance(value, bool) for value in values) else UNKNOWN


def _macro(expr: tree.Macro, lets: Mapping[str, tree.LetDef]) -> object:
    if idle(expr.source, lets) != ():
        return UNKNOWN
    match expr.kind:
        case "all" | "none":
            return True
        case "any":
            return False
        case "count":
            return 0
        case "min_by" | "max_by":
            return None
        case _:
            return ()


def _compare(expr: tree.Compare, lets: Mapping[str, tree.LetDef]) -> object:
    left, right = idle(expr.left, lets), idle(expr.right, lets)
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if expr.op in ("==", "!="):
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return same == (expr.op == "==")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    match expr.op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
