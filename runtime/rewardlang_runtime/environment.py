"""A scenario as an environment: `reset`, then tool calls as JSON text in and JSON text out.

Nothing that a policy sends raises, hangs or grows without bound: whatever it is becomes a step with
an observation that says what was wrong.
"""

from __future__ import annotations

from traceback import format_exception
from typing import Any

import orjson

from rewardlang_runtime.arguments import read_arguments
from rewardlang_runtime.calls import Call, CallBetween, Kind
from rewardlang_runtime.episode import Episode
from rewardlang_runtime.faults import Drawn, Strike, Strikes
from rewardlang_runtime.observations import failed, quoted, refused, shortened
from rewardlang_runtime.plan import KEPT, READS, WRITES, Tool, plan_of
from rewardlang_runtime.scenario import Detail, Params, Scenario
from rewardlang_runtime.tasks import SPLITS, in_task
from rewardlang_runtime.tools import tools_of
from rewardlang_runtime.values import (
    FAILURES,
    MAX_DEPTH,
    MAX_NAME,
    ScenarioFault,
    cut,
    well_formed,
)
from rewardlang_runtime.world import World

_loads = orjson.loads
_dumps = orjson.dumps
_new = object.__new__

_PLAIN = 512
"""Text no longer than this holds no string and no list that a cap would cut, only depth."""
_FLAT = 2 * MAX_DEPTH
"""Text no longer than this cannot nest deeper than that."""
_FAULTS = (*FAILURES, ScenarioFault)
"""What an operation may raise when its API file is wrong."""
_FAULT = {"message": "Internal server error"}
"""The body of a 500: an operation failed, which is a mistake in its API file."""


class Environment:
    """Episodes of one scenario, one after the other; Gymnasium's words.

    Use `reset`, then `step` until it is terminated or truncated; or, cheaper and the same, `call`
    for each tool call, `finish` with the answer, and `reward` or `detail` at any time.

    Attributes:
        scenario: What is played.
        split: "train" or "eval"; no task of one is a task of the other.
        tools: What the policy may call, as OpenAI-style schemas.
        prompt: The task, in words.
        system: What the policy is told besides; "" when the scenario has none.
        params: The task's parameters; shared with other episodes of the task, so never changed.
        seed: The task's seed.
        episode: The episode, with the calls so far; what rewards read.
        faults: Tracebacks of operations that failed, which is a mistake in their API file.
        calm: Whether the scenario's `faults:` are left out: no call is struck, no tool renamed.
        frozen: Whether `freeze` has made the world of the episode what it was at the start.
        actor: Who acts, a key of `users`; the scenario's actor, unless it is set.
    """

    __slots__ = (
        "_base", "_before", "_drawn", "_kept", "_limit", "_next_seed", "_over", "_plan", "_room",
        "_scored", "_state", "_strikes", "_tasks", "_ticks", "_tools", "_width", "actor", "calm",
        "episode", "faults", "frozen", "params", "prompt", "scenario", "seed", "split", "system",
        "tools",
    )  # fmt: skip

    def __init__(self, scenario: Scenario, split: str = "train", *, calm: bool = False) -> None:
        if split not in SPLITS:
            raise ValueError(f"a split is one of {', '.join(SPLITS)}, not {split!r}")
        self.scenario = scenario
        self.split = split
        self.calm = calm
        self.tools = tools_of(scenario._replace(names=()) if calm else scenario)
        self.seed = -1
        self._plan = plan = plan_of(scenario)
        self._base = plan.base
        self._tasks = plan.tasks
        self._tools = plan.tools if calm else plan.offered
        self._drawn = Drawn(scenario, split) if scenario.faults and not calm else None
        self._strikes: Strikes | None = None
        self._limit = scenario.calls_limit
        self._width = scenario.observation_limit
        self.actor = scenario.actor
        self._next_seed = 0
        self._over = True
        self._room = 0
        """How many calls may be recorded in all: 0 once the episode is over."""
        self._ticks = 0
        self._scored = 0
        self._before = 0.0
        self._state: list[Any] | None = None
        self._kept: World | None = None
        self.params: Params = {}
        self.prompt = self.system = ""
        self.faults: list[str] = []
        self.frozen = False
        self.episode: Episode = Episode([], {}, (), self._base.world)

    @property
    def over(self) -> bool:
        """Whether the episode has ended, or none has begun."""
        return self._over

    # ---- the loop, in Gymnasium's words ----

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode.

        Args:
            seed: Names the task; without one, tasks come in the order of seeds from 0.
            options: {"params": {...}} to set the parameters instead of drawing them.

        Returns:
            The prompt, and {"params", "seed", "split", "system"}.

        Raises:
            ScenarioFault: The scenario has no such task.
            ValueError: The parameters given are not the scenario's.
        """
        seed = self._next_seed if seed is None else int(seed)
        self._next_seed = seed + 1
        if options is not None and "params" in options:
            task = self._tasks.given(options["params"], self.split, seed)
        else:
            task = self._tasks.task(self.split, seed)
        params, setup, prompt, system = task
        base = self._base
        self.seed = seed
        self.params = params
        self.prompt = prompt
        self.system = system
        self.episode = Episode([], params, setup, base.world, World(base))
        self._over = self.frozen = False
        self._room = self._limit
        self._ticks = 0
        self._before = 0.0
        self._state = self._kept = None
        if self._drawn is not None:
            self._strikes = self._drawn.episode(seed)
        if self.faults:
            self.faults = []
        return prompt, {"params": params, "seed": seed, "split": self.split, "system": system}

    def step(self, action: Any) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """One action: {"tool": name, "arguments": text or object}, or {"answer": text}, which ends.

        Returns:
            The observation; the change of the reward, so that all of them sum to the final one;
            whether the episode ended; whether it ran out of calls; and {"reward", "parts", "kind",
            "fault"}.
        """
        if self._over:
            return self._refused_after_end(), 0.0, True, False, self._info(None, self.detail())
        calls = self.episode.calls
        before, truncated = len(calls), False
        if isinstance(action, dict) and "answer" in action:
            self.finish(action["answer"])
            observation = ""
        else:
            fields = action if isinstance(action, dict) else {}
            truncated = before >= self._limit
            observation = self.call(fields.get("tool", None), fields.get("arguments", "{}"))
            if truncated:
                self._end()
        detail = self.detail()
        change = detail.reward - self._before
        self._before = detail.reward
        kind = calls[-1].kind if len(calls) > before else None
        terminated = self._over and not truncated
        return observation, change, terminated, truncated, self._info(kind, detail)

    def _info(self, kind: Kind | None, detail: Detail) -> dict[str, Any]:
        names = [name for name, _ in self.scenario.parts]
        return {
            "reward": detail.reward,
            "parts": dict(zip(names, detail.parts, strict=True)),
            "kind": kind,
            "fault": self.episode.calls[-1].fault if kind is not None else None,
        }

    # ---- the same, cheaper ----

    def call(self, name: Any, arguments: Any = "{}") -> str:
        """One tool call; its observation. Never raises, whatever it is given.

        Args:
            name: The tool's name.
            arguments: Its arguments, as JSON text or an object.
        """
        episode = self.episode
        calls = episode.calls
        if len(calls) >= self._room:
            return self._refused_after_end() if self._over else self._refused_beyond_limit()
        try:
            run, is_valid, defaults, times, mode, tool = self._tools[name]
        except (KeyError, TypeError):
            return self._unknown(name, arguments)
        if type(arguments) is str and (length := len(arguments)) <= _PLAIN:
            try:
                args = _loads(arguments)
            except ValueError:
                return self._malformed(name, "the arguments are no JSON text")
            if type(args) is not dict:
                return self._malformed(name, "the arguments are no JSON object")
            if length > _FLAT and arguments.count("{") + arguments.count("[") > MAX_DEPTH:
                args, cuts = cut(args)
                episode.cuts += cuts
        else:
            args, cuts = read_arguments(arguments)
            episode.cuts += cuts
            if type(args) is str:
                return self._malformed(name, args)
        if not is_valid(args):
            return self._invalid(tool, args)
        world = episode.final
        if mode == READS:
            saved = None
        elif mode == WRITES:
            saved = world.save()
        elif mode == KEPT:
            return self._run_kept(tool, args)
        else:
            return self._run_struck(tool, args)
        ticks = self._ticks
        self._ticks = ticks + 1
        try:
            status, body = run(
                world, {**defaults, **args} if defaults else args, times[ticks], self.actor
            )
            if status < 400:
                seen = f'{{"status":{status}}}' if body is None else _dumps(body).decode()
                # As Call(...), without the cost of a Python frame.
                call = _new(Call)
                call.op = name
                call.args = args
                call.kind = "ok"
                call.status = status
                call.response = body
                calls.append(call)
                return seen if len(seen) <= self._width else shortened(body, self._width)
            seen = failed("api_error", status, body, self._width)
        except _FAULTS as error:
            if saved is not None:
                world.load(saved)
            return self._fault(tool, args, error)
        calls.append(Call(name, args, "api_error", status, body))
        return seen

    def name_of(self, operation: str) -> str:
        """The name under which an operation is offered; any other text as it is."""
        return operation if self.calm else self._plan.names.get(operation, operation)

    def finish(self, answer: str = "") -> None:
        """End the episode with the policy's last words; ignored when it has ended already."""
        if self._over:
            return
        self._end()
        if type(answer) is not str:
            return
        if len(answer) > self.scenario.answer_limit:
            answer = answer[: self.scenario.answer_limit]
            self.episode.cuts += 1
        self.episode.answer = answer if answer.isascii() else well_formed(answer)

    def freeze(self) -> None:
        """Go on as if no call had changed the world; the calls and their responses stay.

        What the episode earns then is what the reward pays for calls alone, whatever came of them.
        """
        self._end()
        self._state, self.frozen = None, True
        episode, initial = self.episode, self.episode.initial
        calls = [
            call.at(initial) if isinstance(call, CallBetween) else call for call in episode.calls
        ]
        self.episode = Episode(
            calls, episode.params, episode.setup, initial, World(self._base),
            episode.answer, episode.cuts,
        )  # fmt: skip

    def reward(self) -> float:
        """The reward of the episode as it is now."""
        try:
            return self.scenario.reward(self.episode)
        except ScenarioFault as error:
            error.add_note(in_task(self.split, self.seed, self.params))
            raise

    def detail(self) -> Detail:
        """The reward as it is now, and its parts; only calls since the last time are looked at."""
        scenario, episode = self.scenario, self.episode
        try:
            if scenario.start is None or scenario.step is None or scenario.finish is None:
                return scenario.detail(episode)
            if self._state is None:
                self._state = scenario.start()
                self._scored = 0
            state, calls = self._state, episode.calls
            for index in range(self._scored, len(calls)):
                scenario.step(state, calls[index], index, episode)
            self._scored = len(calls)
            return scenario.finish(state, episode)
        except ScenarioFault as error:
            error.add_note(in_task(self.split, self.seed, self.params))
            raise

    # ---- what goes less well ----

    def _end(self) -> None:
        self._over = True
        self._room = 0

    def _run_struck(self, tool: Tool, args: dict[str, Any]) -> str:
        """Run an operation that a fault may strike, or that goes by another name."""
        if self._strikes is None:
            return self._run_kept(tool, args)
        strike = self._strikes.strike(tool.operation, tool.faults, self._world_now())
        return self._run_kept(tool, args, strike)

    def _run_kept(self, tool: Tool, args: dict[str, Any], strike: Strike | None = None) -> str:
        """Run an operation with the world before and after it at hand, and perhaps a fault."""
        world: World = self.episode.final
        before, operation = self._world_now(), tool.operation
        now = tool.times[self._ticks]
        self._ticks += 1
        run = operation.run if strike is None else strike.run
        try:
            status, body = run(world, {**tool.defaults, **args}, now, self.actor)
            if status >= 400:
                wait = None if strike is None else strike.fault.retry_after
                seen = failed("api_error", status, body, self._width, wait)
            else:
                seen = f'{{"status":{status}}}' if body is None else _dumps(body).decode()
        except _FAULTS as error:
            world.load((before, before.counters))
            return self._fault(tool, args, error)
        if operation.writes:
            self._kept = None
        kind: Kind = "ok" if status < 400 else "api_error"
        call = Call(operation.name, args, kind, status, body)
        if self.scenario.snapshots:
            call = CallBetween(call, before, self._world_now())
        self.episode.calls.append(call if strike is None else strike.struck(call))
        return seen if len(seen) <= self._width else shortened(body, self._width)

    def _world_now(self) -> World:
        """A snapshot of the world, the same one until something is written."""
        if self._kept is None:
            self._kept = self.episode.final.snapshot()
        return self._kept

    def _record(self, call: Call) -> None:
        if self.scenario.snapshots:
            call = CallBetween(call, self._world_now(), self._world_now())
        self.episode.calls.append(call)

    def _unknown(self, name: Any, arguments: Any) -> str:
        if type(name) is not str:
            return self._malformed("", "the name of the tool is no string")
        args, cuts = read_arguments(arguments)
        self.episode.cuts += cuts
        shown = well_formed(name[:MAX_NAME])
        self._record(Call(shown, {} if isinstance(args, str) else args, "unknown_tool", 0, None))
        return refused("unknown_tool", f"There is no tool {quoted(name)}.")

    def _malformed(self, name: str, why: str) -> str:
        true = name if self.calm else self._plan.true.get(name, name)
        self._record(Call(true, {}, "malformed_arguments", 0, None))
        return refused("malformed_arguments", f"This call was not sent: {why}.")

    def _invalid(self, tool: Tool, args: dict[str, Any]) -> str:
        try:
            status, body = tool.api.invalid(tool.validator().errors(args))
            seen = failed("invalid_request", status, body, self._width)
        except _FAULTS as error:
            return self._fault(tool, args, error)
        self._record(Call(tool.operation.name, args, "invalid_request", status, body))
        return seen

    def _fault(self, tool: Tool, args: dict[str, Any], error: BaseException) -> str:
        self.faults.append("".join(format_exception(error)))
        self._record(Call(tool.operation.name, args, "api_error", 500, _FAULT))
        return failed("api_error", 500, _FAULT, self._width)

    def _refused_after_end(self) -> str:
        return refused("episode_over", "The episode is over; this call was not sent.")

    def _refused_beyond_limit(self) -> str:
        return refused("too_many_calls", f"All {self._limit} calls are used up; please answer.")
