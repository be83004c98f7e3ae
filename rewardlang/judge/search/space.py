"""Worlds, calls and transitions as integers, each computed once.

Time stands still: every call sees the time of the first, or else worlds that differ by a timestamp
alone would be different worlds. What a search finds is played again in the environment, whose clock
runs, before anything is said about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from rewardlang_runtime import Call, Scenario
from rewardlang_runtime.calls import CallBetween, Kind
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.tables import Overlay, Table
from rewardlang_runtime.values import FAILURES, ScenarioFault
from rewardlang_runtime.world import Saved, World

Action = tuple[str, Any]
"""(operation, arguments)"""

_SORTED = orjson.OPT_SORT_KEYS
_FAULT = {"message": "Internal server error"}
_FAULTS = (*FAILURES, ScenarioFault)


@dataclass(slots=True)
class Outcomes:
    """What became of the calls of one operation, over all worlds that were reached."""

    ok: int = 0
    refused: int = 0
    invalid: int = 0
    """Requests that fail the operation's schema; they never reach it."""
    faults: list[str] = field(default_factory=list)
    mutated: tuple[int, int] | None = None
    """A world and an action that changed it before its operation failed."""


class Space:
    """All worlds reached from one start, and what each action does in each.

    Attributes:
        saved: Worlds by id; 0 is the start. `World.load` makes one the current.
        calls: Calls by id: an action with its outcome.
        made: By world: (table, key) of the rows that the start lacks, in order of creation.
        transitions: By world and action: the world after it, and the call, as far as it was run.
        runs: How many transitions were computed.
    """

    def __init__(self, compiled: Scenario) -> None:
        plan = plan_of(compiled)
        self.compiled = compiled
        self.base = plan.base
        self.world = World(plan.base)
        self.saved: list[Saved] = []
        self.keys: list[tuple[Any, ...]] = []
        self.made: list[tuple[tuple[str, str], ...]] = []
        self.transitions: list[dict[int, tuple[int, int]]] = []
        self.calls: list[Call] = []
        self.call_action: list[int] = []
        self.outcomes: dict[str, Outcomes] = {name: Outcomes() for name in compiled.tools}
        self.runs = 0
        self._tools = plan.tools
        self._worlds: dict[tuple[Any, ...], int] = {}
        self._calls: dict[tuple[Any, ...], int] = {}
        self._rows: dict[bytes, int] = {}
        self._row_ids: dict[int, tuple[Any, int]] = {}
        self._before: dict[tuple[str, str], int] = {}
        self._fixed: dict[int, int] = {}
        self._intern()

    # ---- transitions ----

    def run(self, world: int, number: int, action: Action) -> tuple[int, int]:
        """What action `number` does in a world: the world after it, and the call."""
        fixed = self._fixed.get(number)
        if fixed is not None:
            return world, fixed
        name, args = action
        entry = self._tools.get(name)
        if entry is None:
            self._fixed[number] = self._call(number, name, args, "unknown_tool", 0, None)
            return world, self._fixed[number]
        run, is_valid, defaults, times, _, tool = entry
        outcomes = self.outcomes[name]
        if not is_valid(args):
            outcomes.invalid += 1
            status, body = tool.api.invalid(tool.validator().errors(args))
            self._fixed[number] = self._call(number, name, args, "invalid_request", status, body)
            return world, self._fixed[number]
        self.runs += 1
        scratch = self.world
        scratch.load(self.saved[world])
        try:
            given = {**defaults, **args}
            status, body = run(scratch, given, times[0], self.compiled.actor)
        except _FAULTS as error:
            outcomes.faults.append(f"{type(error).__name__}: {error}")
            if tool.operation.writes and outcomes.mutated is None and self._intern() != world:
                outcomes.mutated = (world, number)
            return world, self._between(world, world, number, name, args, "api_error", 500, _FAULT)
        after = self._intern() if tool.operation.writes else world
        kind: Kind = "ok" if status < 400 else "api_error"
        call = self._between(world, after, number, name, args, kind, status, body)
        if status < 400:
            outcomes.ok += 1
        else:
            outcomes.refused += 1
        return after, call

    def _between(
        self, before: int, after: int, number: int, name: str, args: Any,
        kind: Kind, status: int, body: Any,
    ) -> int:  # fmt: skip
        if not self.compiled.snapshots:
            return self._call(number, name, args, kind, status, body)
        worlds = (before, after)
        found = self._call(number, name, args, kind, status, body, worlds)
        call = self.calls[found]
        if not isinstance(call, CallBetween):
            snapshots = [self.loaded(world).snapshot() for world in worlds]
            self.calls[found] = CallBetween(call, *snapshots)
        return found

    def _call(
        self, number: int, name: str, args: Any, kind: Kind, status: int, body: Any,
        worlds: tuple[int, int] | None = None,
    ) -> int:  # fmt: skip
        told = orjson.dumps(body, option=_SORTED) if body is not None else b""
        key = (number, kind, status, told, worlds)
        found = self._calls.get(key)
        if found is None:
            found = self._calls[key] = len(self.calls)
            self.calls.append(Call(name, args, kind, status, body))
            self.call_action.append(number)
        return found

    def loaded(self, world: int) -> World:
        """The world of an id; the same object each time, good until the next call here."""
        self.world.load(self.saved[world])
        return self.world

    # ---- worlds ----

    def _intern(self) -> int:
        """The id of the world as it is in `self.world` now."""
        world = self.world
        key: list[Any] = []
        made: list[tuple[str, str]] = []
        for name, view in world.items():
            if type(view) is Table:
                continue
            assert isinstance(view, Overlay)
            for row_key, row in view.changed.items():
                before = self._start(name, row_key, view.base)
                now = -1 if row is None else self._row(row)
                if now != before:
                    key.append((name, row_key, now))
            if view.made:
                made += [(name, row_key) for row_key in view.made]
        key.sort()
        counters = () if world.counters is self.base.counters else tuple(world.counters.items())
        whole = (tuple(key), tuple(made), counters)
        found = self._worlds.get(whole)
        if found is None:
            found = self._worlds[whole] = len(self.saved)
            self.saved.append(world.save())
            self.keys.append(whole)
            self.made.append(tuple(made))
            self.transitions.append({})
        return found

    def _start(self, table: str, key: str, base: Table) -> int:
        """The id of a row as it is at the start; -1 when it is not there."""
        found = self._before.get((table, key))
        if found is None:
            row = base.rows.get(key)
            found = self._before[table, key] = -1 if row is None else self._row(row)
        return found

    def _row(self, row: dict[str, Any]) -> int:
        known = self._row_ids.get(id(row))
        if known is not None:
            return known[1]
        found = self._rows.setdefault(orjson.dumps(row, option=_SORTED), len(self._rows))
        # The row is kept with its id, so that no other row gets the same one.
        self._row_ids[id(row)] = (row, found)
        return found
