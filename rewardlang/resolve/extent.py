"""How large a value can be: items of a list, rows of a table, characters of a string.

The unit is one item, or 64 characters of text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from rewardlang.frozen import frozen
from rewardlang.types.relations import Expand, without_null
from rewardlang.types.types import (
    Any,
    CallType,
    List,
    Object,
    Provenance,
    String,
    Table,
    Type,
    Union,
)
from rewardlang_runtime.values import MAX_ARGUMENTS, MAX_ITEMS, MAX_STRING

UNIT = 64
"""Characters that count as much as one item: text is handled by native code."""

_STRING = MAX_STRING / UNIT
_TREE = MAX_ARGUMENTS / UNIT
_MOST = 10_000
"""Types whose extents are remembered."""
_DEEPEST = 3
"""Levels of a type that are looked into; below, a value is as large as its bound allows."""


@frozen
class Extent:
    """`items` at the top, `deep` units in all; `item` is the largest item, when that is known."""

    items: float = 1.0
    deep: float = 1.0
    item: Extent | None = None

    def each(self) -> Extent:
        """One item; of a list of which no more is known, an average one: what is done with all
        of them takes no more than that when it takes steps in proportion to their sizes."""
        if self.item is not None:
            return self.item
        average = max(1.0, self.deep / max(1.0, self.items))
        return Extent(average, average)


ONE = Extent()


def largest(*extents: Extent) -> Extent:
    """One of `extents`, we do not know which."""
    items = max(e.items for e in extents)
    inner = [e.item for e in extents if e.item is not None]
    item = largest(*inner) if len(inner) == len(extents) else None
    return Extent(items, max(e.deep for e in extents), item)


def repeated(item: Extent, items: float) -> Extent:
    """A list of `items` such items."""
    return Extent(items, max(1.0, items * item.deep), item)


def of_value(value: object) -> Extent:
    """How large a constant is."""
    if isinstance(value, str):
        return Extent(1 + len(value) / UNIT, 1 + len(value) / UNIT)
    if isinstance(value, list):
        if not value:
            return Extent(0, 1)
        inner = [of_value(item) for item in value]
        return Extent(len(value), sum(e.deep for e in inner), largest(*inner))
    if isinstance(value, dict):
        return Extent(len(value), 1 + sum(of_value(item).deep for item in value.values()))
    return ONE


@frozen
class Sizes:
    """What is known of the data: rows of tables at reset, the longest text and list in them."""

    expand: Expand
    rows: Mapping[str, int] = field(default_factory=dict)
    calls: int = 0
    text: float = _STRING
    items: float = MAX_ITEMS
    _known: dict[tuple[int, Provenance, int], tuple[Type, Extent]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """What was found for types, by their identity: an API's are met again at every expression."""

    @property
    def numbers(self) -> tuple[object, ...]:
        """All that is known but for the types."""
        return tuple(sorted(self.rows.items())), self.calls, self.text, self.items

    def of_table(self, table: Table, grows: bool) -> Extent:
        """A table at reset or, when it `grows`, at the end of an episode."""
        rows = self.rows.get(table.name, 0) + (self.calls if grows else 0)
        provenance: Provenance = "environment" if grows else "scenario"
        return repeated(self.of_type(table.row, provenance), max(1.0, rows))

    def of_type(self, type_: Type, provenance: Provenance, depth: int = 0) -> Extent:
        """A value of `type_`: data of the world is as large as it is, that of the policy as the
        caps on arguments allow."""
        place = (id(type_), provenance, depth)
        known = self._known.get(place)
        if known is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            known = self._known[place] = (type_, self._of_type(type_, provenance, depth))
        return known[1]

    def _of_type(self, type_: Type, provenance: Provenance, depth: int) -> Extent:
        target = self.expand(without_null(type_))
        fixed = provenance == "scenario"
        match target:
            case String():
                longest = self.text if fixed else _STRING
                if target.max_length is not None:
                    longest = min(longest, 1 + target.max_length / UNIT)
                if target.enum is not None:
                    longest = 1 + max((len(v) for v in target.enum), default=0) / UNIT
                return Extent(longest, longest)
            case List():
                most = self.items if fixed else float(MAX_ITEMS)
                if target.max_items is not None:
                    most = min(most, target.max_items) if fixed else target.max_items
                item = self._inner(target.item, provenance, depth)
                return self._capped(repeated(item, most), provenance)
            case Object() if target.rest is None:
                parts = [self._inner(p.type, provenance, depth) for p in target.properties.values()]
                found = Extent(max(1, len(parts)), 1 + sum(p.deep for p in parts))
                return self._capped(found, provenance)
            case Table():
                return self.of_table(target, not fixed)
            case Union() if target.variants:
                return largest(*(self._inner(v, provenance, depth) for v in target.variants))
            case Object() | Any() | CallType():
                return Extent(float(MAX_ITEMS), _TREE)
            case _:
                return ONE

    def _inner(self, type_: Type, provenance: Provenance, depth: int) -> Extent:
        if depth >= _DEEPEST:
            return Extent(float(MAX_ITEMS), _TREE) if not _small(self.expand(type_)) else ONE
        return self.of_type(type_, provenance, depth + 1)

    def _capped(self, extent: Extent, provenance: Provenance) -> Extent:
        """What came with one call is no larger than a call's arguments may be."""
        if extent.deep <= _TREE:
            return extent
        return replace(extent, deep=_TREE, item=None)


def _small(type_: Type) -> bool:
    return not isinstance(without_null(type_), List | Object | Any | Union | CallType)
