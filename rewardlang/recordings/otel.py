"""OpenTelemetry spans of agents, as OTLP JSON, by the GenAI semantic conventions.

The spans of a trace are an episode; traces that name one `gen_ai.conversation.id` are one episode
together. A step is a span whose `gen_ai.operation.name` is `execute_tool`, by start time, with
`gen_ai.tool.name`, `gen_ai.tool.call.arguments` and `gen_ai.tool.call.result`. Contents are opt-in
there: what a tool span lacks is taken from the messages of the other spans when they have it, as
are the answer and, when no tool span is recorded, the calls; and else it is not known.

Source: open-telemetry/semantic-conventions, docs/gen-ai (spans, agent spans, input messages).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from rewardlang.recordings import chat
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
from rewardlang.recordings.mcp import TOO_MANY
from rewardlang.recordings.outcomes import of_value, outcome_of
from rewardlang.recordings.sessions import Sessions
from rewardlang_runtime.conversations import BadMessages, exchanges

Json = Any
OTHER = "spans that are of no agent"
_DEPTH = 20
"""Levels of an attribute that are read."""
_OPERATION, _CONVERSATION = "gen_ai.operation.name", "gen_ai.conversation.id"
_TOOL, _CALL = "gen_ai.tool.name", "gen_ai.tool.call"
_INPUT, _OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
_AGENT = frozenset(("chat", "invoke_agent", "generate_content", "text_completion"))
_ERROR = (2, "STATUS_CODE_ERROR")


class _Span(NamedTuple):
    started: int
    ended: int
    failed: bool
    attributes: dict[str, Json]


@dataclass(slots=True)
class _Trace:
    number: int = 0
    conversation: str = ""
    task: Task = UNKNOWN
    tools: list[_Span] = field(default_factory=list)
    agents: list[_Span] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Ids of the spans that are in it."""
    too_many: int = 0


def recognises(record: Json) -> bool:
    """Whether this is an export of spans, a part of one, or a span."""
    return type(record) is dict and bool(
        type(record.get("resourceSpans")) is list
        or type(record.get("scopeSpans")) is list
        or ("traceId" in record and "spanId" in record)
    )


def read(records: Iterable[tuple[int, Json]]) -> Iterator[Item]:
    """The episodes of exports, whose spans may come in any order."""
    traces = Sessions(_Trace)
    ended: dict[str, list[_Trace]] = {}
    for number, record in records:
        spans = list(_spans(record))
        if not spans:
            yield Problem(number, "no spans", "export OTLP as JSON, with `resourceSpans`")
        for span in spans:
            if not _take(traces, number, span):
                yield LeftOut(number, OTHER)
        for closed in traces.closed():
            yield from _episode([closed])
    for closed in traces.end():
        ended.setdefault(closed.conversation or f" {len(ended)}", []).append(closed)
    for parts in ended.values():
        yield from _episode(parts)


def _spans(record: Json) -> Iterator[dict[str, Json]]:
    """The spans of a record."""
    if type(record) is not dict:
        return
    if "spanId" in record:
        yield record
        return
    resources = record.get("resourceSpans", [record])
    for resource in resources if type(resources) is list else ():
        scopes = resource.get("scopeSpans") if type(resource) is dict else None
        for scope in scopes if type(scopes) is list else ():
            spans = scope.get("spans") if type(scope) is dict else None
            yield from (s for s in (spans if type(spans) is list else ()) if type(s) is dict)


def _take(traces: Sessions[_Trace], number: int, span: dict[str, Json]) -> bool:
    """Take in a span; whether it is of an agent."""
    attributes = _attributes(span.get("attributes"))
    operation = attributes.get(_OPERATION)
    name = span.get("name")
    if operation is None and type(name) is str:
        operation = name.partition(" ")[0]
    is_tool = operation == "execute_tool"
    if not is_tool and operation not in _AGENT:
        return False
    whole = traces.of(str(span.get("traceId", ""))[:200], size_of(span))
    whole.number = whole.number or number
    conversation = attributes.get(_CONVERSATION)
    if type(conversation) is str:
        whole.conversation = conversation[:200]
    task = task_of({key.removeprefix("rewardlang."): attributes[key] for key in attributes})
    if task != UNKNOWN:
        whole.task = task
    id = str(attributes.get(f"{_CALL}.id") or span.get("spanId", ""))[:200]
    if is_tool and id in whole.seen:
        return True
    whole.seen.add(id)
    kept = whole.tools if is_tool else whole.agents
    if len(kept) >= MAX_STEPS:
        whole.too_many += 1
    else:
        kept.append(
            _Span(
                _nanoseconds(span.get("startTimeUnixNano")),
                _nanoseconds(span.get("endTimeUnixNano")),
                _has_failed(span, attributes),
                attributes,
            )
        )
    return True


def _has_failed(span: dict[str, Json], attributes: dict[str, Json]) -> bool:
    status = span.get("status")
    return "error.type" in attributes or (
        type(status) is dict and any(status.get("code") == code for code in _ERROR)
    )


def _nanoseconds(value: Json) -> int:
    """A time as OTLP writes it: a whole number, mostly as text."""
    if type(value) is int:
        return value
    short = type(value) is str and len(value) < 30 and value.isascii()
    return int(value) if short and value.isdigit() else 0


def _attributes(pairs: Json) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for pair in pairs if type(pairs) is list else ():
        if type(pair) is dict and type(pair.get("key")) is str:
            found[pair["key"]] = _value(pair.get("value"), 0)
    return found


def _value(value: Json, depth: int) -> Json:
    """An `AnyValue` of OTLP as plain data."""
    if type(value) is not dict or depth > _DEPTH:
        return None
    for key, item in value.items():
        if key == "intValue":
            return _nanoseconds(item) if type(item) is not str or item[:1] != "-" else item
        if key in ("stringValue", "boolValue", "doubleValue"):
            return item
        values = item.get("values") if type(item) is dict else None
        if key == "arrayValue" and type(values) is list:
            return [_value(each, depth + 1) for each in values]
        if key == "kvlistValue" and type(values) is list:
            return {
                pair["key"]: _value(pair.get("value"), depth + 1)
                for pair in values
                if type(pair) is dict and type(pair.get("key")) is str
            }
    return None


# ---- from spans to an episode ----


def _episode(parts: list[_Trace]) -> Iterator[Item]:
    tools = sorted((s for part in parts for s in part.tools), key=lambda span: span.started)
    agents = sorted((s for part in parts for s in part.agents), key=lambda span: span.ended)
    number = min(part.number for part in parts)
    too_many = sum(part.too_many for part in parts)
    if too_many:
        yield LeftOut(number, TOO_MANY, too_many)
    messages = _messages(agents)
    if tools:
        texts = _by_id(messages)
        steps = [_step(span, texts) for span in tools]
    else:
        try:
            found = exchanges(messages).exchanges
        except BadMessages as error:
            yield Problem(number, str(error), "record `execute_tool` spans")
            return
        said = [(e, outcome_of(e.observation)) for e in found]
        steps = [chat.step_of(e.name, e.arguments, s) for e, s in said if s is not None]
        if len(steps) < len(found):
            yield LeftOut(number, chat.AFTER_END, len(found) - len(steps))
    if steps or messages:
        task = next((part.task for part in parts if part.task != UNKNOWN), UNKNOWN)
        yield trace(number, task, steps, _answer(agents), asked=chat.asked(messages))


def _step(span: _Span, texts: dict[str, tuple[Json, Json]]) -> Step:
    attributes = span.attributes
    name = attributes.get(_TOOL)
    args, result = attributes.get(f"{_CALL}.arguments"), attributes.get(f"{_CALL}.result")
    asked, shown = texts.get(str(attributes.get(f"{_CALL}.id")), (None, None))
    args = asked if args is None else args
    result = shown if result is None else result
    said: dict[str, Json] | None = None
    if type(result) is str:
        said = outcome_of(result)
    elif result is not None:
        said = of_value(result)
    if said is None:
        # A span without content still says whether it failed.
        said = {"ok": not span.failed}
    elif span.failed and said.get("kind", "ok") == "ok":
        said = {key: said[key] for key in said if key not in ("kind", "response")} | {"ok": False}
    op = name if type(name) is str else ""
    return Step(op, None if args is None else arguments_of(args), said)


def _messages(agents: list[_Span]) -> list[dict[str, Json]]:
    """The conversation as chat messages: what the last span with an input had, and its output."""
    for span in reversed(agents):
        given = _listed(span.attributes.get(_INPUT))
        if given:
            whole = given + _listed(span.attributes.get(_OUTPUT))
            return [said for message in whole for said in _chat(message)]
    return []


def _listed(value: Json) -> list[Json]:
    """Messages, which an attribute may hold as a structure or as JSON text."""
    if type(value) is str:
        try:
            value = read_json(value)
        except ValueError:
            return []
    return value if type(value) is list else []


def _chat(message: Json) -> Iterator[dict[str, Json]]:
    """A message with parts as the chat messages that say the same."""
    if type(message) is not dict or type(message.get("role")) is not str:
        return
    parts = message.get("parts")
    if type(parts) is not list:
        yield message
        return
    texts, calls = [], []
    for part in parts:
        if type(part) is not dict:
            continue
        kind = part.get("type")
        if kind == "text" and type(part.get("content")) is str:
            texts.append(part["content"])
        elif kind == "tool_call":
            calls.append({"id": part.get("id"), "function": {**part, "name": part.get("name")}})
        elif kind == "tool_call_response":
            said = part.get("response", part.get("result"))
            content = said if type(said) is str else orjson.dumps(said).decode()
            yield {"role": "tool", "tool_call_id": part.get("id"), "content": content}
    if calls:
        yield {"role": "assistant", "tool_calls": calls}
    elif texts:
        yield {"role": message["role"], "content": "".join(texts)}


def _by_id(messages: list[dict[str, Json]]) -> dict[str, tuple[Json, Json]]:
    """Arguments and results by the ids of their calls."""
    found: dict[str, tuple[Json, Json]] = {}
    for message in messages:
        calls = message.get("tool_calls")
        for call in calls if type(calls) is list else ():
            if type(call) is dict and type(call.get("function")) is dict and call.get("id"):
                found[str(call["id"])] = (call["function"].get("arguments"), None)
        if message.get("role") == "tool":
            id = str(message.get("tool_call_id"))
            found[id] = (found.get(id, (None, None))[0], message.get("content"))
    return found


def _answer(agents: list[_Span]) -> str | None:
    """What the last span said; None when contents were not recorded."""
    for span in reversed(agents):
        said = [m for message in _listed(span.attributes.get(_OUTPUT)) for m in _chat(message)]
        for message in reversed(said):
            if message.get("role") == "assistant":
                content = message.get("content")
                return content if type(content) is str else ""
    return None
