"""What of a trace is sent, what is not and why, and what the model answers to it."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from rewardlang.replay.compare import learn, translated
from rewardlang_runtime import Call, Environment, Scenario, Trace
from rewardlang_runtime.routes import Request, Routes, Unsendable
from rewardlang_runtime.traces import heard, sent_to
from rewardlang_runtime.values import MAX_ARGUMENTS


def _read(args: Any) -> Any:
    """Arguments as data, also when the policy's text of them was recorded."""
    if type(args) is not str:
        return args
    try:
        return orjson.loads(args) if len(args) <= MAX_ARGUMENTS else args
    except ValueError:
        return args


class Sent(NamedTuple):
    """A call that is sent: the request, and the model's own answer to it."""

    number: int
    op: str
    request: Request
    model: Call
    writes: bool


class Kept(NamedTuple):
    """A call that is not sent, and why."""

    number: int
    op: str
    why: str


class Player:
    """Goes through the calls of a trace, in a world of the model's and on a server.

    A call that is not sent is not made in the model either, so that both have the same history.

    Attributes:
        ids: From ids that the model made to those of the server.
    """

    def __init__(self, scenario: Scenario, trace: Trace, *, write: bool) -> None:
        """Begin with the world of the scenario.

        Raises:
            ScenarioFault, ValueError: The trace is of no task of the scenario.
        """
        self._routes = Routes.of(scenario, scenario.operations)
        self._scenario = scenario
        self._trace = trace
        self._write = write
        self._env = Environment(scenario, trace.split, calm=True)
        options = None if trace.params is None else {"params": trace.params}
        self._env.reset(trace.seed or 0, options)
        self._calls = [(op, _read(args)) for op, args in sent_to(self._env, trace)]
        self._recorded_ids: dict[Any, Any] = {}
        self.ids: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def step(self, at: int) -> Sent | Kept:
        """The call at a position, from 0, made in the model unless it is not sent."""
        op, args = self._calls[at]
        why = self._kept_back(op, args)
        if why:
            return Kept(at + 1, op, why)
        # A recording of elsewhere speaks of ids that were made there.
        args = translated(args, self._recorded_ids)
        operation = self._scenario.operations[op]
        try:
            request = self._routes.request(op, translated(args, self.ids))
        except Unsendable as error:
            return Kept(at + 1, op, f"no request can carry it: {error}")
        calls = self._env.episode.calls
        before = len(calls)
        self._env.call(op, args)
        if len(calls) == before:
            return Kept(at + 1, op, f"the scenario allows {self._scenario.calls_limit} calls")
        model = calls[-1]
        if operation.writes and model.kind == "ok":
            learn(heard(self._trace.recorded[at]), model.response, self._recorded_ids)
        return Sent(at + 1, op, request, model, operation.writes)

    def _kept_back(self, op: str, args: Any) -> str:
        operation = self._scenario.operations.get(op)
        if operation is None or op not in self._scenario.tools:
            return "no operation that the scenario offers"
        if args is None:
            return "its arguments are not recorded"
        if type(args) is not dict:
            return "its arguments are no JSON object"
        if operation.writes and not self._write:
            return "it writes; --write sends it"
        return ""

    def answered(self, sent: Sent, body: Any) -> None:
        """Note the ids in a server's answer to a write."""
        if sent.writes and sent.model.kind == "ok":
            learn(sent.model.response, body, self.ids)
