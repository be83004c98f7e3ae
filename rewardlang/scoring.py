"""Recorded traces to rewards; what a trace does not decide is unknown, never 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rewardlang import model
from rewardlang.interpret.context import Context, named
from rewardlang.interpret.evaluate import evaluate, holds
from rewardlang.interpret.values import Failure
from rewardlang.needs import Need, needs
from rewardlang.traces import RecordedCall, Trace
from rewardlang_runtime import Call, Environment, Scenario
from rewardlang_runtime.values import equal


class Score(NamedTuple):
    """What a trace is worth. None is unknown, and `why` says what the trace lacks.

    Attributes:
        low, high: The least and the most that the reward can be; equal when it is known.
        gates: Whether each holds.
        parts: Each part's score.
        penalties: Each penalty's factor.
    """

    line: int
    reward: float | None
    low: float
    high: float
    gates: dict[str, bool | None]
    parts: dict[str, float | None]
    penalties: dict[str, float | None]
    why: str | None


class Scorer:
    """Scores traces of one scenario.

    A trace with a seed or parameters is replayed in a fresh world, which is exact because
    operations are deterministic. Where the replay answers otherwise than the recording, or the
    task is not known, only what the recording itself decides is scored. `typed` gives the typed
    scenario, which takes a compiler, when it is needed.
    """

    def __init__(self, scenario: Scenario, typed: Callable[[], model.Scenario]) -> None:
        self._scenario = scenario
        self._typed = typed
        self._environments: dict[str, Environment] = {}

    def score(self, trace: Trace) -> Score:
        """Score one trace."""
        if trace.seed is None and trace.params is None:
            return self._recorded(trace, "the trace gives neither `seed` nor `params`", False)
        environment = self._replay(trace)
        replayed = environment.episode.calls
        for number, (call, again) in enumerate(zip(trace.calls, replayed, strict=False), 1):
            difference = _difference(call, again)
            if difference:
                return self._recorded(trace, f"call {number} {difference}", True)
        detail = environment.detail()
        scenario = self._scenario
        return Score(
            line=trace.line,
            reward=detail.reward,
            low=detail.reward,
            high=detail.reward,
            gates=dict(zip(scenario.gates, detail.gates, strict=True)),
            parts=dict(zip((name for name, _ in scenario.parts), detail.parts, strict=True)),
            penalties=dict(zip(scenario.penalties, detail.penalties, strict=True)),
            why=None,
        )

    def _environment(self, split: str) -> Environment:
        if split not in self._environments:
            self._environments[split] = Environment(self._scenario, split)
        return self._environments[split]

    def _replay(self, trace: Trace) -> Environment:
        environment = self._environment(trace.split)
        options = None if trace.params is None else {"params": trace.params}
        environment.reset(seed=trace.seed or 0, options=options)
        for call in trace.calls:
            environment.call(call.op, call.sent)
        environment.finish(trace.answer)
        return environment

    def _recorded(self, trace: Trace, why: str, task_known: bool) -> Score:
        """The score as far as the recording by itself decides it."""
        scenario = self._typed()
        missing: dict[Need, None] = {"world": None}
        if not task_known:
            missing["params"] = None
        if any(c.kind is None and c.status is None for c in trace.calls):
            missing["outcomes"] = None
        if any(not c.has_response for c in trace.calls):
            missing["responses"] = None
        roots: dict[str, Any] = {"expect": scenario.expect, "answer": trace.answer}
        if task_known:
            roots["params"] = self._environment(trace.split).episode.params
        context = Context(
            roots=roots,
            lets=named(scenario.lets),
            calls=[_as_call(call) for call in trace.calls[: scenario.limits.calls]],
            apis={api.name: api for api in scenario.apis},
        )

        def decided(*exprs: Any) -> bool:
            return not any(need in missing for need in needs(context.lets, *exprs))

        gates = {
            gate.id: holds(gate.require, context) if decided(gate.require) else None
            for gate in scenario.gates
        }
        parts = {
            part.id: _part(part, context) if decided(part.check, part.score) else None
            for part in scenario.parts
        }
        penalties = {
            penalty.id: _factor(penalty, context) if decided(penalty.when, penalty.factor) else None
            for penalty in scenario.penalties
        }
        low = _reward(scenario, gates, parts, penalties, unknown=0.0)
        high = _reward(scenario, gates, parts, penalties, unknown=1.0)
        known = None not in (*gates.values(), *parts.values(), *penalties.values())
        reward = low if known or low == high else None
        return Score(trace.line, reward, low, high, gates, parts, penalties, why)


def _part(part: model.Part, context: Context) -> float:
    if part.check is not None:
        return float(holds(part.check, context))
    assert part.score is not None
    return _unit(part.score, context)


def _factor(penalty: model.Penalty, context: Context) -> float:
    if penalty.when is not None and not holds(penalty.when, context):
        return 1.0
    return _unit(penalty.factor, context)


def _unit(expr: Any, context: Context) -> float:
    try:
        value = evaluate(expr, context)
    except Failure:
        return 0.0
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and 0.0 <= value <= 1.0 else 0.0


def _reward(
    scenario: model.Scenario,
    gates: dict[str, bool | None],
    parts: dict[str, float | None],
    penalties: dict[str, float | None],
    unknown: float,
) -> float:
    """The reward with `unknown` for every item that is not decided."""
    total = sum(part.weight for part in scenario.parts)
    reward = 0.0
    for part in scenario.parts:
        value = parts[part.id]
        reward += part.weight * (unknown if value is None else value)
    reward /= total
    for factor in penalties.values():
        reward *= unknown if factor is None else factor
    for gate in scenario.gates:
        holding = gates[gate.id]
        if holding is False or (holding is None and not unknown):
            reward = min(reward, gate.otherwise)
    return int(reward * 1e6 + 0.5) / 1e6


def _difference(call: RecordedCall, again: Call) -> str | None:
    """How the replay differs from the recording, as far as that says something."""
    if call.kind is not None and call.kind != again.kind:
        return f"was {call.kind}, and is {again.kind} when replayed"
    if call.status is not None and call.status != again.status:
        return f"had status {call.status}, and has {again.status} when replayed"
    if call.has_response and not equal(call.response, again.response):
        return "was answered otherwise than when replayed"
    return None


def _as_call(call: RecordedCall) -> Call:
    status = call.status or 0
    kind: Any = call.kind or ("ok" if 200 <= status < 400 else "api_error")
    return Call(
        call.op, call.args if isinstance(call.args, dict) else {}, kind, status, call.response
    )
