"""What takes a solver: decided with z3, and said to be open without."""

from __future__ import annotations

import pytest
from resolve.desk import check, linted, summary

from rewardlang.lint.proofs import Logic, decide, prove
from rewardlang.lint.proofs.terms import All, Atom, Either, Literal, Term
from rewardlang.lint.proofs.values import TRUTH

IMPOSSIBLE = [
    "count(any) + answer.length() < 3 and answer.length() > count(getTicket) + 5",
    "answer.length() > params.id.length() and params.id.length() > prompt.length() + 9"
    " and answer.length() < prompt.length()",
    "2 * count(getTicket) + answer.length() == 7 and answer.length() == 2 * count(closeTicket)",
    "answer.length() + count(getTicket) == 2 * count(closeTicket) + 1"
    " and answer.length() == count(getTicket)",
]
POSSIBLE = [
    "count(any) + answer.length() < 3 and answer.length() > count(getTicket)",
    "answer.length() > params.id.length() and params.id.length() > prompt.length()",
    "count(getTicket) > answer.length() and answer.length() >= 5",
    "2 * count(getTicket) + answer.length() == 8 and answer.length() == 2 * count(closeTicket)",
]
LETS = "prompt: 'final.tickets[params.id]?.title ?? answer'"


def decided(expression: str) -> list[str]:
    """The codes of contradiction and doubt that a check is reported with."""
    found = [code for code, _ in summary(linted(check(expression, LETS)))]
    return [code for code in found if code in ("D202", "M904") or code[0] == "T"]


@pytest.mark.parametrize("expression", IMPOSSIBLE)
def test_arithmetic_that_never_holds(expression: str) -> None:
    pytest.importorskip("z3", reason="the solver is the extra prove")
    assert decided(expression) == ["D202"]


def test_arithmetic_that_takes_more_calls() -> None:
    pytest.importorskip("z3", reason="the solver is the extra prove")
    found = linted(check("count(getTicket) > answer.length() and answer.length() >= 6"))
    (longer,) = [d for d in found if d.code.id == "S304"]
    assert longer.message == "these conditions need 7 calls, and an episode has 6"


@pytest.mark.parametrize("expression", POSSIBLE)
def test_arithmetic_that_can_hold(expression: str) -> None:
    pytest.importorskip("z3", reason="the solver is the extra prove")
    assert decided(expression) == []


@pytest.mark.parametrize("expression", IMPOSSIBLE + POSSIBLE)
def test_without_the_solver_it_is_said(expression: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "z3", lambda: None)
    assert decided(expression) == ["M904"]


def test_how_to_install_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "z3", lambda: None)
    (found,) = [d for d in linted(check(IMPOSSIBLE[0])) if d.code.id == "M904"]
    assert "rewardlang[prove]" in (found.help or "")
    assert "D202" in found.label.text


def pigeons(count: int) -> list[Term]:
    """Each of `count` pigeons has a hole, of which there is one less, and none is shared."""
    seats = [[Literal(Atom(f"{p} in {h}", TRUTH)) for h in range(count - 1)] for p in range(count)]
    terms: list[Term] = [Either(tuple(row)) for row in seats]
    for hole in range(count - 1):
        for p in range(count):
            for q in range(p):
                both = (Literal(seats[p][hole].atom, False), Literal(seats[q][hole].atom, False))
                terms.append(Either(both))
    return terms


def logic() -> Logic:
    from resolve.desk import resolved

    scenario, _ = resolved("title: Close a ticket\n")
    assert scenario is not None
    return Logic(scenario)


def test_too_many_choices() -> None:
    pytest.importorskip("z3", reason="the solver is the extra prove")
    answer = logic().answer(pigeons(7))
    assert not answer.possible
    assert not answer.left_open
    assert logic().answer(pigeons(7)[1:]).possible


def test_too_many_choices_without_the_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove, "z3", lambda: None)
    assert logic().answer(pigeons(7)).left_open == "choices"
    assert not logic().answer(pigeons(4)).possible


def test_what_the_trace_alone_decides_is_said_when_left_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S305 and S306 ask this; no solver is asked."""
    from resolve.desk import resolved

    lets = "let: {x: exactly 5 getTicket and at_least 3 closeTicket and count(any) > 3}"
    scenario, _ = resolved(f"{lets}\nlimits: {{calls: 20}}\n")
    assert scenario is not None
    asked = scenario.lets[0].value
    reading = Logic(scenario)
    assert reading.by_trace_alone(asked, [reading.formula(asked)])
    assert not reading.open
    monkeypatch.setattr(decide, "MOST_STATES", 2)
    reading = Logic(scenario)
    assert not reading.by_trace_alone(asked, [reading.formula(asked)])
    assert [(each.expr, each.why) for each in reading.open] == [(asked, "size")]


def test_what_the_solver_finds_is_tried_on_the_trace() -> None:
    """A hundred choices, and formulas over the trace that exclude each other."""
    pytest.importorskip("z3", reason="the solver is the extra prove")
    from resolve.desk import resolved

    lets = "let: {x: called closeTicket and never closeTicket, y: called closeTicket}"
    scenario, _ = resolved(lets)
    assert scenario is not None
    reading = Logic(scenario)
    never, called = (reading.formula(let.value) for let in scenario.lets)
    many = pigeons(7)[1:]
    assert not reading.answer([All((never, *pigeons(7)[1:]))]).possible
    assert reading.answer([called, *many]).possible
