"""Printing and parsing are inverse, for whatever nodes the parser can make."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from syntax.strategies import expressions, free_name, without_spans
from syntax.texts import parse_text, print_template

from rewardlang.source import Source, Span
from rewardlang.syntax import nodes as n
from rewardlang.syntax.limits import MAX_EXPRESSION
from rewardlang.syntax.parser import parse_effect
from rewardlang.syntax.placed import in_place
from rewardlang.syntax.printer import print_effect, print_expression
from rewardlang.syntax.templates import parse_template

_AT = Span(Source("", ""), 0, 0)
_OPERATORS = (
    "and", "or", "implies", "==", "<", "in", "not in", "matches", "??", "+", "-", "*", "/", "%",
)  # fmt: skip
_PATTERN = n.Pattern(_AT, (n.OpPattern(_AT, n.Identifier(_AT, "op"), ()),))


def _shapes(inner):
    """Every construct with `inner` in each of the places that it has, other places filled."""
    x, key = n.Name(_AT, "x"), n.Identifier(_AT, "f")
    for op in _OPERATORS:
        yield n.Binary(_AT, op, _AT, inner, x)
        yield n.Binary(_AT, op, _AT, x, inner)
    for op in ("not", "-"):
        yield n.Unary(_AT, op, inner)
    yield n.IsNull(_AT, inner, False)
    yield n.IsNull(_AT, inner, True)
    yield from (n.If(_AT, inner, x, x), n.If(_AT, x, inner, x), n.If(_AT, x, x, inner))
    yield from (n.Field(_AT, inner, key, False), n.Field(_AT, inner, key, True))
    yield from (n.Index(_AT, inner, x, False), n.Index(_AT, x, inner, True))
    yield from (n.Present(_AT, inner), n.Call(_AT, inner, ()))
    yield n.Call(_AT, x, (n.Argument(_AT, inner), n.Argument(_AT, inner, key)))
    yield n.Call(_AT, x, (n.Argument(_AT, n.Lambda(_AT, (key, key), inner)),))
    yield n.ListLiteral(_AT, (inner, inner))
    yield n.ObjectLiteral(_AT, ((key, inner),))
    op = n.OpPattern(_AT, None, (inner, inner))
    yield n.Formula(_AT, "called", (n.Pattern(_AT, (op, op)),))
    scope = n.Scope(_AT, "between", _PATTERN, n.Pattern(_AT, (op,)))
    yield n.Formula(_AT, "never", (_PATTERN,), scope=scope)
    yield n.TraceValue(_AT, "best", _PATTERN, score=n.Lambda(_AT, (key,), inner))


def test_every_pair_of_constructs_survives_printing():
    leaf = n.Name(_AT, "y")
    for inner in _shapes(leaf):
        for outer in _shapes(inner):
            text = print_expression(outer)
            parsed, diagnostics = parse_text(text)
            assert not diagnostics, text
            assert without_spans(parsed) == without_spans(outer), text


@settings(max_examples=300)
@given(expressions)
def test_an_expression_survives_printing(expr):
    text = print_expression(expr)
    if len(text) > MAX_EXPRESSION:
        return
    parsed, diagnostics = parse_text(text)
    assert not diagnostics, text
    assert without_spans(parsed) == without_spans(expr), text


@given(expressions)
def test_printing_is_canonical(expr):
    text = print_expression(expr)
    if len(text) > MAX_EXPRESSION:
        return
    parsed, _ = parse_text(text)
    assert print_expression(parsed) == text


@given(st.lists(st.text(st.sampled_from("ab{} é\"'"), min_size=1, max_size=5) | expressions,
                max_size=4))  # fmt: skip
def test_a_template_survives_printing(parts):
    joined = []
    for part in parts:  # two texts in a row are one
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    nowhere = Span(Source("", ""), 0, 0)
    template = n.Template(nowhere, tuple(joined) or ("",))
    if any(not isinstance(p, str) and len(print_expression(p)) > MAX_EXPRESSION for p in joined):
        return
    text = print_template(template)
    out = []
    parsed = parse_template(in_place(Source("t", text), 0, len(text)), nowhere, out)
    assert not out, text
    assert without_spans(parsed) == without_spans(template), text


@given(st.sampled_from(["set", "append", "remove", "insert"]), free_name, expressions, expressions)
def test_an_effect_survives_printing(kind, name, key, value):
    nowhere = Span(Source("", ""), 0, 0)
    target = n.Field(nowhere, n.Index(nowhere, n.Name(nowhere, name), key),
                     n.Identifier(nowhere, "fields"))  # fmt: skip
    effect = n.Effect(nowhere, kind, target, value)
    text = print_effect(effect)
    if len(text) > MAX_EXPRESSION:
        return
    out = []
    parsed = parse_effect(in_place(Source("e", text), 0, len(text)), out)
    assert not out, text
    assert without_spans(parsed) == without_spans(effect), text
