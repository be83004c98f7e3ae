"""Hypothesis strategies for expression nodes, as the parser could make them."""

from __future__ import annotations

import dataclasses
import string
from typing import Any

from hypothesis import strategies as st

from rewardlang.source import Source, Span
from rewardlang.syntax import nodes as n
from rewardlang.syntax.words import RESERVED

_NOWHERE = Span(Source("", ""), 0, 0)
_KEYWORDS_AFTER_NAMES = {"any", "then", "before", "after", "between", "within", "steps", "to",
                         "from", "into"}  # fmt: skip


def without_spans(node: Any) -> Any:
    """A node as nested tuples, places left out, for comparison."""
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        fields = [f.name for f in dataclasses.fields(node) if f.name not in ("span", "op_span")]
        return (type(node).__name__, *(without_spans(getattr(node, f)) for f in fields))
    if isinstance(node, tuple):
        return tuple(without_spans(item) for item in node)
    return (type(node).__name__, node)


def _identifiers(names: st.SearchStrategy[str]) -> st.SearchStrategy[n.Identifier]:
    return names.map(lambda name: n.Identifier(_NOWHERE, name))


_first = st.sampled_from(string.ascii_letters + "_")
_rest = st.text(string.ascii_letters + string.digits + "_", max_size=6)
any_name = st.one_of(
    st.builds(lambda a, b: a + b, _first, _rest),
    st.sampled_from(sorted(RESERVED | _KEYWORDS_AFTER_NAMES)),
)
free_name = any_name.filter(lambda name: name not in RESERVED)
op_name = st.lists(free_name.filter(lambda x: x not in _KEYWORDS_AFTER_NAMES), min_size=1,
                   max_size=2).map(".".join)  # fmt: skip
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
raw_texts = st.text(st.sampled_from("ab\\d+.*'\"é"), max_size=8).filter(
    lambda t: not ('"' in t and "'" in t)
)

literals = st.one_of(
    st.builds(n.Literal_, st.just(_NOWHERE), st.none() | st.booleans()),
    st.builds(n.Literal_, st.just(_NOWHERE), st.integers(0, 2**63 - 1)),
    st.builds(n.Literal_, st.just(_NOWHERE),
              st.floats(0, allow_nan=False, allow_infinity=False).map(abs)),
    st.builds(n.Literal_, st.just(_NOWHERE), texts),
    st.builds(n.Literal_, st.just(_NOWHERE), raw_texts, st.just(True)),
)  # fmt: skip
names = st.builds(n.Name, st.just(_NOWHERE), free_name)
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in", "not in", "matches")
_OTHERS = ("and", "or", "implies", "??", "+", "-", "*", "/", "%")


def _extend(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    at = st.just(_NOWHERE)
    items = st.lists(inner, max_size=3).map(tuple)
    keys = _identifiers(st.one_of(any_name, texts))
    objects = st.lists(st.tuples(keys, inner), max_size=3, unique_by=lambda p: p[0].name)
    lambdas = st.builds(
        n.Lambda, at, st.lists(_identifiers(free_name), min_size=1, max_size=2).map(tuple), inner
    )
    single = st.builds(n.Lambda, at, st.tuples(_identifiers(free_name)), inner)
    args = st.one_of(
        st.builds(n.Argument, at, inner),
        st.builds(n.Argument, at, inner, _identifiers(free_name)),
        st.builds(n.Argument, at, lambdas),
    )
    ops = st.builds(n.OpPattern, at, st.none() | _identifiers(op_name), items)
    patterns = st.builds(n.Pattern, at, st.lists(ops, min_size=1, max_size=2).map(tuple))
    scopes = st.one_of(
        st.builds(n.Scope, at, st.sampled_from(["before", "after"]), patterns),
        st.builds(n.Scope, at, st.just("between"), patterns, patterns),
    )
    one, two = st.tuples(patterns), st.tuples(patterns, patterns)
    count, steps = st.integers(0, 99), st.none() | st.integers(0, 99)
    return st.one_of(
        st.builds(n.ListLiteral, at, items),
        st.builds(n.ObjectLiteral, at, objects.map(tuple)),
        st.builds(n.Field, at, inner, _identifiers(any_name), st.booleans()),
        st.builds(n.Index, at, inner, inner, st.booleans()),
        st.builds(n.Present, at, inner),
        st.builds(n.Call, at, inner, st.lists(args, max_size=3).map(tuple)),
        st.builds(n.Unary, at, st.sampled_from(["not", "-"]), inner),
        st.builds(n.Binary, at, st.sampled_from(_COMPARISONS + _OTHERS), at, inner, inner),
        st.builds(n.IsNull, at, inner, st.booleans()),
        st.builds(n.If, at, inner, inner, inner),
        st.builds(n.Formula, at, st.sampled_from(["called", "never", "once"]), one,
                  scope=st.none() | scopes),
        st.builds(n.Formula, at, st.sampled_from(["exactly", "at_least", "at_most"]), one,
                  count=count, scope=st.none() | scopes),
        st.builds(n.Formula, at, st.just("only"), one),
        st.builds(n.Formula, at, st.sampled_from(["preceded_by", "followed_by"]), two,
                  within=steps),
        st.builds(n.Formula, at, st.just("seq"),
                  st.lists(patterns, min_size=2, max_size=3).map(tuple), within=steps),
        st.builds(n.TraceValue, at, st.sampled_from(["calls", "first", "last"]), patterns),
        st.builds(n.TraceValue, at, st.just("count"), patterns, st.none() | scopes),
        st.builds(n.TraceValue, at, st.just("best"), patterns, score=single),
    )  # fmt: skip


expressions = st.recursive(literals | names, _extend, max_leaves=12)
