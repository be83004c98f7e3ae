from __future__ import annotations

from typing import Any

import pytest
from training.conftest import TRACKER, WIKI

from rewardlang.driver import load
from rewardlang.training import chat
from rewardlang.training.prepare import lesson
from rewardlang.training.tokenizer import build_tokenizer
from rewardlang.training.warm_start import encode, longest
from rewardlang_runtime import Environment


@pytest.fixture(scope="module")
def lessons() -> list[Any]:
    return [lesson(load(path), 64, 64, 0) for path in (WIKI, TRACKER)]


@pytest.fixture(scope="module")
def tokenizer(lessons: list[Any]) -> Any:
    return build_tokenizer([one.corpus for one in lessons], 512, 1024)


def test_nothing_is_lost(tokenizer: Any, lessons: list[Any]) -> None:
    for one in lessons:
        for shown in (*one.clean[:8], *one.mixed[:16]):
            text = tokenizer.apply_chat_template(
                shown.messages, tools=one.corpus.tools, tokenize=False
            )
            ids = encode(tokenizer, shown.messages, one.corpus.tools).ids
            assert tokenizer.decode(ids) == text
            assert len(ids) < len(text) / 4


@pytest.mark.parametrize(
    "text", ["", "naïve 東京 \U0001f600", "\x00\t\r\n", "</h2><h2> , <b", "a  b"]
)
def test_any_text_has_tokens(tokenizer: Any, text: str) -> None:
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_a_call_is_a_dozen_tokens_and_a_value_reads_the_same_everywhere(tokenizer: Any) -> None:
    def pieces(text: str) -> list[str]:
        return [tokenizer.decode([i]) for i in tokenizer(text)["input_ids"]]

    call = chat.call_text("getPages", {"title": "Runbooks", "spaceId": "65601"})
    assert pieces(call) == [
        '{"name": "getPages", "arguments": {"title": "', "Runbooks", '", "spaceId": "', "65601",
        '"}}',
    ]  # fmt: skip
    prompt = 'Create a page "Backup Plan" below "Guides" in the OPS space, with the heading Owners.'
    assert pieces(prompt) == [
        'Create a page "', "Backup Plan", '" below "', "Guides", '" in the ', "OPS",
        " space, with the heading ", "Owners", ".",
    ]  # fmt: skip


def test_only_the_policys_own_words_are_learned(tokenizer: Any, lessons: list[Any]) -> None:
    shown, tools = lessons[0].clean[0], lessons[0].corpus.tools
    ids, said = encode(tokenizer, shown.messages, tools)
    spoken = tokenizer.decode([i for i, mine in zip(ids, said, strict=True) if mine])
    turns = []
    for message in shown.messages:
        if message["role"] == "assistant":
            function = message.get("tool_calls", [{}])[0].get("function")
            text = chat.call_text(**function) if function else ""
            turns.append(f"<tool_call>{text}</tool_call>" if text else message["content"])
    assert spoken == "".join(f"{turn}<|end|>" for turn in turns)
    episode, turn = longest([encode(tokenizer, shown.messages, tools)])
    assert turn < episode < len(ids)


def test_the_template_is_what_trl_asks_for(tokenizer: Any, tmp_path: Any) -> None:
    from transformers import AutoTokenizer
    from trl.chat_template_utils import (
        is_chat_template_prefix_preserving,
        parse_response,
        supports_tool_calling,
    )

    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    for one in (tokenizer, again):
        assert supports_tool_calling(one)
        assert is_chat_template_prefix_preserving(one)
        turn = '<tool_call>{"name": "getPages", "arguments": {"title": "A b"}}</tool_call><|end|>'
        ids = one(turn, add_special_tokens=False)["input_ids"]
        prefix = one("<|assistant|>", add_special_tokens=False)["input_ids"]
        [call] = parse_response(one, ids, prefix=prefix)["tool_calls"]
        assert call["function"] == {"name": "getPages", "arguments": {"title": "A b"}}


def test_system_message_and_tools_share_one_turn(tokenizer: Any) -> None:
    tools = Environment(load(WIKI)).tools
    messages = chat.opening("Be brief.", "Hello.")
    text = tokenizer.apply_chat_template(
        messages, tools=tools, tokenize=False, add_generation_prompt=True
    )
    assert text == (
        "<|system|>Be brief.\nTools:\ngetSpaces(keys)\ngetPages(title, spaceId)\n"
        "createPage(spaceId, parentId, title, body)<|end|><|user|>Hello.<|end|><|assistant|>"
    )
