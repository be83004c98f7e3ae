"""Turns as the policy writes them: every attempted call is a call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.training.chat import RESPONSE_TEMPLATE
from rewardlang.training.turns import RAW, final_answer, reader


class Letters:
    """A tokenizer with a token per character."""

    eos_token = "<|end|>"
    response_template: Any = RESPONSE_TEMPLATE

    def decode(self, ids: Any, skip_special_tokens: bool = False) -> str:
        text = "".join(map(chr, ids))
        return text.replace("<|end|>", "") if skip_special_tokens else text

    def parse_response(self, ids: Any, prefix: Any = None, tools: Any = None) -> Any:
        from transformers.utils.chat_parsing import parse_response

        return parse_response(
            self.decode(ids), self.response_template, prefix="<|assistant|>", tools=tools
        )


INTEGER = {"type": "object", "properties": {"n": {"type": "integer"}}}
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": INTEGER}}]


def read(text: str) -> dict[str, Any]:
    from trl.chat_template_utils import parse_response

    ids = [ord(letter) for letter in text]
    return reader(parse_response)(Letters(), ids, prefix=[1], tools=TOOLS)


def calls(text: str) -> list[tuple[str, Any]]:
    made = [call["function"] for call in read(text).get("tool_calls", [])]
    return [(function["name"], function["arguments"]) for function in made]


def call(body: str) -> str:
    return f"<tool_call>{body}</tool_call>"


GOOD = call('{"name": "f", "arguments": {"n": 1}}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, [("f", {"n": 1})]),
        (GOOD + GOOD + "<|end|>", [("f", {"n": 1})] * 2),
        ("Let me look." + GOOD + "<|end|>", [("f", {"n": 1})]),
        # Types are the policy's own: a number in quotes is a mistake that must be seen.
        (call('{"name": "f", "arguments": {"n": "1"}}'), [("f", {"n": "1"})]),
        (call('{"name": "f"}'), [("f", {})]),
        (call('{"name": "f", "arguments": null}'), [("f", {})]),
        (call('{"name": "invented", "arguments": {}}'), [("invented", {})]),
        # What is no object stays the text that it was.
        (call('{"name": "f", "arguments": "x"}'), [("f", {RAW: "x"})]),
        (call('{"name": "f", "arguments": [1]}'), [("f", {RAW: "[1]"})]),
        (call('{"name": "f", "arguments": {"n": }}'), [("f", {RAW: '{"n": }}'})]),
        (call('{"arguments": {"n": 1}}'), [("", {RAW: '{"n": 1}}'})]),
        (call("[1, 2]"), [("", {RAW: "[1, 2]"})]),
        ("<tool_call>", [("", {RAW: ""})]),
        ('<tool_call>{"name": "f", "argum', [("f", {RAW: '{"name": "f", "argum'})]),
        # A broken call does not take the good one beside it along.
        (GOOD + call("{"), [("f", {"n": 1}), ("", {RAW: "{"})]),
        ("Done.<|end|>", []),
        ("", []),
    ],
)
def test_calls(text: str, expected: list[tuple[str, Any]]) -> None:
    assert calls(text) == expected


@pytest.mark.parametrize("depth", [100, 3_000, 100_000])
def test_deep_brackets_end_nothing(depth: int) -> None:
    nested = "[" * depth + "]" * depth
    [(name, arguments)] = calls(call(f'{{"name": "f", "arguments": {{"n": {nested}}}}}'))
    assert name == "f"
    assert arguments.keys() in ({"n"}, {RAW})


@given(
    st.lists(
        st.sampled_from(
            [
                *'{}[]",:\\ n1',
                "<tool_call>",
                "</tool_call>",
                '"name": "f"',
                '"arguments": ',
                "<|end|>",
                GOOD,
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_whatever_is_written_can_be_read(text: str) -> None:
    message = read(text)
    for one in message.get("tool_calls", []):
        assert isinstance(one["function"]["name"], str)
        assert isinstance(one["function"]["arguments"], dict)
    if "<tool_call>" in text.split("<|end|>")[0]:
        assert message["tool_calls"], "an attempt was lost"
    json.dumps(message)


def test_a_format_that_is_not_json_keeps_its_text() -> None:
    tags = {"open": "<call>", "close": "</call>", "content": "xml-inline"}
    tokenizer = Letters()
    tokenizer.response_template = {"fields": {"tool_calls": tags}}

    def fails(*_: Any, **__: Any) -> Any:
        return {"role": "assistant", "content": "<call>f(1)</call>"}

    message = reader(fails)(tokenizer, [ord(c) for c in "<call>f(1)</call>"])
    assert message["tool_calls"][0]["function"] == {"name": "", "arguments": {RAW: "f(1)"}}


@pytest.mark.parametrize(
    ("messages", "answer"),
    [
        ([], ""),
        ([{"role": "assistant", "content": "Done."}], "Done."),
        ([{"role": "assistant", "content": "x", "tool_calls": [{}]}], ""),
        ([{"role": "assistant", "content": "x"}, {"role": "tool", "content": "y"}], ""),
        ([{"role": "assistant", "content": None}], ""),
        ([{"role": "assistant", "content": [{"type": "text"}]}], ""),
    ],
)
def test_final_answer(messages: list[dict[str, Any]], answer: str) -> None:
    assert final_answer(messages) == answer
