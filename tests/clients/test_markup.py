"""Wiki markup: texts in, documents out, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlang.serve.dialects.markup import document, markup, with_markup
from rewardlang_runtime.builtins.documents import adf_text

TASK = """h2. Steps to reproduce

* Open the *cart*
* Press pay

See {{cart.py}} and [the plan|https://acme.example/plan]."""
STEPS = [
    {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": "Steps"}]},
    {"type": "bulletList", "content": [
        {"type": "listItem", "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "one"}]}]}]},
]  # fmt: skip


def test_markup_becomes_a_document() -> None:
    assert document("h2. Steps\n\n* one")["content"] == STEPS
    kinds = [node["type"] for node in document(TASK)["content"]]
    assert kinds == ["heading", "bulletList", "paragraph"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line",
        "two\nlines",
        "one\n\ntwo paragraphs",
        TASK,
        "# one\n# two\n## below",
        "* one\n\n# two",
        "{code}\nx = [1, 2]\n\ny = 3\n{code}",
        "{quote}\nsaid\n{quote}",
        "----",
        "||a||b||\n|1|2|",
        "snake_case_name, 2 * 3 * 4 and a - b - c",
    ],
)
def test_markup_is_read_and_written_as_it_was(text: str) -> None:
    assert markup(document(text)) == text


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"*_-#{}[]| \nab1.", "h2. ", "{code}", "{quote}", "||", "[a|/b]", "\n\n"])
    ).map("".join)
)
def test_any_text_is_a_document_and_stays_one(text: str) -> None:
    once = markup(document(text))
    assert isinstance(adf_text(document(text)), str)
    again = markup(document(once))
    assert adf_text(document(again)) == adf_text(document(once))


NODES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "content", "text", "attrs", "marks", "level", "href"]),
            inner
            | st.sampled_from(["doc", "table", "bulletList", "heading", "text", "link", "rule"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(NODES)
def test_whatever_is_called_a_document_is_written(content: Any) -> None:
    assert isinstance(markup({"type": "doc", "content": content}), str)
    with_markup({"body": {"type": "doc", "content": [content]}, "more": content})


@pytest.mark.parametrize("piece", ["{code}", "*a", "[", "|", "{quote}x", "h1. \n", "* \n** \n"])
def test_long_texts_take_linear_time(piece: str) -> None:
    """A step that grew with the square of the text would not end here."""
    assert isinstance(markup(document(piece * (32_000 // len(piece)))), str)
