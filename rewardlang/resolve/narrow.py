"""What a condition says of the values in it, when it holds and when it does not."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from rewardlang import tree
from rewardlang.resolve.keys import first_keys, get_key, key
from rewardlang.resolve.scope import Knowledge, Known, Scope, both
from rewardlang.types.relations import may_be_null, with_bounds, without_null
from rewardlang.types.types import (
    Any,
    Bool,
    Error,
    Null,
    Nullable,
    Number,
    Object,
    String,
    Type,
    Union,
)

_NEGATED = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NOT_NULL = Known(null=False)


def facts_of(test: tree.Expr, holds: bool, scope: Scope) -> Knowledge:
    """What is known where `test` is true (`holds`) or false."""
    match test:
        case tree.And() if holds:
            return _all(facts_of(item, True, scope) for item in test.items)
        case tree.Or() if not holds:
            return _all(facts_of(item, False, scope) for item in test.items)
        case tree.And() | tree.Or():
            return _common([facts_of(item, holds, scope) for item in test.items])
        case tree.Not():
            return facts_of(test.item, not holds, scope)
        case tree.IsNull():
            asked = {key(test.object): Known(null=test.negated != holds, asked=True)}
            if test.negated == holds:
                return both(asked, _not_null(test.object, scope))
            return asked
        case tree.Compare():
            return _comparison(test, holds, scope)
        case tree.In():
            return _membership(test, scope) if holds != test.negated else {}
        case tree.Formula():
            return _formula(test, holds)
        case tree.Const() | tree.If():
            return {}
        case tree.Builtin(name="is_empty") if not holds:
            # What is not empty has a first and a last item.
            ends = [replace(test, name=name) for name in ("first", "last")]
            return {key(end): _NOT_NULL for end in ends}
        case _:
            found = {key(test): Known(truth=holds)}
            if isinstance(test, tree.LetRef) and scope.lets is not None:
                value = scope.lets.value(test.name)
                if value is not None and isinstance(value.type, Bool):
                    return both(found, _of_let(test.name, holds, value, scope))
            return found


def _all(parts: Iterable[Knowledge]) -> Knowledge:
    whole: Knowledge = {}
    for part in parts:
        whole = both(whole, part) if whole else part
    return whole


def _common(parts: list[Knowledge]) -> Knowledge:
    """What each of `parts` says, loosened so that all agree."""
    if not parts:
        return {}
    first, *others = parts
    found: dict[str, Known] = {}
    for name, known in first.items():
        for other in others:
            if name not in other:
                break
            known = known.either(other[name])
        else:
            if known != Known():
                found[name] = known
    return found


def _not_null(expr: tree.Expr, scope: Scope) -> Knowledge:
    """`expr` is not null, and so neither is what `?.` or a let looked through to get it."""
    found: Knowledge = {key(expr): _NOT_NULL}
    match expr:
        case tree.Get(safe=True) | tree.At(safe=True):
            return both(found, _not_null(expr.object, scope))
        case tree.CallField(safe=True, call=tree.Typed() as call):
            return both(found, _not_null(call, scope))
        case tree.LetRef() if scope.lets is not None:
            value = scope.lets.value(expr.name)
            if value is not None:
                return both(found, _of_let(expr.name, None, value, scope))
        case tree.If() if isinstance(expr.other.type, Null):
            # `x if test else null` is not null: the test holds.
            return both(found, both(facts_of(expr.test, True, scope), _not_null(expr.then, scope)))
        case tree.If() if isinstance(expr.then.type, Null):
            there = facts_of(expr.test, False, scope)
            return both(found, both(there, _not_null(expr.other, scope)))
        case _:
            pass
    return found


def _of_let(name: str, holds: bool | None, value: tree.Expr, scope: Scope) -> Knowledge:
    """What the truth of a let, or that it is not null (None), says of what it reads.

    Found once for each let: lets read lets, and ways to one and the same can be many.
    """
    assert scope.lets is not None
    kept = scope.lets.facts
    if (name, holds) not in kept:
        found = _not_null(value, scope) if holds is None else facts_of(value, holds, scope)
        kept[name, holds] = found
    return kept[name, holds]


def _comparison(test: tree.Compare, holds: bool, scope: Scope) -> Knowledge:
    op = test.op if holds else _NEGATED[test.op]
    found = _one_side(test.left, op, test.right, scope)
    return both(found, _one_side(test.right, _MIRRORED[op], test.left, scope))


def _one_side(expr: tree.Expr, op: str, other: tree.Expr, scope: Scope) -> Knowledge:
    """What `expr op other` says of `expr`.

    The negation of a comparison that failed says nothing, but then `expr` fails again wherever
    the narrower type is used, and its facts say that it can.
    """
    if isinstance(expr, tree.Const):
        return {}
    if not isinstance(other, tree.Const):
        certain = op == "==" and not other.facts.can_fail and not may_be_null(other.type)
        if certain and not isinstance(other.type, Any | Error):
            return _not_null(expr, scope)
        return {}
    value = other.value
    if value is None:
        return {key(expr): Known(null=True)} if op == "==" else _not_null(expr, scope)
    if op == "!=":
        if isinstance(value, bool):
            return {key(expr): Known(truth=not value)}
        if isinstance(expr.type, String) and expr.type.enum and isinstance(value, str):
            return {key(expr): Known(enum=tuple(v for v in expr.type.enum if v != value))}
        return {}
    known = _NOT_NULL
    match value:
        case bool():
            known = Known(null=False, truth=value)
        case str() if op == "==":
            known = Known(null=False, enum=(value,))
        case int() | float():
            whole = isinstance(expr.type, Number) and expr.type.integer
            low = value if op in ("==", ">=", ">") else None
            high = value if op in ("==", "<=", "<") else None
            if whole and op == ">":
                low = math.floor(value) + 1
            if whole and op == "<":
                high = math.ceil(value) - 1
            known = Known(null=False, low=low, high=high)
        case _:
            pass
    found: Knowledge = both({key(expr): known}, _not_null(expr, scope))
    if isinstance(expr, tree.TraceValue) and expr.kind == "count" and (known.low or 0) > 0:
        found = both(found, _called(expr.match))
    return found


def _membership(test: tree.In, scope: Scope) -> Knowledge:
    container = test.container
    if isinstance(test.item, tree.Const):
        return {}
    if isinstance(container, tree.Const) and isinstance(container.value, list):
        values = container.value
        if values and all(isinstance(v, str) for v in values):
            known = Known(null=False, enum=tuple(v for v in values if isinstance(v, str)))
            return both({key(test.item): known}, _not_null(test.item, scope))
        return {} if None in values else _not_null(test.item, scope)
    item = getattr(scope.expand(container.type), "item", None)
    if item is not None and (may_be_null(item) or isinstance(item, Any)):
        return {}
    return _not_null(test.item, scope)


def _formula(test: tree.Formula, holds: bool) -> Knowledge:
    """A formula that needs a call of P proves that `first(P)` and `last(P)` exist."""
    needs = test.kind in ("called", "once", "seq") or (
        test.kind in ("exactly", "at_least") and (test.count or 0) > 0
    )
    if holds and needs:
        return _all(_called(match) for match in test.matches)
    if not holds and test.kind == "never":
        return _called(test.matches[0])
    return {}


def _called(match: tree.Match) -> Knowledge:
    return dict.fromkeys(first_keys(match), _NOT_NULL)


# ---- using what is known ----


def refine(expr: tree.Expr, scope: Scope) -> tree.Expr:
    """`expr` with the type that it has in view of what is known here."""
    if not scope.known or isinstance(expr, tree.Const | tree.And | tree.Or | tree.Not):
        return expr
    if isinstance(expr.type, Error | Any):
        return expr
    name = key(expr)
    type_: Type = expr.type
    known = scope.known.get(name)
    if known is not None:
        type_ = apply(known, type_)
    type_ = _variants(name, type_, scope)
    if type_ is expr.type:
        return expr
    return replace(expr, facts=replace(expr.facts, type=type_))


def apply(known: Known, type_: Type) -> Type:
    """`type_` where `known` holds of the value."""
    if known.null is True:
        return Null() if isinstance(type_, Nullable | Null) else type_
    if known.null is False or known.enum is not None or known.truth is not None:
        type_ = without_null(type_)
    # Strings keep the values that they were declared with: literals are checked against those.
    if isinstance(type_, Number) and (known.low is not None or known.high is not None):
        return with_bounds(type_, known.low, known.high)
    return type_


def _variants(name: str, type_: Type, scope: Scope) -> Type:
    """The variants of a tagged union that the known value of the tag leaves."""
    whole = scope.expand(type_)
    inner = without_null(whole)
    if not isinstance(inner, Union) or inner.tag is None:
        return type_
    known = scope.known.get(get_key(name, inner.tag))
    if known is None or known.enum is None:
        return type_
    kept = []
    for variant in inner.variants:
        object_ = scope.expand(variant)
        assert isinstance(object_, Object)
        tag = scope.expand(object_.properties[inner.tag].type)
        if isinstance(tag, String) and any(v in known.enum for v in tag.enum or ()):
            kept.append(variant)
    if not kept or len(kept) == len(inner.variants):
        return type_
    # The tag has a known value, so there is an object that has it.
    return kept[0] if len(kept) == 1 else Union(tuple(kept), inner.tag)
