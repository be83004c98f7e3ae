"""Chat messages with tool calls, as trainers hold them, to recorded calls; and their reward.

Messages are OpenAI's: `assistant` with `tool_calls` (arguments as JSON text or an object), `tool`
with the observation, in the order of the calls or by `tool_call_id`. A call without an observation
was never executed and is no step. The shape of the messages is the trainer's and a broken one
raises `BadMessages`; names, arguments and texts are the policy's and never do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from rewardlang_runtime.calls import Call, Kind
from rewardlang_runtime.episode import Episode
from rewardlang_runtime.scenario import Detail, Params, Scenario
from rewardlang_runtime.values import MAX_ARGUMENTS, TooLarge, cut
from rewardlang_runtime.world import World, load_base

FAILED = '{"error":{"kind":"'
"""How the observation of every failed call begins."""

_UNCUT = 512
"""Text this short holds no string or list that a cap would cut, only depth."""
_MAX_OPENERS = 32


class BadMessages(ValueError):
    """The messages are not what a trainer sends; the text says which one and why."""


class Reading(NamedTuple):
    """What messages say: the calls, the final answer, and how many values were cut to the caps."""

    calls: list[Call]
    answer: str
    cuts: int


def read_messages(
    scenario: Scenario, messages: Iterable[Mapping[str, Any]], *, full: bool = True
) -> Reading:
    """The calls and the answer of an episode.

    Args:
        scenario: Says which tools exist; other names are invented tools.
        messages: The episode, its prompt included or not.
        full: Read all arguments and responses; else only what the reward reads.

    Raises:
        BadMessages: `messages` has not the shape described above.
    """
    return _Reader(scenario, full).read(messages)


def score_messages(
    scenario: Scenario, params: Params, messages: Iterable[Mapping[str, Any]]
) -> Detail:
    """The reward of an episode and its parts, from the messages alone.

    A reward that reads the world replays the calls in a fresh one, which is exact because
    operations are deterministic.
    """
    if scenario.reads_world:
        return replay(scenario, params, messages)
    reading = _Reader(scenario, False).read(messages)
    world = World(load_base(scenario))
    episode = Episode(
        reading.calls, params, scenario.setup(world, params), world, None,
        reading.answer[: scenario.answer_limit], reading.cuts,
    )  # fmt: skip
    return scenario.detail(episode)


def replay(scenario: Scenario, params: Params, messages: Iterable[Mapping[str, Any]]) -> Detail:
    """The reward after making the same calls in a fresh environment."""
    from rewardlang_runtime.environment import Environment

    environment = Environment(scenario)
    environment.reset(options={"params": params})
    reading = _Reader(scenario, True).read(messages)
    for call in reading.calls:
        if call.kind == "malformed_arguments":
            environment.call(call.op, "")
        else:
            environment.call(call.op, call.args)
    environment.finish(reading.answer)
    return environment.detail()


class _Reader:
    __slots__ = ("arguments", "cuts", "full", "responses", "scenario", "tools")

    def __init__(self, scenario: Scenario, full: bool) -> None:
        self.scenario = scenario
        self.full = full
        self.tools = frozenset(scenario.tools)
        every = frozenset(scenario.tools)
        self.arguments = every if full or "*" in scenario.reads_args else scenario.reads_args
        self.responses = (
            every if full or "*" in scenario.reads_response else scenario.reads_response
        )
        self.cuts = 0

    def read(self, messages: Iterable[Mapping[str, Any]]) -> Reading:
        calls: list[Call] = []
        limit = self.scenario.calls_limit
        pending: list[Any] = []
        answer = ""
        at = -1
        try:
            for at, message in enumerate(messages):  # noqa: B007 (named in the error below)
                role = message["role"]
                if role == "tool":
                    call = self.take(pending, message)
                    if len(calls) < limit:
                        calls.append(call)
                elif role == "assistant":
                    pending = list(message.get("tool_calls") or ())
                    if not pending:
                        answer = message.get("content") or ""
                        if type(answer) is not str:
                            answer = _joined(answer)
                        if "<tool_call>" in answer:
                            if len(calls) < limit:
                                calls.append(Call("", {}, "malformed_arguments", 0, None))
                            answer = ""
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise BadMessages(f"message {at}: {error!r}") from error
        return Reading(calls, answer, self.cuts)

    def take(self, pending: list[Any], message: Mapping[str, Any]) -> Call:
        """The call that `message` answers, out of `pending`."""
        index = 0
        wanted = message.get("tool_call_id")
        if wanted is not None and pending[0].get("id") != wanted:
            index = next((i for i, c in enumerate(pending) if c.get("id") == wanted), 0)
        requested = pending.pop(index)
        function = requested.get("function") or requested
        return self.call(function["name"], function.get("arguments"), message["content"])

    def call(self, name: Any, arguments: Any, observation: Any) -> Call:
        if type(name) is not str or name not in self.tools:
            op = name if type(name) is str else str(name)
            return Call(op, self.args(arguments) or {}, "unknown_tool", 0, None)
        if type(observation) is not str:
            observation = _joined(observation)
        if observation.startswith(FAILED):
            return self.failed(name, arguments, observation)
        if observation.startswith("{'error'"):
            # The trainer's own words for arguments that it could not pass on.
            return Call(name, {}, "malformed_arguments", 0, None)
        args = self.args(arguments) if name in self.arguments else {}
        if args is None:
            return Call(name, {}, "malformed_arguments", 0, None)
        response = _json(observation) if name in self.responses else None
        return Call(name, args, "ok", self.scenario.operations[name].status, response)

    def failed(self, name: str, arguments: Any, observation: str) -> Call:
        error = _json(observation)
        error = error["error"] if type(error) is dict else {}
        kind: Kind = error.get("kind", "api_error")
        args = self.args(arguments) or {}
        return Call(name, args, kind, error.get("status", 0), error.get("body"))

    def args(self, arguments: Any) -> dict[str, Any] | None:
        """The arguments within the caps, or None when they are no object."""
        if type(arguments) is str:
            if len(arguments) > MAX_ARGUMENTS:
                return None
            value = _json(arguments)
            short = len(arguments) <= _UNCUT
            if short and arguments.count("[") + arguments.count("{") <= _MAX_OPENERS:
                return value if type(value) is dict else None
        else:
            value = {} if arguments is None else arguments
        if type(value) is not dict:
            return None
        try:
            value, cuts = cut(value)
        except TooLarge:
            return None
        self.cuts += cuts
        return value  # type: ignore[no-any-return]


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return None


def _joined(content: Any) -> str:
    """The text of content given as blocks."""
    if type(content) is list:
        return "".join(str(block.get("text") or "") for block in content if type(block) is dict)
    return "" if content is None else str(content)
