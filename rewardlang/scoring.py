"""Recorded traces to rewards; what a trace does not decide is unknown, never 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from rewardlang import model
from rewardlang.interpret import Context, holds, named
from rewardlang.interpret.reward import part_score, penalty_factor
from rewardlang.needs import Need, needs
from rewardlang_runtime import Call, Scenario, Trace, score_trace
from rewardlang_runtime.calls import FAULTS, FaultedCall


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

    A trace with a task is replayed in a fresh world, which is exact because operations are
    deterministic. Where the replay answers otherwise than the recording, or the task is not known,
    only what the recording itself decides is scored; `typed` gives the typed scenario for that,
    which takes a compiler.
    """

    def __init__(self, scenario: Scenario, typed: Callable[[], model.Scenario]) -> None:
        self._scenario = scenario
        self._typed = typed

    def score(self, trace: Trace) -> Score:
        """Score one trace."""
        verdict = score_trace(self._scenario, trace)
        if verdict.detail is None:
            return self._recorded(trace, verdict.reason)
        scenario, detail = self._scenario, verdict.detail
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

    def _recorded(self, trace: Trace, why: str) -> Score:
        """The score as far as the recording by itself decides it."""
        scenario = self._typed()
        missing: dict[Need, None] = {"world": None}
        roots: dict[str, Any] = {"expect": dict(scenario.expect), "answer": trace.answer}
        if trace.params is None:
            missing["params"] = None
        else:
            roots["params"] = trace.params
        for said in trace.recorded:
            if "kind" not in said and "status" not in said:
                missing["outcomes"] = None
            if "response" not in said:
                missing["responses"] = None
        context = Context(
            roots=roots,
            lets=named(scenario.lets),
            calls=[
                _as_call(op, args, said)
                for (op, args), said in zip(trace.sent, trace.recorded, strict=True)
            ][: scenario.limits.calls],
            apis={api.name: api for api in scenario.apis},
        )

        def decided(*exprs: Any) -> bool:
            return not any(need in missing for need in needs(context.lets, *exprs))

        gates = {
            gate.id: holds(gate.require, context) if decided(gate.require) else None
            for gate in scenario.gates
        }
        parts = {
            part.id: part_score(part, context) if decided(part.check, part.score) else None
            for part in scenario.parts
        }
        penalties = {
            penalty.id: penalty_factor(penalty, context)
            if decided(penalty.when, penalty.factor)
            else None
            for penalty in scenario.penalties
        }
        low = _reward(scenario, gates, parts, penalties, unknown=0.0)
        high = _reward(scenario, gates, parts, penalties, unknown=1.0)
        known = None not in (*gates.values(), *parts.values(), *penalties.values())
        reward = low if known or low == high else None
        return Score(trace.line, reward, low, high, gates, parts, penalties, why)


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


def _as_call(op: str, args: Any, said: dict[str, Any]) -> Call:
    status = said.get("status") or 0
    kind: Any = said.get("kind") or ("ok" if 200 <= status < 400 else "api_error")
    call = Call(op, args if isinstance(args, dict) else {}, kind, status, said.get("response"))
    fault: Any = said.get("fault")
    return call if fault not in FAULTS else FaultedCall(call, None, None, fault, None, None)
