"""The types of expressions, as data in types.yaml; and what narrows them."""

from __future__ import annotations

import pytest
import yaml
from resolve.desk import HERE, value

from rewardlang import tree
from rewardlang.types.types import Number
from rewardlang.types.words import describe

CASES = [
    pytest.param(expression, wanted, id=expression)
    for group in yaml.safe_load((HERE / "types.yaml").read_text()).values()
    for expression, wanted in group
]


@pytest.mark.parametrize(("expression", "wanted"), CASES)
def test_type(expression, wanted):
    assert describe(value(expression).type) == wanted


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [
        ("3", 3, 3),
        ("count(any)", 0, 6),
        ("count(any) + 1", 1, 7),
        ("2 - count(any)", -4, 2),
        ("0.5 * count(any)", 0, 3),
        ("1 / (1 + count(any))", 1 / 7, 1),
        ("count(any) % 4", 0, 3),
        ("-count(any)", -6, 0),
        ("1 if called closeTicket else 0", 0, 1),
        ('initial.tickets["T-1"]!.priority', 1, 5),
        ("edit_sim(answer, params.id)", 0, 1),
        ("ramp(count(any), 2, 6, 0.25)", 0.25, 1),
        ("min(1, count(any))", 0, 1),
        ("max(count(any), 2)", 2, 6),
        ("clamp(count(any), 1, 3)", 1, 3),
        ("clamp(answer.length(), 0, 10)", 0, 10),
        ("abs(count(any) - 4)", 0, 4),
        ("floor(0.5 * count(any))", 0, 3),
        ("ceil(0.5 * count(any))", 0, 3),
        ("round(0.5 * count(any))", 0, 4),
        ("[1, 5, 3].map(x => x).size()", 0, 3),
        ('initial.tickets["T-1"]!.labels.size()', 0, 20),
        ("range(3).sum()", 0, 6),
        ("calls(any).count(c => c.ok)", 0, 6),
        ("best(closeTicket, c => 1 if c.ok else 0.5)", 0, 1),
        ("count(any) if count(any) > 2 else 3", 3, 6),
        ("fraction(called closeTicket, called getTicket)", 0, 1),
    ],
)
def test_bounds(expression, low, high):
    type_ = value(expression).type
    assert isinstance(type_, Number)
    assert (type_.low, type_.high) == (low, high)


@pytest.mark.parametrize(
    ("expression", "provenance", "stage"),
    [
        ("params.id", "scenario", "setup"),
        ('initial.tickets["T-1"]?.title', "scenario", "setup"),
        ('final.tickets["T-1"]?.title', "environment", "episode"),
        ("delta.is_empty()", "environment", "episode"),
        ("answer", "agent", "episode"),
        ("called closeTicket{ok}", "environment", "episode"),
        ("called closeTicket", "agent", "episode"),
        ("first(getTicket{ok})?.args.id", "agent", "episode"),
        ("first(getTicket{ok})?.response.title", "environment", "episode"),
        ('answer + initial.tickets["T-1"]!.title', "agent", "episode"),
        ("1 + 2", "scenario", "setup"),
    ],
)
def test_provenance_and_stage(expression, provenance, stage):
    facts = value(expression).facts
    assert (facts.provenance, facts.stage) == (provenance, stage)


@pytest.mark.parametrize(
    ("expression", "can_fail"),
    [
        ('final.tickets["T-1"]?.title', False),
        ("first(getTicket{ok})?.args.id", False),
        ("first(getTicket)?.args.id", True),
        ("first(any)?.args.id", True),
        ("1 / (1 + count(any))", False),
        ("1 / count(any)", True),
        ('final.tickets["T-1"]?.labels?[0]', False),
        ('(final.tickets["T-1"]?.labels ?? [])[0]', True),
        ("calls(any).map(c => c.args).distinct().size()", False),
        ("round(1.5)", False),
        ('initial.tickets["T-1"]!.labels[0]', False),
    ],
)
def test_can_fail(expression, can_fail):
    assert value(expression).facts.can_fail is can_fail


def test_a_let_that_can_fail_may_be_null():
    reference = value("other", lets="other: 1 / count(any)")
    assert isinstance(reference, tree.LetRef)
    assert describe(reference.type) == "number?"
    assert not reference.facts.can_fail


def test_a_bool_let_catches_its_own_failure():
    assert describe(value("other", lets="other: 1 / count(any) > 0.5").type) == "bool"


def test_what_no_schema_vouches_for_is_uncertain():
    reference = value("other", lets="other: 'first(getTicket)?.args'")
    assert reference.facts.uncertain
    assert not reference.facts.can_fail


def test_sums_and_ands_are_flat():
    whole = value("called getTicket and called closeTicket and count(any) > 1")
    assert isinstance(whole, tree.And)
    assert len(whole.items) == 3


def test_implies_is_or():
    whole = value("called getTicket implies called closeTicket")
    assert isinstance(whole, tree.Or)
    assert isinstance(whole.items[0], tree.Not)


def test_a_chain_stays_safe_after_a_question_mark():
    inner = value('final.tickets["T-1"]?.assignee?.name')
    assert isinstance(inner, tree.Get)
    assert inner.safe
    after = value("first(getTicket{ok})?.response.title")
    assert isinstance(after, tree.Get)
    assert after.safe
    field = after.object
    assert isinstance(field, tree.CallField)
    assert field.safe


def test_a_question_mark_that_is_not_needed_goes():
    whole = value('final.tickets["T-1"] is not null and final.tickets["T-1"]?.title == "x"')
    assert isinstance(whole, tree.And)
    compared = whole.items[1]
    assert isinstance(compared, tree.Compare)
    assert isinstance(compared.left, tree.Get)
    assert not compared.left.safe


@pytest.mark.parametrize(
    ("expression", "plain"),
    [
        ('final.tickets["T-1"]?.title == "x"', True),
        ('final.tickets["T-1"]?.priority == 2', True),
        ("count(any) == 2", True),
        ("first(any)?.args?.x == 2", False),
        ('first(any)?.args?.x == "a"', True),
        ("[true] == [called getTicket]", True),
        ("first(getTicket)?.args.id == params.id", True),
        ("first(listTickets)?.args == {state: 1}", False),
    ],
)
def test_where_pythons_equality_is_exact(expression, plain):
    compared = value(expression)
    assert isinstance(compared, tree.Compare)
    assert compared.plain is plain
