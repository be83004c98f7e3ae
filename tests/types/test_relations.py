"""What fits where, what branches have in common, what can be compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang.types.json_schema import Schemas
from rewardlang.types.relations import Fit, comparable, fit, join, scalar_leaves, size
from rewardlang.types.types import (
    Any,
    Bool,
    Error,
    List,
    Named,
    Null,
    Nullable,
    Number,
    Object,
    Property,
    String,
    Table,
    Type,
    Union,
)
from rewardlang.types.words import bounds_in_words, describe

SCHEMAS = Schemas()
SCHEMAS.add(
    "api",
    {
        "Node": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "next": {"$ref": "#/schemas/Node"}},
        },
        "Twin": {
            "type": "object",
            "required": ["name"],
            "additionalProperties": False,
            "properties": {"name": {"type": "string"}, "next": {"$ref": "#/schemas/Twin"}},
        },
    },
)
NODE, TWIN = Named("Node", "api"), Named("Twin", "api")


def made(rest=None, **types):
    """An object; a name that ends in `_` is optional."""
    return Object({n.rstrip("_"): Property(t, not n.endswith("_")) for n, t in types.items()}, rest)


@pytest.mark.parametrize(
    ("source", "target", "how"),
    [
        (String(), String(), Fit.YES),
        (Number(True), Number(), Fit.YES),
        (Number(), Number(True), Fit.NO),
        (String(), Number(), Fit.NO),
        (Bool(), Number(), Fit.NO),
        (Null(), Nullable(String()), Fit.YES),
        (Null(), String(), Fit.NULL),
        (Nullable(String()), String(), Fit.NULL),
        (Nullable(String()), Number(), Fit.NO),
        (String(), Nullable(String()), Fit.YES),
        (Any(), String(), Fit.UNKNOWN),
        (String(), Any(), Fit.YES),
        (Error(), String(), Fit.YES),
        (String(enum=("a",)), String(enum=("a", "b")), Fit.YES),
        (String(enum=("c",)), String(enum=("a", "b")), Fit.NO),
        (String("date"), String("date-time"), Fit.NO),
        (String("date"), String(), Fit.YES),
        (List(String()), List(String()), Fit.YES),
        (List(Nullable(String())), List(String()), Fit.NULL),
        (List(Union(())), List(String()), Fit.YES),
        (Union((String(), Number())), String(), Fit.NO),
        (String(), Union((String(), Number())), Fit.YES),
        (made(a=String()), made(a=String()), Fit.YES),
        (made(a_=String()), made(a=String()), Fit.NULL),
        (made(), made(a=String()), Fit.NO),
        (made(Any()), made(a=String()), Fit.UNKNOWN),
        (made(a=String(), b=Bool()), made(a=String()), Fit.NO),
        (made(a=String(), b=Bool()), made(Any(), a=String()), Fit.YES),
        (made(String()), made(String()), Fit.YES),
        (Table("t", made(a=String())), made(made(a=String())), Fit.YES),
        (NODE, NODE, Fit.YES),
        (NODE, TWIN, Fit.YES),
        (made(name=String()), NODE, Fit.YES),
        (made(name=String(), next=made(name=Bool())), NODE, Fit.NO),
    ],
)
def test_fit(source, target, how):
    assert fit(source, target, SCHEMAS.expand) is how


@pytest.mark.parametrize(
    ("a", "b", "joined"),
    [
        (String(), String(), "str"),
        (Number(True, 0, 1), Number(True, 3, 4), "int"),
        (Number(True), Number(), "number"),
        (String(), Null(), "str?"),
        (Nullable(String()), Number(True), "(str | int)?"),
        (String(enum=("a",)), String(enum=("b",)), "str"),
        (Error(), String(), "str"),
        (Any(), String(), "any"),
        (List(String()), List(Null()), "list[str?]"),
        (List(Union(())), List(String()), "list[str]"),
        (made(a=String()), made(b=Bool()), "{a?, b?}"),
        (made(a=String()), made(a=Number(True)), "{a}"),
        (Union((String(), Number())), Bool(), "str | number | bool"),
    ],
)
def test_join(a, b, joined):
    assert describe(join(a, b)) == joined


def test_join_merges_schemas_only_when_asked():
    assert isinstance(join(NODE, TWIN), Union)
    merged = join(NODE, TWIN, SCHEMAS.expand)
    assert isinstance(merged, Object)
    assert list(merged.properties) == ["name", "next"]
    assert isinstance(join(NODE, NODE, SCHEMAS.expand), Named)


def test_bounds_and_enums_join():
    assert join(Number(True, 0, 1), Number(False, 3, None)) == Number(False, 0, None)
    assert join(String(enum=("a",)), String(enum=("b", "a"))) == String(enum=("a", "b"))
    assert join(String("date"), String("time")) == String()


@pytest.mark.parametrize(
    ("a", "b", "yes"),
    [
        (String(), Number(), False),
        (Bool(), Number(), False),
        (Nullable(String()), Null(), False),
        (Nullable(String()), Nullable(Number()), False),
        (Nullable(String()), String(), True),
        (Any(), Number(), True),
        (Union((String(), Number())), Number(), True),
        (List(String()), List(Number()), True),
        (made(a=String()), made(b=Bool()), True),
        (NODE, String(), False),
    ],
)
def test_comparable(a, b, yes):
    assert comparable(a, b, SCHEMAS.expand) is yes
    assert comparable(b, a, SCHEMAS.expand) is yes


def test_leaves_of_recursive_types():
    assert scalar_leaves(NODE, SCHEMAS.expand) == {"string"}
    assert scalar_leaves(made(a=Bool(), b=List(Number())), SCHEMAS.expand) == {"bool", "number"}


def test_size_stops_counting():
    type_: Type = String()
    for _ in range(40):
        type_ = made(a=type_, b=type_)
    assert size(type_, 1000) >= 1000
    assert size(made(a=String()), 1000) == 2


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (Number(), "any number"),
        (Number(True, 0, None), "0 or more"),
        (Number(True, None, 3), "at most 3"),
        (Number(True, 0, 2**63 - 1), "0 or more"),
        (Number(False, 0.5, 2), "from 0.5 to 2"),
        (Number(True, 2, 2), "2"),
        (String(), "any number"),
    ],
)
def test_bounds_in_words(type_, words):
    assert bounds_in_words(type_) == words


SCALARS = st.sampled_from(
    [String(), String("date"), String(enum=("a",)), Number(), Number(True, 0, 3), Bool(), Null()]
)
TYPES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(List, inner),
        inner.filter(lambda t: not isinstance(t, Null | Nullable)).map(Nullable),
        st.dictionaries(st.sampled_from("abc"), st.builds(Property, inner, st.booleans())).map(
            lambda properties: Object(properties)
        ),
    ),
    max_leaves=6,
)


@given(TYPES, TYPES)
def test_both_fit_what_they_join_to(a, b):
    whole = join(a, b)
    assert fit(a, whole, SCHEMAS.expand) is Fit.YES
    assert fit(b, whole, SCHEMAS.expand) is Fit.YES


@given(TYPES)
def test_a_type_fits_itself_and_joins_to_itself(a):
    assert fit(a, a, SCHEMAS.expand) is Fit.YES
    assert describe(join(a, a)) == describe(a)
