"""Recorded traces to rewards; what a trace does not decide is unknown, never 0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from rewardlang import model, tree
from rewardlang.interpret import Context, Shown, holds, named, shown
from rewardlang.interpret.reward import context_of, part_score, penalty_factor
from rewardlang.needs import Need, needs
from rewardlang_runtime import Call, Environment, Scenario, Trace
from rewardlang_runtime.calls import FAULTS, FaultedCall
from rewardlang_runtime.traces import Replayed, heard, replay_trace
from rewardlang_runtime.values import MAX_ARGUMENTS, ScenarioFault, TooLarge, cut


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


class Scored(NamedTuple):
    """A score, the calls as they were scored, and the environment when they were played again."""

    score: Score
    calls: list[Call]
    environment: Environment | None
    trace: Trace


V = TypeVar("V")
FAULT = "the scenario is at fault"
UNHEARD = "it does not hold what the policy answered"


class Scorer:
    """Scores traces of one scenario.

    A trace with a task is replayed in a fresh world, which is exact because operations are
    deterministic. Where the replay answers otherwise than the recording, or the task is not known,
    only what the recording itself decides is scored; `typed` gives the typed scenario for that,
    which takes a compiler.
    """

    def __init__(self, scenario: Scenario, typed: Callable[[], model.Scenario]) -> None:
        self._scenario = scenario
        self._make = typed
        self._made: model.Scenario | None = None
        self._needs: dict[str, frozenset[Need]] = {}
        self._environments: dict[tuple[str, bool], Environment] = {}

    def score(self, trace: Trace) -> Score:
        """Score one trace."""
        return self.scored(trace).score

    def scored(self, trace: Trace) -> Scored:
        """Score one trace; the environment is only good until the next one is."""
        environment, why = self._replayed(trace)
        if environment is None:
            return self._recorded(trace, why)
        try:
            scenario, detail = self._scenario, environment.detail()
        except ScenarioFault as error:
            return self._recorded(trace, f"{FAULT}: {error}")
        calls = environment.episode.calls
        score = Score(
            line=trace.line,
            reward=detail.reward,
            low=detail.reward,
            high=detail.reward,
            gates=dict(zip(scenario.gates, detail.gates, strict=True)),
            parts=dict(zip((name for name, _ in scenario.parts), detail.parts, strict=True)),
            penalties=dict(zip(scenario.penalties, detail.penalties, strict=True)),
            why=None,
        )
        if not trace.heard:
            score = self._without_answer(score)
        return Scored(score, calls, environment, trace)

    def reasons(self, scored: Scored, ids: Mapping[str, object]) -> dict[str, tuple[Shown, ...]]:
        """Why gates, parts and penalties with these ids came out as they did.

        Keys are the ids, as `kind id`, of those that are decided; values the conditions and what
        they read, with the calls.
        """
        scenario = self._typed
        if scored.environment is not None:
            context = context_of(scenario, scored.environment.episode)
        else:
            context, missing = self._context(scored.trace, scored.calls)
            ids = {id: None for id in ids if missing.isdisjoint(self._needed(id))}
        exprs: dict[str, list[tree.Expr | None]]
        exprs = {f"gate {gate.id}": [gate.require] for gate in scenario.gates}
        exprs |= {f"part {part.id}": [part.check or part.score] for part in scenario.parts}
        exprs |= {f"penalty {p.id}": [p.when, p.factor] for p in scenario.penalties}
        return {
            id: tuple(each for expr in exprs[id] for each in shown(expr, context)) for id in ids
        }

    @property
    def _typed(self) -> model.Scenario:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _replayed(self, trace: Trace) -> Replayed:
        if trace.params is None and trace.seed is None:
            return replay_trace(self._scenario, trace)
        key = (trace.split, trace.calm)
        environment = self._environments.get(key)
        if environment is None:
            environment = Environment(self._scenario, trace.split, calm=trace.calm)
            self._environments[key] = environment
        return replay_trace(self._scenario, trace, environment)

    def _recorded(self, trace: Trace, why: str) -> Scored:
        """The score as far as the recording by itself decides it."""
        scenario = self._typed
        calls = calls_of(trace)[: scenario.limits.calls]
        context, missing = self._context(trace, calls)

        def valued(id: str, value: Callable[[Any, Context], V], of: Any) -> V | None:
            try:
                return value(of, context) if missing.isdisjoint(self._needed(id)) else None
            except ScenarioFault:
                return None  # what the scenario takes for granted is not so in the recording

        gates = {g.id: valued(f"gate {g.id}", holds, g.require) for g in scenario.gates}
        parts = {p.id: valued(f"part {p.id}", part_score, p) for p in scenario.parts}
        penalties = {p.id: valued(f"penalty {p.id}", penalty_factor, p) for p in scenario.penalties}
        score = Score(trace.line, None, 0.0, 1.0, gates, parts, penalties, why)
        return Scored(self._bounded(score), calls, None, trace)

    def _context(self, trace: Trace, calls: list[Call]) -> tuple[Context, frozenset[Need]]:
        """Where a recording is looked at by itself, and what is missing there."""
        scenario = self._typed
        roots: dict[str, Any] = {"expect": dict(scenario.expect), "answer": trace.answer}
        if trace.params is not None:
            roots["params"] = trace.params
        apis = {api.name: api for api in scenario.apis}
        context = Context(roots=roots, lets=named(scenario.lets), calls=calls, apis=apis)
        return context, missing_in(trace)

    def _without_answer(self, score: Score) -> Score:
        """The score of a replay without what reads the answer, which the recording lacks."""
        unsure = {id for id in _ids(score) if "answer" in self._needed(id)}
        if not unsure:
            return score
        return self._bounded(
            score._replace(
                reward=None,
                gates={i: None if f"gate {i}" in unsure else v for i, v in score.gates.items()},
                parts={i: None if f"part {i}" in unsure else v for i, v in score.parts.items()},
                penalties={
                    i: None if f"penalty {i}" in unsure else v for i, v in score.penalties.items()
                },
                why=UNHEARD,
            )
        )

    def _bounded(self, score: Score) -> Score:
        """A score with its bounds, and its reward when they agree."""
        scenario = self._typed
        items = score.gates, score.parts, score.penalties
        low, high = (_reward(scenario, *items, unknown=value) for value in (0.0, 1.0))
        return score._replace(reward=low if low == high else None, low=low, high=high)

    def _needed(self, id: str) -> frozenset[Need]:
        """What it takes to decide a gate, part or penalty, given as `kind id`."""
        if not self._needs:
            scenario = self._typed
            lets = named(scenario.lets)
            for gate in scenario.gates:
                self._needs[f"gate {gate.id}"] = needs(lets, gate.require)
            for part in scenario.parts:
                self._needs[f"part {part.id}"] = needs(lets, part.check, part.score)
            for penalty in scenario.penalties:
                self._needs[f"penalty {penalty.id}"] = needs(lets, penalty.when, penalty.factor)
        return self._needs[id]


def _ids(score: Score) -> list[str]:
    """All gates, parts and penalties, as `kind id`."""
    found = [f"gate {id}" for id in score.gates]
    found += [f"part {id}" for id in score.parts]
    return found + [f"penalty {id}" for id in score.penalties]


_UNSENT = ("malformed_arguments", "unknown_tool")
"""Kinds of calls that never reach an API: status 0, and no response."""


def missing_in(trace: Trace) -> frozenset[Need]:
    """What a recording by itself does not say."""
    missing: set[Need] = {"world"}
    if trace.params is None:
        missing.add("params")
    if not trace.heard:
        missing.add("answer")
    for (_, args), said in zip(trace.sent, trace.recorded, strict=True):
        if args is None:
            missing.add("args")
        kind, status = said.get("kind"), said.get("status")
        if kind is None and status is None and "ok" not in said:
            missing.add("outcomes")
        if kind is None and said.get("ok") is not True and not (status or 400) < 400:
            missing.add("kinds")
        if status is None and kind not in _UNSENT:
            missing.add("statuses")
        if kind is None and "fault" not in said and (status is None or status in FAULTS.values()):
            # The service was down, or the policy asked for too much: nobody has said which.
            missing.add("faults")
        if "response" not in said and kind not in _UNSENT and status != 204:
            missing.add("responses")
    return frozenset(missing)


def calls_of(trace: Trace) -> list[Call]:
    """The calls of a recording, as far as it says what became of them."""
    return [
        _as_call(op, args, said)
        for (op, args), said in zip(trace.sent, trace.recorded, strict=True)
    ]


def _as_call(op: str, args: Any, said: dict[str, Any]) -> Call:
    status = said.get("status") or 0
    ok = said.get("ok", 200 <= status < 400)
    kind: Any = said.get("kind") or ("ok" if ok else "api_error")
    call = Call(op, _within(args), kind, status, heard(said))
    fault: Any = said.get("fault")
    return call if fault not in FAULTS else FaultedCall(call, None, None, fault, None, None)


def _within(args: Any) -> dict[str, Any]:
    """Arguments within the caps that hold in an environment; {} for what has none."""
    if type(args) is str:
        import orjson

        if len(args) > MAX_ARGUMENTS:
            return {}
        try:
            args = orjson.loads(args)
        except ValueError:
            return {}
    if type(args) is not dict:
        return {}
    try:
        return cut(args)[0]  # type: ignore[no-any-return]  # `cut` keeps the type
    except TooLarge:
        return {}


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
