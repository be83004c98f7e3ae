"""MCP logs: JSON-RPC messages, bare or each in an object that says of which session it is.

A session is an episode. It begins with `initialize`, or with the first message under its name.
`tools/call` requests are steps in the order in which they were sent, also when their results come
in another; a step whose result is not in the log has an outcome that is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rewardlang.recordings.items import (
    MAX_STEPS,
    UNKNOWN,
    Item,
    LeftOut,
    Problem,
    Step,
    Task,
    arguments_of,
    read_json,
    size_of,
    task_of,
    trace,
)
from rewardlang.recordings.outcomes import of_value, outcome_of
from rewardlang.recordings.sessions import Sessions

Json = Any
_INSIDE = ("message", "payload", "data", "body", "rpc", "request", "response")
"""Keys under which an object of a log holds the message."""
_NAMES = (
    "session_id",
    "sessionId",
    "session",
    "mcp_session_id",
    "mcp-session-id",
    "Mcp-Session-Id",
)
TOO_MANY = "steps beyond the most that an episode may have"
LOST = "results of calls that are not in the log"
_UNKNOWN_TOOL, _INVALID = "unknown tool", -32602


@dataclass(slots=True)
class _Session:
    number: int = 0
    task: Task = UNKNOWN
    steps: list[Step] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    """Positions of steps whose results are awaited, by the JSON text of the request's id."""
    too_many: int = 0


def recognises(record: Json) -> bool:
    """Whether this is a message, or holds one."""
    return bool(_messages(record))


def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
    """The sessions of a log."""
    sessions = Sessions(_Session)
    for number, record in records:
        messages = _messages(record)
        if not messages:
            yield Problem(number, "no JSON-RPC message", "log one message on each line")
        name = _name_of(record)
        for message in messages:
            yield from _take(sessions, name, number, message, record)
        for session in sessions.closed():
            yield from _episode(session)
    for session in sessions.end():
        yield from _episode(session)


def _messages(record: Json) -> list[dict[str, Json]]:
    """The messages of a record: itself, one that it holds, or several."""
    if type(record) is list:
        return [m for m in record if type(m) is dict and "jsonrpc" in m]
    if type(record) is not dict:
        return []
    if "jsonrpc" in record:
        return [record]
    for key in _INSIDE:
        inner = record.get(key)
        if type(inner) is str and '"jsonrpc"' in inner:
            try:
                inner = read_json(inner)
            except ValueError:
                continue
        if type(inner) is dict and "jsonrpc" in inner:
            return [inner]
        if type(inner) is list and inner and all(type(m) is dict for m in inner):
            return [m for m in inner if "jsonrpc" in m]
    return []


def _name_of(record: Json) -> str:
    if type(record) is dict and "jsonrpc" not in record:
        for key in _NAMES:
            name = record.get(key)
            if type(name) is str or type(name) is int:
                return str(name)
    return ""


def _take(
    sessions: Sessions[_Session], name: str, number: int, message: dict[str, Json], record: Json
) -> Iterator[Item]:
    method = message.get("method")
    if method == "initialize":
        sessions.close(name)
    session = sessions.of(name, size_of(message))
    if not session.number:
        session.number = number
        session.task = _task(message, record)
    if method == "tools/call":
        _call(session, message)
    elif method is not None or not ("result" in message or "error" in message):
        return
    elif not _answered(session, message) and _is_of_a_call(message):
        yield LeftOut(number, LOST)


def _task(message: dict[str, Json], record: Json) -> Task:
    """What the log says of the task: in `metadata`, or in `_meta.rewardlang` of `initialize`."""
    params = message.get("params")
    meta = params.get("_meta") if type(params) is dict else None
    ours = meta.get("rewardlang") if type(meta) is dict else None
    if type(ours) is dict:
        return task_of(ours)
    return task_of({"metadata": record.get("metadata")} if type(record) is dict else {})


def _call(session: _Session, message: dict[str, Json]) -> None:
    if len(session.steps) >= MAX_STEPS:
        session.too_many += 1
        return
    params = message.get("params")
    asked = params if type(params) is dict else {}
    name = asked.get("name")
    session.asked[_key(message.get("id"))] = len(session.steps)
    args = arguments_of(asked.get("arguments"))
    session.steps.append(Step(name if type(name) is str else "", args, {}))


def _answered(session: _Session, message: dict[str, Json]) -> bool:
    """Take in the result of a call; whether it is one."""
    position = session.asked.pop(_key(message.get("id")), None)
    if position is None:
        return False
    step = session.steps[position]
    session.steps[position] = step._replace(said=_said(message))
    return True


def _said(message: dict[str, Json]) -> dict[str, Json]:
    if "error" in message:
        error = message["error"]
        words = str(error.get("message", ""))[:200] if type(error) is dict else ""
        return {"kind": "unknown_tool"} if _UNKNOWN_TOOL in words.lower() else {"ok": False}
    result = message["result"]
    if type(result) is not dict:
        return {}
    content = result.get("content")
    texts = [
        block["text"]
        for block in (content if type(content) is list else ())
        if type(block) is dict and type(block.get("text")) is str
    ]
    said = outcome_of("".join(texts)) if texts else None
    structured = result.get("structuredContent")
    if said is None or (said.get("ok") and "response" not in said and structured is not None):
        said = of_value(structured) if structured is not None else {"ok": True}
    if result.get("isError") is True and "kind" not in said:
        return {key: value for key, value in said.items() if key != "response"} | {"ok": False}
    return said


def _is_of_a_call(message: dict[str, Json]) -> bool:
    result = message.get("result")
    return type(result) is dict and type(result.get("content")) is list


def _key(id: Json) -> str:
    return f"{type(id).__name__} {id}"[:200] if type(id) in (str, int, float) else ""


def _episode(session: _Session) -> Iterator[Item]:
    if session.too_many:
        yield LeftOut(session.number, TOO_MANY, session.too_many)
    if session.steps:
        yield trace(session.number, session.task, session.steps, None)
