"""OpenAI Responses: items of a conversation, or response objects that follow one another.

A record is a list of items, or an object with them under `items`, or under `input` and `output`;
`request` and `response` may hold these. Records that are linked by `previous_response_id` are one
episode. Items are read as the chat messages that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rewardlang.recordings import chat
from rewardlang.recordings.items import Item, Problem, size_of
from rewardlang.recordings.sessions import Sessions

Json = Any
_TYPES = ("function_call", "function_call_output", "message", "reasoning", "mcp_call")
_LOOKED_AT = 20
"""Items that are looked at to tell them from other records."""


@dataclass(slots=True)
class _Chain:
    number: int = 0
    head: dict[str, Json] = field(default_factory=dict)
    messages: list[dict[str, Json]] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    """Kind and `call_id` of what is in `messages` already: input is often sent again."""


def recognises(record: Json) -> bool:
    """Whether this holds items of the Responses API."""
    if type(record) is dict and record.get("object") == "response":
        return True
    items = _items(record) or []
    return any(
        type(item) is dict and any(item.get("type") == kind for kind in _TYPES)
        for item in items[:_LOOKED_AT]
    )


def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
    """The episodes of items and responses."""
    chains = Sessions(_Chain)
    for number, record in records:
        items = _items(record)
        if items is None:
            yield Problem(
                number, "no items of the Responses API", "write `input` and `output`, or `items`"
            )
            continue
        whole = record if type(record) is dict else {}
        said = _response(whole)
        before, after = said.get("previous_response_id"), said.get("id")
        name = before if type(before) is str else f" {number}"
        chain = chains.of(name, size_of(items))
        if not chain.number:
            chain.number, chain.head = number, whole
        for item in items:
            _take(chain, item)
        if type(after) is str and after:
            chains.rename(name, after)
        elif type(before) is not str:
            chains.close(name)
        for done in chains.closed():
            yield from _episode(done)
    for chain in chains.end():
        yield from _episode(chain)


def _response(record: dict[str, Json]) -> dict[str, Json]:
    """The object with the ids: the record, or the response in it."""
    inner = record.get("response")
    if type(inner) is not dict:
        return record
    request = record.get("request")
    linked = request.get("previous_response_id") if type(request) is dict else None
    return {"previous_response_id": linked, **inner} if linked else inner


def _items(record: Json) -> list[Json] | None:
    """The items of a record, what was put in first; None when it has none."""
    if type(record) is list:
        return record
    if type(record) is not dict:
        return None
    if type(record.get("items")) is list:
        return record["items"]  # type: ignore[no-any-return]  # a list, as tested above
    found: list[Json] = []
    any_there = False
    for holder in (record.get("request"), record, record.get("response")):
        if type(holder) is dict:
            for key in ("input", "output"):
                if type(holder.get(key)) is list:
                    found += holder[key]
                    any_there = True
                elif key == "input" and type(holder.get(key)) is str:
                    found.append({"role": "user", "content": holder[key]})
    return found if any_there else None


def _take(chain: _Chain, item: Json) -> None:
    """An item as the message that it stands for."""
    kind = item.get("type", "message") if type(item) is dict else None
    if kind == "message":
        role = item.get("role")
        chain.messages.append(
            {"role": role if type(role) is str else "user", "content": _text(item.get("content"))}
        )
        return
    if kind not in ("function_call", "function_call_output", "mcp_call"):
        return
    id = str(item.get("call_id") or item.get("id") or "")[:200]
    if id and (kind, id) in chain.seen:
        return
    chain.seen.add((kind, id))
    if kind != "function_call_output":
        function = {"name": item.get("name"), "arguments": item.get("arguments")}
        chain.messages.append(
            {"role": "assistant", "tool_calls": [{"id": id or None, "function": function}]}
        )
    if kind == "mcp_call":
        content = f"Error: {item['error']}" if item.get("error") else _text(item.get("output"))
        chain.messages.append({"role": "tool", "tool_call_id": id or None, "content": content})
    elif kind == "function_call_output":
        content = _text(item.get("output"))
        chain.messages.append({"role": "tool", "tool_call_id": id or None, "content": content})


def _text(content: Json) -> str:
    """Text, also when it is given as blocks of `input_text` and `output_text`."""
    if type(content) is list:
        blocks = (block.get("text") for block in content if type(block) is dict)
        return "".join(text for text in blocks if type(text) is str)
    return content if type(content) is str else ""


def _episode(chain: _Chain) -> Iterator[Item]:
    return chat.read([(chain.number, {**chain.head, "messages": chain.messages})])
