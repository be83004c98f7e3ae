"""Places are exact in all five scalar styles, however the text is folded, quoted or escaped."""

from __future__ import annotations

import dataclasses
import json

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from syntax.strategies import expressions

from rewardlang.source import Source
from rewardlang.syntax import nodes as n
from rewardlang.syntax.limits import MAX_EXPRESSION
from rewardlang.syntax.parser import parse_expression
from rewardlang.syntax.placed import place
from rewardlang.syntax.printer import print_expression
from rewardlang.syntax.yaml_events import read_yaml

STYLES = [None, "'", '"', "|", ">"]
_BREAKS = " \t\n\r\x85\u2028\u2029"


def scalar_in(text: str):
    """The node of `k` in a document."""
    out = []
    root = read_yaml(Source("t.yaml", text), out)
    assert not out, (text, out)
    return root.items[0].get("k")


def document(value: str, style: str | None, width: int, unicode: bool) -> str:
    """A document that holds `value` in the given style, if YAML can, indented and between keys."""
    tag = "tag:yaml.org,2002:str"
    pairs = [("a", "1", None), ("k", value, style), ("z", "2", None)]
    made = [(yaml.ScalarNode(tag, k), yaml.ScalarNode(tag, v, style=s)) for k, v, s in pairs]
    item = yaml.MappingNode("tag:yaml.org,2002:map", made)
    root = yaml.SequenceNode("tag:yaml.org,2002:seq", [item])
    return yaml.serialize(root, width=width, allow_unicode=unicode)


def decoded(raw: str, style: str | None) -> str:
    """What a piece of the file stands for."""
    return yaml.safe_load(f"{style}{raw}{style}") if style in ("'", '"') else raw


texts = st.lists(
    st.text(st.sampled_from("abn'\"\\.()[]{}=>é漢x#:,?!-😀 \n"), max_size=12), max_size=5
).map(" ".join)


@settings(max_examples=400)
@given(texts, st.sampled_from(STYLES), st.integers(8, 90), st.booleans())
@example("it's a 'quote'", "'", 80, True)
@example('a "b" \\ \t c\x07\x85', '"', 80, False)
def test_every_character_has_its_place(value, style, width, unicode):
    scalar = scalar_in(document(value, style, width, unicode))
    value = scalar.text  # PyYAML's emitter changes some texts; what counts is what it wrote
    text = place(scalar)
    assert len(text.starts) == len(text.ends) == len(value)
    last = scalar.span.start
    for i, char in enumerate(value):
        assert last <= text.starts[i] <= text.ends[i]
        last = text.ends[i]
        if char not in _BREAKS:
            assert last <= scalar.span.end
            span = text.span(i, i + 1)
            assert decoded(span.text, scalar.style) == char
    assert last <= text.end


def walk(node):
    """A node and all nodes under it."""
    if isinstance(node, n.Node):
        yield node
        for field in dataclasses.fields(node):
            yield from walk(getattr(node, field.name))
    elif isinstance(node, tuple):
        for item in node:
            yield from walk(item)


@settings(max_examples=300)
@given(expressions, st.sampled_from(STYLES), st.integers(8, 90), st.booleans())
def test_every_node_has_its_place(expr, style, width, unicode):
    text = print_expression(expr)
    assume(len(text) <= MAX_EXPRESSION)
    assume(style not in ("|", ">", None) or text.isprintable())  # what YAML must escape
    scalar = scalar_in(document(text, style, width, unicode))
    assume(scalar.text == text)  # PyYAML's emitter changes some, such as U+0085 in single quotes
    out = []
    parsed = parse_expression(place(scalar), out)
    assert not out
    assert print_expression(parsed) == text
    for node in walk(parsed):
        raw = node.span.text
        if isinstance(node, n.Name | n.Identifier) and raw[:1] not in "\"'\\":
            assert raw == node.name
        elif isinstance(node, n.Literal_) and not isinstance(node.value, str):
            assert json.loads(raw) == node.value
        elif isinstance(node, n.Literal_):
            ends = ('"', "'", '\\"', "''")
            start = raw[1:] if node.raw else raw
            assert start.startswith(ends)
            assert raw.endswith(ends)
        elif isinstance(node, n.ListLiteral):
            assert (raw[0], raw[-1]) == ("[", "]")
        elif isinstance(node, n.ObjectLiteral):
            assert (raw[0], raw[-1]) == ("{", "}")


@pytest.mark.parametrize(
    "marked",  # the error is at the bar, which is not in the file
    [
        "- k: a and bad +|",
        "- k: 'a == ''x'' and bad +|'",
        '- k: "a == \\"x\\" and bad +|"',
        "- k: &\n    a\n    and bad +|\n",
        "- k: >-\n    a\n\n    and bad +   |# not a comment in a block\n",
        "- k: a and\n     bad +|  # a comment\n",
        '- k: "a and \\u0062ad |$\\x2b"',
    ],
)
def test_a_syntax_error_is_shown_where_it_is(marked):
    found = marked.index("|")
    yaml_text = marked.replace("|", "").replace("&", "|")
    out = []
    assert parse_expression(place(scalar_in(yaml_text)), out) is None
    assert out[0].label.span.start == found, yaml_text[: out[0].label.span.start]


def test_a_string_that_is_folded_over_two_lines_is_one_string():
    scalar = scalar_in('- k: >-\n    x == "two\n    words" and y\n')
    out = []
    parsed = parse_expression(place(scalar), out)
    assert not out
    literal = parsed.left.right
    assert literal.value == "two words"
    assert literal.span.text == '"two\n    words"'
    assert parsed.right.span.begin == (3, 16)
