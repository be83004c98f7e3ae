"""Tables of a world: frozen ones of the base, and overlays that differ from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rewardlang_runtime.values import equal

if TYPE_CHECKING:
    from rewardlang_runtime.scenario import TableSpec

Row = dict[str, Any]
Path = tuple[str, ...]
Touched = tuple[str, "Row | None", "Row | None"]
"""Key, row in the base, row now; None where there is no row."""

_MISSING: Any = object()


class Table:
    """A table of the base. Frozen; shared by all worlds, and so are the indexes it builds."""

    __slots__ = (
        "_indexes",
        "_keys",
        "_places",
        "_rows",
        "aliases",
        "also_by",
        "memo",
        "rows",
        "spec",
    )

    def __init__(self, spec: TableSpec, rows: Mapping[str, Row]) -> None:
        self.spec = spec
        self.rows = dict(rows)
        self.also_by = spec.also_by
        self.aliases = _aliases(spec, self.rows.items())
        self.memo: dict[Any, Any] = {}
        """What others compute of the rows, once for all worlds."""
        self._keys = list(self.rows)
        self._rows = list(self.rows.values())
        self._indexes: dict[Path, dict[str, list[Row]]] = {}
        self._places: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, key: Any) -> Row | None:
        """The row with this key, or else with this value of an `also_by` field, or null."""
        if type(key) is not str:
            return None
        row = self.rows.get(key)
        if row is None and key in self.aliases:
            return self.rows[self.aliases[key]]
        return row

    def key_of(self, key: Any) -> str | None:
        """The key of the row that `get(key)` finds."""
        if type(key) is not str:
            return None
        return key if key in self.rows else self.aliases.get(key)

    def keys(self) -> list[str]:
        """The keys, in order. The list is shared: do not change it."""
        return self._keys

    def values(self) -> list[Row]:
        """The rows, in order. The list is shared: do not change it."""
        return self._rows

    def items(self) -> list[tuple[str, Row]]:
        """Keys and rows, in order."""
        return list(self.rows.items())

    def where(self, path: Path, value: Any) -> list[Row]:
        """The rows whose string at `path` equals `value`. The list is shared: do not change it."""
        index = self._indexes.get(path)
        if index is None:
            index = self._indexes[path] = self._index(path)
        return index.get(value, _NO_ROWS) if type(value) is str else _NO_ROWS

    def place(self, key: str) -> int:
        """The number of a row in the order of the table."""
        if self._places is None:
            self._places = {name: number for number, name in enumerate(self.rows)}
        return self._places[key]

    def _index(self, path: Path) -> dict[str, list[Row]]:
        index: dict[str, list[Row]] = {}
        for row in self.rows.values():
            value = _at(row, path)
            if type(value) is str:
                index.setdefault(value, []).append(row)
        return index


_NO_ROWS: list[Row] = []
_NONE_MADE: dict[str, None] = {}
_NO_ALIASES: dict[str, str] = {}


class Overlay:
    """A table of one world, with what differs from the base. Only its owner may change it.

    `changed` holds, for each key that was written, the row now or None when it is gone; `made` the
    keys that the base lacks, in the order of creation. `made` and `aliases` are shared by copies
    and replaced, never changed.
    """

    __slots__ = ("aliases", "base", "changed", "made", "owner")

    def __init__(self, base: Table, owner: object) -> None:
        self.base = base
        self.owner = owner
        self.changed: dict[str, Row | None] = {}
        self.made: dict[str, None] = _NONE_MADE
        self.aliases: dict[str, str] = _NO_ALIASES

    def copy(self, owner: object) -> Overlay:
        """The same table, for another owner to change."""
        twin = Overlay.__new__(Overlay)
        twin.base = self.base
        twin.owner = owner
        twin.changed = self.changed.copy()
        twin.made = self.made
        twin.aliases = self.aliases
        return twin

    # ---- writing ----

    def put(self, key: str, row: Row) -> None:
        """Set the row with this key, new or not; its `also_by` fields find it from now on."""
        base = self.base
        if key not in base.rows and key not in self.made:
            self.made = {**self.made, key: None}
        self.changed[key] = row
        for name in base.also_by:
            value = row.get(name)
            if type(value) is str and base.aliases.get(value) != key:
                self.aliases = {**self.aliases, value: key}

    def delete(self, key: str) -> None:
        """Remove the row with this key, if there is one."""
        if key in self.base.rows:
            self.changed[key] = None
        elif key in self.made:
            self.made = {name: None for name in self.made if name != key}
            del self.changed[key]

    # ---- reading, as Table ----

    @property
    def spec(self) -> TableSpec:
        """The table's declaration."""
        return self.base.spec

    def __len__(self) -> int:
        gone = sum(row is None for row in self.changed.values())
        return len(self.base.rows) + len(self.made) - gone

    def get(self, key: Any) -> Row | None:
        """The row with this key, or else with this value of an `also_by` field, or null."""
        if type(key) is not str:
            return None
        row = self.changed.get(key, _MISSING)
        if row is _MISSING:
            row = self.base.rows.get(key)
        if row is None:
            found = self._by_alias(key)
            return None if found is None else self._row(found)
        return row  # type: ignore[no-any-return]  # a row, once it is not _MISSING

    def key_of(self, key: Any) -> str | None:
        """The key of the row that `get(key)` finds."""
        if type(key) is not str:
            return None
        return key if self._row(key) is not None else self._by_alias(key)

    def keys(self) -> list[str]:
        """The keys, in order: those of the base, then new ones as they were created."""
        return [key for key, _ in self.items()]

    def values(self) -> list[Row]:
        """The rows, in the order of the keys."""
        return [row for _, row in self.items()]

    def items(self) -> list[tuple[str, Row]]:
        """Keys and rows, in order."""
        changed = self.changed
        if not changed:
            return self.base.items()
        found = []
        for key, row in self.base.rows.items():
            now = changed.get(key, row)
            if now is not None:
                found.append((key, now))
        for key in self.made:
            # For mypy: what was made and is still there.
            found.append((key, changed[key]))  # type: ignore[arg-type]
        return found

    def where(self, path: Path, value: Any) -> list[Row]:
        """The rows whose string at `path` equals `value`, in order. Do not change the list."""
        found = self.base.where(path, value)
        changed = self.changed
        if not changed or type(value) is not str:
            return found
        name = self.base.spec.key
        if not any(row is not None and _at(row, path) == value for row in changed.values()):
            return [row for row in found if row[name] not in changed]
        place, made = self.base.place, len(self.base.rows)
        kept = [(place(row[name]), row) for row in found if row[name] not in changed]
        for key, row in changed.items():
            if row is not None and _at(row, path) == value and key not in self.made:
                kept.append((place(key), row))
        for number, key in enumerate(self.made, made):
            row = changed[key]
            if row is not None and _at(row, path) == value:
                kept.append((number, row))
        kept.sort(key=_first)
        return [row for _, row in kept]

    def _row(self, key: str) -> Row | None:
        row = self.changed.get(key, _MISSING)
        return self.base.rows.get(key) if row is _MISSING else row

    def _by_alias(self, value: str) -> str | None:
        """The key of a row that has `value` in an `also_by` field now."""
        for aliases in (self.aliases, self.base.aliases):
            key = aliases.get(value)
            row = None if key is None else self._row(key)
            if row is not None and any(row.get(name) == value for name in self.spec.also_by):
                return key
        return None

    # ---- what changed ----

    def touched(self) -> list[Touched]:
        """Key, row before and row now of all that differs from the base, in order of writing."""
        rows = self.base.rows
        found = []
        for key, row in self.changed.items():
            before = rows.get(key)
            if row is not before and not equal(row, before):
                found.append((key, before, row))
        return found


TableView = Table | Overlay


def _at(row: Any, path: Path) -> Any:
    for name in path:
        if type(row) is not dict:
            return None
        row = row.get(name)
    return row


def _aliases(spec: TableSpec, items: Any) -> dict[str, str]:
    """From values of `also_by` fields to keys; the first row wins."""
    found: dict[str, str] = {}
    if spec.also_by:
        for key, row in items:
            for name in spec.also_by:
                value = row.get(name)
                if type(value) is str:
                    found.setdefault(value, key)
    return found


def _first(pair: tuple[int, Row]) -> int:
    return pair[0]
