"""Type variables of builtins: what an argument makes of them, and what the result is then."""

from __future__ import annotations

from rewardlang.types.relations import (
    Expand,
    Fit,
    comparable,
    fit,
    join,
    may_be_null,
    without_null,
)
from rewardlang.types.types import Any, Error, List, Nullable, Object, Table, Type, Union, Var

Bound = dict[str, Type]


def unify(wanted: Type, given: Type, bound: Bound, expand: Expand) -> Fit:
    """Whether `given` may be passed for `wanted`; binds the variables in `wanted`."""
    if isinstance(given, Error):
        return Fit.YES
    if isinstance(wanted, Any):
        return Fit.YES
    if isinstance(wanted, Var):
        return _variable(wanted, given, bound, expand)
    given = expand(given)
    if isinstance(given, Any):
        return Fit.UNKNOWN
    if isinstance(wanted, Nullable):
        return unify(wanted.inner, without_null(given), bound, expand)
    if may_be_null(given):
        inner = without_null(given)
        solid = Fit.YES if inner is given else unify(wanted, inner, bound, expand)
        return max(Fit.NULL, solid)
    match wanted, given:
        case List(), List():
            return unify(wanted.item, given.item, bound, expand)
        case Object(rest=rest), Table() if rest is not None:
            return unify(rest, given.row, bound, expand)
        case Object(properties={}, rest=rest), Object() if rest is not None:
            value = Union(()) if given.rest is None else given.rest
            for property_ in given.properties.values():
                value = join(value, property_.type)
            return unify(rest, value, bound, expand)
        case _:
            return fit(given, wanted, expand)


def _variable(wanted: Var, given: Type, bound: Bound, expand: Expand) -> Fit:
    known = bound.get(wanted.name)
    if known is None:
        bound[wanted.name] = given
        return Fit.YES
    empty = any(isinstance(t, Union) and not t.variants for t in (known, given))
    nulls = may_be_null(known) and may_be_null(given)
    if not empty and not nulls and not comparable(known, given, expand):
        return Fit.NO
    bound[wanted.name] = join(known, given)
    return Fit.YES


def substitute(type_: Type, bound: Bound) -> Type:
    """`type_` with its variables replaced; one that nothing bound is unknown."""
    match type_:
        case Var():
            return bound.get(type_.name, Any())
        case Nullable():
            inner = substitute(type_.inner, bound)
            return inner if may_be_null(inner) or isinstance(inner, Any) else Nullable(inner)
        case List():
            return List(substitute(type_.item, bound), type_.max_items)
        case Object() if type_.rest is not None and not type_.properties:
            return Object({}, substitute(type_.rest, bound))
        case _:
            return type_
