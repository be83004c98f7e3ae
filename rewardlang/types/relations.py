"""How types relate: what fits where, what two branches have in common, what can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from enum import IntEnum

from rewardlang.types.types import (
    Any,
    Bool,
    CallType,
    Delta,
    Error,
    List,
    Named,
    Null,
    Nullable,
    Number,
    Object,
    Property,
    State,
    String,
    Table,
    Type,
    Union,
)

Expand = Callable[[Type], Type]
"""`Schemas.expand`: what a name stands for."""


class Fit(IntEnum):
    """How well a value fits a place, worst last."""

    YES = 0
    UNKNOWN = 1
    """Nothing is known statically; it may fail when evaluated."""
    NULL = 2
    """It fits unless it is null or missing."""
    NO = 3


def without_null(type_: Type) -> Type:
    """`type_` when it is known not to be null."""
    return type_.inner if isinstance(type_, Nullable) else type_


def nullable(type_: Type) -> Type:
    """`type_` or null."""
    if isinstance(type_, Null | Nullable | Any | Error):
        return type_
    return Nullable(type_)


def may_be_null(type_: Type) -> bool:
    """Whether null is among the values; not so for Any, of which nothing is known."""
    return isinstance(type_, Null | Nullable)


# ---- join ----

_MOST_FIELDS = 500
"""Fields of objects of one kind; more than that are data, not a kind."""


def join(a: Type, b: Type, expand: Expand | None = None) -> Type:
    """The narrowest type that we can write for a value that is an `a` or a `b`.

    With `expand`, two different schemas of objects are merged into one object, field by field;
    without it they stay apart. Deeper down they always do, or recursive schemas would not end.
    """
    if a is b:
        return a
    objects = isinstance(a, Named | Object) and isinstance(b, Named | Object)
    same = isinstance(a, Named) and isinstance(b, Named) and a == b
    if expand is not None and objects and not same:
        a, b = expand(a), expand(b)
    match a, b:
        case Error(), _:
            return b
        case _, Error():
            return a
        case (Any(), _) | (_, Any()):
            return Any()
        case Null(), _:
            return nullable(b)
        case _, Null():
            return nullable(a)
        case (Nullable(), _) | (_, Nullable()):
            return nullable(join(without_null(a), without_null(b), expand))
        case Bool(), Bool():
            return a
        case Number(), Number():
            low = None if a.low is None or b.low is None else min(a.low, b.low)
            high = None if a.high is None or b.high is None else max(a.high, b.high)
            return Number(a.integer and b.integer, low, high)
        case String(), String():
            return _join_strings(a, b)
        case List(), List():
            most = None if a.max_items is None or b.max_items is None else max(
                a.max_items, b.max_items
            )  # fmt: skip
            return List(join(a.item, b.item, expand), most)
        case Named(), Named() if (a.name, a.api) == (b.name, b.api):
            return a
        case Object(), Object():
            return _join_objects(a, b)
        case CallType(), CallType():
            return _join_calls(a, b)
        case (Table(), Table()) | (State(), State()) | (Delta(), Delta()):
            return a
        case (Union(), _) | (_, Union()):
            return _union([*_variants(a), *_variants(b)])
        case _:
            return _union([a, b])


def _variants(type_: Type) -> tuple[Type, ...]:
    return type_.variants if isinstance(type_, Union) else (type_,)


def _union(types: Iterable[Type]) -> Type:
    """One variant for each kind of scalar; names and objects stay apart, up to eight."""
    found: list[Type] = []
    for type_ in types:
        for index, other in enumerate(found):
            mergeable = type(type_) is type(other) and not isinstance(type_, Named | Table)
            if mergeable:
                found[index] = join(other, type_)
                break
            if isinstance(type_, Named | Table) and str(type_) == str(other):
                break  # a schema by its name, and the same one spelled out
        else:
            found.append(type_)
    if len(found) > 8:
        return Any()
    return found[0] if len(found) == 1 else Union(tuple(found))


def _join_strings(a: String, b: String) -> String:
    enum = None
    if a.enum is not None and b.enum is not None:
        enum = tuple(dict.fromkeys(a.enum + b.enum))
    same = a.format if a.format == b.format else None
    long = None if a.max_length is None or b.max_length is None else max(a.max_length, b.max_length)
    return String(
        same, enum, a.pattern if a.pattern == b.pattern else None, long, a.origin or b.origin
    )


def _join_objects(a: Object, b: Object) -> Object:
    if a.name is not None and a.name == b.name and a.origin == b.origin:
        return a
    names = [*a.properties, *(n for n in b.properties if n not in a.properties)]
    if len(names) > _MOST_FIELDS:
        return Object({}, Any())
    properties: dict[str, Property] = {}
    for name in names:
        mine, other = a.properties.get(name), b.properties.get(name)
        if mine is not None and other is not None:
            type_ = join(mine.type, other.type)
            properties[name] = Property(type_, mine.required and other.required, mine.origin)
        else:
            known = mine or other
            assert known is not None
            rest = b.rest if mine is not None else a.rest
            type_ = known.type if rest is None else join(known.type, rest)
            properties[name] = Property(type_, False, known.origin)
    if a.rest is None or b.rest is None:
        rest = a.rest if b.rest is None else b.rest
    else:
        rest = join(a.rest, b.rest)
    return Object(properties, rest)


def _join_calls(a: CallType, b: CallType) -> CallType:
    """A call of either; a field keeps what both calls promise."""
    fields = {
        name: Property(join(field.type, b.fields[name].type), True)
        for name, field in a.fields.items()
        if name in b.fields
    }
    operations = tuple(dict.fromkeys(a.operations + b.operations))
    if not a.operations or not b.operations:
        operations = ()
    outcome = a.outcome if a.outcome == b.outcome else ""
    return CallType(operations, a.ok and b.ok, fields, outcome, a.exact and b.exact)


# ---- fit ----


def fit(source: Type, target: Type, expand: Expand) -> Fit:
    """Whether a value of `source` may stand where `target` is expected."""
    return _Fitting(expand).fit(source, target)


class _Fitting:
    """One question; pairs under way count as fitting, which makes recursive schemas terminate."""

    def __init__(self, expand: Expand) -> None:
        self.expand = expand
        self.known: dict[tuple[object, object], Fit] = {}

    def fit(self, source: Type, target: Type) -> Fit:
        if source is target or isinstance(source, Error) or isinstance(target, Error | Any):
            return Fit.YES
        key = (_identity(source), _identity(target))
        if key not in self.known:
            self.known[key] = Fit.YES
            self.known[key] = self._fit(self.expand(source), self.expand(target))
        return self.known[key]

    def _fit(self, source: Type, target: Type) -> Fit:
        match source, target:
            case _, Any():
                return Fit.YES
            case Any(), _:
                return Fit.UNKNOWN
            case Null(), Null() | Nullable():
                return Fit.YES
            case Nullable(), Nullable():
                return self.fit(source.inner, target.inner)
            case _, Nullable():
                return self.fit(source, target.inner)
            case Null(), _:
                return Fit.NULL
            case Nullable(), _:
                return max(Fit.NULL, self.fit(source.inner, target))
            case Union(), _:
                return max((self.fit(v, target) for v in source.variants), default=Fit.YES)
            case _, Union():
                return min((self.fit(source, v) for v in target.variants), default=Fit.NO)
            case Bool(), Bool():
                return Fit.YES
            case Number(), Number():
                return Fit.YES if source.integer or not target.integer else Fit.NO
            case String(), String():
                return Fit.NO if string_conflict(source, target) else Fit.YES
            case List(), List():
                return self.fit(source.item, target.item)
            case Table(), Object():
                return self.fit(Object({}, source.row), target)
            case Object(), Object():
                return self._objects(source, target)
            case CallType(), CallType():
                return Fit.YES
            case _:
                return Fit.NO

    def _objects(self, source: Object, target: Object) -> Fit:
        worst = Fit.YES
        for name, wanted in target.properties.items():
            given = source.properties.get(name)
            if given is not None:
                worst = max(worst, self.fit(given.type, wanted.type))
                if wanted.required and not given.required:
                    worst = max(worst, Fit.NULL)
            elif source.rest is not None:
                worst = max(worst, self.fit(source.rest, wanted.type))
                if wanted.required:
                    worst = max(worst, Fit.UNKNOWN if isinstance(source.rest, Any) else Fit.NULL)
            elif wanted.required:
                return Fit.NO
        for name, given in source.properties.items():
            if name not in target.properties:
                if target.rest is None:
                    return Fit.NO
                worst = max(worst, self.fit(given.type, target.rest))
        if source.rest is not None:
            if target.rest is None:
                worst = max(worst, Fit.UNKNOWN)
            else:
                worst = max(worst, self.fit(source.rest, target.rest))
        return worst


def _identity(type_: Type) -> object:
    """Equal for types that are the same by name, else only for the very object."""
    if isinstance(type_, Named):
        return (type_.api, type_.name)
    return id(type_)


# ---- comparison ----

TEMPORAL = ("date", "date-time", "time")


def string_conflict(a: String, b: String) -> str | None:
    """Why no string is both, or None."""
    if a.format and b.format and a.format != b.format:
        return f"{a.format} is not {b.format}"
    if a.enum is not None and b.enum is not None and not any(v in b.enum for v in a.enum):
        return "they have no value in common"
    return None


def kinds(type_: Type, expand: Expand) -> frozenset[str]:
    """What a value of `type_` can be, by JSON's kinds; "any" when nothing is known."""
    type_ = expand(type_)
    match type_:
        case Null():
            return frozenset({"null"})
        case Nullable():
            return kinds(type_.inner, expand) | {"null"}
        case Bool():
            return frozenset({"bool"})
        case Number():
            return frozenset({"number"})
        case String():
            return frozenset({"string"})
        case List():
            return frozenset({"list"})
        case Object() | Table():
            return frozenset({"object"})
        case CallType():
            return frozenset({"call"})
        case State() | Delta():
            return frozenset({str(type_)})
        case Union():
            return frozenset().union(*(kinds(v, expand) for v in type_.variants))
        case _:
            return frozenset({"any"})


def comparable(a: Type, b: Type, expand: Expand) -> bool:
    """Whether a value of `a` can equal a value of `b`, null aside."""
    mine, others = kinds(a, expand), kinds(b, expand)
    if "any" in mine or "any" in others:
        return True
    return bool((mine & others) - {"null"})


def scalar_leaves(type_: Type, expand: Expand) -> frozenset[str]:
    """The kinds of scalars anywhere in a value; tells whether Python's `==` is strict enough."""
    found: set[str] = set()
    seen: set[object] = set()
    pending: list[Type] = [type_]
    keep: list[Type] = []  # identities hold only while the objects live
    while pending:
        part = pending.pop()
        identity = _identity(part)
        if identity in seen:
            continue
        seen.add(identity)
        part = expand(part)
        keep.append(part)
        match part:
            case Nullable():
                found.add("null")
                pending.append(part.inner)
            case Union():
                pending.extend(part.variants)
            case List():
                pending.append(part.item)
            case Table():
                pending.append(part.row)
            case Object():
                pending.extend(p.type for p in part.properties.values())
                if part.rest is not None:
                    pending.append(part.rest)
            case _:
                found |= kinds(part, expand)
    return frozenset(found)


def size(type_: Type, most: int) -> int:
    """How many parts `type_` has when written out, counted up to `most`; names count one."""
    count = 0
    pending = [type_]
    while pending and count < most:
        part = pending.pop()
        count += 1
        match part:
            case Nullable():
                pending.append(part.inner)
            case List():
                pending.append(part.item)
            case Union():
                pending.extend(part.variants)
            case Object():
                pending.extend(p.type for p in part.properties.values())
                if part.rest is not None:
                    pending.append(part.rest)
            case _:
                pass
    return count


def with_bounds(type_: Number, low: float | None, high: float | None) -> Number:
    """`type_` within `low` and `high` as well."""
    lows = [x for x in (type_.low, low) if x is not None]
    highs = [x for x in (type_.high, high) if x is not None]
    return replace(type_, low=max(lows, default=None), high=min(highs, default=None))
