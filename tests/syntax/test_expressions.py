"""Expressions as data: their canonical text, and what is said of those that do not parse."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from syntax.texts import parse_text

from rewardlang.source import Source
from rewardlang.syntax import nodes as n
from rewardlang.syntax.limits import MAX_EXPRESSION, MAX_EXPRESSION_DEPTH
from rewardlang.syntax.parser import parse_effect
from rewardlang.syntax.placed import in_place
from rewardlang.syntax.printer import print_effect, print_expression

HERE = Path(__file__).parent
CASES = yaml.safe_load((HERE / "cases.yaml").read_text(encoding="utf-8"))
ERRORS = yaml.safe_load((HERE / "errors.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "canonical"), CASES)
def test_canonical_text(text, canonical):
    parsed, diagnostics = parse_text(text)
    assert not diagnostics
    assert print_expression(parsed) == (text if canonical == "same" else canonical)


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["text"])
def test_errors(case):
    parsed, diagnostics = parse_text(case["text"])
    assert parsed is None
    (found,) = diagnostics
    said = [found.message, found.label.text, found.help or "", *(o.text for o in found.others)]
    assert case["says"] in "\n".join(said)
    if case["at"] == "END":
        end = len(case["text"].rstrip())
        assert (found.label.span.start, found.label.span.end) == (end, end)
    else:
        assert found.label.span.text == case["at"]
    if found.fix is not None:
        span = found.fix.span
        fixed = case["text"][: span.start] + found.fix.replacement + case["text"][span.end :]
        assert fixed == case.get("fixed", fixed)
        assert "fixed" not in case or not parse_text(fixed)[1], fixed
    else:
        assert "fixed" not in case


@pytest.mark.parametrize(
    "text",
    ["set a[k].b = c", "append x to a[k].b.c", "remove x from a.b", "insert {id: 1} into a",
     "delete a[k]", "set counters.issue = counters.issue + 1", "insert from into to"],
)  # fmt: skip
def test_effects(text):
    out = []
    parsed = parse_effect(in_place(Source("e", text), 0, len(text)), out)
    assert not out
    assert print_effect(parsed) == text


@pytest.mark.parametrize(
    ("text", "at"),
    [("set a == b", "=="), ("put a = b", "put"), ("set f(a) = b", "("), ("a = b", "a"),
     ("append x into y", "into"), ("set a?.b = c", "?")],
)  # fmt: skip
def test_effects_that_do_not_parse(text, at):
    out = []
    assert parse_effect(in_place(Source("e", text), 0, len(text)), out) is None
    (found,) = out
    assert found.label.span.text.startswith(at)


def test_what_nodes_hold():
    parsed, _ = parse_text("every a{x}|any preceded_by b.c within 3")
    assert isinstance(parsed, n.Formula)
    assert (parsed.kind, parsed.within, parsed.count, parsed.scope) == (
        "preceded_by",
        3,
        None,
        None,
    )
    first, second = parsed.patterns
    assert [op.name and op.name.name for op in first.alternatives] == ["a", None]
    assert second.alternatives[0].name.name == "b.c"
    assert first.alternatives[0].span.text == "a{x}"
    assert second.span.text == "b.c"

    parsed, _ = parse_text("a not in  b")
    assert parsed.op == "not in"
    assert parsed.op_span.text == "not in"

    parsed, _ = parse_text("(a + b) * c")
    assert parsed.span.text == "(a + b) * c"
    assert parsed.left.span.text == "a + b"

    parsed, _ = parse_text("best(a, c => c.x)")
    assert parsed.score.span.text == "c => c.x"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("x" * MAX_EXPRESSION, True),
        ("x" * (MAX_EXPRESSION + 1), False),
        ("x" * 100_000, False),
        ("not " * (MAX_EXPRESSION_DEPTH - 1) + "x", True),
        ("not " * MAX_EXPRESSION_DEPTH + "x", False),
        ("-" * 1999 + "x", False),
        ("x" + ".y" * 900, False),
        ("x" + "!" * 1900, False),
        ("[" * 900 + "]" * 900, False),
        ("(" * 900 + "x" + ")" * 900, True),
        ("(" * 2000, False),
        ("f(" * 600 + ")" * 600, False),
        ("x" + " and x" * 300, False),
        ("x" + " and x" * (MAX_EXPRESSION_DEPTH - 1), True),
        ("x" + " ?? x" * 300, False),
        ("xs.any(x => " * 100 + "x" + ")" * 100, False),
        ("called a{" * 150 + "x" + "}" * 150, False),
        ("1 if x else " * 100 + "2", False),
        ("\\" * 1000, False),
        ('"' * 1999, False),
        ("é" * 1000, False),
    ],
    ids=lambda value: f"{value[:12]}x{len(value)}" if isinstance(value, str) else str(value),
)
def test_limits(text, accepted):
    parsed, diagnostics = parse_text(text)
    assert (parsed is not None) is accepted
    assert len(diagnostics) == (0 if accepted else 1)
