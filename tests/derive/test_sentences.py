"""What documentation says of an operation, and where the names of rows go in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.derive import naming
from rewardlang.derive.phrases import asking, counting
from rewardlang.derive.request import Slot
from rewardlang.derive.sentences import parted, placed, sayings

CASES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["says"], ids=lambda case: case["says"])
def test_what_it_says(case: dict[str, Any]) -> None:
    name, reads = case.get("name", "other"), not case.get("writes", False)
    assert str(sayings(case["doc"], name, reads=reads)[0]) == case["says"]


@pytest.mark.parametrize("case", CASES["placed"], ids=lambda case: case["text"])
def test_a_name_is_put_behind_its_thing(case: dict[str, Any]) -> None:
    assert placed(case["text"], case["thing"], case["value"]) == case["is"]


@given(st.text(max_size=80), st.text(max_size=20), st.booleans())
def test_any_documentation_says_something(doc: str, name: str, reads: bool) -> None:
    for saying in sayings(doc, name, reads=reads):
        assert saying.verb
        assert parted(saying.thing) == parted(saying.thing)


@given(st.text(alphabet="ab' ", max_size=30), st.text(alphabet="ab ", min_size=1, max_size=6))
def test_a_name_is_put_in_once_or_not_at_all(text: str, thing: str) -> None:
    found = placed(text, thing, "VALUE")
    assert found is None or found.count("VALUE") == 1


@pytest.mark.parametrize(
    ("about", "of", "value", "question"),
    [
        ("lead", "the project P", "Ana", "What is the lead of the project P?"),
        ("created at", "the page 7", "2026-01-02T03:04:05Z", "When was the page 7 created?"),
        ("last modified", "the page 7", "2026-01-02", "When was the page 7 last modified?"),
        ("version created at", "p", "2026-01-02", "When was the version of p created?"),
        ("date last used", "the key k", "2026-01-02", "When was the key k last used?"),
        ("created", "the page 7", "Ana", "What is the created of the page 7?"),
        ("starts at", "the visit 7", "2026-01-02T03:04:05Z", "When does the visit 7 start?"),
        ("lent on", "the loan 7", "2026-01-02", "When was the loan 7 lent?"),
        ("due on", "the loan 7", "2026-01-02", "When is the loan 7 due?"),
        ("scope", "the default share scope", "GLOBAL", "What is the default share scope?"),
        ("hidden", "the field f", True, 'Is "hidden" true or false for the field f?'),
    ],
)
def test_the_question_for_a_field(about: str, of: str, value: object, question: str) -> None:
    assert asking(about, of, value).question == question


def test_the_question_for_a_number() -> None:
    assert (
        counting("labels", "of the page 7").question == "How many labels of the page 7 are there?"
    )
    keys = counting("keys", "in the URLs and keys of the page 7's labels")
    assert keys.ask == "how many keys of the page 7's labels there are"
    assert counting("labels", "").ask == "how many labels there are"


def test_a_field_is_said_with_what_it_is_in() -> None:
    inside = Slot(("input", "clearableFields", 0, "fieldId"), "field_id", ("1", "2"))
    assert naming.whole(inside) == "clearable field's field ID"
    assert naming.whole(Slot(("fieldId",), "field_id", ("1", "2"))) == "field ID"
