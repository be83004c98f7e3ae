"""The contract of environments as code: `check_environment(env)` holds it against any of them.

Each check that fails raises AssertionError with what was expected and the likely cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from rewardlang_runtime.environment import Environment
from rewardlang_runtime.observations import FAILED
from rewardlang_runtime.rng import Rng
from rewardlang_runtime.scenario import Detail
from rewardlang_runtime.values import FAILURES, MAX_ARGUMENTS


class Hostile(NamedTuple):
    """Something a policy may send that is no proper call, and the kind it is recorded as."""

    what: str
    name: Any
    arguments: Any
    kind: str


_MALFORMED = "malformed_arguments"
_UNKNOWN = "unknown_tool"


def hostile_calls(tool: str) -> list[Hostile]:
    """Calls that every environment has to survive; `tool` is the name of one of its tools."""
    return [
        Hostile("an invented tool", "doTheRightThing", "{}", _UNKNOWN),
        Hostile("an invented tool with unreadable arguments", "doTheRightThing", "{", _UNKNOWN),
        Hostile("an empty name", "", "{}", _UNKNOWN),
        Hostile("a name of 100,000 characters", "x" * 100_000, "{}", _UNKNOWN),
        Hostile("a name with a lone surrogate", "\ud800", "{}", _UNKNOWN),
        Hostile("the name of a Python attribute", "__class__", "{}", _UNKNOWN),
        Hostile("a name that is no string", ["x"], "{}", _MALFORMED),
        Hostile("no name", None, "{}", _MALFORMED),
        Hostile("text that is no JSON", tool, '{"a": ', _MALFORMED),
        Hostile("empty text", tool, "", _MALFORMED),
        Hostile("a list for arguments", tool, "[1, 2]", _MALFORMED),
        Hostile("a string for arguments", tool, '"x"', _MALFORMED),
        Hostile("null for arguments", tool, "null", _MALFORMED),
        Hostile("a number for arguments", tool, 7, _MALFORMED),
        Hostile("an object that is no JSON", tool, {"a": object()}, _MALFORMED),
        Hostile("keys that are no strings", tool, {1: 2}, _MALFORMED),
        Hostile("100,000 brackets", tool, "[" * 100_000, _MALFORMED),
        Hostile("brackets within the limit", tool, "[" * 60_000, _MALFORMED),
        Hostile("a megabyte of text", tool, '{"a": "' + "x" * 1_000_000 + '"}', _MALFORMED),
        Hostile("a megabyte in an object", tool, {"a": "x" * 1_000_000}, _MALFORMED),
        Hostile("an object that contains itself", tool, _loop(), _MALFORMED),
        Hostile("NaN", tool, '{"a": NaN}', _MALFORMED),
        Hostile("a lone surrogate", tool, '{"a": "\\ud800"}', _MALFORMED),
    ]


def _loop() -> dict[str, Any]:
    inner: dict[str, Any] = {}
    inner["a"] = [inner] * 300
    return inner


_ODD_ARGUMENTS: tuple[Any, ...] = (
    '{"__proto__": {"a": 1}, "self": 2, "": 3}',
    '{"a": ' + '{"a": ' * 500 + "1" + "}" * 501,
    {"a": float("nan"), "b": float("inf"), "c": 10**400, "d": 2**64, "e": "\ud800"},
    {"a": [[[]] * 300] * 2, "b": "x" * 20_000, "c": (1, 2)},
    {"a": None, "b": True, "c": -0.0, "d": "", "e": [], "f": {}},
)
"""Objects that can be read, but that hardly any schema allows."""


def check_environment(environment: Environment, seeds: tuple[int, ...] = (0, 1, 2)) -> None:
    """Hold an environment against the contract of all environments; it is reset many times.

    Args:
        environment: Any state; afterwards it is at the end of some episode.
        seeds: The tasks that are tried.

    Raises:
        AssertionError: The contract is broken; the message says how.
    """
    checker = _Checker(environment)
    before = checker.base()
    checker.tools()
    for seed in seeds:
        checker.repeats(seed)
        checker.survives(seed)
        checker.ends(seed)
        checker.steps(seed)
    checker.counts(seeds[0])
    checker.splits(seeds)
    checker.hold(
        checker.base() == before,
        "the base world is the same after every episode",
        "an operation changes a row in place instead of putting a new one",
    )


class _Checker:
    def __init__(self, environment: Environment) -> None:
        self.env = environment
        self.names = [tool["function"]["name"] for tool in environment.tools]
        self.where = environment.scenario.name

    def hold(self, holds: bool, expected: str, cause: str) -> None:
        if not holds:
            raise AssertionError(f"{self.where}: expected: {expected}; likely cause: {cause}")

    # ---- what the policy is told ----

    def tools(self) -> None:
        from jsonschema_rs import meta

        self.hold(bool(self.names), "at least one tool", "`tools` matches no operation")
        self.hold(
            len(self.names) == len(dict.fromkeys(self.names)),
            "every tool has its own name",
            "two APIs in use have an operation of the same name",
        )
        for tool in self.env.tools:
            function = tool["function"]
            schema = function["parameters"]
            what = f"the schema of {function['name']} is a valid JSON Schema of an object"
            cause = "the request in the API file"
            self.hold(meta.is_valid(schema) and schema.get("type") == "object", what, cause)
            self.hold(
                bool(function["description"]),
                f"{function['name']} has a description",
                "`doc` is empty",
            )

    # ---- determinism ----

    def repeats(self, seed: int) -> None:
        first = orjson.dumps(self.transcript(seed))
        second = orjson.dumps(self.transcript(seed))
        self.hold(
            first == second,
            f"two episodes of seed {seed} with the same calls are the same, byte for byte",
            "reset leaves something behind, or an operation reads a clock, a set's order or chance",
        )

    def transcript(self, seed: int) -> list[Any]:
        """An episode with the oracle's calls and some random ones; everything that it shows."""
        env = self.env
        prompt, info = env.reset(seed)
        self.hold(bool(prompt), "a prompt that is not empty", "a phrasing renders to nothing")
        self.hold(
            not env.episode.calls and env.episode.final.changed_only(()),
            "no calls and an unchanged world after reset",
            "reset does not clear the episode",
        )
        seen: list[Any] = [prompt, info["params"], self.reward()]
        for name, arguments in self.plan(seed):
            seen.append([name, env.call(name, arguments), self.reward()])
        env.finish("The answer is 42.")
        seen.append(self.reward())
        seen.append([[call.op, call.args, call.kind, call.status] for call in env.episode.calls])
        return seen

    def plan(self, seed: int) -> Iterator[tuple[str, Any]]:
        """The oracle's calls, with a broken call before each; at most as many as fit."""
        env, rng = self.env, Rng("contract", seed)
        scenario, episode = env.scenario, env.episode
        steps = scenario.oracle(episode.initial, episode.params, episode.setup)
        name, payload = next(steps)
        while name and len(episode.calls) + 2 <= scenario.calls_limit:
            yield rng.choice(self.names), rng.choice(_ODD_ARGUMENTS)
            yield env.name_of(name), payload
            if episode.calls[-1].kind != "ok":
                return
            try:
                name, payload = steps.send(episode.calls[-1].response)
            except FAILURES:
                return  # the oracle cannot go on; the scenario's own tests are for that

    # ---- rewards ----

    def reward(self) -> list[Any]:
        """The reward as it is now, after holding every way to compute it against the others."""
        env = self.env
        online = env.detail()
        scenario, episode = env.scenario, env.episode
        final = scenario.detail(episode)
        self.hold(
            online == final and env.reward() == online.reward == scenario.reward(episode),
            f"the reward online, at the end, and as a number alone agree, not {online} and {final}",
            "the scoring functions of the module are not made from one template",
        )
        self.bounded(online)
        return [online.reward, online.gates, online.parts, online.penalties]

    def bounded(self, detail: Detail) -> None:
        numbers = (detail.reward, *detail.parts, *detail.penalties)
        self.hold(
            all(math.isfinite(number) and 0 <= number <= 1 for number in numbers),
            f"the reward, parts and penalties lie in [0, 1], not {detail}",
            "a score is not guarded",
        )
        scaled = detail.reward * 1e6
        self.hold(
            abs(scaled - round(scaled)) < 1e-3,
            f"the reward is a multiple of 0.000001, not {detail.reward!r}",
            "it is not rounded, so equal behaviour may get unequal rewards",
        )

    # ---- hostile input ----

    def survives(self, seed: int) -> None:
        env = self.env
        tool = self.names[seed % len(self.names)]
        cases = hostile_calls(tool)
        cases += [Hostile("odd arguments", tool, odd, "") for odd in _ODD_ARGUMENTS]
        env.reset(seed)
        for case in cases:
            if len(env.episode.calls) == env.scenario.calls_limit:
                env.reset(seed)
            self.survives_one(case)

    def survives_one(self, case: Hostile) -> None:
        env = self.env
        calls = env.episode.calls
        world, count = env.episode.final.snapshot(), len(calls)
        observation = env.call(case.name, case.arguments)
        what = f"{case.what}, sent to {str(case.name)[:40]!r},"
        self.observed(observation, what)
        self.hold(
            len(calls) == count + 1, f"{what} is recorded as one call", "the call is not appended"
        )
        call = calls[-1]
        if case.kind:
            self.hold(
                call.kind == case.kind,
                f"{what} is recorded as {case.kind}, not {call.kind}",
                "arguments or names are judged in another order",
            )
        text = orjson.dumps([call.op, call.args])
        self.hold(
            len(text) <= 8 * MAX_ARGUMENTS,
            f"{what} is recorded within the caps, not with {len(text)} bytes",
            "values are recorded before they are cut",
        )
        if call.kind == "ok" or call.fault == "lost":
            return
        self.hold(
            observation.startswith(FAILED),
            f"the observation of {what} starts with {FAILED}",
            "the error is worded as a success",
        )
        self.hold(
            dict(world) == dict(env.episode.final) and world.counters == env.episode.final.counters,
            f"{what} leaves the world as it was",
            "an operation writes before it has checked everything, or a failure is not undone",
        )

    def observed(self, observation: Any, what: str) -> None:
        limit = max(self.env.scenario.observation_limit, 400)
        self.hold(
            type(observation) is str and len(observation) <= limit,
            f"the observation of {what} is a text of at most {limit} characters",
            "the observation is not shortened",
        )
        try:
            orjson.loads(observation)
        except ValueError:
            self.hold(False, f"the observation of {what} is JSON", "it was cut as a text")

    # ---- the end ----

    def ends(self, seed: int) -> None:
        env = self.env
        env.reset(seed)
        env.finish("x" * (env.scenario.answer_limit + 1))
        self.hold(
            len(env.episode.answer) == env.scenario.answer_limit,
            f"an answer is cut to {env.scenario.answer_limit} characters",
            "`finish` keeps it whole",
        )
        before = self.reward()
        observation = env.call(self.names[0], "{}")
        env.finish("another answer")
        self.observed(observation, "a call after the end")
        self.hold(
            not env.episode.calls and env.episode.answer[:1] == "x" and self.reward() == before,
            "nothing after the end changes the episode",
            "the end of the episode is not remembered",
        )

    def counts(self, seed: int) -> None:
        env = self.env
        env.reset(seed)
        limit = env.scenario.calls_limit
        for _ in range(limit + 2):
            observation = env.call("doTheRightThing", "{}")
        self.hold(
            len(env.episode.calls) == limit and observation.startswith(FAILED),
            f"calls beyond {limit} are refused and not recorded",
            "`limits.calls` is not enforced",
        )
        env.finish("done")
        self.hold(
            env.episode.answer == "done",
            "an answer is still accepted when all calls are used up",
            "running out of calls ends the episode",
        )

    def steps(self, seed: int) -> None:
        """`step` gives what `call` gives, and its rewards sum to the final one."""
        env = self.env
        prompt, _ = env.reset(seed)
        script = self.recorded()
        env.reset(seed)
        expected = [env.call(name, arguments) for name, arguments in script]
        env.finish("done")
        final = env.detail()
        self.hold(env.reset(seed)[0] == prompt, "the same prompt again", "reset is not repeatable")
        total = 0.0
        for (name, arguments), observation in zip(script, expected, strict=True):
            seen, reward, ended, cut, info = env.step({"tool": name, "arguments": arguments})
            total += reward
            self.hold(
                seen == observation and not ended and not cut and info["kind"] is not None,
                "`step` and `call` do the same",
                "they do not share their code",
            )
        _, reward, ended, cut, info = env.step({"answer": "done"})
        total += reward
        self.hold(ended and not cut, "an answer terminates the episode", "`step` does not end it")
        self.hold(
            math.isclose(total, final.reward, abs_tol=1e-9) and info["reward"] == final.reward,
            f"the rewards of the steps sum to {final.reward}, not {total}",
            "a step's reward is not the change of the reward",
        )
        _, reward, ended, _, _ = env.step({"tool": self.names[0], "arguments": "{}"})
        self.hold(reward == 0 and ended, "a step after the end earns nothing", "the end is ignored")

    def recorded(self) -> list[tuple[str, Any]]:
        """The calls of `plan`, after making them: the oracle goes on from what it is answered."""
        script = []
        for name, arguments in self.plan(self.env.seed):
            self.env.call(name, arguments)
            script.append((name, arguments))
        return script

    # ---- what is left as it was ----

    def splits(self, seeds: tuple[int, ...]) -> None:
        """No task of one split is a task of the other."""
        tasks = self.env._tasks
        seen: dict[bytes, str] = {}
        single = tasks.single
        for split in ("train", "eval"):
            for seed in range(20 * len(seeds)):
                key = orjson.dumps(tasks.draw(split, seed), option=orjson.OPT_SORT_KEYS)
                self.hold(
                    single or seen.setdefault(key, split) == split,
                    f"no task of train is one of eval, but {key.decode()[:200]} is",
                    "`holdout` depends on something besides the parameters",
                )

    def base(self) -> bytes:
        """The base world's rows, as bytes."""
        tables = self.env._base.tables
        return orjson.dumps({name: table.values() for name, table in tables.items()})
