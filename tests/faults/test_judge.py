"""What the judge says of faults; the pages of its codes hold one example each, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import desk

from rewardlang import driver
from rewardlang.judge import fault_rules
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import RULES, Draft
from rewardlang.judge.faulty import meet_faults
from rewardlang.judge.oracle import play_oracle
from rewardlang.judge.tasks import choose_tasks

EXAMPLE = Path(__file__).parents[2] / "examples" / "flaky_transition.yaml"
FAIR = """reward:
  parts:
    - {id: looked, weight: 1, check: read}
    - id: closed
      weight: 3
      check: 'now?.state == "closed" and fold(now?.note ?? "") == fold(params.note)'
    - {id: said, weight: 2, check: "read and says(answer, ticket.owner.name, instead_of=others)"}
"""
ROOM = "limits: {calls: 12, answer: 200}"


def drafted(path: Path) -> Draft:
    scenario = driver.scenario_of(path)
    draft = Draft(Bench(scenario, driver.build(scenario)), Budget())
    for section in (choose_tasks, play_oracle, meet_faults):
        section(draft)
    return draft


def found(draft: Draft) -> dict[str, str]:
    """Codes of the rules about faults, with their messages."""
    return {
        diagnostic.code.id: diagnostic.message
        for _, rule in RULES
        if rule.__module__ == fault_rules.__name__
        for diagnostic in rule(draft)
    }


def of(folder: Path, faults: str, *fragments: str) -> Draft:
    desk.faulty(folder, faults, *fragments)
    return drafted(folder / "judged.yaml")


def test_getting_over_it_earns_everything_on_all_tasks() -> None:
    draft = drafted(EXAMPLE)
    assert len(draft.recovered) == len(draft.oracle) + len(draft.held_out) > 5
    assert [tried.reward for tried in draft.recovered] == [1.0] * len(draft.recovered)
    assert {tried.group for tried in draft.probes} == {"recovered", "gave up", "blind"}
    assert all(t.reward < 1.0 for t in draft.probes if t.group != "recovered")
    assert found(draft) == {}


def test_a_scenario_without_faults_is_judged_as_ever(tmp_path: Path) -> None:
    draft = drafted(desk.written(tmp_path))
    assert (draft.recovered, draft.probes, draft.struck) == ([], [], [])
    assert found(draft) == {}


@pytest.mark.parametrize(
    ("faults", "reward", "code", "says"),
    [
        ("{fault: timeout, of: closeTicket, nth: 1}", "", "E614", "earns 0."),
        ("{fault: forbidden, of: closeTicket, every: 1}", FAIR, "E614", "never succeeds"),
        ("{fault: unavailable, chance: 0.4}", FAIR + "limits: {calls: 3}", "E615", "calls, and 3"),
        ("{fault: stale, of: getTicket, nth: 1}", FAIR, "E617", "`stale`"),
    ],
)  # fmt: skip
def test_what_stands_in_the_way(
    tmp_path: Path, faults: str, reward: str, code: str, says: str
) -> None:
    draft = of(
        tmp_path, faults, *([ROOM] if "limits" not in reward else []), *[reward] * bool(reward)
    )
    said = found(draft)
    assert code in said, said
    assert says in said[code]
    assert len(said) == 1


def test_a_fair_reward_has_no_finding(tmp_path: Path) -> None:
    faults = """{fault: rate_limited, of: getTicket, nth: 1}
    {fault: lost, of: closeTicket, nth: 1}
    {fault: server_error, chance: 0.3, at_most: 2}"""
    draft = of(tmp_path, faults, ROOM, FAIR)
    assert found(draft) == {}
    assert all(count > 0 for count in draft.struck)


def test_a_write_that_can_be_repeated_is_no_double(tmp_path: Path) -> None:
    draft = of(tmp_path, "{fault: lost, of: waitTicket, nth: 1}", """tools: [getTicket, waitTicket]
reward:
  parts: [{id: waits, weight: 1, check: 'now?.state == "waiting"'}]
oracle:
  - waitTicket: {id: "{id}"}
""")  # fmt: skip
    assert found(draft) == {}
    assert {t.expected for t in draft.probes if t.group == "blind"} == {"1 at most"}


def test_faults_of_what_the_oracle_does_not_call_are_in_the_way_of_others(tmp_path: Path) -> None:
    draft = of(tmp_path, "{fault: forbidden, of: deleteTicket, every: 1}")
    assert found(draft) == {}
    assert draft.struck == [0]


def test_what_a_search_has_found_gets_over_faults_too(tmp_path: Path) -> None:
    path = desk.faulty(tmp_path, "{fault: unavailable, of: closeTicket, nth: 1}", ROOM, FAIR)
    assert path
    text = (tmp_path / "judged.yaml").read_text(encoding="utf-8")
    draft = drafted(tmp_path / "judged.yaml")
    solved = draft.oracle[0].played
    start, end = text.index("oracle:"), text.index("faults:")
    without = text[:start] + text[end:]
    (tmp_path / "judged.yaml").write_text(without, encoding="utf-8")
    scenario = driver.scenario_of(tmp_path / "judged.yaml")
    bench = Bench(scenario, driver.build(scenario))
    bench.solutions[solved.seed] = (solved.sent, solved.answer)
    searched = Draft(bench, Budget(), seeds=(solved.seed,))
    play_oracle(searched)
    meet_faults(searched)
    assert [t.reward for t in searched.recovered] == [1.0]
    assert len(searched.recovered[0].played.calls) == len(solved.calls) + 1


def test_a_part_that_needs_a_fault_is_told_from_a_wrong_oracle(tmp_path: Path) -> None:
    reward = """reward:
  parts:
    - {id: again, weight: 1, check: 'called closeTicket{ok} after closeTicket{fault == "timeout"}'}
"""
    draft = of(tmp_path, "{fault: timeout, of: closeTicket, nth: 1}", ROOM, reward)
    (said,) = (d for _, rule in RULES for d in rule(draft) if d.code.id == "E601")
    assert said.help is not None
    assert "where nothing goes wrong" in said.help


def test_the_example_is_clean_and_its_tests_pass() -> None:
    from rewardlang import trials
    from rewardlang.findings.run import Options, lint

    assert lint([EXAMPLE], Options(use_cache=False)).findings == ()
    typed = driver.scenario_of(EXAMPLE)
    scenario = driver.build(typed)
    assert all(trials.run(typed, scenario, test).passed for test in typed.tests)
