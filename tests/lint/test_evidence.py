"""Calls that are paid for although they failed, or were about any row: S307, S308, S310."""

from __future__ import annotations

from dataclasses import replace

import pytest
from resolve.desk import check, linted, quoted, resolved, summary

from rewardlang import lint

STATE = 'final.tickets[params.id]?.state == "closed"'
BOUND = "{ok, args.id == params.id}"


def found(fragment, *codes):
    return [(code, place) for code, place in summary(linted(fragment)) if code in codes]


def reward(part, *, gate="", other="", penalty=""):
    """A reward with `part` and, if given, a gate, another part and the `when` of a penalty."""
    lines = ["reward:"]
    if gate:
        lines += ["  gates:", f"    - {{id: g, require: {quoted(gate)}}}"]
    lines += ["  parts:", f"    - {{id: p, weight: 1, check: {quoted(part)}}}"]
    if other:
        lines.append(f"    - {{id: o, weight: 1, check: {quoted(other)}}}")
    if penalty:
        lines += ["  penalties:", f"    - {{id: q, when: {quoted(penalty)}, factor: 0.5}}"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("expression", "underlined"),
    [
        ("called getTicket", ["getTicket"]),
        ("called getTicket{args.id == params.id}", ["getTicket{args.id == params.id}"]),
        ("once getTicket", ["getTicket"]),
        ("at_least 2 getTicket", ["getTicket"]),
        ("exactly 1 getTicket", ["getTicket"]),
        ("seq getTicket{ok} then closeTicket", ["closeTicket"]),
        ("called getTicket|listTickets{ok}", ["getTicket"]),
        ("called getTicket{ok}|listTickets", ["listTickets"]),
        ("not never getTicket", ["getTicket"]),
        ("not (called closeTicket{not ok} or never getTicket)", ["getTicket"]),
        ("count(getTicket) >= 1", ["getTicket"]),
        ("0 < count(getTicket)", ["getTicket"]),
        ("not count(getTicket) == 0", ["getTicket"]),
        ("first(getTicket) is not null", ["getTicket"]),
        ("called any", ["any"]),
        ("called getTicket{ok}", []),
        ("called getTicket{not ok}", []),
        ("called getTicket{status == 200}", []),
        ('called getTicket{kind == "ok"}', []),
        ("called getTicket{ok, response.id == params.id}", []),
        ("never closeTicket", []),
        ("at_most 2 getTicket", []),
        ("at_least 0 getTicket", []),
        ("count(getTicket) <= 2", []),
        ("only getTicket", []),
        ("every closeTicket preceded_by getTicket{ok}", []),
        ("every closeTicket{not ok} followed_by getTicket", []),
        ("calls(getTicket).size() < 3", []),
        (f"called closeTicket and {STATE}", []),
        ("called getTicket and called getTicket{ok}", []),
        (f"called getTicket and {STATE}", ["getTicket"]),
    ],
)
def test_a_call_that_may_have_failed(expression, underlined):
    assert [place for _, place in found(check(expression), "S307")] == underlined


@pytest.mark.parametrize(
    ("rest", "reported"),
    [
        ({}, True),
        ({"other": STATE}, False),
        ({"gate": STATE}, False),
        ({"gate": "delta.changed_only(tickets[params.id])"}, True),
        ({"gate": "called closeTicket{ok}"}, False),
    ],
)
def test_an_attempt_beside_what_shows_success(rest, reported):
    fragment = reward("called closeTicket{args.id == params.id}", **rest)
    assert bool(found(fragment, "S307")) == reported


def test_penalties_look_at_calls_the_other_way():
    assert found(reward(STATE, penalty="called closeTicket"), "S307", "S308") == []
    assert found(reward(STATE, penalty="never getTicket"), "S307") == [("S307", "getTicket")]


def test_through_lets_a_call_is_reported_once():
    fragment = "let: {seen: called getTicket}\n" + reward("seen", other="seen and count(any) < 3")
    assert found(fragment, "S307") == [("S307", "getTicket")]


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("getTicket", "getTicket{ok}"),
        ("getTicket{}", "getTicket{ok}"),
        ("getTicket{args.id == params.id}", "getTicket{ok, args.id == params.id}"),
    ],
)
def test_the_fix_adds_ok(source, fixed):
    (only,) = [d for d in linted(check(f"called {source}")) if d.code.id == "S307"]
    assert only.fix is not None
    assert (only.fix.span.text, only.fix.replacement, only.fix.safe) == (source, fixed, False)


@pytest.mark.parametrize(
    ("expression", "underlined"),
    [
        ("called closeTicket{ok}", ["closeTicket{ok}"]),
        ("called getTicket{ok}", ["getTicket{ok}"]),
        (f"seq getTicket{BOUND} then closeTicket{{ok}}", ["closeTicket{ok}"]),
        ('called closeTicket{ok, args?.note == "x"}', ['closeTicket{ok, args?.note == "x"}']),
        ("called closeTicket{ok} after getTicket{ok}", ["closeTicket{ok}"]),
        (f"called closeTicket{BOUND}", []),
        ('called closeTicket{ok, args.id in ["T-1", "T-2"]}', []),
        ("called closeTicket{ok, response.id == params.id}", []),
        ("called closeTicket{ok, before.tickets[params.id] is not null}", []),
        ("called getTicket{ok, status == 200}", []),
        ('called listTickets{ok, args.state == "open"}', []),
        ("called listTickets{ok}", []),
        ("called getTicket{ok}|listTickets{ok}", []),
        ("every closeTicket{ok} preceded_by getTicket{ok}", []),
        ("never closeTicket{ok}", []),
        (f"called closeTicket{{ok}} and {STATE}", []),
        (f"called closeTicket{{ok}} and called closeTicket{BOUND}", []),
    ],
)
def test_a_call_on_any_row(expression, underlined):
    assert [place for _, place in found(check(expression), "S308")] == underlined


@pytest.mark.parametrize(
    ("gate", "reported"),
    [
        ("", True),
        ("delta.changed_only(tickets[params.id])", False),
        ("delta.changed_only(tickets)", True),
        (STATE, False),
        (f"called closeTicket{BOUND}", False),
        (f"called getTicket{BOUND}", True),
    ],
)
def test_a_gate_says_which_row(gate, reported):
    assert bool(found(reward("called closeTicket{ok}", gate=gate), "S308")) == reported


def test_a_gate_beside_a_part_that_says_which_row():
    assert found(reward(STATE, gate="called closeTicket{ok}"), "S308") == []
    assert found(reward(STATE, gate="called getTicket{ok}"), "S308") != []


def test_one_row_needs_no_name():
    scenario, _ = resolved(check("called getTicket{ok}"))
    assert scenario is not None
    rows = scenario.world.rows
    few = {**rows, "tickets": {"T-1": rows["tickets"]["T-1"]}}
    smaller = replace(scenario, world=replace(scenario.world, rows=few))
    assert "S308" in [d.code.id for d in lint.run(scenario)]
    assert "S308" not in [d.code.id for d in lint.run(smaller)]


@pytest.mark.parametrize(
    ("part", "rest", "reported"),
    [
        ('called closeTicket{ok, args?.note == "x"}', {}, True),
        ('called closeTicket{ok, args?.note == "x"}', {"other": STATE}, False),
        ('called closeTicket{ok, args?.note == "x"}',
         {"gate": "delta.tickets.updated.size() == 1"}, False),
        (f"called closeTicket{BOUND}", {}, False),
        ("called getTicket{ok, args.id == params.id}", {}, False),
        ('called listTickets{ok, args.state == "open"}', {}, False),
        ('never closeTicket{ok, args?.note == "x"}', {}, False),
    ],
)  # fmt: skip
def test_arguments_instead_of_the_state(part, rest, reported):
    assert bool(found(reward(part, **rest), "S310")) == reported
