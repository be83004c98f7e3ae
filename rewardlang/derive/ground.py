"""An API with a world to try calls on: what each call answers, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from rewardlang import driver, model, tree
from rewardlang.frozen import frozen
from rewardlang.judge.bench import Bench
from rewardlang.judge.calling import called
from rewardlang.source import Span
from rewardlang.tree import Facts
from rewardlang.types.types import Bool
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.tables import Table
from rewardlang_runtime.world import World

Row = dict[str, Any]
USERS = "users"


@frozen
class Change:
    """A row that a call has changed: None where it was not there."""

    table: str
    key: str
    before: Row | None
    now: Row | None


@frozen
class Outcome:
    """A call that succeeded."""

    response: Any
    changes: tuple[Change, ...]
    world: World


class Ground:
    """One API and one world.

    Attributes:
        operations: The API's operations by name.
        rows: The rows of each table that responses can show, by key.
        actor: Who makes the calls.
    """

    def __init__(self, api: model.Api, world: model.World) -> None:
        self.api = api
        self.world = world
        self.operations: Mapping[str, model.Operation] = api.operations
        self.rows: dict[str, Mapping[str, Row]] = {
            name: world.rows.get(name, {}) for name in api.tables
        }
        self.actor = next(iter(world.rows.get(USERS, {})), "")
        self.memo: dict[str, Any] = {}
        self._benches: dict[str, Bench] = {}

    def shown(self) -> Iterator[str]:
        """Tables that a task may be about, in order."""
        return (name for name, table in self.api.tables.items() if not table.internal)

    @cached_property
    def others(self) -> list[str]:
        """Users who may be allowed what the first one is not; none where nobody's rights count."""
        rights = any(self.api.tables[name].internal for name in self.api.tables)
        return list(self.world.rows.get(USERS, {}))[1:] if rights else []

    def call(self, name: str, args: dict[str, Any], actor: str = "") -> Outcome | None:
        """What a call comes to at the start, made by a user; None when it is refused."""
        done = called(self._by(actor or self.actor), self._start, (name, args))
        if done is None:
            return None
        response, after = done
        return Outcome(response, tuple(self._changes(after)), after)

    def then(
        self, first: Outcome, name: str, args: dict[str, Any], actor: str = ""
    ) -> Outcome | None:
        """What a second call comes to; its changes are those since the start."""
        done = called(self._by(actor or self.actor), first.world, (name, args), 1)
        if done is None:
            return None
        response, after = done
        return Outcome(response, tuple(self._changes(after)), after)

    def is_now(self, value: Any) -> bool:
        """Whether a value is the time of one of two calls."""
        return isinstance(value, str) and value in self._times

    @cached_property
    def _times(self) -> frozenset[str]:
        tools = plan_of(self._bench.compiled).tools
        return frozenset(time for entry in tools.values() for time in entry[3])

    def _by(self, actor: str) -> Bench:
        if actor not in self._benches:
            first = self._bench
            compiled = first.compiled
            self._benches[actor] = (
                first
                if actor == self.actor
                else Bench(first.scenario, compiled._replace(actor=actor))
            )
        return self._benches[actor]

    @cached_property
    def _bench(self) -> Bench:
        scenario = _stub(self.api, self.world, self.actor)
        return Bench(scenario, driver.build(scenario))

    @cached_property
    def _start(self) -> World:
        return plan_of(self._bench.compiled).base.world

    def _changes(self, world: World) -> Iterator[Change]:
        for name, view in world.items():
            if isinstance(view, Table) or view.spec.internal:
                continue
            for key, before, now in view.touched():
                yield Change(name, key, before, now)


def _stub(api: model.Api, world: model.World, actor: str) -> model.Scenario:
    """A scenario that offers every operation and rewards nothing."""
    span = Span(api.source, 0, 0)
    never = tree.Const(span=span, facts=Facts(Bool()), value=False)
    text = tree.Const(span=span, facts=Facts(Bool()), value="")
    return model.Scenario(
        name=f"{api.name}.ground", title="", source=api.source, apis=(api,), world=world,
        actor=actor, tools=tuple(api.operations), params=(), assume=(), holdout=None, system=None,
        prompts=(text,), limits=model.Limits(1, 1000, 100), expect={}, lets=(), gates=(),
        parts=(model.Part("none", 1.0, never, None, span),), penalties=(), oracle=(),
        oracle_answer=None, tests=(),
    )  # fmt: skip
