"""The text of what is derived: expressions on several lines."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from rewardlang.derive.draft import broken

WORDS = ["and", "or", ",", "a", "bb", "(", ")", "[x,", '"q, and"', "c.args?.x == y,", "not", "=="]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), st.integers(4, 60))
@example("c.args?.title == params.title,", 12)
def test_an_expression_is_broken_between_words_and_nowhere_else(text: str, width: int) -> None:
    assert " ".join(broken(text, width)).split() == text.split()
