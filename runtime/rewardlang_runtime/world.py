"""Worlds: tables that share one frozen base and differ from it by copy-on-write overlays.

A row is plain JSON data and is never changed in place: a write puts a new row, which shares all
that did not change. So a reset costs one small dict, whatever the size of the base, and what an
episode changed is what its overlays hold.
"""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType
from typing import TYPE_CHECKING, Any

import orjson

from rewardlang_runtime.tables import Overlay, Path, Row, Table, TableView, Touched
from rewardlang_runtime.values import equal

if TYPE_CHECKING:
    from rewardlang_runtime.scenario import Scenario, TableSpec

__all__ = ["Base", "Overlay", "Row", "Table", "TableView", "World", "load_base"]

ChangePath = tuple[str, "str | None | EllipsisType", Path]
"""Table, key and fields. `...` as key stands for every row; a null key allows nothing."""

_MISSING: Any = object()

Saved = tuple[dict[str, TableView], dict[str, int]]


class Base:
    """The frozen start of every episode: tables, counters, and an untouched world over them."""

    __slots__ = ("counters", "memo", "tables", "world")

    def __init__(self, tables: dict[str, TableView], counters: dict[str, int]) -> None:
        self.tables = tables
        self.counters = counters
        self.memo: dict[Any, Any] = {}
        self.world = World(self)


class World(dict[str, TableView]):
    """Tables by name. Made from a base in constant time; reading needs no method of its own."""

    __slots__ = ("_owner", "base", "counters")

    def __init__(self, base: Base) -> None:
        dict.__init__(self, base.tables)
        self.base = base
        self.counters = base.counters
        self._owner: object = None

    def once(self, compute: Callable[[World], Any]) -> Any:
        """`compute(world)` of the untouched world, computed once for all worlds over its base."""
        memo = self.base.memo
        if compute not in memo:
            memo[compute] = compute(self.base.world)
        return memo[compute]

    def edit(self, table: str) -> Overlay:
        """The table for writing. Rows that are read from it stay as they are when it is written."""
        owner = self._owner
        if owner is None:
            owner = self._owner = object()
        view = self[table]
        if type(view) is Table:
            overlay = Overlay(view, owner)
        # For mypy: it does not narrow by `type(...) is`.
        elif view.owner is owner:  # type: ignore[union-attr]
            return view  # type: ignore[return-value]  # mypy does not narrow by `type(...) is`
        else:
            # For mypy: it does not narrow by `type(...) is`.
            overlay = view.copy(owner)  # type: ignore[union-attr]
        self[table] = overlay
        return overlay

    def set_counter(self, name: str, value: int) -> None:
        """Set a counter, in this world alone."""
        self.counters = {**self.counters, name: value}

    def snapshot(self) -> World:
        """This world as it is now; later writes to either do not reach the other."""
        twin = World.__new__(World)
        twin.update(self)
        twin.base = self.base
        twin.counters = self.counters
        # Neither owns the overlays any longer: the next write to one copies it first.
        twin._owner = self._owner = None
        return twin

    def save(self) -> Saved:
        """What `load` needs to undo all later writes; cheaper than a snapshot."""
        self._owner = None
        return self.copy(), self.counters

    def load(self, saved: Saved) -> None:
        """Undo all writes since `save`; tables are never added or removed."""
        self.update(saved[0])
        self.counters = saved[1]
        self._owner = None

    def created(self, table: str) -> list[Row]:
        """The rows that the base lacks, as they are now, in order of creation."""
        view = self[table]
        if type(view) is Table:
            return []
        # For mypy: it does not narrow by `type(...) is`.
        return [view.changed[key] for key in view.made]  # type: ignore[union-attr, misc]

    def updated(self, table: str) -> list[Row]:
        """The rows of the base that differ now, as they are now, in order of the base."""
        return [now for _, before, now in self._touched(table) if before and now]

    def deleted(self, table: str) -> list[Row]:
        """The rows of the base that are gone, as they were, in order of the base."""
        return [before for _, before, now in self._touched(table) if before and not now]

    def changed_only(self, paths: tuple[ChangePath, ...]) -> bool:
        """Whether every difference from the base lies at or under one of `paths`.

        Internal tables do not count. With no paths: whether nothing has changed. A key may also
        be the value of an `also_by` field.
        """
        for name, view in self.items():
            if type(view) is Table or view.spec.internal:
                continue
            # For mypy: it does not narrow by `type(...) is`.
            touched = view.touched()  # type: ignore[union-attr]
            if touched and not self._allowed(view, name, touched, paths):
                return False
        return True

    def _allowed(
        self,
        view: TableView,
        name: str,
        touched: list[Touched],
        paths: tuple[ChangePath, ...],
    ) -> bool:
        allowed: dict[str, list[Path]] = {}
        for table, key, fields in paths:
            if table == name and key is ...:
                if not fields:
                    return True
                for touched_key, _, _ in touched:
                    allowed.setdefault(touched_key, []).append(fields)
            elif table == name:
                for real in {view.key_of(key): 0, self.base.tables[name].key_of(key): 0}:
                    if real is not None:
                        allowed.setdefault(real, []).append(fields)
        return all(
            _within(before, now, allowed[key]) if key in allowed else False
            for key, before, now in touched
        )

    def _touched(self, table: str) -> list[Touched]:
        view = self[table]
        if type(view) is Table:
            return []
        found = [
            entry
            # For mypy: it does not narrow by `type(...) is`.
            for entry in view.touched()  # type: ignore[union-attr]
            if entry[1] is not None
        ]
        # For mypy: it does not narrow by `type(...) is`.
        place = view.base.place  # type: ignore[union-attr]
        found.sort(key=lambda entry: place(entry[0]))
        return found


def _within(before: Any, now: Any, allowed: list[Path]) -> bool:
    """Whether `before` and `now` differ at most at or under the paths `allowed`."""
    if () in allowed or equal(before, now):
        return True
    if type(before) is not dict or type(now) is not dict:
        return False
    for key in {**before, **now}:
        inner = [path[1:] for path in allowed if path[0] == key]
        old, new = before.get(key, _MISSING), now.get(key, _MISSING)
        if not _within(old, new, inner):
            return False
    return True


# ---- bases ----

_BASES: dict[tuple[str, tuple[TableSpec, ...]], Base] = {}
_KEPT = 16
"""How many bases a process keeps."""


def load_base(scenario: Scenario) -> Base:
    """The base of a scenario's worlds; scenarios with the same world and tables share one."""
    key = (scenario.world, scenario.tables)
    base = _BASES.get(key)
    if base is None:
        data = orjson.loads(scenario.world)
        tables: dict[str, TableView] = {
            spec.name: Table(spec, data["tables"].get(spec.name, {})) for spec in scenario.tables
        }
        if len(_BASES) >= _KEPT:
            del _BASES[next(iter(_BASES))]
        base = _BASES[key] = Base(tables, data["counters"])
    return base
