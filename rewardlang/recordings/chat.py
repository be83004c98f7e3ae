"""OpenAI chat messages with tool calls: one conversation is one episode.

A record is a list of messages, or an object with `messages`; the task may stand beside them, or in
`metadata`, as `scenario`, `seed` and `split`, or `params`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rewardlang.recordings.items import Item, LeftOut, Problem, Step, arguments_of, task_of, trace
from rewardlang.recordings.outcomes import outcome_of
from rewardlang_runtime.conversations import BadMessages, exchanges

Json = Any
AFTER_END = "calls after the end of the episode"
UNANSWERED = "calls without a result"


def recognises(record: Json) -> bool:
    """Whether this is a conversation."""
    messages = record.get("messages") if type(record) is dict else record
    if type(messages) is not list or not messages:
        return False
    return all(type(message) is dict and "role" in message for message in messages[:3])


def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
    """The episodes of conversations."""
    for number, record in records:
        whole = record if type(record) is dict else {}
        messages = whole.get("messages") if whole else record
        if type(messages) is not list:
            yield Problem(number, "no conversation", "write an object with a list `messages`")
            continue
        try:
            conversation = exchanges(messages)
        except BadMessages as error:
            yield Problem(number, str(error), "log each tool's message after the call it answers")
            continue
        steps: list[Step] = []
        for exchange in conversation.exchanges:
            said = outcome_of(exchange.observation)
            if said is None:
                yield LeftOut(number, AFTER_END)
                continue
            steps.append(step_of(exchange.name, exchange.arguments, said))
        if conversation.unanswered:
            yield LeftOut(number, UNANSWERED, conversation.unanswered)
        yield trace(number, task_of(whole), steps, conversation.answer, asked=asked(messages))


def step_of(name: Json, arguments: Json, said: dict[str, Json]) -> Step:
    """A call of which only the policy's words are known."""
    if type(name) is not str:
        return Step("", "", said)
    return Step(name, arguments_of(arguments), said)


def asked(messages: list[Json]) -> str:
    """What the user asked first, cut to what a summary shows."""
    for message in messages:
        if message.get("role") == "user":
            content = message.get("content")
            return content[:500] if type(content) is str else ""
    return ""
