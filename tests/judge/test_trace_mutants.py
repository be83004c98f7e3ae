"""Mutants of the oracle's episodes: which there are, what each should earn, what is reported."""

from __future__ import annotations

import pytest
from judge.desk import drafted, variant
from judge.mutation import found, mutated, traces_mutated
from shipped import FILES

from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import Draft, Tried
from rewardlang.judge.reward_mutants import mutate_reward
from rewardlang.judge.trace_mutants import mutate_traces

GATES = """
  gates:
    - id: nothing_else
      require: delta.changed_only(tickets[params.id].state, tickets[params.id].note)
      otherwise: 0.2
"""
CLOSED = """now?.state == "closed" and fold(now?.note ?? "") == fold(params.note)"""
SAID = "read and says(answer, ticket.owner.name, instead_of=others)"


def reward(*parts: str, gates: str = GATES, penalties: str = "") -> str:
    """A reward with parts "weight kind: expression"."""
    lines = []
    for number, part in enumerate(parts):
        weight, kind, expression = part.split(" ", 2)
        lines.append(f"    - {{id: p{number}, weight: {weight}, {kind} '{expression}'}}\n")
    return f"reward:{gates.rstrip()}\n  parts:\n{''.join(lines)}{penalties}"


SOUND = reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}")


def of(draft: Draft, group: str) -> list[Tried]:
    first = draft.seeds[0]
    return [t for t in draft.trace_mutants if t.group == group and t.played.seed == first]


@pytest.mark.parametrize(
    ("group", "places", "expected"),
    [
        ("drop-step", ["step 1", "step 2"], ["at most 1", "less than 0.9"]),
        ("invented-tool", ["step 1", "step 2"], ["at most 1", "less than 0.9"]),
        ("duplicate-step", ["step 1", "step 2"], ["at most 1"] * 2),
        ("swap-dependent", ["steps 1 and 2"], ["at most 1"]),
        ("swap-independent", [], []),
        ("sibling", ["step 1, id"], ["less than 0.9"]),
        ("text-case", ["step 2, note"], ["at least 0.9"]),
        ("text-space", ["step 2, note"], ["at least 0.9"]),
        ("text-typo", ["step 2, note"], ["less than 1"]),
        ("drop-required", ["step 1, id", "step 2, id", "step 2, note"],
         ["at most 1", "less than 0.9", "less than 0.9"]),
        ("drop-optional", [], []),
        ("enum", [], []),
        ("number", [], []),
        ("list-drop", [], []),
        ("negate-answer", [], []),
        ("paraphrase-answer", ["the answer"] * 2, ["at least 0.9"] * 2),
        ("undo", ["step 2"], ["less than 0.9"]),
        ("frozen", ["all"], ["less than 0.9"]),
        ("refused", None, None),
        ("repeat", None, None),
        ("more-calls", None, None),
        ("longer", None, None),
        ("insert-write", None, None),
        ("insert-read", None, None),
        ("insert-failing", None, None),
    ],
)  # fmt: skip
def test_what_is_changed_and_what_it_should_earn(group, places, expected, tmp_path):
    tried = of(mutated(tmp_path, SOUND), group)
    if places is None:
        assert tried
    else:
        assert [t.place for t in tried] == places
        assert [t.expected for t in tried] == expected
    assert all(t.as_expected for t in tried)


def test_a_sound_reward_has_no_finding(tmp_path):
    draft = mutated(tmp_path, SOUND)
    assert {t.played.seed for t in draft.trace_mutants} == set(draft.seeds)
    assert found(draft) == {}
    assert not draft.undecided


def test_an_unrelated_write_touches_nothing_of_the_oracles(tmp_path):
    for tried in of(mutated(tmp_path, SOUND), "insert-write"):
        assert tried.base is not None
        assert tried.played.sent[:-1] == tried.base.sent
        assert tried.played.calls[-1].ok
        assert tried.reward <= 0.2


def test_siblings_are_rows_that_the_task_does_not_name(tmp_path):
    draft = mutated(tmp_path, SOUND)
    (tried,) = of(draft, "sibling")
    meant = draft.starts[0].base.episode.params["id"]
    named = [args["id"] for _, args in tried.played.sent]
    assert len(set(named)) == 1
    assert named[0] != meant
    assert all(call.ok for call in tried.played.calls)


NAME_ALONE = """
oracle:
  - getTicket: {id: "{id}"}
    bind: seen
  - closeTicket: {id: "{id}", note: "{note}"}
  - answer: "{seen.owner.name}"
"""
CREATE = """
params:
  title: one_of(["The window leaks", "The bell is silent", "The shelf bends", "The stairs creak"])
  priority: one_of([2, 3, 4])
  owner: one_of(["ana", "ben", "cho", "dag"])
prompt: Make a ticket "{title}" of priority {priority} for the user {owner}.
let:
  made: delta.tickets.created.only()
oracle:
  - createTicket: {title: "{title}", priority: "{priority}", owner: "{owner}"}
"""
MADE = """
  gates:
    - {id: nothing_else, require: "delta.changed_only(tickets[made?.id])", otherwise: 0.2}
"""
TITLED = 'fold(made?.title ?? "") == fold(params.title)'


@pytest.mark.parametrize(
    ("fragments", "expected"),
    [
        # H508: the frame is missing, or too wide.
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}", gates="")],
         {"H508": [CLOSED]}),
        ([CREATE, reward(f"3 check: {TITLED}", "2 check: made?.priority == params.priority",
                         "2 check: made?.owner.id == params.owner",
                         gates='\n  gates: [{id: g, require: "delta.changed_only(tickets)"}]')],
         {"H508": ["delta.changed_only(tickets)"]}),
        # H509: any row will do.
        ([reward('5 check: delta.tickets.updated.any(t => t.state == "closed")',
                 "2 check: says(answer, ticket.owner.name, instead_of=others)", gates="")],
         {"H508": ['delta.tickets.updated.any(t => t.state == "closed")'],
          "H509": ['delta.tickets.updated.any(t => t.state == "closed")'],
          "N406": ['delta.tickets.updated.any(t => t.state == "closed")']}),
        # H510, H511: calls are believed.
        ([reward("1 check: read",
                 "5 check: called closeTicket{ok, args.id == params.id, "
                 "fold(args.note) == fold(params.note)}", f"2 check: {SAID}")],
         {"H510": ["called closeTicket{ok, args.id == params.id, "
                   "fold(args.note) == fold(params.note)}"],
          "H511": ["called closeTicket{ok, args.id == params.id, "
                   "fold(args.note) == fold(params.note)}"]}),
        # H512: a refused call pays.
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}",
                 "1 check: called closeTicket")],
         {"H512": ["called closeTicket"]}),
        # H513: each read pays.
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}",
                 "1 score: 1 if now?.state == \"closed\" else "
                 "min(1, count(getTicket{ok, args.id == params.id}) / 4)")],
         {"H513": ['1 if now?.state == "closed" else '
                   "min(1, count(getTicket{ok, args.id == params.id}) / 4)"]}),
        # N406: a wrong number, or owner, hardly costs.
        ([CREATE, reward(f"9 check: {TITLED}", "3 check: made?.owner.id == params.owner",
                         "1 check: made?.priority == params.priority", gates=MADE)],
         {"N406": [TITLED]}),
        ([CREATE, reward(f"9 check: {TITLED}", "3 check: made?.owner.id == params.owner",
                         "3 check: made?.priority == params.priority", gates=MADE)], {}),
        # N406: the lesser part does not see what was written.
        ([reward("1 check: read", '3 check: now?.state == "closed"', f"5 check: {SAID}")],
         {"N406": ['now?.state == "closed"']}),
        # N409: an answer of two words, and no other.
        ([reward("1 check: read", f"5 check: {CLOSED}",
                 "2 check: read and fold(answer) == fold(ticket.owner.name)"), NAME_ALONE],
         {"N409": ["read and fold(answer) == fold(ticket.owner.name)"]}),
        # N407: length pays.
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}",
                 "1 score: 1 if says(answer, ticket.owner.name) else "
                 "min(1, answer.length() / 100)")],
         {"N407": ["1 if says(answer, ticket.owner.name) else min(1, answer.length() / 100)"]}),
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}",
                 "1 score: 1 if now?.state == \"closed\" else min(1, count(any) / 5)")],
         {"N407": ['1 if now?.state == "closed" else min(1, count(any) / 5)']}),
        # N409: to the letter.
        ([reward("1 check: read", '5 check: now?.state == "closed" and now?.note == params.note',
                 f"2 check: {SAID}")],
         {"N409": ['now?.state == "closed" and now?.note == params.note']}),
        ([reward("1 check: read", f"5 check: {CLOSED}",
                 "2 check: read and answer == params.id + \" belongs to \" + ticket.owner.name "
                 '+ "."')],
         {"N409": ['read and answer == params.id + " belongs to " + ticket.owner.name + "."']}),
        # G803: looking first is punished.
        ([reward("1 check: read", f"5 check: {CLOSED}", f"2 check: {SAID}",
                 "2 check: called closeTicket{ok} or never getTicket")],
         {"G803": ["called closeTicket{ok} or never getTicket"]}),
    ],
)  # fmt: skip
def test_findings(fragments, expected, tmp_path):
    assert found(mutated(tmp_path, *fragments)) == expected


def test_an_oracle_that_errs_on_purpose(tmp_path):
    oracle = """
oracle:
  - getTicket: {id: "{id}"}
  - closeTicket: {id: "no such ticket", note: "{note}"}
  - closeTicket: {id: "{id}", note: "{note}"}
  - answer: "{ticket.owner.name}"
"""
    paid = "seq closeTicket{not ok} then closeTicket{ok, args.id == params.id}"
    draft = mutated(
        tmp_path, oracle, reward(f"4 check: {CLOSED}", f"2 check: {SAID}", f"1 check: {paid}")
    )
    assert found(draft)["H512"] == [paid]
    (tried,) = of(draft, "drop-refused")
    assert tried.expected == "1"
    assert not tried.as_expected


def test_a_budget_that_is_spent_is_said(tmp_path):
    draft = drafted(variant(tmp_path, SOUND))
    draft.budget = Budget(seconds=0)
    mutate_traces(draft)
    mutate_reward(draft)
    assert len(draft.trace_mutants) == 1
    assert not draft.reward_mutants
    (traces, rewards) = draft.undecided
    assert "task 1 of 3" in traces.why
    assert "were not decided" in rewards.why
    assert rewards.codes == ("H521",)


def test_without_a_right_oracle_nothing_is_decided(tmp_path):
    draft = mutated(tmp_path, reward("1 check: now is null", f"5 check: {CLOSED}"))
    assert not draft.trace_mutants
    assert "H508" in draft.undecided[0].codes
    assert found(draft) == {}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_scenarios_pay_as_they_should(path):
    draft = traces_mutated(path)
    assert len(draft.trace_mutants) > 100
    assert [t.name for t in draft.trace_mutants if not t.as_expected] == []
    assert found(draft) == {}


def test_the_saturated_example_is_found_out():
    draft = traces_mutated(FILES[0].parents[1] / "examples" / "saturated_transition.yaml")
    assert {"H508", "H509", "H510", "H512"} <= found(draft).keys()
