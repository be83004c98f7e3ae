"""What an episode left behind, comparable: two episodes that did the same have the same end."""

from __future__ import annotations

from typing import Any

import orjson

from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.leaves import Path, places
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.tables import Table
from rewardlang_runtime.world import World

Change = tuple[str, str, Path]
"""Table, key and path of a value that differs from the start; () for a row made or gone."""


class Ends:
    """Reads ends of episodes; the clock's times do not count, as every call moves the clock."""

    def __init__(self, bench: Bench) -> None:
        self._times: dict[str, None] = {}
        for entry in plan_of(bench.compiled).tools.values():
            self._times.update(dict.fromkeys(entry[3]))

    def end(self, played: Played) -> bytes:
        """All rows that differ from the start, and the answer."""
        return self.world(played.episode.final) + played.answer.encode()

    def world(self, world: World) -> bytes:
        """All rows that differ from the start."""
        found = {}
        for name, view in world.items():
            if isinstance(view, Table) or view.spec.internal:
                continue
            rows = {key: self.masked(now) for key, _, now in view.touched()}
            if rows:
                found[name] = rows
        return orjson.dumps(found, option=orjson.OPT_SORT_KEYS)

    def changes(self, played: Played) -> dict[Change, None]:
        """Where the end differs from the start."""
        return self.changed(played.episode.final)

    def changed(self, world: World) -> dict[Change, None]:
        """Where a world differs from the start."""
        found: dict[Change, None] = {}
        for name, view in world.items():
            if isinstance(view, Table) or view.spec.internal:
                continue
            for key, before, now in view.touched():
                if before is None or now is None:
                    found[name, key, ()] = None
                    continue
                old = dict(places(self.masked(before)))
                new = dict(places(self.masked(now)))
                for path in {**old, **new}:
                    if old.get(path) != new.get(path):
                        found[name, key, path] = None
        return found

    def masked(self, value: Any) -> Any:
        """A value without the times of calls."""
        if isinstance(value, dict):
            return {name: self.masked(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.masked(item) for item in value]
        return "<now>" if isinstance(value, str) and value in self._times else value
