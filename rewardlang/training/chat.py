"""How the embedded model sees a conversation: its chat template and how its turns are read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any
Message = dict[str, Json]
Tool = Mapping[str, Json]

PAD, END = "<|pad|>", "<|end|>"
ROLES = {role: f"<|{role}|>" for role in ("system", "user", "assistant", "tool")}
SPECIAL = (PAD, END, *ROLES.values())
OPEN_CALL, CLOSE_CALL = "<tool_call>", "</tool_call>"

TOOLS_HEADING = "\nTools:"

# A turn is one marker, its text and END, so that a turn costs two tokens besides what it says and
# an earlier turn reads the same whatever follows, which TRL needs of a template. A tool is listed
# as its name and the names of its arguments: a model this small learns the rest by example.
TEMPLATE = (
    "{%- set ns = namespace(start=0) %}"
    "{%- if messages and messages[0].role == 'system' %}{%- set ns.start = 1 %}{%- endif %}"
    "{%- if tools or ns.start %}"
    "{{- '<|system|>' }}{%- if ns.start %}{{- messages[0].content }}{%- endif %}"
    "{%- if tools %}{{- '" + TOOLS_HEADING.replace("\n", "\\n") + "' }}"
    "{%- for tool in tools %}{%- set f = tool.function if tool.function else tool %}"
    "{{- '\\n' + f.name + '(' + (f.parameters.properties | list | join(', ')) + ')' }}"
    "{%- endfor %}{%- endif %}{{- '<|end|>' }}{%- endif %}"
    "{%- for message in messages[ns.start:] %}"
    "{%- if message.role == 'assistant' %}{{- '<|assistant|>' }}{%- generation %}"
    "{{- message.content or '' }}"
    "{%- for call in message.tool_calls or [] %}"
    "{%- set f = call.function if call.function else call %}"
    "{{- '" + OPEN_CALL + '{"name": "\' + f.name + \'", "arguments": \' }}'
    "{%- if f.arguments is string %}{{- f.arguments }}{%- else %}{{- f.arguments | tojson }}"
    "{%- endif %}{{- '}" + CLOSE_CALL + "' }}{%- endfor %}"
    "{{- '<|end|>' }}{%- endgeneration %}"
    "{%- else %}{{- '<|' + message.role + '|>' + message.content + '<|end|>' }}{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}"
)

# What transformers (5.13 and later) parses a turn by.
RESPONSE_TEMPLATE: dict[str, Json] = {
    "defaults": {"role": "assistant"},
    "start_anchor": ROLES["assistant"],
    "fields": {
        "tool_calls": {
            "open": OPEN_CALL,
            "close_pattern": r"</tool_call>\s*",
            "repeats": True,
            "content": "json",
            "transform": {"type": "function", "function": "{content}"},
        },
        "content": {"close_pattern": r"<\|end\|>\s*", "content": "text"},
    },
}


def call_message(name: str, arguments: Json) -> Message:
    """An assistant turn that makes one call."""
    function = {"name": name, "arguments": arguments}
    call = {"type": "function", "function": function}
    return {"role": "assistant", "content": "", "tool_calls": [call]}


def call_text(name: str, arguments: Json) -> str:
    """What the template writes between OPEN_CALL and CLOSE_CALL."""
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return f'{{"name": "{name}", "arguments": {written}}}'


def tool_lines(tools: Sequence[Tool]) -> list[str]:
    """The lines in which the template lists `tools`, each with the newline before it."""
    functions = [tool["function"] for tool in tools]
    return [f"\n{f['name']}({', '.join(f['parameters']['properties'])})" for f in functions]


def opening(system: str | None, prompt: str) -> list[Message]:
    """The messages that an episode starts with."""
    first = [{"role": "system", "content": system}] if system else []
    return [*first, {"role": "user", "content": prompt}]
