"""What a builtin returns, where more is known than its signature says: bounds, fields, failures.

`REFINEMENTS` has the rules by the builtin's name; all others return what their signature says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rewardlang import tree
from rewardlang.diagnostics import codes
from rewardlang.frozen import frozen
from rewardlang.resolve import intervals
from rewardlang.resolve.scope import Scope
from rewardlang.source import Span
from rewardlang.types.json_schema import INT64
from rewardlang.types.relations import join, may_be_null, nullable, without_null
from rewardlang.types.types import Any, List, Number, Object, Property, String, Type, Union
from rewardlang.types.words import describe


@frozen
class Result:
    """The type of a call; `can_fail` although all arguments are as the signature wants them."""

    type: Type
    can_fail: bool = False


@frozen
class Use:
    """A call whose result is asked for."""

    name: str
    args: Sequence[tree.Expr]
    result: Type
    span: Span
    scope: Scope

    def type(self, index: int) -> Type:
        return self.scope.expand(self.args[index].type)

    def number(self, index: int) -> Number:
        found = self.type(index)
        return found if isinstance(found, Number) else Number()


Rule = Callable[[Use], Result | None]


def result_of(
    name: str, args: Sequence[tree.Expr], result: Type, span: Span, scope: Scope
) -> Result | None:
    """The result of `name(args)`; None when it was reported."""
    rule = REFINEMENTS.get(name)
    use = Use(name, args, result, span, scope)
    return Result(_whole(result)) if rule is None else rule(use)


def _whole(type_: Type) -> Type:
    """Whole numbers that functions of the runtime return have 64 bits."""
    inner = without_null(type_)
    if isinstance(inner, Number) and inner.integer and inner.low is None and inner.high is None:
        bounded = Number(True, *INT64)
        return bounded if inner is type_ else nullable(bounded)
    return type_


# ---- counts and bounds ----


def _size(use: Use) -> Result:
    type_ = use.type(0)
    most = type_.max_items if isinstance(type_, List) else None
    if isinstance(type_, String):
        most = type_.max_length
    return Result(Number(True, 0, INT64[1] if most is None else most))


def _index_of(use: Use) -> Result:
    type_ = use.type(0)
    most = type_.max_items if isinstance(type_, List) else None
    return Result(nullable(Number(True, 0, INT64[1] if most is None else max(0, most - 1))))


def _range(use: Use) -> Result:
    high = use.number(0).high
    item = Number(True, 0, None if high is None else max(0, high - 1))
    fails = high is None or high > 10_000
    return Result(List(item, None if high is None else int(max(0, high))), fails)


def _ramp(use: Use) -> Result:
    floor = use.number(3)
    low = 0.0 if floor.low is None else min(1.0, max(0.0, floor.low))
    return Result(Number(False, low, 1.0))


def _ordered(use: Use) -> bool:
    """Whether all arguments are numbers, or all strings; else it was reported."""
    for arg in use.args:
        type_ = use.scope.expand(arg.type)
        if not isinstance(type_, Number | String | Any):
            use.scope.report.add(
                codes.WRONG_CALL,
                f"`{use.name}` takes numbers or strings, not {describe(arg.type)}",
                arg.span,
                describe(arg.type),
            )
            return False
    return True


def _numbers(use: Use) -> list[Number] | None:
    found = [use.scope.expand(arg.type) for arg in use.args]
    numbers = [n for n in found if isinstance(n, Number)]
    return numbers if len(numbers) == len(found) else None


def _min(use: Use) -> Result | None:
    return _extreme(use, min)


def _max(use: Use) -> Result | None:
    return _extreme(use, max)


def _extreme(use: Use, pick: Callable[[Sequence[float]], float]) -> Result | None:
    if not _ordered(use):
        return None
    numbers = _numbers(use)
    if numbers is None:
        return Result(use.result, can_fail=isinstance(use.result, Any | Union))
    integer = all(n.integer for n in numbers)
    lows, highs = [n.low for n in numbers], [n.high for n in numbers]
    return Result(Number(integer, _end(lows, pick, pick is min), _end(highs, pick, pick is max)))


def _end(
    ends: list[float | None], pick: Callable[[Sequence[float]], float], all_needed: bool
) -> float | None:
    """One bound of the least or greatest; the least is low only if all are bounded below."""
    known = [end for end in ends if end is not None]
    if not known or (all_needed and len(known) < len(ends)):
        return None
    return pick(known)


def _clamp(use: Use) -> Result | None:
    if not _ordered(use):
        return None
    numbers = _numbers(use)
    if numbers is None:
        return Result(use.result, can_fail=isinstance(use.result, Any | Union))
    value, low, high = numbers
    integer = all(n.integer for n in numbers)

    def cut(end: float | None, other: float | None, least: bool) -> float | None:
        if end is None:
            return other
        if other is None:
            return end
        return max(end, other) if least else min(end, other)

    bottom = cut(value.low, low.low, True)
    top = cut(value.high, high.high, False)
    if bottom is not None and high.high is not None:
        bottom = min(bottom, high.high)
    if top is not None and low.low is not None:
        top = max(top, low.low)
    return Result(Number(integer, bottom, top))


def _abs(use: Use) -> Result:
    n = use.number(0)
    ends = [abs(end) for end in (n.low, n.high) if end is not None]
    crosses = (n.low is None or n.low <= 0) and (n.high is None or n.high >= 0)
    low = 0 if crosses or not ends else min(ends)
    return Result(Number(n.integer, low, max(ends) if len(ends) == 2 else None))


def _round(use: Use) -> Result:
    n, digits = use.number(0), use.args[1]
    known = isinstance(digits, tree.Const) and isinstance(digits.value, int)
    whole = known and isinstance(digits, tree.Const) and digits.value == 0
    if known and whole:
        low = None if n.low is None else int(n.low) - (n.low < 0)
        high = None if n.high is None else int(n.high) + (n.high > 0)
        return Result(Number(True, low, high), not intervals.bounded(n))
    inside = n.low is not None and n.high is not None and known
    bounds = Number(
        False, None if n.low is None else n.low - 1, None if n.high is None else n.high + 1
    )
    return Result(bounds, not inside)


def _floor(use: Use) -> Result:
    n = use.number(0)
    low = None if n.low is None else int(n.low // 1)
    return Result(Number(True, low, None if n.high is None else int(n.high // 1)))


def _ceil(use: Use) -> Result:
    n = use.number(0)
    low = None if n.low is None else -int(-n.low // 1)
    return Result(Number(True, low, None if n.high is None else -int(-n.high // 1)))


def _sum(use: Use) -> Result:
    type_ = use.type(0)
    item = use.scope.expand(type_.item) if isinstance(type_, List) else None
    if not isinstance(item, Number) or not isinstance(type_, List) or type_.max_items is None:
        return Result(use.result, can_fail=True)
    count = Number(True, 0, type_.max_items)
    return Result(intervals.arithmetic("*", item, count))


def _sorted(use: Use) -> Result | None:
    type_ = use.type(0)
    item = use.scope.expand(type_.item) if isinstance(type_, List) else Any()
    if isinstance(item, Number | String) or (isinstance(item, Union) and not item.variants):
        return Result(use.result)
    if isinstance(item, Any):
        return Result(use.result, can_fail=True)
    use.scope.report.add(
        codes.WRONG_CALL,
        f"`sorted` takes numbers or strings, not {describe(item)}",
        use.args[0].span,
        describe(type_),
        help="write `.sort_by(x => ...)`",
    )
    return None


# ---- objects ----


def _merge(use: Use) -> Result:
    base, changes = use.type(0), use.type(1)
    if not isinstance(base, Object) or not isinstance(changes, Object):
        return Result(use.result, can_fail=isinstance(base, Any))
    properties = dict(base.properties)
    for name, new in changes.properties.items():
        old = properties.get(name)
        if new.required:
            properties[name] = new
        elif old is not None:
            properties[name] = Property(join(old.type, new.type), old.required, new.origin)
        else:
            type_ = new.type if base.rest is None else join(new.type, base.rest)
            properties[name] = Property(type_, False, new.origin)
    rest = base.rest
    if changes.rest is not None:
        rest = changes.rest if rest is None else join(rest, changes.rest)
        for name, old in base.properties.items():
            if name not in changes.properties:
                properties[name] = Property(join(old.type, changes.rest), old.required, old.origin)
    return Result(Object(properties, rest))


def _drop_nulls(use: Use) -> Result:
    row = use.type(0)
    if not isinstance(row, Object):
        return Result(use.result)
    properties = {
        name: Property(without_null(p.type), False, p.origin)
        if may_be_null(use.scope.expand(p.type))
        else p
        for name, p in row.properties.items()
    }
    rest = None if row.rest is None else without_null(row.rest)
    return Result(Object(properties, rest))


def _constant_names(expr: tree.Expr) -> list[str] | None:
    if isinstance(expr, tree.Const) and isinstance(expr.value, list):
        return [name for name in expr.value if isinstance(name, str)]
    return None


def _pick_keys(use: Use) -> Result:
    row, names = use.type(0), _constant_names(use.args[1])
    if not isinstance(row, Object):
        return Result(use.result)
    if names is None:
        properties = {n: replace(p, required=False) for n, p in row.properties.items()}
        return Result(Object(properties, row.rest))
    kept = {n: p for n, p in row.properties.items() if n in names}
    return Result(Object(kept, row.rest if any(n not in kept for n in names) else None))


def _without_keys(use: Use) -> Result:
    row, names = use.type(0), _constant_names(use.args[1])
    if not isinstance(row, Object):
        return Result(use.result)
    if names is None:
        properties = {n: replace(p, required=False) for n, p in row.properties.items()}
        return Result(Object(properties, row.rest))
    return Result(Object({n: p for n, p in row.properties.items() if n not in names}, row.rest))


def _same_list(use: Use) -> Result:
    """A list with at most as many items as the receiver."""
    type_ = use.type(0)
    if isinstance(use.result, List) and isinstance(type_, List):
        return Result(List(use.result.item, type_.max_items))
    return Result(use.result)


def _reduced(use: Use) -> Result:
    """A part of the receiver: what is taken away says nothing of what is left."""
    type_ = use.type(0)
    return Result(type_) if isinstance(type_, List) else Result(use.result)


def _joined(use: Use) -> Result:
    ends = [t.max_items if isinstance(t, List) else None for t in (use.type(0), use.type(1))]
    known = [end for end in ends if end is not None]
    if isinstance(use.result, List) and len(known) == 2:
        return Result(List(use.result.item, sum(known)))
    return Result(use.result)


REFINEMENTS: dict[str, Rule] = {
    "size": _size,
    "length": _size,
    "index_of": _index_of,
    "range": _range,
    "ramp": _ramp,
    "min": _min,
    "max": _max,
    "clamp": _clamp,
    "abs": _abs,
    "round": _round,
    "floor": _floor,
    "ceil": _ceil,
    "sum": _sum,
    "sorted": _sorted,
    "merge": _merge,
    "drop_nulls": _drop_nulls,
    "pick_keys": _pick_keys,
    "without_keys": _without_keys,
    "without": _reduced,
    "without_all": _reduced,
    "intersect": _reduced,
    "distinct": _same_list,
    "reversed": _same_list,
    "take": _same_list,
    "skip": _same_list,
    "slice": _same_list,
    "union": _joined,
}
