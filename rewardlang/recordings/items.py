"""What readers of recordings give, and the steps that they make traces of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from rewardlang_runtime import Trace

Json = Any
MAX_STEPS = 10_000
"""Steps of one episode that are read; the rest is left out."""


_NESTED = 100
"""Brackets in a text from which on its depth is looked at."""


class Problem(NamedTuple):
    """Something that could not be read; `number` is the line, or the entry of a document."""

    number: int
    message: str
    remedy: str = ""


class LeftOut(NamedTuple):
    """Something that is no step of an episode, one of a fixed set of reasons."""

    number: int
    reason: str
    times: int = 1


Item = Trace | Problem | LeftOut


class Step(NamedTuple):
    """A call as it was recorded: `args` and `said` are as `sent` and `recorded` in `Trace`."""

    op: str
    args: dict[str, Json] | str | None
    said: dict[str, Json]


class Told(NamedTuple):
    """What an answer in another form tells of the answer that an operation gives.

    Attributes:
        status: Of the operation's answer.
        response: Its body, or what is told of it.
        whole: Whether that is all of it.
    """

    status: int
    response: Json
    whole: bool = False


class Task(NamedTuple):
    """What a recording says of the task; all unknown in one that comes from production."""

    scenario: str | None = None
    seed: int | None = None
    split: str = "train"
    params: dict[str, Json] | None = None


UNKNOWN = Task()


def task_of(record: dict[str, Json]) -> Task:
    """The task that a record names beside its own keys, or in its `metadata`."""
    more = record.get("metadata")
    if type(more) is dict:
        record = {**more, **record}
    scenario, seed, split, params = map(record.get, ("scenario", "seed", "split", "params"))
    return Task(
        scenario if type(scenario) is str else None,
        seed if type(seed) is int else None,
        "eval" if split == "eval" else "train",
        params if type(params) is dict else None,
    )


def trace(
    number: int, task: Task, steps: Sequence[Step], answer: str | None, **extra: Json
) -> Trace:
    """An episode of `steps`.

    Args:
        number: Its line or entry.
        task: What it says of its task.
        steps: Its calls.
        answer: The last words of the policy; None when such a recording does not hold them.
        extra: What is kept with it, such as what the user asked.
    """
    kept = steps[:MAX_STEPS]
    return Trace(
        line=number,
        scenario=task.scenario,
        seed=task.seed,
        split=task.split,
        params=task.params,
        sent=tuple((step.op, step.args) for step in kept),
        recorded=tuple(step.said for step in kept),
        answer=answer or "",
        extra=extra,
        heard=answer is not None,
    )


def read_json(text: str | bytes) -> Json:
    """JSON text as data that can be handed on: to another process, or back to text.

    Raises:
        ValueError: It is no JSON, or nests some hundred deep.
    """
    value = orjson.loads(text)
    some, more = ("[", "{") if isinstance(text, str) else (b"[", b"{")
    # For mypy: both are of the text's own kind.
    if text.count(some) + text.count(more) > _NESTED:  # type: ignore[arg-type]
        try:
            orjson.dumps(value)
        except TypeError as error:
            raise ValueError("it is nested too deeply") from error
    return value


def size_of(record: Json) -> int:
    """Bytes of a record, which is what it takes to hold it, about."""
    return len(orjson.dumps(record))


def arguments_of(value: Json) -> dict[str, Json] | str:
    """Arguments as a trace holds them: an object, or the text that the policy wrote."""
    if type(value) is dict or type(value) is str:
        return value
    return {} if value is None else "null"  # no object: malformed, whatever it was
