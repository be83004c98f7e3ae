"""Trace files: recorded episodes as JSON lines, written, read and scored without the compiler.

A line is an object with `calls` (each with `op`, `args`, and as far as they were recorded `kind`,
`status` and `response`), `answer`, and the task: `seed` and `split`, or `params`. `world`:
"frozen" says that the calls are paid as if they had changed nothing (`Environment.freeze`),
`faults`: "none" that the scenario's `faults:` were left out. A call that a fault has struck has
`fault`, and one by another name of its operation `tool`. Keys that are not known here are kept out
of the way in `extra`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from rewardlang_runtime.calls import KINDS, Call
from rewardlang_runtime.environment import Environment
from rewardlang_runtime.observations import FAILED
from rewardlang_runtime.scenario import Detail, Params, Scenario
from rewardlang_runtime.tasks import SPLITS
from rewardlang_runtime.values import ScenarioFault

if TYPE_CHECKING:
    from rewardlang_runtime.scenario import Json

_KEYS = frozenset(("scenario", "seed", "split", "params", "calls", "answer"))


_FROZEN = "frozen"
_CALM = "none"


class BadTrace(ValueError):
    """A line that is no trace; the message starts with the number of the line."""


class Trace(NamedTuple):
    """One episode. Without `seed` and `params` its task is unknown.

    Attributes:
        line: Its line in the file, from 1; 0 when it comes from none.
        sent: Each call as it is to be sent again: the tool's name, and arguments as an object or
            as the text that the policy wrote; None when they are not recorded.
        recorded: What each call was answered, as far as the recording says: `kind`, `status`,
            `response`, or `part` of it; `ok` alone where it only says whether the call failed.
        frozen: Whether it is paid in a world that its calls have not changed.
        calm: Whether it was played without the scenario's faults.
        heard: Whether `answer` is what the policy said; the log of a server does not hold it.
    """

    line: int
    scenario: str | None
    seed: int | None
    split: str
    params: Params | None
    sent: tuple[tuple[str, Any], ...]
    recorded: tuple[dict[str, Json], ...]
    answer: str
    extra: dict[str, Json]
    frozen: bool = False
    calm: bool = False
    heard: bool = True


class Verdict(NamedTuple):
    """A trace's reward, or None and the reason why it is unknown; never 0 for lack of knowledge."""

    detail: Detail | None
    reason: str


def record(environment: Environment) -> dict[str, Json]:
    """The episode of an environment, as a line of a trace file holds it."""
    episode, detail = environment.episode, environment.detail()
    scenario = environment.scenario
    marks: dict[str, Json] = {"world": _FROZEN} if environment.frozen else {}
    if environment.calm and (scenario.faults or scenario.names):
        marks["faults"] = _CALM
    return {
        "scenario": scenario.name,
        "split": environment.split,
        "seed": environment.seed,
        "params": episode.params,
        "calls": [as_line(call, environment) for call in episode.calls],
        "answer": episode.answer,
        "reward": detail.reward,
        "parts": dict(zip([name for name, _ in scenario.parts], detail.parts, strict=True)),
        **marks,
    }


def write_trace(path: str | os.PathLike[str], environment: Environment) -> None:
    """Add the episode of an environment to a trace file."""
    line = orjson.dumps(record(environment), option=orjson.OPT_APPEND_NEWLINE)
    with open(path, "ab") as file:
        file.write(line)


def as_line(call: Call, environment: Environment) -> dict[str, Json]:
    """A call with the name that the policy used, where that is another than the operation's."""
    line = recorded(call)
    shown = environment.name_of(call.op)
    return line if call.kind == "unknown_tool" or shown == call.op else {"tool": shown, **line}


def recorded(call: Call) -> dict[str, Json]:
    """A call, as a line of a trace file holds it."""
    fault: dict[str, Json] = {} if call.fault is None else {"fault": call.fault}
    return {
        "op": call.op,
        "args": call.args,
        "kind": call.kind,
        "status": call.status,
        "response": call.response,
        **fault,
    }


def read_traces(path: str | os.PathLike[str]) -> Iterator[Trace]:
    """The traces of a file, one at a time, so that a long recording fits; empty lines are skipped.

    Raises:
        BadTrace: A line is no trace; also a last one that was torn while it was written.
        OSError: The file cannot be read.
    """
    with open(path, "rb") as file:
        yield from parse_traces(file)


def parse_traces(lines: Iterable[bytes | str]) -> Iterator[Trace]:
    """The traces of lines.

    Raises:
        BadTrace: As `read_traces`.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                data = orjson.loads(line)
            except ValueError as error:
                torn = "" if line[-1:] in ("\n", b"\n") else "; the line is torn"
                raise BadTrace(f"line {number}: no JSON: {error}{torn}") from error
            yield trace_of(data, number)


def trace_of(data: Any, line: int) -> Trace:
    """The trace that a line's JSON says.

    Raises:
        BadTrace: As `read_traces`.
    """
    where = f"line {line}"
    if type(data) is not dict:
        raise BadTrace(f"{where}: a trace is an object")
    split = _of(data, "split", str, where) or "train"
    if split not in SPLITS:
        raise BadTrace(f"{where}: `split` is one of {', '.join(SPLITS)}, not {split!r}")
    calls = _of(data, "calls", list, where) or []
    read = [_call(call, f"{where}: call {number}") for number, call in enumerate(calls, 1)]
    return Trace(
        line=line,
        scenario=_of(data, "scenario", str, where),
        seed=_of(data, "seed", int, where),
        split=split,
        params=_of(data, "params", dict, where),
        sent=tuple(sent for sent, _ in read),
        recorded=tuple(recorded for _, recorded in read),
        answer=_of(data, "answer", str, where) or "",
        extra={key: value for key, value in data.items() if key not in _KEYS},
        frozen=data.get("world") == _FROZEN,
        calm=data.get("faults") == _CALM,
    )


def _call(data: Any, where: str) -> tuple[tuple[str, Any], dict[str, Json]]:
    if type(data) is not dict:
        raise BadTrace(f"{where}: a call is an object")
    op = _of(data, "op", str, where)
    if op is None:
        raise BadTrace(f"{where}: `op`, the tool's name, is missing")
    kind = _of(data, "kind", str, where)
    if kind is not None and kind not in KINDS:
        raise BadTrace(f"{where}: `kind` is one of {', '.join(KINDS)}, not {kind!r}")
    _of(data, "status", int, where)
    args = data.get("args", {})
    if type(args) is not dict and type(args) is not str:
        raise BadTrace(f"{where}: `args` is an object, or text")
    if kind == "malformed_arguments" and not args:
        args = ""  # the text itself is not recorded
    tool = _of(data, "tool", str, where)
    answered = {key: data[key] for key in ("kind", "status", "response", "fault") if key in data}
    return (op if tool is None else tool, args), answered


def sent_to(environment: Environment, trace: Trace) -> Iterator[tuple[str, Any]]:
    """The calls of a trace as they are to be sent to an environment.

    An operation that goes by another name there may have been recorded by its own alone.
    """
    for (name, args), answered in zip(trace.sent, trace.recorded, strict=True):
        unknown = answered.get("kind") == "unknown_tool"
        yield (name if unknown else environment.name_of(name)), args


def _of(data: dict[str, Any], key: str, kind: type, where: str) -> Any:
    value = data.get(key)
    if value is not None and type(value) is not kind:
        raise BadTrace(f"{where}: `{key}` is {_KIND_NAMES[kind]}, not {type(value).__name__}")
    return value


_KIND_NAMES = {str: "text", int: "a whole number", list: "a list", dict: "an object"}


class Replayed(NamedTuple):
    """The environment at the end of a trace that was played again, or None and the reason why."""

    environment: Environment | None
    reason: str


def score_trace(scenario: Scenario, trace: Trace) -> Verdict:
    """The reward of a recorded episode, by making its calls again in a fresh environment.

    It is unknown when the task is, and when the replay answers otherwise than the recording: then
    the recording is of another world, and what the world would have been is not known.
    """
    environment, reason = replay_trace(scenario, trace)
    return Verdict(None if environment is None else environment.detail(), reason)


def replay_trace(
    scenario: Scenario, trace: Trace, environment: Environment | None = None
) -> Replayed:
    """Make the calls of a trace again; what `score_trace` scores.

    Args:
        scenario: What was played.
        trace: As it was recorded.
        environment: One of this scenario and of the trace's split to do it in, so that a long
            recording does not make one for each trace. It is calm if the trace is.
    """
    if trace.scenario is not None and trace.scenario != scenario.name:
        return Replayed(None, f"it is a trace of {trace.scenario}, not of {scenario.name}")
    if trace.params is None and trace.seed is None:
        return Replayed(None, "its task is unknown: neither `seed` nor `params` is recorded")
    if environment is None:
        environment = Environment(scenario, trace.split, calm=trace.calm)
    options = None if trace.params is None else {"params": trace.params}
    try:
        environment.reset(trace.seed or 0, options)
    except (ScenarioFault, ValueError) as error:
        return Replayed(None, f"its task cannot be set up: {error}")
    calls = environment.episode.calls
    for number, ((op, args), expected) in enumerate(
        zip(sent_to(environment, trace), trace.recorded, strict=True)
    ):
        if args is None:
            return Replayed(None, "it does not hold the arguments of its calls")
        # A call without a name, and one of a tool whose name is empty, are recorded alike.
        nameless = not op and expected.get("kind") != "unknown_tool"
        seen = environment.call(None if nameless else op, args)
        if len(calls) <= number:
            return Replayed(None, f"it has more than the {scenario.calls_limit} calls allowed")
        call = calls[number]
        for key, value in expected.items():
            if not _is_so(call, seen, key, value):
                said = "response" if key == "part" else key
                return Replayed(
                    None,
                    f"call {number + 1}, {op}, has another {said} when it is made again: "
                    "the recording is of another world",
                )
    environment.finish(trace.answer)
    if trace.frozen:
        environment.freeze()
    return Replayed(environment, "")


def heard(said: dict[str, Json]) -> Json:
    """The response of a recorded call, or what is known of it; None when nothing is."""
    return said.get("response", said.get("part"))


def _is_so(call: Call, seen: str, key: str, value: Json) -> bool:
    """Whether a call that was made again is what the recording says of it under `key`."""
    if key == "part":
        return _agree(call.response, value, part=True)
    if getattr(call, key) == value:
        return True
    return key == "response" and (_shown(seen) == value or _agree(call.response, value))


def _agree(made: Json, said: Json, *, part: bool = False) -> bool:
    """Whether two responses are the same but for the site that `self` leads to.

    With `part`, what is only in one of them makes no difference.
    """
    if type(made) is dict and type(said) is dict:
        if not part and made.keys() != said.keys():
            return False
        return all(
            _agree(value, said[key], part=part) or (key == "self" and _leads_to(value, said[key]))
            for key, value in made.items()
            if key in said
        )
    if type(made) is list and type(said) is list:
        return len(made) == len(said) and all(
            _agree(one, other, part=part) for one, other in zip(made, said, strict=True)
        )
    return bool(made == said)


def _leads_to(made: Json, said: Json) -> bool:
    """Whether an address is of the same resource: a server has a host of its own, and a prefix."""
    if type(made) is not str or type(said) is not str:
        return False
    _, _, path = made.partition("://")
    return "/" in path and said.startswith("http") and said.endswith(path[path.index("/") :])


def _shown(observation: str) -> Json:
    """The response as the policy saw it, which may be shorter than what the API said."""
    body = orjson.loads(observation)
    return body["error"].get("body") if observation.startswith(FAILED) else body
