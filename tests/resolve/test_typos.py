"""Typos placed by hand: each gives one diagnostic, at its characters, with the right suggestion."""

from __future__ import annotations

import pytest
from diagnostics.page_examples import write

from rewardlang import driver

SCENARIO = """
params:
  id: one_of(initial.tickets.keys())
expect: {note: It is repaired., labels: [door, repaired]}
let:
  ticket: final.tickets[params.id]
  plan: desk.workflow.transition("open", "closed")
prompt: Close the ticket {id} and say that {expect.note}
reward:
  gates:
    - id: only_this
      require: delta.changed_only(tickets[params.id].state, tickets[params.id].note)
  parts:
    - id: closed
      weight: 3
      check: ticket?.state == "closed" and once closeTicket{ok, args.id == params.id}
    - id: note
      weight: 2
      score: edit_sim(fold(ticket?.note ?? ""), fold(expect.note), max_len=100)
    - id: labels
      weight: 1
      score: f1((ticket?.labels ?? []).distinct(), expect.labels)
    - id: known
      weight: 1
      check: plan.to == "closed" and initial.tickets.values().size() > 1
  penalties:
    - id: blind
      when: not every closeTicket preceded_by getTicket{ok, response.priority > 1}
      factor: 0.8
oracle:
  - getTicket: {id: "{id}"}
  - closeTicket: {id: "{id}", note: "{expect.note}"}
  - answer: Closed {id}.
"""

TYPOS = {
    "a field": (
        "ticket?.state ==",
        "ticket?.sate ==",
        "T102",
        "sate",
        "state",
    ),
    "an operation": (
        "once closeTicket{",
        "once closeTickte{",
        "T101",
        "closeTickte",
        "closeTicket",
    ),
    "a status": (
        'transition("open", "closed")',
        'transition("open", "cloesd")',
        "T104",
        '"cloesd"',
        '"closed"',
    ),
    "an argument": (
        "args.id == params.id}",
        "args.idd == params.id}",
        "T107",
        "idd",
        "id",
    ),
    "a function": (
        "edit_sim(",
        "edit_smi(",
        "T101",
        "edit_smi",
        "edit_sim",
    ),
    "a let": (
        'check: plan.to == "closed"',
        'check: paln.to == "closed"',
        "T101",
        "paln",
        "plan",
    ),
    "a parameter": (
        "tickets[params.id].note)",
        "tickets[params.di].note)",
        "T102",
        "di",
        "id",
    ),
    "a parameter in a prompt": (
        "Close the ticket {id} and",
        "Close the ticket {idd} and",
        "T101",
        "idd",
        "id",
    ),
    "a table": (
        "initial.tickets.values()",
        "initial.tikcets.values()",
        "T101",
        "tikcets",
        "tickets",
    ),
    "a value of an enum": (
        'state == "closed" and once',
        'state == "close" and once',
        "T104",
        '"close"',
        '"closed"',
    ),
    "a method": (
        ".distinct(),",
        ".distnict(),",
        "T101",
        "distnict",
        "distinct",
    ),
    "a key of expect": (
        "fold(expect.note)",
        "fold(expect.nota)",
        "T102",
        "nota",
        "note",
    ),
    "a path of changed_only": (
        "tickets[params.id].state,",
        "tickets[params.id].stat,",
        "T102",
        "stat",
        "state",
    ),
    "a field of a response": (
        "response.priority > 1",
        "response.prioritty > 1",
        "T102",
        "prioritty",
        "priority",
    ),
    "a table of delta": (
        "changed_only(tickets[params.id].state",
        "changed_only(ticket[params.id].state",
        "T101",
        "ticket",
        "tickets",
    ),
    "a named argument": (
        "max_len=100",
        "max_length=100",
        "T115",
        "max_length",
        "max_len",
    ),
    "an argument of the oracle": (
        'note: "{expect.note}"',
        'notes: "{expect.note}"',
        "T113",
        "notes",
        "note",
    ),
    "an operation of the oracle": (
        "- getTicket: {id",
        "- getTikcet: {id",
        "T101",
        "getTikcet",
        "getTicket",
    ),
    "a name in a let": (
        "ticket: final.tickets",
        "ticket: finla.tickets",
        "T101",
        "finla",
        "final",
    ),
    "a key of the file": (
        "weight: 3",
        "wieght: 3",
        "Y005",
        "wieght",
        "weight",
    ),
}


def test_the_scenario_itself_is_right(tmp_path):
    assert driver.check(write([("scenario", SCENARIO)], tmp_path)).diagnostics == ()


@pytest.mark.parametrize("typo", TYPOS)
def test_a_typo(typo, tmp_path):
    right, wrong, code, underlined, meant = TYPOS[typo]
    assert SCENARIO.count(right) == 1
    text = SCENARIO.replace(right, wrong)
    (found,) = driver.check(write([("scenario", text)], tmp_path)).diagnostics
    assert (found.code.id, found.label.span.text) == (code, underlined)
    assert found.fix is not None
    assert found.fix.replacement == meant
    span, source = found.fix.span, found.fix.span.source.text
    fixed = source[: span.start] + found.fix.replacement + source[span.end :]
    assert right in fixed
    assert found.help is not None
    assert meant.strip('"') in found.help


def test_a_status_shows_where_it_is_declared(tmp_path):
    text = SCENARIO.replace('state == "closed" and once', 'state == "closd" and once')
    (found,) = driver.check(write([("scenario", text)], tmp_path)).diagnostics
    value, declared = found.others
    assert value.span.text == "ticket?.state"
    assert '"closed"' in value.text
    assert declared.text == "declared here"
    assert declared.span.source.path.endswith("desk.yaml")
    assert declared.span.text == "life"
