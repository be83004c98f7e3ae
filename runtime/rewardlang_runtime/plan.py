"""What environments of one scenario share, computed once in a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rewardlang_runtime import clock
from rewardlang_runtime.scenario import Api, Operation, Scenario
from rewardlang_runtime.tasks import Tasks
from rewardlang_runtime.validate import Validator, defaults_of, plain
from rewardlang_runtime.values import ScenarioFault
from rewardlang_runtime.world import World, load_base

READS: Final = 0
WRITES: Final = 1
KEPT: Final = 2
STRUCK: Final = 3
"""How an operation is run: it only reads; it writes, so that a failure has to be undone; its
scenario asks for the world before and after each call; a fault may strike it, or it goes by
another name."""


class Tool:
    """What `call` needs of one operation, looked up once."""

    __slots__ = ("_places", "_validator", "api", "defaults", "faults", "operation", "times")

    def __init__(
        self,
        operation: Operation,
        api: Api,
        times: list[str],
        places: tuple[tuple[dict[str, Entry], str, int], ...],
        faults: tuple[int, ...] = (),
    ) -> None:
        self.operation = operation
        self.api = api
        self.defaults = defaults_of(operation.schema)
        self.times = times
        self.faults = faults
        """Numbers of the scenario's faults that may strike it."""
        self._validator: Validator | None = None
        self._places = places
        """Where `call` looks, the name that it looks for, and how the operation is run there."""
        self.enter(plain(operation.schema) or self.first)

    def enter(self, is_valid: Callable[[Any], bool]) -> None:
        """Put what `call` unpacks where it looks."""
        run = self.operation.run
        for entries, name, mode in self._places:
            entries[name] = (run, is_valid, self.defaults, self.times, mode, self)

    def first(self, args: Any) -> bool:
        """Check the first request: few episodes need all the validators, so they are built late."""
        validator = self.validator()
        self.enter(validator.is_valid)
        return validator.is_valid(args)

    def validator(self) -> Validator:
        """The operation's validator."""
        if self._validator is None:
            self._validator = Validator(self.operation, self.api)
        return self._validator


Entry = tuple[
    Callable[[World, dict[str, Any], str, str], tuple[int, Any]],
    Callable[[Any], bool],
    dict[str, Any],
    list[str],
    int,
    Tool,
]
"""run, is_valid, defaults, times, mode, tool"""


class Plan:
    """What environments of one scenario share; built once in a process.

    Attributes:
        tools: What `call` looks up, by the names of operations, without faults.
        offered: The same as policies meet it; the same object where nothing goes wrong.
        names: Operations that are offered under other names, with those names.
        true: The same the other way round.
    """

    __slots__ = ("base", "names", "offered", "scenario", "tasks", "tools", "true")

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.base = load_base(scenario)
        self.tasks = Tasks(scenario, self.base.world)
        times = {name: _times(scenario, api.time_format) for name, api in scenario.apis.items()}
        self.names = dict(scenario.names)
        self.true = {alias: name for name, alias in scenario.names}
        self.tools: dict[str, Entry] = {}
        self.offered = {} if scenario.faults or scenario.names else self.tools
        # The world has to be remembered at every call, or every call recorded by its true name.
        every = bool(scenario.names) or any(fault.kind == "stale" for fault in scenario.faults)
        for name in scenario.tools:
            operation = scenario.operations[name]
            api = scenario.apis[operation.api]
            mode = KEPT if scenario.snapshots else WRITES if operation.writes else READS
            faults = tuple(i for i, each in enumerate(scenario.faults) if name in each.operations)
            places = [(self.tools, name, mode)]
            if self.offered is not self.tools:
                struck = STRUCK if every or faults else mode
                places.append((self.offered, self.names.get(name, name), struck))
            Tool(operation, api, times[api.name], tuple(places), faults)


_PLANS: dict[int, Plan] = {}
_KEPT = 64


def plan_of(scenario: Scenario) -> Plan:
    """The plan of a scenario, kept for as long as it is among the last that were asked for."""
    plan = _PLANS.get(id(scenario))
    if plan is None or plan.scenario is not scenario:
        if len(_PLANS) >= _KEPT:
            del _PLANS[next(iter(_PLANS))]
        plan = _PLANS[id(scenario)] = Plan(scenario)
    return plan


def _times(scenario: Scenario, form: str) -> list[str]:
    """`now` at each call that reaches the API."""
    start, step = scenario.clock
    first = clock.parse(start)
    if first is None:
        raise ScenarioFault(f"{scenario.name}: the clock starts at {start!r}, which is no time")
    return [clock.write(first + step * i, form) for i in range(scenario.calls_limit + 1)]
