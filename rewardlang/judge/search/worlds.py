"""Whether the worlds that were reached are sound: rows by their schemas, keys, references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.judge.search.explore import Found
from rewardlang.judge.search.grounding import Ground
from rewardlang.judge.search.space import Action
from rewardlang.judge.search.values import values_at
from rewardlang_runtime.tables import Row, TableView
from rewardlang_runtime.world import World

_NAMED = 6
_WORLDS = 400
"""Worlds of one task that are looked at, the nearest first."""


@frozen
class Broken:
    """What the last call of a trace broke. `what` is said of its operation, `reference` is what no
    longer holds."""

    kind: Literal["schema", "key", "reference"]
    trace: tuple[Action, ...]
    what: str
    table: str
    reference: model.Reference | None = None


def broken_worlds(
    found: Found, apis: tuple[model.Api, ...], more: Iterable[Action]
) -> Iterator[Broken]:
    """What each world breaks that the one before it did not, the nearest first; the calls of
    `more` are made from the start besides."""
    seen = {0}
    checker = _Checker(apis)
    for number, node in enumerate(found.nodes):
        world, parent = node[0], node[4]
        if world not in seen and len(seen) <= _WORLDS:
            seen.add(world)
            before = found.nodes[parent][0]
            # For mypy: it infers no lambda with defaults.
            yield from checker.step(found, before, world, lambda n=number: found.trace(n))  # type: ignore[misc]
    for place, action in enumerate(more, 1):
        # Numbers below 0 are of no action that the search knows.
        world, _ = found.space.run(0, -place, action)
        # For mypy: it infers no lambda with defaults.
        yield from checker.step(found, 0, world, lambda a=action: (a,))  # type: ignore[misc]


def deletions(
    operations: Iterable[model.Operation],
    grounds: Mapping[str, Ground],
    apis: tuple[model.Api, ...],
    world: World,
) -> Iterator[Action]:
    """Calls that delete a row which another row names: what is left behind must be sound."""
    references = [reference for api in apis for reference in api.references]
    for operation in operations:
        for effect in operation.effects:
            table = effect.place.table
            if effect.kind != "delete" or effect.place.path or table is None:
                continue
            for reference in references:
                if reference.target == table:
                    for key in _named(world, reference):
                        action = grounds[operation.name].about(table, key)
                        if action is not None:
                            yield action


def _named(world: World, reference: model.Reference) -> list[str]:
    """A few rows of a table that a reference names."""
    target = world[reference.target]
    found: dict[str, None] = {}
    for row in world[reference.path[0]].values():
        for value in values_at(row, reference.path[1:]):
            key = target.key_of(value)
            if key is not None:
                found[key] = None
        if len(found) >= _NAMED:
            break
    return list(found)


Fault = tuple[Literal["schema", "key", "reference"], str, "model.Reference | None"]


class _Checker:
    """What a changed row may break."""

    def __init__(self, apis: tuple[model.Api, ...]) -> None:
        self.tables = {name: table for api in apis for name, table in api.tables.items()}
        self.references = [reference for api in apis for reference in api.references]
        self._validators: dict[str, Any] = {}

    def step(
        self, found: Found, before: int, world: int, trace: Callable[[], tuple[Action, ...]]
    ) -> Iterator[Broken]:
        """What a world breaks that the one before it did not."""
        space = found.space
        known = set(space.keys[before][0])
        changed = [entry for entry in space.keys[world][0] if entry not in known]
        tables = space.loaded(world)
        for table, key, row in changed:
            for kind, what, reference in self.row(tables, table, key, gone=row < 0):
                yield Broken(kind, trace(), what, table, reference)

    def row(
        self, tables: dict[str, TableView], table: str, key: str, *, gone: bool
    ) -> Iterator[Fault]:
        """The faults of one row that was written or deleted."""
        if gone:
            yield from self._dangling(tables, table, key)
            return
        row = tables[table].get(key)
        if row is None:
            return
        for error in self._validator(table).iter_errors(row):
            where = ".".join(map(str, error.instance_path))
            yield "schema", f"writes a row of `{table}` whose `{where}` its schema forbids", None
            break
        yield from self._twins(tables, table, key, row)
        for reference in self.references:
            if reference.path[0] != table:
                continue
            for value in values_at(row, reference.path[1:]):
                if tables[reference.target].get(value) is None:
                    shown = f"`{'.'.join(reference.path)}` of {key} name {value!r}"
                    yield "reference", f"lets {shown}, which is no row", reference

    def _twins(
        self, tables: dict[str, TableView], table: str, key: str, row: Row
    ) -> Iterator[Fault]:
        definition, view = self.tables[table], tables[table]
        if row.get(definition.key) != key:
            yield "key", f"writes a row of `{table}` under a key that is not its own", None
        for name in definition.also_by:
            if len(view.where((name,), row.get(name))) > 1:
                yield "key", f"leaves two rows of `{table}` with the same `{name}`", None

    def _dangling(self, tables: dict[str, TableView], table: str, key: str) -> Iterator[Fault]:
        for reference in self.references:
            if reference.target != table:
                continue
            for row in tables[reference.path[0]].values():
                for value in values_at(row, reference.path[1:]):
                    # A row is also named by its other keys; those are gone with it.
                    if tables[table].get(value) is None and value == key:
                        owner = row[self.tables[reference.path[0]].key]
                        shown = f"`{'.'.join(reference.path)}` of {owner}"
                        yield "reference", f"deletes {key}, which {shown} names", reference
                        return

    def _validator(self, table: str) -> Any:
        if table not in self._validators:
            import jsonschema_rs

            schema = self.tables[table].schema
            self._validators[table] = jsonschema_rs.Draft202012Validator(schema)
        return self._validators[table]
