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

from rewardlang_runtime.calls import KINDS, Call
from rewardlang_runtime.conversations import BadMessages, by_id, explained, text_of
from rewardlang_runtime.episode import Episode
from rewardlang_runtime.observations import FAILED
from rewardlang_runtime.scenario import Detail, Params, Scenario
from rewardlang_runtime.values import (
    MAX_ARGUMENTS,
    MAX_DEPTH,
    MAX_NAME,
    TooLarge,
    cut,
    well_formed,
)
from rewardlang_runtime.world import World, load_base

_UNCUT = 512
"""Text this short holds no string or list that a cap would cut, only depth."""
_SHORT = 2 * MAX_DEPTH
"""Text no longer than this nests no deeper than the cap, so that nothing of it can be cut."""
_REMEMBERED = 256
"""The rollouts of a group make the same short calls over and over: so many of each tool are made
once. The objects are shared, and rewards change nothing."""
_LEFT_OUT = '"_left_out":'
_CALL_TAG = "<tool_call>"
_REFUSED = "{'error':"
"""How a trainer answers a call that it could not pass on: a Python dict as text."""
_NOTHING: dict[str, Any] = {}

_loads = orjson.loads
_new = object.__new__


class Reading(NamedTuple):
    """What messages say.

    Attributes:
        calls: The calls that the environment recorded.
        answer: The final answer, "" when there is none.
        cuts: How many values were cut to the caps.
        shortened: Whether a response that was read had lost something to the observation's limit.
    """

    calls: list[Call]
    answer: str
    cuts: int
    shortened: bool


class _Needs:
    """What is read of the messages of one scenario."""

    __slots__ = (
        "answer_limit", "calls_limit", "detail", "parsed", "reads_world", "scenario", "setup",
        "tools", "true", "world",
    )  # fmt: skip

    def __init__(self, scenario: Scenario, full: bool) -> None:
        self.scenario = scenario
        # Slots are read faster than fields of a named tuple.
        self.reads_world = scenario.reads_world or bool(scenario.faults or scenario.names)
        self.setup = scenario.setup
        self.detail = scenario.detail
        self.calls_limit = scenario.calls_limit
        self.answer_limit = scenario.answer_limit
        self.world: World = load_base(scenario).world
        every_args = full or "*" in scenario.reads_args
        every_response = full or "*" in scenario.reads_response
        self.tools: dict[str, tuple[Call | None, dict[str, Call], bool, bool, int]] = {}
        """Of each tool: its successful call, if nothing of that is read; those made already, by the
        text of their arguments; whether responses and arguments are read; a success's status."""
        names = dict(scenario.names)
        self.true = {alias: name for name, alias in scenario.names}
        for name in scenario.tools:
            status = scenario.operations[name].status
            reads_args = every_args or name in scenario.reads_args
            reads_response = status != 204 and (every_response or name in scenario.reads_response)
            unread = None if reads_args or reads_response else Call(name, {}, "ok", status, None)
            shown = names.get(name, name)
            self.tools[shown] = (unread, {}, reads_response, reads_args, status)


_KNOWN: dict[int, _Needs] = {}
_KEPT = 64


def _needs(scenario: Scenario) -> _Needs:
    """What the reward reads; kept, as it is asked for at every score."""
    needs = _KNOWN.get(id(scenario))
    if needs is None or needs.scenario is not scenario:
        if len(_KNOWN) >= _KEPT:
            del _KNOWN[next(iter(_KNOWN))]
        needs = _KNOWN[id(scenario)] = _Needs(scenario, False)
    return needs


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
    needs = _Needs(scenario, True) if full else _needs(scenario)
    calls, answer, cuts, shortened = _read(needs, messages)
    for call in calls if needs.true else ():
        if call.kind != "unknown_tool":
            call.op = needs.true.get(call.op, call.op)
    return Reading(calls, answer, cuts, shortened)


def score_messages(
    scenario: Scenario,
    params: Params,
    messages: Iterable[Mapping[str, Any]],
    seed: int = 0,
    split: str = "train",
) -> Detail:
    """The reward of an episode and its parts, from the messages alone.

    A reward that reads the world replays the calls in a fresh one, which is exact because
    operations are deterministic; so does one that reads responses, when one was shortened, and one
    of a scenario with `faults:`, which depend on the task's `seed` and `split`.

    Raises:
        BadMessages: `messages` has not the shape that `read_messages` describes.
    """
    needs = _KNOWN.get(id(scenario))
    if needs is None or needs.scenario is not scenario:
        needs = _needs(scenario)
    if type(messages) is not list:
        messages = list(messages)
    if needs.reads_world:
        return replay(scenario, params, messages, seed, split)
    calls, answer, cuts, shortened = _read(needs, messages)
    if shortened:
        return replay(scenario, params, messages)
    # As Episode(...), without the cost of a Python frame.
    episode = _new(Episode)
    episode.calls = calls
    episode.params = params
    episode.initial = world = needs.world
    episode.setup = needs.setup(world, params)
    episode.final = None
    episode.answer = answer
    episode.cuts = cuts
    return needs.detail(episode)


def replay(
    scenario: Scenario,
    params: Params,
    messages: Iterable[Mapping[str, Any]],
    seed: int = 0,
    split: str = "train",
) -> Detail:
    """The reward after making the same calls in a fresh environment.

    Raises:
        BadMessages: `messages` has not the shape that `read_messages` describes.
    """
    from rewardlang_runtime.environment import Environment

    environment = Environment(scenario, split)
    environment.reset(seed, {"params": params})
    reading = read_messages(scenario, messages)
    for call in reading.calls:
        if call.kind == "unknown_tool":
            environment.call(call.op, call.args)
        elif call.kind == "malformed_arguments":
            environment.call(environment.name_of(call.op) or None, "")
        else:
            environment.call(environment.name_of(call.op), call.args)
    environment.finish(reading.answer)
    return environment.detail()


# ---- reading: one pass, the usual message first ----


def _read(
    needs: _Needs, messages: Iterable[Mapping[str, Any]]
) -> tuple[list[Call], str, int, bool]:
    tools = needs.tools
    calls: list[Call] = []
    record = calls.append
    pending: Any = ()
    message: Any = None
    answer = ""
    taken = cuts = 0
    shortened = False
    try:
        for message in messages:
            role = message["role"]
            if role == "tool":
                requested = pending[taken]
                taken += 1
                if len(pending) > 1:
                    requested = by_id(pending, message.get("tool_call_id"), requested)
                try:
                    function = requested["function"]
                    name, text, seen = function["name"], function["arguments"], message["content"]
                    unread, made, reads_response, _, status = tools[name]
                    if type(seen) is str and (seen[2] != "e" or seen[2:7] != "error"):
                        if unread is not None:
                            record(unread if unread not in calls else _again(unread))
                            continue
                        if not reads_response:
                            known = made.get(text)
                            if known is not None:
                                record(known if known not in calls else _again(known))
                                continue
                            if len(text) <= _SHORT and type(args := _loads(text)) is dict:
                                # As Call(...), without the cost of a Python frame.
                                call = _new(Call)
                                call.op = name
                                call.args = args
                                call.kind = "ok"
                                call.status = status
                                call.response = None
                                if len(made) >= _REMEMBERED:
                                    made.clear()
                                made[text] = call
                                record(call)
                                continue
                        usual = True
                    else:
                        usual = False
                except (
                    KeyError,
                    TypeError,
                    IndexError,
                    ValueError,
                ):  # another shape or tool
                    function = requested.get("function", requested)
                    name, text = function["name"], function.get("arguments")
                    seen, usual = message["content"], False
                other, cut_now, short = _call(tools, name, text, seen, usual)
                cuts += cut_now
                shortened = shortened or short
                if other is not None:
                    record(other)
            elif role == "assistant":
                pending = message.get("tool_calls")
                if pending:
                    taken = 0
                else:
                    pending = ()
                    answer = message.get("content")
                    if type(answer) is not str:
                        answer = text_of(answer)
                    if _CALL_TAG in answer:
                        answer = answer[: answer.index(_CALL_TAG)].strip()
                        record(Call("", {}, "malformed_arguments", 0, None))
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadMessages(explained(message, error)) from error
    if len(answer) > needs.answer_limit:
        answer = answer[: needs.answer_limit]
        cuts += 1
    if not answer.isascii():
        answer = well_formed(answer)
    if len(calls) > needs.calls_limit:
        calls = calls[: needs.calls_limit]
    return calls, answer, cuts, shortened


def _call(
    tools: Mapping[str, Any], name: Any, arguments: Any, observation: Any, usual: bool
) -> tuple[Call | None, int, bool]:
    """A call, how much of it was cut, and whether its response had been shortened.

    None stands for a call that the environment did not record, because it came after the end.
    `usual` says that the observation was looked at and is no error.
    """
    if type(name) is not str:
        return Call("", {}, "malformed_arguments", 0, None), 0, False
    args, cuts = _args(arguments)
    if name not in tools:
        shown = well_formed(name[:MAX_NAME])
        return Call(shown, args or {}, "unknown_tool", 0, None), cuts, False
    seen = text_of(observation)
    if args is None or seen.startswith(_REFUSED):
        return Call(name, {}, "malformed_arguments", 0, None), 0, False
    if usual or not seen.startswith(FAILED):
        _, _, reads_response, reads_args, status = tools[name]
        if reads_response:
            if not reads_args:
                args, cuts = {}, 0
            return Call(name, args, "ok", status, _json(seen)), cuts, _LEFT_OUT in seen
        return Call(name, args, "ok", status, None), cuts, False
    body = _json(seen)
    error = body["error"] if type(body) is dict and type(body.get("error")) is dict else _NOTHING
    kind, status = error.get("kind"), error.get("status")
    if kind not in KINDS:
        return None, 0, False
    if kind == "malformed_arguments":
        return Call(name, {}, kind, 0, None), 0, False
    status = status if type(status) is int else 0
    return Call(name, args, kind, status, error.get("body")), cuts, _LEFT_OUT in seen


def _again(call: Call) -> Call:
    """The same call once more: a trace finds the place of a call by its identity."""
    return Call(call.op, call.args, call.kind, call.status, call.response)


def _args(arguments: Any) -> tuple[dict[str, Any] | None, int]:
    """The arguments within the caps, or None when they are no object; and how much was cut."""
    value = arguments
    if type(arguments) is str:
        if len(arguments) > MAX_ARGUMENTS:
            return None, 0
        value = _json(arguments)
        openers = arguments.count("[") + arguments.count("{")
        if len(arguments) <= _UNCUT and openers <= MAX_DEPTH:
            return (value if type(value) is dict else None), 0
    elif arguments is None:
        return {}, 0
    if type(value) is not dict:
        return None, 0
    try:
        return cut(value)
    except TooLarge:
        return None, 0


def _json(text: str) -> Any:
    try:
        return _loads(text)
    except ValueError:
        return None
