"""A policy's turn, from tokens to a message in which every attempted call is a call.

TRL's parser turns a whole message into plain text when one call in it is broken, casts text to the
types that a schema asks for, and lets a RecursionError through. Here a broken call stays a call,
with the text the policy wrote as its arguments, so that the environment answers and counts it as
it does outside training.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rewardlang.training.chat import Message

Json = Any

RAW = "\0text"
"""The key of arguments that were not a JSON object; the value is the text the policy wrote."""

_NAME = re.compile(r'"name"\s*:\s*"((?:[^"\\]|\\.)*)"')
_ARGUMENTS = re.compile(r'"arguments"\s*:\s*')


def reader(parse: Callable[..., Message]) -> Callable[..., Message]:
    """TRL's `parse_response` with the three faults named above mended."""

    def parse_response(
        tokenizer: Any,
        ids: Sequence[int],
        prefix: Sequence[int] | None = None,
        tools: Sequence[Json] | None = None,
    ) -> Message:
        form = _call_form(tokenizer)
        try:
            message = parse(tokenizer, ids, prefix=prefix, tools=None if _exact(form) else tools)
        except RecursionError:
            message = {"role": "assistant", "content": tokenizer.decode(ids)}
        if not message.get("tool_calls") and form and form["open"] in tokenizer.decode(ids):
            text = tokenizer.decode(ids).removesuffix(tokenizer.eos_token)
            message = {"role": "assistant", "content": "", "tool_calls": salvage(text, form)}
        for call in message.get("tool_calls") or ():
            function = call.get("function", call)
            if not isinstance(function["arguments"], dict):
                function["arguments"] = {RAW: _written(function["arguments"])}
        return message

    return parse_response


def _call_form(tokenizer: Any) -> Mapping[str, Json] | None:
    """How the tokenizer's model writes a call, if its beginning is a fixed text."""
    template = getattr(tokenizer, "response_template", None)
    if not isinstance(template, Mapping):
        return None
    form = template.get("fields", {}).get("tool_calls")
    return form if isinstance(form, Mapping) and isinstance(form.get("open"), str) else None


def _exact(form: Mapping[str, Json] | None) -> bool:
    """Whether calls are JSON, whose types are the policy's own and need no schema."""
    return form is not None and form.get("content") == "json"


def salvage(text: str, form: Mapping[str, Json]) -> list[Json]:
    """Calls out of a turn that has a broken one; JSON calls that can be read are kept whole."""
    calls = []
    close = form.get("close_pattern") or re.escape(form.get("close", "\0"))
    for piece in text.split(form["open"])[1:]:
        body = re.split(close, piece, maxsplit=1)[0]
        name, arguments = _salvaged(body) if _exact(form) else ("", body)
        calls.append({"type": "function", "function": {"name": name, "arguments": arguments}})
    return calls


def _salvaged(body: str) -> tuple[str, Json]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        arguments = value.get("arguments")
        return value["name"], {} if arguments is None else arguments
    name = _NAME.search(body)
    arguments = _ARGUMENTS.search(body)
    written = body[arguments.end() :] if arguments else body
    return (name.group(1) if name else ""), written


def _written(arguments: Json) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)


def final_answer(messages: Sequence[Message]) -> str:
    """What the policy said at the end: the text of its last turn, if that makes no calls."""
    last = messages[-1] if messages else {}
    if last.get("role") != "assistant" or last.get("tool_calls"):
        return ""
    content = last.get("content") or ""
    return content if isinstance(content, str) else ""
