"""Changes of the reward: which there are, that the short way of scoring them is right, and which
can be told apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from diagnostics.page_examples import BASE
from judge.desk import drafted, variant
from judge.mutation import found, mutated
from judge.test_trace_mutants import CLOSED, GATES, SAID, SOUND, reward
from shipped import FILES

from rewardlang import driver, model, tree
from rewardlang.interpret import reward as interpreted
from rewardlang.judge.alterations import Altered, alterations
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import Draft
from rewardlang.judge.equivalence import why_equivalent
from rewardlang.judge.retold import Retold
from rewardlang.judge.reward_mutants import mutate_reward, reward_under
from rewardlang.judge.trace_mutants import mutate_traces

EXAMPLES = Path(__file__).parents[2] / "examples"


def altered(folder: Path, *parts: str, **keys: str) -> list[Altered]:
    """All changes of a reward with these parts, without those that no expression has."""
    scenario = driver.scenario_of(variant(folder, reward(*parts, **keys)))
    return [each for each in alterations(Retold(scenario)) if each.change is not None]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("1 check: count(any) == 2", ["`==` made `!=`", "2 made 3", "2 made 1"]),
        ("1 check: count(any) < 2", ["`<` made `<=`", "2 made 3", "2 made 1"]),
        ("1 check: count(any) >= 2", ["`>=` made `>`", "2 made 3", "2 made 1"]),
        ("1 check: 'ticket.priority <= 2'".replace("'", ""), ["`<=` made `<`"]),
        ("1 check: read and now is null", ["`and` made `or`"]),
        ("1 check: read or now is null or answer == \"x\"", ["`or` made `and`", "`==` made `!=`"]),
        ("1 check: not (read and now is null)", ["`and` made `or`"]),
        ("1 check: called getTicket{ok}", ["`ok` dropped"]),
        ("1 check: called getTicket{ok, args.id == params.id}",
         ["`ok` dropped", "`args.id == params.id` dropped", "`and` made `or`", "`==` made `!=`"]),
        ("1 check: called getTicket", []),
        ("1 check: once getTicket", ["`once` made `called`"]),
        ("1 check: at_most 2 getTicket",
         ["`at_most 2` made `at_most 3`", "`at_most 2` made `at_most 1`"]),
        ("1 check: exactly 1 getTicket",
         ["`exactly 1` made `exactly 2`", "`exactly 1` made `exactly 0`"]),
        ("1 check: every closeTicket preceded_by getTicket within 2",
         ["`preceded_by` made true", "`within 2` made `within 3`", "`within 2` made `within 1`"]),
        ("1 check: every closeTicket followed_by getTicket", ["`followed_by` made true"]),
        ("1 check: called getTicket before closeTicket", ["the scope `before` dropped"]),
        ("1 check: called getTicket between closeTicket and waitTicket",
         ["the scope `between` dropped"]),
        ("1 score: ramp(count(any), good=2, bad=5)",
         ["2 made 3", "2 made 1", "5 made 6", "5 made 4"]),
        ("1 score: 1 if count(getTicket before closeTicket) > 0 else 0",
         ["`>` made `>=`", "0 made 1", "0 made -1", "the scope `before` dropped"]),
        ("1 score: 'best(closeTicket, c => 1 if c.args?.id == params.id else 0)'".replace("'", ""),
         ["`==` made `!=`"]),
    ],
)  # fmt: skip
def test_changes_of_an_expression(part, expected, tmp_path):
    found = [
        each.what for each in altered(tmp_path, part) if each.what.endswith("in the part `p0`")
    ]
    assert found == [f"{what} in the part `p0`" for what in expected]


def test_changes_of_what_counts(tmp_path):
    penalty = "  penalties:\n    - {id: many, factor: 'ramp(count(any), good=2, bad=6)'}\n"
    scenario = driver.scenario_of(
        variant(tmp_path, reward("1 check: read", f"5 check: {CLOSED}", penalties=penalty))
    )
    whole = [each.what for each in alterations(Retold(scenario)) if each.whole]
    assert whole == [
        "the gate `nothing_else` dropped",
        "`otherwise` of the gate `nothing_else` made 0",
        "the part `p0` dropped",
        "the weight of the part `p0` doubled",
        "the part `p1` dropped",
        "the weight of the part `p1` doubled",
        "the penalty `many` dropped",
    ]


# ---- scored the short way ----


def spelt_out(scenario: model.Scenario, each: Altered) -> model.Scenario:
    """The changed scenario as a whole, without the short form."""
    kind, number = each.item
    if each.let is not None:
        assert each.change is not None
        name, root = each.let[0], each.change.root
        lets = [replace(let, value=root) if let.name == name else let for let in scenario.lets]
        return replace(scenario, lets=tuple(lets))
    group = {"gate": "gates", "part": "parts", "penalty": "penalties"}[kind]
    old, new = list(getattr(scenario, group)), getattr(each.scenario, group)[number]
    if each.change is not None:
        key = next(k for k, root in expressions(old[number]) if each.change.root.span == root.span)
        old[number] = replace(old[number], **{key: each.change.root})
    elif kind == "gate":
        old[number] = replace(old[number], otherwise=new.otherwise)
    elif kind == "part":
        old[number] = replace(old[number], weight=new.weight)
    else:
        del old[number]
    changed: dict[str, Any] = {group: tuple(old)}
    return replace(scenario, **changed)


def expressions(item: object) -> list[tuple[str, tree.Expr]]:
    keys = ("require", "check", "score", "when", "factor")
    pairs = [(key, getattr(item, key, None)) for key in keys]
    return [(key, value) for key, value in pairs if value is not None]


@pytest.mark.parametrize("path", [BASE / "judged.yaml", *FILES[::2]], ids=lambda path: path.stem)
def test_the_short_way_agrees_with_the_whole_reward(path):
    draft = drafted(path)
    mutate_traces(draft)
    scenario = draft.bench.scenario
    episodes = list(draft.everything())[::11]
    retold = Retold(scenario)
    compared = 0
    for each in alterations(retold):
        whole = spelt_out(scenario, each)
        for tried in episodes:
            short = reward_under(retold, each, retold.seen(tried))
            expected = interpreted(whole, tried.played.episode).reward
            assert short == expected, (each.what, tried.name)
            compared += 1
    assert compared > 500


# ---- which are told apart ----


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("1 check: called getTicket{ok, response.id == params.id}", "T108"),
        ("1 check: at_most 7 getTicket", "never more than 6"),
        ("1 check: every closeTicket preceded_by getTicket within 6", "more than 5 steps apart"),
        ("1 score: ramp(count(any), good=2, bad=5)", None),
        ("1 check: once getTicket", None),
    ],
)
def test_equivalent_changes_are_proven(part, reason, tmp_path):
    scenario = driver.scenario_of(variant(tmp_path, reward(part, f"5 check: {CLOSED}")))
    retold = Retold(scenario)
    proofs = [why_equivalent(retold, each) for each in alterations(retold)]
    if reason is None:
        assert proofs == [None] * len(proofs)
    else:
        assert any(proof is not None and reason in proof for proof in proofs)


def test_a_let_that_is_the_same_on_every_task(tmp_path):
    let = """
let:
  ticket: initial.tickets[params.id]!
  now: final.tickets[params.id]
  long: ticket.title.length() > 40
"""
    draft = mutated(
        tmp_path,
        let,
        reward("1 check: called getTicket{ok, args.id == params.id}",
               f"5 check: {CLOSED} and not long"),
        reward=True,
    )  # fmt: skip
    (proven,) = {m.equivalent for m in draft.reward_mutants if "`>` made" in m.what}
    assert proven is not None
    assert "tasks" in proven


def test_a_pinned_reward_has_no_survivor(tmp_path):
    draft = mutated(tmp_path, SOUND, reward=True)
    assert len(draft.reward_mutants) > 15
    assert found(draft) == {}
    assert all(m.killed_by or m.equivalent for m in draft.reward_mutants)


def test_a_line_that_nothing_pins(tmp_path):
    gentle = 'not (now?.state == "waiting" and ticket.id == params.note)'
    gate = GATES + f"    - {{id: gentle, require: '{gentle}', otherwise: 0.5}}\n"
    text = reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}", gates=gate)
    draft = mutated(tmp_path, text, reward=True)
    assert gentle in found(draft)["H521"]
    survivor = next(m for m in draft.reward_mutants if m.what == "the gate `gentle` dropped")
    assert survivor.killed_by is None
    assert survivor.pin == "break the gate `gentle` and nothing else, and expect 0.5 at most"


def test_a_part_is_pinned_behind_a_gate_that_takes_everything(tmp_path):
    gate = GATES.replace("      otherwise: 0.2\n", "")
    text = reward("1 check: read", "2 check: called closeTicket{ok, args.id == params.id}",
                  f"5 check: {CLOSED}", f"2 check: {SAID}", gates=gate)  # fmt: skip
    draft = mutated(tmp_path, text, reward=True)
    assert found(draft).get("H521", []) == []


@pytest.mark.parametrize("path", [*FILES, EXAMPLES / "jira_assign.yaml"], ids=lambda p: p.stem)
def test_shipped_rewards_are_pinned(path):
    scenario = driver.scenario_of(path)
    draft = Draft(Bench(scenario, driver.build(scenario)), Budget())
    gathered = drafted(path)
    draft.seeds, draft.oracle, draft.ladder = gathered.seeds, gathered.oracle, gathered.ladder
    draft.probes, draft.tests = gathered.probes, gathered.tests
    mutate_traces(draft)
    mutate_reward(draft)
    alive = [m.what for m in draft.reward_mutants if not m.killed_by and not m.equivalent]
    assert alive == []
    assert not draft.undecided
