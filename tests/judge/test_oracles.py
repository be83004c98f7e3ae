"""Oracles that are searched: solutions made one, printed, right on tasks not looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from judge.desk import variant

from rewardlang import cli, driver
from rewardlang.judge.bench import Bench
from rewardlang.judge.run import judge
from rewardlang.judge.search.generalise import as_yaml, generalise
from rewardlang.judge.search.solve import without_oracle
from rewardlang.judge.search.told import Told

ROOT = Path(__file__).parents[2]
NAMED = ("jira_add_labels", "jira_get_issue", "jira_transition_issue", "confluence_create_page")
HOPELESS = """
reward:
  parts:
    - {id: looked, weight: 1, check: "called getTicket{ok, args.id == params.id}"}
    - {id: lucky, weight: 1, check: 'final.tickets[params.id]?.title == "Nobody can change it"'}
"""


def bare(name: str, folder: Path) -> Path:
    """A shipped scenario without its oracle and the tests that play it."""
    text = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(without_oracle(text), encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        cli.main(list(args))
    printed = capsys.readouterr()
    code = stopped.value.code
    assert isinstance(code, int)
    return code, printed.out, printed.err


# ---- end to end ----


@pytest.mark.parametrize("name", NAMED)
def test_an_oracle_is_found_for_a_scenario_without_one(name, tmp_path, capsys):
    path = bare(name, tmp_path)
    status, printed, said = run(capsys, "oracle", str(path))
    assert status == 0, said
    assert printed.startswith("oracle:\n")
    assert "50 tasks" in said
    whole = tmp_path / "whole.yaml"
    whole.write_text(path.read_text(encoding="utf-8") + printed, encoding="utf-8")
    scenario = driver.scenario_of(whole)
    bench = Bench(scenario, driver.build(scenario))
    # Tasks that the search has not seen, of training and held out.
    assert [bench.oracle(seed).reward for seed in range(200, 250)] == [1.0] * 50
    held_out = Bench(scenario, driver.build(scenario), "eval")
    assert [held_out.oracle(seed).reward for seed in range(10)] == [1.0] * 10
    # What differs between tasks stands in templates, never as it was in one of them.
    assert bench.environment.params[scenario.params[0].name] not in printed


def test_the_judge_solves_what_has_no_oracle(tmp_path):
    scenario = driver.scenario_of(bare("jira_get_issue", tmp_path))
    judgement = judge(scenario, driver.build(scenario))
    assert [outcome.reward for outcome in judgement.oracle] == [1.0] * 3
    assert judgement.probes
    assert judgement.trace_mutants


def test_no_oracle_is_said_honestly(tmp_path, capsys):
    path = variant(tmp_path, HOPELESS)
    status, printed, said = run(capsys, "oracle", str(path), "--expansions", "20000")
    assert status == 1
    assert printed == ""
    assert "no oracle was found" in said
    assert "is 0.5" in said


@pytest.mark.parametrize(
    ("check", "note"),
    [
        ("says(NOTE, params.note)", "{note}"),
        ("NOTE.contains_text(params.note) and NOTE.contains_text(ticket.title)",
         "{note}; {ticket.title}"),
        ("words(NOTE).contains_all(words(params.note))", "{note}"),
        ('NOTES.map(t => fold(t?.note ?? "")).contains(fold(params.note))', "{note}"),
        ('fold(params.note) in NOTES.map(t => fold(t?.note ?? ""))', "{note}"),
    ],
)  # fmt: skip
def test_a_text_that_is_compared_in_other_words_is_found(check, note, tmp_path, capsys):
    check = check.replace("NOTES", "final.tickets.filter(t => t.id == params.id)")
    check = check.replace("NOTE", '(now?.note ?? "")')
    parts = f"""\
let: {{now: 'final.tickets[params.id]', ticket: 'initial.tickets[params.id]!'}}
reward:
  parts:
    - {{id: closed, weight: 1, check: 'now?.state == "closed"'}}
    - {{id: said, weight: 1, check: '{check}'}}
"""
    status, printed, said = run(capsys, "oracle", str(variant(tmp_path, parts)), "--seeds", "9")
    assert status == 0, said
    assert f'note: "{note}"' in printed
    assert "answer" not in printed


def test_a_text_of_which_only_a_pattern_is_known_is_said_to_be_missing(tmp_path, capsys):
    """The search looks at all that it can make up; that is not all there is."""
    parts = """\
let: {now: 'final.tickets[params.id]'}
reward:
  parts:
    - {id: closed, weight: 1, check: 'now?.state == "closed"'}
    - {id: dated, weight: 1, check: '(now?.note ?? "") matches "^on [0-9]{4}$"'}
"""
    status, printed, said = run(capsys, "oracle", str(variant(tmp_path, parts)))
    assert (status, printed) == (1, "")
    assert "tried all calls that it could make up" in said
    assert "is 0.5, short of 1 by the part `dated`" in said


def test_run_says_that_there_is_no_oracle(tmp_path, capsys):
    path = bare("jira_get_issue", tmp_path)
    status, _, said = run(capsys, "run", str(path))
    assert status == 1
    assert "rewardlang oracle" in said


def test_a_test_of_an_oracle_that_is_not_there(tmp_path):
    path = bare("jira_get_issue", tmp_path)
    tests = "tests:\n  - {name: the oracle, oracle: true, reward: 1}\n"
    path.write_text(path.read_text(encoding="utf-8") + tests, encoding="utf-8")
    assert [d.code.id for d in driver.check(path).diagnostics] == ["Y011"]


# ---- from solutions to templates ----


def one(*values: object) -> list:
    """A solution of each task that makes one call with this argument."""
    return [((("op", {"x": value}),), "") for value in values]


TOLD = [
    Told("key", ("A-1", "B-22")),
    Told("issue.id", ("100", "200")),
    Told("name", ("Ana Silva", "Ben")),
    Told("tags", (["a"], ["b", "c"])),
]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("A-1", "B-22"), "{key}"),
        (("same", "same"), "same"),
        (("{x}", "{x}"), "{{x}}"),
        ((["a"], ["b", "c"]), "{tags}"),
        (("key = A-1 (Ana Silva)", "key = B-22 (Ben)"), "key = {key} ({name})"),
        (("<p>ana silva</p>", "<p>ben</p>"), "<p>{fold(name)}</p>"),
        (({"a": ["A-1", 3]}, {"a": ["B-22", 3]}), {"a": ["{key}", 3]}),
        ((True, True), True),
    ],
)  # fmt: skip
def test_what_differs_becomes_a_template(values, expected):
    oracle = generalise(one(*values), [[None], [None]], TOLD)
    assert oracle is not None
    assert oracle.steps[0].args == {"x": expected}


@pytest.mark.parametrize("values", [("A-1", "C-3"), (1, True), (["a"], ["x", "y"])])
def test_what_nothing_says_is_no_template(values):
    assert generalise(one(*values), [[None], [None]], TOLD) is None


def test_an_id_is_read_from_the_response_that_showed_it():
    solutions = [
        ((("list", {}), ("use", {"id": "7"})), ""),
        ((("list", {}), ("use", {"id": "9"})), ""),
    ]
    other = {"id": "8", "of": {"name": "Cho"}}
    rows = [
        [{"items": [{"id": "7", "of": {"name": "Ana Silva"}}, other]}, None],
        [{"items": [other, {"id": "9", "of": {"name": "Ben"}}]}, None],
    ]
    oracle = generalise(solutions, rows, TOLD)
    assert oracle is not None
    assert as_yaml(oracle) == (
        "oracle:\n"
        "  - list: {}\n"
        "    bind: found1\n"
        '  - use: {id: "{found1.items.filter(i => i.of.name == name).only()!.id}"}\n'
    )
