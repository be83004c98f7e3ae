"""What the answer should state, found in the typed tree."""

from __future__ import annotations

import pytest
from judge.desk import variant

from rewardlang import driver
from rewardlang.judge import claims
from rewardlang.judge.bench import Bench


def bench_of(tmp_path, check, answer="It belongs to {ticket.owner.name}.", lets=""):
    fragment = (
        f"let:\n  ticket: initial.tickets[params.id]!\n{lets}"
        f"reward:\n  parts:\n    - id: said\n      weight: 1\n      check: '{check}'\n"
        f'oracle:\n  - getTicket: {{id: "{{id}}"}}\n  - answer: "{answer}"\n'
    )
    scenario = driver.scenario_of(variant(tmp_path, fragment))
    return Bench(scenario, driver.build(scenario))


OTHERS = "initial.users.values().map(u => u.name).without(ticket.owner.name)"
EIGHT = (
    "Ana Silva", "Ben Okafor", "Cho Tanaka", "Dag Nilsen",
    "Eva Kern", "Fay Moreau", "Hal Byrne", "Ida Rossi",
)  # fmt: skip


@pytest.mark.parametrize(
    ("check", "gold", "others"),
    [
        (f"says(answer, ticket.owner.name, instead_of={OTHERS})", "Gus Petrov", EIGHT),
        ("says(answer, ticket.owner.name)", "Gus Petrov", EIGHT),
        ("fold(answer).contains_text(fold(ticket.owner.name))", "gus petrov", EIGHT),
        ("answer == ticket.owner.name", "Gus Petrov", EIGHT),
        ("ticket.owner.name in answer.split(\".\")", "Gus Petrov", EIGHT),
        ("called getTicket{ok} and says(answer, ticket.owner.name)", "Gus Petrov", EIGHT),
        ("words(answer).any(w => w == fold(ticket.owner.name).split(\" \").first())", "gus", None),
    ],
)  # fmt: skip
def test_what_is_compared_with_the_answer(tmp_path, check, gold, others):
    bench = bench_of(tmp_path, check)
    found = claims.claims_of(bench, bench.oracle(0))
    assert [claim.gold for claim in found] == [gold]
    if others is not None:
        assert found[0].others == others


def test_a_let_is_followed(tmp_path):
    bench = bench_of(tmp_path, "right", lets="  right: says(answer, ticket.owner.name)\n")
    assert [claim.gold for claim in claims.claims_of(bench, bench.oracle(0))] == ["Gus Petrov"]


def test_a_number_has_neighbours(tmp_path):
    check = "numbers(answer).contains(ticket.title.length() + 100)"
    bench = bench_of(tmp_path, check, answer="{ticket.title.length() + 100} in all.")
    (claim,) = claims.claims_of(bench, bench.oracle(0))
    assert claim.gold == "117"
    assert {"116", "118"} <= set(claim.others)
    assert claim.candidates == tuple(sorted(claim.candidates))


def test_what_does_not_read_the_answer(tmp_path):
    bench = bench_of(tmp_path, 'final.tickets[params.id]?.state == "closed"')
    assert not claims.reads_answer(bench.scenario)
    assert claims.claims_of(bench, bench.oracle(0)) == []


def test_the_texts_of_a_row(tmp_path):
    bench = bench_of(tmp_path, "says(answer, ticket.owner.name)")
    solved = bench.oracle(0)
    texts = claims.row_texts(bench, solved, claims.claims_of(bench, solved))
    assert texts == ("T-7", "The heater knocks", "open", "2", "gus", "Gus Petrov")
