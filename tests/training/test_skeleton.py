from __future__ import annotations

import pytest

from rewardlang.training.skeleton import Shapes, common_stretches, frequent, json_leaves, remainder


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ('{"a": "x"}', [("a", "x")]),
        ('{"a":{"b":[1,-2.5e3,"y"]}}', [("b", "1"), ("b", "-2.5e3"), ("b", "y")]),
        ('{"a": true, "b": null}', []),
        (r'{"a": "say \"b\": 1"}', [("a", r"say \"b\": 1")]),
        ('["x" , "y"]', [("", "x"), ("", "y")]),
        ('{"a": "x', []),
        ("plain", []),
    ],
)
def test_leaves(text: str, leaves: list[tuple[str, str]]) -> None:
    found = list(json_leaves(text))
    assert [(leaf.key, leaf.text) for leaf in found] == leaves
    assert all(text[leaf.start : leaf.end] == leaf.text for leaf in found)


def test_what_never_varies_belongs_to_the_stretch_around_it() -> None:
    shapes = Shapes()
    shapes.add("result", '{"id":"1","status":"current","title":"A"}')
    shapes.add("result", '{"id":"2","status":"current","title":"B"}')
    shapes.add("other", '{"status":"gone"}')
    assert shapes.stretches() == {
        '{"id":"': 2,
        '","status":"current","title":"': 2,
        '"}': 2,
        '{"status":"gone"}': 1,
    }


def test_the_fixed_part_of_a_template() -> None:
    texts = [f'Create "{a}" below "{b}" in {c}.' for a, b, c in (
        ("Release Notes", "Plans", "ENG"), ("Team", "Old Plans", "OPS"), ("A b", "C", "HR"),
    )]  # fmt: skip
    assert common_stretches(texts) == ['Create "', '" below "', '" in ']


def test_a_stretch_survives_a_text_that_can_be_matched_in_two_ways() -> None:
    names = ["Next Steps", "Goals", "Costs", "Risks", "Owners", "Scope"]
    texts = [f"Write {a}, {b} and {c}." for a in names for b in names for c in names if a != b != c]
    first = "Write Goals, Costs and Next Steps."
    assert common_stretches([first, *texts]) == ["Write ", " and "]


@pytest.mark.parametrize("texts", [[], [""], ["x", "y"]])
def test_no_fixed_part(texts: list[str]) -> None:
    assert common_stretches(texts) == []


def test_a_constant_text_is_one_stretch() -> None:
    assert common_stretches(["It is done."] * 3) == ["It is done."]


def test_tokens_are_long_and_frequent_enough() -> None:
    shapes = Shapes()
    for n in range(3):
        shapes.add("x", f'{{"key":"{n}"}}')
    assert frequent(shapes.stretches(), 3) == ['{"key":"']
    assert frequent(shapes.stretches(), 4) == []


def test_remainder_is_what_tokens_leave() -> None:
    assert list(remainder(["aXXbXc", "XX"], ["X", "XX"])) == ["a", "b", "c"]
