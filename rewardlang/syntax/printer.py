"""Nodes back to text, in one canonical layout: parsing the text gives the same nodes again."""

from __future__ import annotations

import json
import re
from typing import assert_never

from rewardlang.syntax import nodes as n

# How tightly an expression binds; an operand that binds less tightly than its place is bracketed.
_IF, _IMPLIES, _OR, _AND, _NOT, _COMPARE, _COALESCE, _SUM, _TERM, _MINUS, _POSTFIX = range(11)
_BINARY = {
    "implies": (_IMPLIES, _OR, _IMPLIES),
    "or": (_OR, _OR, _AND),
    "and": (_AND, _AND, _NOT),
    "??": (_COALESCE, _SUM, _COALESCE),
    "+": (_SUM, _SUM, _TERM),
    "-": (_SUM, _SUM, _TERM),
    "*": (_TERM, _TERM, _MINUS),
    "/": (_TERM, _TERM, _MINUS),
    "%": (_TERM, _TERM, _MINUS),
}
"""By operator: its own tightness, and what its left and its right operand must have."""
_COMPARISON = (_COMPARE, _COALESCE, _COALESCE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def print_expression(expr: n.Expr) -> str:
    """The expression on one line."""
    return _print(expr, _IF)


def print_effect(effect: n.Effect) -> str:
    """The effect on one line."""
    target = _print(effect.target, _POSTFIX)
    if effect.value is None:
        return f"delete {target}"
    value = _print(effect.value, _IF)
    if effect.kind == "set":
        return f"set {target} = {value}"
    word = {"append": "to", "remove": "from", "insert": "into"}[effect.kind]
    return f"{effect.kind} {value} {word} {target}"


def _print(expr: n.Expr, place: int) -> str:
    text, own = _bare(expr)
    return f"({text})" if own < place else text


def _bare(expr: n.Expr) -> tuple[str, int]:
    """The text without brackets around, and how tightly it binds."""
    match expr:
        case n.Literal_():
            return _literal(expr)
        case n.ListLiteral():
            return f"[{_joined(expr.items)}]", _POSTFIX
        case n.ObjectLiteral():
            pairs = (f"{_key(k.name)}: {_print(v, _IF)}" for k, v in expr.pairs)
            return "{" + ", ".join(pairs) + "}", _POSTFIX
        case n.Name():
            return expr.name, _POSTFIX
        case n.Field():
            dot = "?." if expr.safe else "."
            return f"{_print(expr.object, _POSTFIX)}{dot}{expr.name.name}", _POSTFIX
        case n.Index():
            bracket = "?[" if expr.safe else "["
            return f"{_print(expr.object, _POSTFIX)}{bracket}{_print(expr.key, _IF)}]", _POSTFIX
        case n.Present():
            return f"{_print(expr.object, _POSTFIX)}!", _POSTFIX
        case n.Call():
            args = ", ".join(map(_argument, expr.args))
            return f"{_print(expr.callee, _POSTFIX)}({args})", _POSTFIX
        case n.Unary():
            if expr.op == "-":
                return f"-{_print(expr.operand, _MINUS)}", _MINUS
            return f"not {_print(expr.operand, _NOT)}", _NOT
        case n.Binary():
            own, left, right = _BINARY.get(expr.op, _COMPARISON)
            return f"{_print(expr.left, left)} {expr.op} {_print(expr.right, right)}", own
        case n.IsNull():
            words = "is not null" if expr.negated else "is null"
            return f"{_print(expr.operand, _COALESCE)} {words}", _COMPARE
        case n.If():
            then, test = _print(expr.then, _IMPLIES), _print(expr.test, _IMPLIES)
            return f"{then} if {test} else {_print(expr.other, _IF)}", _IF
        case n.Formula():
            return _formula(expr), _NOT
        case n.TraceValue():
            inner = _pattern(expr.pattern) + _scope(expr.scope)
            if expr.score is not None:
                inner += f", {_lambda(expr.score)}"
            return f"{expr.kind}({inner})", _POSTFIX
        case _:
            assert_never(expr)


def _joined(items: tuple[n.Expr, ...]) -> str:
    return ", ".join(_print(item, _IF) for item in items)


def _literal(expr: n.Literal_) -> tuple[str, int]:
    value = expr.value
    if isinstance(value, str):
        return _string(value, expr.raw), _POSTFIX
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value], _POSTFIX
    # A YAML number may be negative; in the language that is a minus sign before a number.
    return repr(value), _MINUS if value < 0 else _POSTFIX


def _string(text: str, raw: bool) -> str:
    if raw and "\n" not in text:
        for quote in ('"', "'"):
            if quote not in text:
                return f"r{quote}{text}{quote}"
    escaped = json.dumps(text, ensure_ascii=False)
    if '"' in text and "'" not in text:
        return "'" + escaped[1:-1].replace('\\"', '"') + "'"
    return escaped


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else _string(name, raw=False)


def _argument(arg: n.Argument) -> str:
    if isinstance(arg.value, n.Lambda):
        return _lambda(arg.value)
    value = _print(arg.value, _IF)
    return value if arg.name is None else f"{arg.name.name}={value}"


def _lambda(made: n.Lambda) -> str:
    names = ", ".join(p.name for p in made.params)
    head = names if len(made.params) == 1 else f"({names})"
    return f"{head} => {_print(made.body, _IF)}"


def _formula(expr: n.Formula) -> str:
    patterns = [_pattern(p) for p in expr.patterns]
    within = "" if expr.within is None else f" within {expr.within} steps"
    if expr.kind == "seq":
        return f"seq {' then '.join(patterns)}{within}"
    if expr.kind in ("preceded_by", "followed_by"):
        return f"every {patterns[0]} {expr.kind} {patterns[1]}{within}"
    count = "" if expr.count is None else f" {expr.count}"
    return f"{expr.kind}{count} {patterns[0]}{_scope(expr.scope)}"


def _pattern(pattern: n.Pattern) -> str:
    return "|".join(_op(op) for op in pattern.alternatives)


def _op(op: n.OpPattern) -> str:
    name = "any" if op.name is None else op.name.name
    return name + (f"{{{_joined(op.preds)}}}" if op.preds else "")


def _scope(scope: n.Scope | None) -> str:
    if scope is None:
        return ""
    text = f" {scope.kind} {_pattern(scope.opens)}"
    return text if scope.closes is None else f"{text} and {_pattern(scope.closes)}"
