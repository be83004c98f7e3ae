"""What the rules on oracles, tasks and probes say of variants of one sound scenario."""

from __future__ import annotations

import pytest
from diagnostics.page_examples import JUDGED_FILES, write
from judge.desk import drafted, found, variant

from rewardlang.judge.budget import Budget
from rewardlang.judge.oracle import climb, oracle_below_one, play_oracle
from rewardlang.judge.probes import probe
from rewardlang.judge.search.solve import without_oracle
from rewardlang.judge.shape_rules import incomplete
from rewardlang.judge.trace_mutants import mutate_traces

SAID = "says(answer, ticket.owner.name, instead_of=others)"
CLOSED = 'now?.state == "closed"'


def reward(*parts: str, gates: str = "", penalties: str = "") -> str:
    lines = "".join(f"    - {{id: p{n}, weight: 1, check: '{p}'}}\n" for n, p in enumerate(parts))
    return (
        "reward:\n"
        + (f"  gates:\n    - {gates}\n" if gates else "")
        + f"  parts:\n{lines}"
        + (f"  penalties:\n    - {penalties}\n" if penalties else "")
    )


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        (reward(CLOSED, f"read and {SAID}"), {}),
        # Nothing done.
        (reward(CLOSED, "count(any) <= 3"), {"H502": "count(any) <= 3"}),
        (reward(CLOSED, "read", "count(any) <= 3"), {"H501": "count(any) <= 3"}),
        (reward(CLOSED, 'answer.starts_with("Done") or now?.note == params.note'),
         {"H502": 'answer.starts_with("Done") or now?.note == params.note'}),
        (reward(CLOSED, "count(any) <= 3", gates="{id: g, require: read}"),
         {"N405": "count(any) <= 3"}),
        (reward(CLOSED, "count(any) <= 3", gates="{id: g, require: read, otherwise: 0.2}"),
         {"H501": "count(any) <= 3"}),
        # Answers that are none.
        (reward(CLOSED, "read and answer.contains_text(ticket.owner.name)"),
         {"H503": "read and answer.contains_text(ticket.owner.name)", "H504": "", "H506": ""}),
        (reward(CLOSED, "read and says(answer, ticket.owner.name)"), {"H503": "", "H506": ""}),
        (reward(CLOSED, f"read and {SAID.replace('others)', 'others.without(ticket.title))')}"),
         {"H506": ""}),
        (reward(CLOSED, "read and answer.length() > 5"),
         {"H505": "read and answer.length() > 5", "H506": ""}),
        (reward(CLOSED, 'answer.contains_text("belongs to")'),
         {"H504": "", "H505": 'answer.contains_text("belongs to")', "H507": ""}),
        # After honest work.
        (reward("read", f"{CLOSED} and answer.length() > 9"),
         {"H505": f"{CLOSED} and answer.length() > 9"}),
        (reward("read", f"{CLOSED} and says(answer, ticket.owner.name)"), {"H503": CLOSED}),
        # Deleting.
        (reward('final.tickets.none(t => t.id == params.id and t.state == "open")'),
         {"H520": 'final.tickets.none(t => t.id == params.id and t.state == "open")'}),
        # An oracle that the reward does not see.
        (reward(CLOSED, "never closeTicket{ok} or now is null"), {"E601": "getTicket", "H502": ""}),
    ],
)  # fmt: skip
def test_rewards(tmp_path, fragment, expected):
    said = found(drafted(variant(tmp_path, fragment)))
    for code, text in expected.items():
        assert code in said, said
        assert text in said[code]
    assert set(said) - {"G805"} == set(expected), said


@pytest.mark.parametrize(
    ("oracle", "points_at"),
    [
        ('[{closeTicket: {id: "{id}", note: Wrong}}, {answer: Closed.}]', "closeTicket"),
        ('[{getTicket: {id: T-99}}, {closeTicket: {id: "{id}", note: "{note}"}}]', "getTicket"),
        ('[{getTicket: {id: "{id}"}}, {closeTicket: {id: T-3, note: "{note}"}}]', "closeTicket"),
        ('[{answer: "{ticket.owner.name}"}]', "ticket.owner.name"),
    ],
)  # fmt: skip
def test_an_oracle_that_fails(tmp_path, oracle, points_at):
    said = found(drafted(variant(tmp_path, f"oracle: {oracle}\n")))
    assert said["E601"].strip("{").startswith(points_at)


def test_an_oracle_that_is_longer_than_an_episode(tmp_path):
    steps = '[{getTicket: {id: "{id}"}}, {closeTicket: {id: "{id}", note: "{note}"}}]'
    draft = drafted(variant(tmp_path, f"limits: {{calls: 1}}\noracle: {steps}\n"))
    (said,) = (each.label for each in oracle_below_one(draft))
    assert said.span.text.startswith("{closeTicket")
    assert said.text == "not made: `limits: {calls: 1}` is reached"


@pytest.mark.parametrize(
    "made",
    ["delta.tickets.created.any(t => {})", "final.tickets.any(t => {})", "new.any(t => {})"],
)
def test_spam_is_shown_where_what_was_created_is_looked_at(tmp_path, made):
    """Not at the part with the most weight."""
    task = """\
params:
  title: one_of(["The sign fell", "The bell is mute", "The mat is wet", "The key broke"])
prompt: Make a ticket "{title}" for the user ana, and say so.
let: {new: delta.tickets.created.sort_by(t => t.title)}
oracle:
  - createTicket: {title: "{title}", priority: 3, owner: ana}
  - answer: "It is called {title}."
"""
    if not made.startswith("new"):
        task = task.replace("let: {new: delta.tickets.created.sort_by(t => t.title)}", "let: {}")
    check = made.format("fold(t.title) == fold(params.title)")
    parts = f"""\
reward:
  parts:
    - {{id: said, weight: 9, check: "called createTicket{{ok}} and says(answer, params.title)"}}
    - {{id: made, weight: 1, check: "{check}"}}
"""
    assert found(drafted(variant(tmp_path, task, parts)))["H514"] == check


LOST = 'oracle: [{closeTicket: {id: "{id}", note: Wrong}}]\n'
GONE = "{initial.tickets.filter(t => t.title == params.note).only()!.id}"
BROKEN = f'oracle: [{{closeTicket: {{id: "{GONE}", note: x}}}}]\n'


@pytest.mark.parametrize(
    ("oracle", "said"),
    [
        (LOST, None),
        (BROKEN, None),
        ("", "the file has no oracle and the search found none"),
    ],
)  # fmt: skip
def test_what_an_oracle_that_fails_leaves_open_is_not_said_besides(tmp_path, oracle, said):
    path = variant(tmp_path, oracle)
    if not oracle:
        path.write_text(without_oracle(path.read_text(encoding="utf-8")), encoding="utf-8")
    draft = drafted(path)
    mutate_traces(draft)
    assert any("H508" in each.codes for each in draft.undecided), "reports list it"
    notes = [d.message for d in incomplete(draft) if "H508" in d.message]
    assert [note.partition(", as ")[2].partition(", so")[0] for note in notes] == [said] * bool(
        said
    )


def test_an_oracle_that_cannot_be_played(tmp_path):
    draft = drafted(variant(tmp_path, BROKEN))
    assert draft.oracle == []
    assert draft.solved() == []
    assert {t.group for t in draft.probes} >= {"idle", "minimal", "random", "delete"}
    said = found(draft)
    assert "only()!" in said["E601"]


def test_an_answer_that_is_the_same_on_every_task(tmp_path):
    oracle = 'oracle: [{getTicket: {id: "{id}"}}, {closeTicket: {id: "{id}", note: "{note}"}}, '
    let = """let:
  now: final.tickets[params.id]
  read: called getTicket{ok, args.id == params.id}
  who: initial.users.values().max_by(u => u.id)!.name
  others: 'initial.tickets.values().map(t => t.title)'
"""
    paid = reward(CLOSED, "says(answer, who, instead_of=others)")
    draft = drafted(variant(tmp_path, let, paid, f'{oracle}{{answer: "{{who}}"}}]\n'))
    assert found(draft)["H507"] == "says(answer, who, instead_of=others)"
    looked = reward(CLOSED, "read and says(answer, who, instead_of=others)")
    draft = drafted(variant(tmp_path, let, looked, f'{oracle}{{answer: "{{who}}"}}]\n'))
    assert "H507" not in found(draft)


def test_an_oracle_that_reads_what_a_refused_call_answered(tmp_path):
    steps = '{getTicket: {id: none}, bind: t}, {answer: "{t.owner.name}"}'
    draft = drafted(variant(tmp_path, f"oracle: [{steps}]\n"))
    (fault,) = draft.faults
    assert fault.message == "there is no `owner`, as in the answer to a call that was refused"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ("params: {id: one_of(initial.tickets.keys()), note: 'one_of([\"Fixed\"])'}\n", "P708"),
        ("assume: ['params.note == \"Fixed in the shop\"']\n", "E612"),
        ("assume: ['params.id == \"T-1\" and params.note == \"Fixed on site\"']\n", "E612"),
    ],
)  # fmt: skip
def test_tasks(tmp_path, params, code):
    assert code in found(drafted(variant(tmp_path, params)))


def test_the_condition_that_rejects_most_is_named(tmp_path):
    rare = 'params.id == "T-2" and params.note == "Fixed on site"'
    said = found(drafted(variant(tmp_path, f"assume: ['params.id != \"T-1\"', '{rare}']\n")))
    assert said["E612"] == rare


def test_a_part_that_breaks_its_word(tmp_path):
    broken = reward(f"{CLOSED} and initial.tickets[params.note]!.id == params.id")
    said = found(drafted(variant(tmp_path, broken)))
    assert "initial.tickets[params.note]!" in said["E613"]


def test_an_operation_that_breaks(tmp_path):
    api = """operations:
  getTicket:
    http: GET /tickets/{id}
    doc: Reads a ticket.
    request:
      path: {id: {type: string, maxLength: 20}}
    response: {status: 200, body: {title: "{tickets.values()[99].title}"}}
"""
    scenario = """tools: [getTicket]
reward:
  parts:
    - {id: looked, weight: 1, check: read}
oracle:
  - getTicket: {id: "{id}"}
"""
    path = write([("api", api), ("scenario", scenario)], tmp_path, JUDGED_FILES)
    said = found(drafted(path))
    assert said["E613"].startswith("getTicket")


def test_tasks_that_differ_are_played(tmp_path):
    draft = drafted(variant(tmp_path))
    assert draft.seeds == (0, 1, 2)
    assert len(draft.oracle) == Budget().oracles
    single = """params: {id: "one_of(['T-1'])", note: "one_of(['Fixed on site'])"}\n"""
    one = drafted(variant(tmp_path, single))
    assert one.seeds == (0,)
    assert len(one.oracle) == 1


def test_the_oracle_is_played_on_tasks_that_are_held_out(tmp_path):
    holdout = 'holdout: params.note == "Sent to the maker"\n'
    oracle = """oracle:
  - getTicket: {id: "{id}"}
    bind: seen
  - closeTicket: {id: "{id}", note: "{'Lost' if note == 'Sent to the maker' else note}"}
  - answer: "{id} belongs to {seen.owner.name}."
"""
    draft = drafted(variant(tmp_path, holdout, oracle))
    assert {t.reward for t in draft.oracle} == {1.0}
    assert {t.as_expected for t in draft.held_out} == {False}
    assert found(draft)["P708"].startswith("getTicket")


@pytest.mark.parametrize("holdout", ["params.note == params.id", "params.note != params.id"])
def test_a_holdout_that_leaves_nothing(tmp_path, holdout):
    assert "E613" in found(drafted(variant(tmp_path, f"holdout: {holdout}\n")))


def test_the_ladder(tmp_path):
    draft = drafted(variant(tmp_path))
    assert [t.reward for t in draft.ladder] == [0.0, 0.125, 0.75, 1.0]
    assert all(t.as_expected for t in draft.ladder)


def test_the_files_own_tests(tmp_path):
    tests = """tests:
  - {name: the oracle, oracle: true, reward: 1}
  - {name: too much, calls: [], reward: 0.5}
  - {name: no such value, calls: [{getTicket: {id: "{initial.tickets.keys()[99]}"}}], reward: 0}
"""
    draft = drafted(variant(tmp_path, tests))
    played = [(t.name, t.as_expected) for t in draft.tests]
    assert played == [("the oracle", True), ("too much", False)]
    assert "no such value" in found(draft)["E613"]


def test_without_an_oracle(tmp_path):
    path = variant(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("oracle:")], encoding="utf-8")
    draft = drafted(path)
    assert draft.oracle == draft.ladder == []
    assert {t.group for t in draft.probes} >= {"idle", "minimal", "random", "delete", "echo"}


def test_a_solution_stands_for_the_oracle(tmp_path):
    whole = drafted(variant(tmp_path / "whole"))
    path = variant(tmp_path / "cut")
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("oracle:")], encoding="utf-8")
    draft = drafted(path)
    for played in whole.solved():
        draft.bench.solutions[played.seed] = (played.sent, played.answer)
    play_oracle(draft)
    climb(draft)
    assert [t.reward for t in draft.ladder] == [0.0, 0.125, 0.75, 1.0]
    draft.probes.clear()
    probe(draft)
    assert {"shotgun", "dump", "some", "other task"} <= {t.group for t in draft.probes}
