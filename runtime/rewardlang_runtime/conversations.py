"""Chat messages as far as they are about calls of any tools, whatever the tools are.

Messages are OpenAI's: `assistant` with `tool_calls`, `tool` with the observation, in the order of
the calls or by `tool_call_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class BadMessages(ValueError):
    """The messages are not what a trainer sends; the text says which one and why."""


class Exchange(NamedTuple):
    """A call and what it was answered; `name` and `arguments` are the policy's, of any type."""

    name: Any
    arguments: Any
    observation: str


class Conversation(NamedTuple):
    """Messages as far as they are about calls; `unanswered` counts calls without an observation."""

    exchanges: list[Exchange]
    answer: str
    unanswered: int


def exchanges(messages: Iterable[Mapping[str, Any]]) -> Conversation:
    """The calls of a conversation with any tools, in the order of their observations.

    Raises:
        BadMessages: `messages` has not the shape described above.
    """
    found: list[Exchange] = []
    pending: list[Any] = []
    message: Any = None
    answer = ""
    try:
        for message in messages:
            role = message["role"]
            if role == "tool":
                requested = by_id(pending, message.get("tool_call_id"), pending[0])
                pending.remove(requested)
                function = requested.get("function", requested)
                text = text_of(message["content"])
                found.append(Exchange(function["name"], function.get("arguments"), text))
            elif role == "assistant":
                # Some log each call of a turn as a message of its own.
                pending = [*(message.get("tool_calls") or ()), *pending]
                answer = "" if pending else text_of(message.get("content"))
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise BadMessages(explained(message, error)) from error
    return Conversation(found, answer, len(pending))


def by_id(pending: Any, wanted: Any, default: Any) -> Any:
    """The call with this id; the one in order when ids are not used on one of the sides."""
    if wanted is None or default.get("id") is None:
        return default
    for requested in pending:
        if requested.get("id") == wanted:
            return requested
    raise KeyError(f"an observation of {wanted!r}, which was not called")


def explained(message: Any, error: Exception) -> str:
    """What is wrong with a message, for `BadMessages`, out of what reading it ran into."""
    if isinstance(error, IndexError):
        why = "an observation without a call"
    elif isinstance(error, KeyError) and " " not in str(error.args[0]):
        why = f"`{error.args[0]}` is missing"
    else:
        why = str(error.args[0]) if error.args else repr(error)
    return f"{why}, in the message {str(message)[:200]}"


def text_of(content: Any) -> str:
    """The text of a message, also when it is given as blocks."""
    if type(content) is str:
        return content
    if type(content) is list:
        return "".join(
            block["text"]
            for block in content
            if type(block) is dict and type(block.get("text")) is str
        )
    return ""
