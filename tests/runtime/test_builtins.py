"""Every builtin of the table against what all of them promise, and cases of single ones."""

from __future__ import annotations

import doctest
import inspect
import math
import sys
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.types.notation import signature
from rewardlang.types.types import Number
from rewardlang_runtime import FAILURES
from rewardlang_runtime import builtins as b
from rewardlang_runtime.registry import BUILTINS, Builtin, builtin

TABLE = sorted(BUILTINS)
SYMMETRIC = ("f1", "jaccard", "edit_sim", "token_f1", "lcs_ratio")

SCALARS: list[Any] = [
    None, True, False, 0, 1, -1, 2**63 - 1, 1.5, -0.0, 1e300, "", "a", "To Do", "-12",
    "\u00e9\u0301", "<h1>", "<![CDATA[", "&amp;&#999999;",
    "2026-03-02T09:00:00.000+0000", "a,b", "x" * 300,
]  # fmt: skip
VALUES: list[Any] = [
    *SCALARS, [], {}, [[]], [None], ["a", "a"], [1, 1.0, True], [{}], {"a": 1}, {"": None},
    {"type": "doc", "content": [{"type": "text", "text": 3}]}, {"add": "x"}, [{"add": "x"}],
    [{"set": 1}], [["a", "b"]], [3, "a"], {"content": "x"},
]  # fmt: skip

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-2, 2) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def module_of(entry: Builtin) -> ModuleType:
    return sys.modules[entry.function.__module__]


@pytest.mark.parametrize("name", TABLE)
def test_declaration(name: str) -> None:
    entry = BUILTINS[name]
    parsed = signature(entry.signature)
    assert parsed.name == name
    assert parsed.method == entry.method
    assert getattr(b, name) is entry.function
    assert entry.doc.strip().splitlines()[0].endswith((".", ":")), "the first line is a sentence"
    assert entry.cost
    own = list(inspect.signature(entry.function).parameters.values())
    positional = [p for p in own if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    assert [p.name for p in positional] == [p.name for p in parsed.params]
    assert [p.default is not p.empty for p in positional] == [p.optional for p in parsed.params]
    assert (len(own) > len(positional)) == (parsed.rest is not None)


@pytest.mark.parametrize("name", TABLE)
def test_examples(name: str) -> None:
    entry = BUILTINS[name]
    examples = doctest.DocTestFinder(recurse=False).find(
        entry.function, name, globs=vars(module_of(entry)).copy()
    )
    assert sum(len(example.examples) for example in examples) >= 1
    for example in examples:
        result = doctest.DocTestRunner(verbose=False).run(example)
        assert result.failed == 0


@pytest.mark.parametrize("name", TABLE)
def test_any_value_gives_a_result_or_a_failure(name: str) -> None:
    entry = BUILTINS[name]
    parsed = signature(entry.signature)
    required = sum(not p.optional for p in parsed.params)
    for index, first in enumerate(VALUES):
        for second in VALUES:
            given_values = [first, second, VALUES[(index * 7 + 3) % len(VALUES)], "x"]
            for count in {required, len(parsed.params)}:
                try:
                    result = entry.function(*given_values[:count])
                except FAILURES:
                    continue
                check_result(parsed.result, result)
            if len(parsed.params) < 2:
                break


def check_result(kind: Any, result: Any) -> None:
    if isinstance(kind, Number) and kind.low is not None:
        assert kind.low <= result <= kind.high
    if isinstance(result, float):
        assert math.isfinite(result)
    assert isinstance(result, bool | int | float | str | list | dict | None)


@pytest.mark.parametrize("name", SYMMETRIC)
@given(data=st.data())
def test_similarity_is_symmetric_and_one_for_equals(name: str, data: st.DataObject) -> None:
    function = BUILTINS[name].function
    values = st.text(max_size=12) if name in ("edit_sim", "token_f1") else st.lists(json_values)
    left, right = data.draw(values), data.draw(values)
    assert function(left, right) == function(right, left)
    assert function(left, left) == 1
    assert 0 <= function(left, right) <= 1


@given(json_values, json_values, st.booleans())
def test_subset_score_is_the_share_of_leaves(actual: Any, expected: Any, order: bool) -> None:
    score = b.subset_score(actual, expected, order)
    assert 0 <= score <= 1
    assert b.subset_score(expected, expected, order) == 1
    assert b.matches_subset(actual, expected, order) == (score == 1)
    assert b.subset_score(actual, expected, False) <= 1


def test_subset_score_on_hostile_nesting_is_quick() -> None:
    deep: Any = "x"
    other: Any = "y"
    for _ in range(31):
        deep, other = [deep], [other]
    assert b.subset_score(deep, other) == 0
    wide = [[["a", "b"] for _ in range(64)] for _ in range(64)]
    assert b.subset_score(wide, [[["b", "a"]] * 8] * 8, order=False) == 1
    assert 0 < b.subset_score(wide, [[["b", "a"]] * 8] * 8) < 0.5, "it gave up aligning"
    assert b.subset_score(wide, wide) == 1


def test_a_builtin_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        builtin("fold(text: str) -> str")(lambda text: text)


def test_patterns_are_linear_and_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    import re2

    assert b.search(r"^(a+)+$")("a" * 5_000 + "b") is False
    assert b.search(r"\d")("\u0663") is False, "classes are ASCII"
    assert b.search("b")("abc") is True
    with pytest.raises(TypeError):
        b.search("b")(7)
    with pytest.raises(re2.error):
        b.search(r"(a)\1")("aa")
    assert capfd.readouterr() == ("", "")


SAYS = [
    ("ACME-12 is Done.", "Done", [], True),
    ("It is not Done.", "Done", [], False),
    ("It isn't done yet.", "Done", [], False),
    ("No, it is Done.", "Done", [], True),
    ("No longer is it In Progress", "In Progress", [], False),
    ("in   PROGRESS", "In Progress", [], True),
    ("in-progress", "In Progress", [], True),
    ("Undone", "Done", [], False),
    ("Done or To Do", "Done", ["To Do", "Done"], False),
    ("To Do, In Progress, Done", "Done", ["To Do", "In Progress", "Done"], False),
    ("The status is In Progress", "In Progress", ["Progress"], True),
    ("progress: In Progress", "In Progress", ["Progress"], False),
    ("It takes 15 minutes", 15, [5, 10], True),
    ("It takes 15.5 minutes", 15, [], False),
    ("It takes 1,500 minutes", 500, [], False),
    ("", "Done", [], False),
    ("anything", None, [], False),
    ("Ana Lima has it", "Ana Lima", ["Ana Lopes", None], True),
    ("Search and rescue", "Search and rescue", [], True),
    ("C++ it is", "++", [], True),
]


@pytest.mark.parametrize(("answer", "value", "others", "expected"), SAYS)
def test_says(answer: str, value: Any, others: list[Any], expected: bool) -> None:
    assert b.says(answer, value, others) is expected


SAYS_NONE = [
    ("It is unassigned.", "assignee", [], True),
    ("It is not unassigned.", "assignee", [], False),
    ("Nobody is assigned.", "assignee", [], True),
    ("There is no assignee", "assignee", [], True),
    ("Assignee: none", "assignee", [], True),
    ("The assignee is empty", "assignee", [], True),
    ("The assignee is Ana", "assignee", ["Ana"], False),
    ("Unassigned, or Ana", "assignee", ["Ana"], False),
    ("Done", "assignee", [], False),
]


@pytest.mark.parametrize(("answer", "what", "others", "expected"), SAYS_NONE)
def test_says_none(answer: str, what: str, others: list[Any], expected: bool) -> None:
    assert b.says_none(answer, what, others) is expected


NUMBERS = [
    ("15", [15]),
    ("1,234,567.25 and 1,23", [1234567.25, 1, 23]),
    ("ACME-12, v2, _3 and x4", []),
    ("-5 and \u22127, 10-15", [-5, -7, 10, 15]),
    ("3min 2nd 50%", [3, 2, 50]),
    ("3.0", [3.0]),
    ("9" * 50, []),
]


@pytest.mark.parametrize(("text", "expected"), NUMBERS)
def test_numbers(text: str, expected: list[float]) -> None:
    assert b.numbers(text) == expected


DOCUMENTS = [
    ("<h1>A</h1><H2 id='x'>B &lt;b&gt;</H2>", ["A", "B <b>"]),
    ("<h1>never closed", ["never closed"]),
    ("<h1>A<h2>B</h2>", ["A", "B"]),
    ("<h1></h1><h1> </h1>", []),
    ("<!-- <h1>no</h1> --><h1>yes</h1>", ["yes"]),
    ("<h1><![CDATA[a <b> c]]></h1>", ["a <b> c"]),
    ("<h1>a<br/>b</h1>", ["a b"]),
    ("a < b", []),
    ("<", []),
    ("<>", []),
    ("</h1>", []),
]


@pytest.mark.parametrize(("storage", "expected"), DOCUMENTS)
def test_storage_headings(storage: str, expected: list[str]) -> None:
    assert b.storage_headings(storage) == expected


@given(st.text(alphabet="<>/h1trdable!-[]& ;'\"", max_size=60))
def test_storage_parsers_take_any_text(text: str) -> None:
    assert isinstance(b.storage_text(text), str)
    assert all(isinstance(heading, str) for heading in b.storage_headings(text))
    assert all(isinstance(row, dict) for row in b.storage_table(text))


@pytest.mark.parametrize(
    "piece", ["<h1>", "<", "<table><tr><td>", "<!--", "&amp;", "<a b='", "]]>"]
)
def test_storage_parsers_are_linear(piece: str) -> None:
    text = piece * (65_536 // len(piece))
    assert isinstance(b.storage_text(text), str)
    assert isinstance(b.storage_headings(text), list)
    assert isinstance(b.storage_table(text), list)
    assert b.storage_error(text) is None or isinstance(b.storage_error(text), str)


def test_storage_table_with_a_table_inside() -> None:
    inner = "<table><tr><td>x</td><td>y</td></tr></table>"
    head = "<tr><th>A</th><th></th><th>B</th></tr>"
    text = f"<table>{head}<tr><td>{inner}</td><td>-</td></tr></table>{inner}"
    assert b.storage_table(text) == [{"A": "x y", "B": ""}]
    assert b.storage_table(text, 1) == []
    assert b.storage_table(text, 5) == []


def test_adf_text_of_blocks_and_leaves() -> None:
    document = {
        "type": "doc",
        "content": [
            {"type": "heading", "content": [{"type": "text", "text": "Steps"}]},
            {
                "type": "bulletList",
                "content": [
                    {"type": "listItem", "content": [
                        {"type": "paragraph", "content": [{"type": "text", "text": f"step {n}"}]}
                    ]}
                    for n in (1, 2)
                ],
            },
            {"type": "paragraph", "content": [
                {"type": "mention", "attrs": {"text": "@Ana"}}, {"type": "hardBreak"},
                {"type": "text", "text": "bye"},
            ]},
        ],
    }  # fmt: skip
    assert b.adf_text(document) == "Steps\nstep 1\nstep 2\n@Ana\nbye"
    assert b.adf_text("plain") == "plain"
    assert b.adf_text(None) == ""


def test_adf_text_is_bounded() -> None:
    deep: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(20_000):
        deep = {"type": "paragraph", "content": [deep]}
    assert b.adf_text(deep) == ""
    wide = {"type": "doc", "content": [{"type": "text", "text": "word " * 1_000}] * 1_000}
    assert len(b.adf_text(wide)) <= 70_536


VERBS = [
    ([], []),
    ([{"add": "a"}, {"add": "b"}], ["x", "a", "b"]),
    ([{"add": "x"}], ["x"]),
    ([{"remove": "x"}, {"remove": "y"}], []),
    ([{"set": ["p", "q", "p"]}, {"add": "r"}], ["p", "q", "r"]),
    ([{"add": "a", "remove": "x"}], ["a"]),
]


@pytest.mark.parametrize(("verbs", "expected"), VERBS)
def test_apply_verbs(verbs: list[Any], expected: list[str]) -> None:
    start = ["x"] if verbs else []
    assert b.apply_verbs(start, verbs) == expected


def test_apply_verbs_on_objects_and_wrong_ones() -> None:
    items = [{"id": "1", "name": "Bug"}, {"id": "2", "name": "Task"}]
    assert b.apply_verbs(items, [{"remove": {"name": "Bug"}}]) == items[1:]
    assert b.apply_verbs(items, [{"add": {"name": "Bug"}}]) == items
    for bad in ([{"push": "a"}], [{"set": "a"}], ["a"], [None]):
        with pytest.raises(FAILURES):
            b.apply_verbs(items, bad)


def test_cursors_belong_to_their_query() -> None:
    token = b.cursor(50, "a")
    assert b.cursor_offset(token, "a") == 50
    assert b.cursor_offset(token, "b") is None
    assert b.cursor_offset(token + "x", "a") is None
    assert b.cursor_offset("MA", "") is None
    assert b.cursor_offset("\u00e9", "") is None


@given(st.text(max_size=80))
def test_cursor_offset_takes_any_text(text: str) -> None:
    assert b.cursor_offset(text) is None or b.cursor(b.cursor_offset(text)) == text


def test_numbers_that_are_no_numbers() -> None:
    for name in ("abs", "round", "floor", "ceil"):
        with pytest.raises(FAILURES):
            BUILTINS[name].function(True)
    with pytest.raises(FAILURES):
        b.range(10_001)
    assert b.ramp(3, 2, 6, 0.5) == 0.875
    assert [b.ramp(v, 2, 2) for v in (1, 2, 3)] == [1, 1, 0]
    assert b.ramp(5, 10, 0) == 0.5
    assert [b.round(v) for v in (0.5, 1.5, -0.5, 2.4)] == [1, 2, -1, 2]
    assert b.round(1.005, 1) == 1.0
