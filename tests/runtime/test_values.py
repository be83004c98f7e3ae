"""Equality, order, texts and caps of JSON values."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang_runtime.values import (
    FAILURES,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_STRING,
    ScenarioFault,
    TooLarge,
    add,
    cut,
    equal,
    identity,
    less,
    less_equal,
    member,
    present,
    text,
)

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from([0.0, 1.0, -0.0, 1.5])
    | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=2)
    ),
    max_leaves=6,
)


def plainly_equal(a: Any, b: Any) -> bool:
    """The definition, slowly."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(plainly_equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(plainly_equal(a[k], b[k]) for k in a)
    return type(a) is type(b) and bool(a == b)


@given(values, values)
def test_equality_is_strict(a: Any, b: Any) -> None:
    assert equal(a, b) == plainly_equal(a, b)
    assert equal(a, a)
    assert (identity(a) == identity(b)) == equal(a, b)
    assert member(a, [b]) == equal(a, b)
    if equal(a, b):
        assert hash(identity(a)) == hash(identity(b))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (1, True, False),
        (0, False, False),
        (1, 1.0, True),
        ([1], [True], False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1.0}, True),
        (None, 0, False),
        ("1", 1, False),
        ([], {}, False),
    ],
)
def test_equal_examples(a: Any, b: Any, expected: bool) -> None:
    assert equal(a, b) is expected


@given(values, values)
def test_order_needs_two_numbers_or_two_strings(a: Any, b: Any) -> None:
    numbers = all(type(v) in (int, float) for v in (a, b))
    strings = all(type(v) is str for v in (a, b))
    if numbers or strings:
        assert less(a, b) == (a < b)
        assert less_equal(a, b) == (a <= b)
    else:
        with pytest.raises(FAILURES):
            less(a, b)


def test_add_joins_and_is_finite() -> None:
    assert add(1, 2.5) == 3.5
    assert add("a", "b") == "ab"
    assert add([1], [2]) == [1, 2]
    for bad in [(1, "a"), (True, 1), ([], ""), (1e308, 1e308), ({}, {})]:
        with pytest.raises(FAILURES):
            add(*bad)


def test_present() -> None:
    assert present(0, "x") == 0
    with pytest.raises(ScenarioFault, match="issues is null"):
        present(None, "issues")
    assert not issubclass(ScenarioFault, FAILURES)


def test_member_of_objects_and_tables() -> None:
    assert member("a", {"a": None})
    assert not member(1, {"1": None})
    with pytest.raises(FAILURES):
        member("a", "abc")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        (1, "1"),
        (1.0, "1"),
        (1.5, "1.5"),
        (None, "null"),
        (True, "true"),
        ([1, "a"], '[1,"a"]'),
        ({"a": None}, '{"a":null}'),
        (1e300, "1e+300"),
        (-0.0, "0"),
    ],
)
def test_text(value: Any, expected: str) -> None:
    assert text(value) == expected
    assert text("<", value, ">") == f"<{expected}>"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(json_values)
def test_cut_leaves_what_fits_alone(value: Any) -> None:
    copy, cuts = cut(value)
    if cuts == 0:
        assert copy == value
        assert json.dumps(copy) == json.dumps(value)
    assert json.loads(json.dumps(copy, allow_nan=False)) == copy


def test_cut_caps() -> None:
    assert cut("x" * (MAX_STRING + 1)) == ("x" * MAX_STRING, 1)
    assert cut([0] * (MAX_ITEMS + 1)) == ([0] * MAX_ITEMS, 1)
    deep: Any = 1
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    copy, cuts = cut(deep)
    assert cuts == 1
    for _ in range(MAX_DEPTH):
        (copy,) = copy
    assert copy is None
    assert cut([float("nan"), float("inf"), 10**400, 2**64]) == ([None, None, None, 2.0**64], 4)
    assert cut("a\ud800b")[0].encode() == b"a?b"
    assert cut((1, (2,))) == ([1, [2]], 0)


@pytest.mark.parametrize(
    "value", [object(), {1: 2}, b"x", {"a": {1}}, ["x" * 40_000] * 2, [[0] * 256] * 256]
)
def test_cut_refuses(value: Any) -> None:
    with pytest.raises(TooLarge):
        cut(value)


def test_cut_takes_loops() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert cut(loop)[1] == 1
    wide: dict[str, Any] = {}
    wide["a"] = [wide] * 300
    with pytest.raises(TooLarge):
        cut(wide)
