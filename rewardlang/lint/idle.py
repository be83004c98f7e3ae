"""What conditions are worth when nothing was called and nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang import tree

UNKNOWN = object()


class Idle:
    """Evaluates expressions in an episode without calls; each let once."""

    def __init__(self, lets: Mapping[str, tree.LetDef]) -> None:
        self._lets = lets
        self._known: dict[str, object] = {}

    def value(self, expr: tree.Expr) -> object:
        """The value of `expr`; UNKNOWN where that depends on the world, the task or the answer."""
        match expr:
            case tree.Const():
                return expr.value
            case tree.LetRef() if expr.name in self._lets:
                if expr.name not in self._known:
                    self._known[expr.name] = self.value(self._lets[expr.name].value)
                return self._known[expr.name]
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
                inner = self.value(expr.item)
                return not inner if isinstance(inner, bool) else UNKNOWN
            case tree.And() | tree.Or():
                return self._logic(expr)
            case tree.If():
                test = self.value(expr.test)
                if isinstance(test, bool):
                    return self.value(expr.then if test else expr.other)
                return UNKNOWN
            case tree.IsNull():
                inner = self.value(expr.object)
                return UNKNOWN if inner is UNKNOWN else (inner is None) != expr.negated
            case tree.Coalesce():
                left = self.value(expr.left)
                return self.value(expr.right) if left is None else left
            case tree.Get() | tree.CallField() | tree.At() as part:
                whole = part.call if isinstance(part, tree.CallField) else part.object
                return None if whole is not None and self.value(whole) is None else UNKNOWN
            case tree.Macro():
                return self._macro(expr)
            case tree.Builtin(args=(first, *_)):
                return _OF_NOTHING.get(expr.name, UNKNOWN) if self.value(first) == () else UNKNOWN
            case tree.Compare():
                return _compare(expr.op, self.value(expr.left), self.value(expr.right))
            case _:
                return UNKNOWN

    def _logic(self, expr: tree.And | tree.Or) -> object:
        decisive = isinstance(expr, tree.Or)
        values = [self.value(item) for item in expr.items]
        if any(value is decisive for value in values):
            return decisive
        return not decisive if all(isinstance(value, bool) for value in values) else UNKNOWN

    def _macro(self, expr: tree.Macro) -> object:
        if self.value(expr.source) != ():
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


_OF_NOTHING: Mapping[str, object] = {
    "only": None, "first": None, "last": None, "size": 0, "is_empty": True, "contains": False,
    "sum": 0, "take": (), "skip": (), "distinct": (), "sorted": (), "reversed": (), "flatten": (),
}  # fmt: skip
"""What functions give for an empty list."""


def _compare(op: str, left: object, right: object) -> object:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if op in ("==", "!="):
        same = left == right and isinstance(left, bool) == isinstance(right, bool)
        return same == (op == "==")
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right
