"""A scenario for TRL's `GRPOTrainer`: an environment factory and a reward function.

TRL is not imported; its shapes are matched (1.16). TRL answers calls of unknown tools itself and
ends a rollout whose call it cannot parse, so an environment does not see all that its policy did:
the reward reads the messages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

import orjson

from rewardlang_runtime.conversations import BadMessages
from rewardlang_runtime.environment import Environment
from rewardlang_runtime.loading import load_module
from rewardlang_runtime.messages import score_messages
from rewardlang_runtime.scenario import Operation, Params, Scenario
from rewardlang_runtime.tasks import Tasks
from rewardlang_runtime.tools import tools_of
from rewardlang_runtime.world import load_base

_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": list,
    "object": dict,
}


class EnvironmentFactory:
    """Makes TRL's environments of a generated module; pickled as the module's path.

    Attributes:
        tools: The exact schemas of the tools. TRL derives coarser ones from the methods; put these
            in their place: `trainer._env_tools = {name: factory.tools for name in ...}`.
    """

    def __init__(self, path: str | os.PathLike[str], split: str = "train") -> None:
        self.path = os.fspath(path)
        self.split = split
        self.scenario = load_module(path)
        self.tools = tools_of(self.scenario)
        self._class = environment_class(self.scenario, split)

    def __call__(self) -> Any:
        """A new environment."""
        return self._class()

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return EnvironmentFactory, (self.path, self.split)


def environment_class(scenario: Scenario, split: str = "train") -> type:
    """A class with `reset` and one public method for each tool, as TRL looks for them.

    A method's signature says what the schema allows, but its body takes anything: what a policy
    gets wrong is answered by the environment and seen in its trace.
    """

    def init(self: Any) -> None:
        self._environment = Environment(scenario, split)

    def reset(self: Any, **row: Any) -> str | None:
        """Start the episode of a dataset row, by its `seed` or its `params` (JSON text)."""
        params = row.get("params")
        if isinstance(params, str):
            params = orjson.loads(params)
        options = None if params is None else {"params": params}
        prompt, _ = self._environment.reset(row.get("seed"), options)
        return None if _has_text(row.get("prompt")) else prompt

    names: dict[str, Any] = {"__init__": init, "reset": reset, "__doc__": scenario.name}
    aliases = dict(scenario.names)
    for name in scenario.tools:
        shown = aliases.get(name, name)
        if shown in ("reset", "get_reward") or shown.startswith("_"):
            raise ValueError(f"TRL has another use for the name `{shown}`, so it can be no tool")
        names[shown] = _method(scenario.operations[name], shown)
    return type("".join(filter(str.isalnum, scenario.name)) or "Scenario", (), names)


def _method(operation: Operation, name: str) -> Callable[..., str]:
    def method(self: Any, **arguments: Any) -> str:
        # For mypy: made by `_class`, so Any.
        return self._environment.call(name, arguments)  # type: ignore[no-any-return]

    properties = operation.schema.get("properties", {})
    required = operation.schema.get("required", [])
    parameters = [Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)]
    lines = [operation.doc, "", "Args:"]
    for argument in sorted(properties, key=lambda argument: argument not in required):
        schema = properties[argument]
        kind = schema.get("type")
        annotation = _TYPES.get(kind, Any) if isinstance(kind, str) else Any
        default = Parameter.empty if argument in required else None
        if default is None and annotation is not Any:
            annotation = annotation | None
        parameters.append(
            Parameter(argument, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
        said = " ".join(str(schema.get("description", argument)).split())
        lines.append(f"    {argument}: {said}")
    method.__name__ = name
    method.__qualname__ = name
    method.__doc__ = "\n".join(lines if properties else lines[:1])
    method.__annotations__ = {p.name: p.annotation for p in parameters[1:]} | {"return": str}
    # For mypy: what `inspect.signature` reads.
    method.__signature__ = Signature(parameters, return_annotation=str)  # type: ignore[attr-defined]
    return method


def _has_text(prompt: Any) -> bool:
    """Whether a dataset row brings its own prompt."""
    if isinstance(prompt, list):
        last = prompt[-1] if prompt else {}
        return bool(last.get("content"))
    return bool(prompt)


class Reward:
    """TRL's reward function: one number for each episode, from its messages.

    The task is the environment's, or else the columns' `params` (JSON text) or `seed`. Every part
    goes to the log. An episode whose messages cannot be read has no reward.
    """

    def __init__(self, path: str | os.PathLike[str], split: str = "train") -> None:
        self.path = os.fspath(path)
        self.split = split
        self.scenario = load_module(path)
        self.__name__ = self.scenario.name
        self._tasks = Tasks(self.scenario, load_base(self.scenario).world)

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return Reward, (self.path, self.split)

    def __call__(
        self,
        completions: Sequence[Any],
        environments: Sequence[Any] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """The rewards of a batch of episodes, each a list of messages."""
        rewards: list[float | None] = []
        sums = [0.0] * len(self.scenario.parts)
        scored = 0
        for index, messages in enumerate(completions):
            params, seed = self._task(index, environments, columns)
            try:
                detail = score_messages(self.scenario, params, messages, seed, self.split)
            except BadMessages:
                rewards.append(None)
                continue
            rewards.append(detail.reward)
            sums = [total + part for total, part in zip(sums, detail.parts, strict=True)]
            scored += 1
        if log_metric is not None and scored:
            for (name, _), total in zip(self.scenario.parts, sums, strict=True):
                log_metric(f"parts/{name}", total / scored)
        return rewards

    def _task(
        self, index: int, environments: Sequence[Any] | None, columns: dict[str, Any]
    ) -> tuple[Params, int]:
        """The parameters of an episode's task and its seed, from which faults are drawn."""
        if environments is not None:
            environment: Environment = environments[index]._environment
            return environment.params, environment.seed
        seeds = columns.get("seed")
        seed = 0 if seeds is None else int(seeds[index])
        if columns.get("params") is not None:
            given = columns["params"][index]
            return (orjson.loads(given) if isinstance(given, str) else given), seed
        if seeds is not None:
            return self._tasks.task(self.split, seed).params, seed
        raise ValueError("a reward needs environments, or the column `params` or `seed`")
