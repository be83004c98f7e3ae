"""The normal form of an expression: equal for expressions that differ only in how they are put."""

from __future__ import annotations

from rewardlang import tree
from rewardlang.resolve.keys import fields_of, key

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def normal(part: object) -> str:
    """The order of `and`, `or`, `==` does not matter, `never P` is `not called P`, and so on."""
    if part is None or isinstance(part, str | int | float):
        return repr(part)
    if isinstance(part, _PLAIN):
        return _spelt(part)
    match part:
        case tree.And() | tree.Or():
            items = sorted(dict.fromkeys(normal(item) for item in part.items))
            return f"{type(part).__name__}({','.join(items)})"
        case tree.Not():
            return negated(part.item)
        case tree.Compare():
            return _compare(part.op, normal(part.left), normal(part.right))
        case tree.IsNull(negated=True):
            return f"not null({normal(part.object)})"
        case tree.IsNull():
            return f"null({normal(part.object)})"
        case tree.Formula(kind="never"):
            return f"not {_called(part)}"
        case tree.Formula(kind="called"):
            return _called(part)
        case tree.Formula(kind="at_least", count=1):
            return _called(part)
        case tree.Const():
            return key(part)
        case tuple():
            return "[" + ",".join(map(normal, part)) + "]"
        case _:
            return _spelt(part)


_PLAIN = (tree.Get, tree.LetRef, tree.CallField, tree.Match, tree.OpMatch)
"""The commonest of what has one spelling only."""


def _spelt(part: object) -> str:
    kind: type = type(part)
    inner = ",".join([normal(getattr(part, name)) for name in fields_of(kind)])
    return f"{kind.__name__}({inner})"


def negated(expr: tree.Expr) -> str:
    """The normal form of `not expr`."""
    match expr:
        case tree.Not():
            return normal(expr.item)
        case tree.And():
            return f"Or({','.join(sorted(negated(item) for item in expr.items))})"
        case tree.Or():
            return f"And({','.join(sorted(negated(item) for item in expr.items))})"
        case tree.Compare() if not expr.facts.can_fail:
            return _compare(_NEGATED[expr.op], normal(expr.left), normal(expr.right))
        case _:
            text = normal(expr)
            return text[4:] if text.startswith("not ") else f"not {text}"


def _compare(op: str, left: str, right: str) -> str:
    if op in ("==", "!="):
        left, right = sorted((left, right))
    elif op in (">", ">="):
        op, left, right = _MIRRORED[op], right, left
    return f"({left} {op} {right})"


def _called(formula: tree.Formula) -> str:
    return f"called({normal(formula.matches)},{normal(formula.window)})"
