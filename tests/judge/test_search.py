"""The search: what it reaches is what the environment gives, all of it, and no guess."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import shipped
from judge.desk import variant

from rewardlang import driver
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import RULES, Draft
from rewardlang.judge.oracle import climb, play_oracle
from rewardlang.judge.own_tests import play_tests
from rewardlang.judge.run import judge
from rewardlang.judge.search import (
    cycle_rules,
    leak_rules,
    level_rules,
    operation_rules,
    order_rules,
    reach_rules,
)
from rewardlang.judge.search.explore import Found, Limits
from rewardlang.judge.search.knowledge import Knowledge
from rewardlang.judge.search.section import explore_tasks
from rewardlang.judge.search.task import Task, search
from rewardlang.judge.tasks import choose_tasks
from rewardlang_runtime import Environment

EXAMPLES = Path(__file__).parents[2] / "examples"
BROKEN = Path(__file__).parents[1] / "broken"
REPEATS = """
let:
  ticket: initial.tickets[params.id]!
  now: final.tickets[params.id]
  read: called getTicket{ok, args.id == params.id}
  repeats: calls(any).size() - calls(any).map(c => [c.op, c.args]).distinct().size()
reward:
  parts:
    - {id: looked, weight: 1, check: read}
    - {id: near, weight: 1, check: "seq getTicket{ok} then closeTicket{ok} within 1"}
    - {id: closed, weight: 3, check: 'now?.state == "closed"'}
  penalties:
    - {id: repeated, factor: "ramp(repeats, good=0, bad=4, floor=0.5)"}
    - {id: last, when: 'last(any)?.op == "listTickets"', factor: 0.9}
"""
ORDER = """
let:
  ticket: initial.tickets[params.id]!
  now: final.tickets[params.id]
  read: called getTicket{ok, args.id == params.id}
reward:
  parts:
    - {id: looked, weight: 1, check: read}
    - {id: first, weight: 1, check: 'calls(any).first()?.op == "getTicket"'}
    - {id: closed, weight: 3, check: 'now?.state == "closed"'}
"""


@cache
def bench_of(path: Path) -> Bench:
    scenario = driver.scenario_of(path)
    return Bench(scenario, driver.build(scenario))


def searched(
    bench: Bench, seed: int = 0, depth: int = 3, expansions: int = 4_000, *, oracle: bool = True
) -> tuple[Task, Found]:
    limits = Limits(depth, expansions, 10_000)
    task = search(bench, seed, limits, Budget(), 6, bench.oracle(seed) if oracle else None)
    assert task.found is not None
    return task, task.found


# ---- what it reaches ----


@pytest.mark.parametrize("path", shipped.FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [0, 3])
def test_what_is_reached_earns_the_same_in_the_environment(path, seed):
    bench = bench_of(path)
    _, found = searched(bench, seed, depth=4)
    count = len(found.nodes)
    assert count > 50
    for number in range(0, count, max(1, count // 40)):
        played = bench.play(seed, found.trace(number), found.answer(number))
        assert played.reward == found.nodes[number][7], found.trace(number)


@pytest.mark.parametrize("text", [REPEATS, ORDER], ids=["repeats", "order"])
def test_trying_everything_finds_the_same_rewards(text, tmp_path):
    bench = bench_of(variant(tmp_path, text))
    _, found = searched(bench, depth=3, expansions=200_000)
    assert found.complete
    reached = {found.monitor.rewards(*node[:3])[0] for node in found.nodes}
    environment = Environment(bench.compiled)
    tried = set()

    def further(trace: tuple) -> None:
        environment.reset(seed=0)
        for operation, args in trace:
            environment.call(operation, args)
        tried.add(environment.detail().reward)
        if len(trace) == 3:
            return
        responses = [call.response for call in environment.episode.calls]
        knowledge = Knowledge(bench.scenario, environment)
        for action in found.actions:
            if not knowledge.missing([*trace, action], [*responses, None]):
                further((*trace, action))

    further(())
    assert reached == tried
    assert len(reached) > 4


def test_the_shortest_way_is_found():
    bench = bench_of(EXAMPLES / "jira_assign.yaml")
    _, found = searched(bench, oracle=False)
    assert found.nodes[found.best][7] == 1.0
    assert [op for op, _ in found.trace(found.best)] == ["findUsers", "assignIssue"]


def test_nothing_is_guessed():
    bench = bench_of(EXAMPLES / "jira_assign.yaml")
    _, found = searched(bench, oracle=False)
    environment = bench.environment
    for number in range(1, len(found.nodes)):
        trace = found.trace(number)
        played = bench.play(0, trace)
        environment.reset(seed=0)
        knowledge = Knowledge(bench.scenario, environment)
        responses = [call.response for call in played.calls]
        assert not knowledge.missing(trace, responses), trace


def test_rows_that_are_made_can_be_used(tmp_path):
    path = variant(tmp_path, """
prompt: >-
  Make a ticket "The bell is mute" of priority 2 for ana, and close it with the note "{note}".
  Leave {id} as it is.
reward:
  parts:
    - id: made
      weight: 1
      score: >-
        best(createTicket, c => fraction(c.args?.title == "The bell is mute",
        c.args?.owner == "ana", c.args?.priority == 2))
    - id: closed
      weight: 1
      check: >-
        delta.tickets.created.any(t => t.state == "closed"
        and fold(t?.note ?? "") == fold(params.note))
""")  # fmt: skip
    _, found = searched(bench_of(path), expansions=50_000, oracle=False)
    assert found.nodes[found.best][7] == 1.0
    assert [op for op, _ in found.trace(found.best)] == ["createTicket", "closeTicket"]


# ---- what it may spend ----


def test_the_budget_holds_and_what_it_cut_is_said():
    bench = bench_of(shipped.FILES[0])
    _, found = searched(bench, depth=5, expansions=2_000)
    assert found.expansions <= 2_000
    assert not found.complete
    assert "2,000 expansions" in found.why
    assert found.depth == 5  # deep layers get their share


def test_what_a_small_budget_leaves_open_is_said():
    path = shipped.FILES[0]
    judgement = judge(shipped.typed(path), shipped.compiled(path), Budget(expansions=200))
    open_ = [each for each in judgement.undecided if "E603" in each.codes]
    assert open_
    assert "expansions" in open_[0].remedy


def test_what_a_cap_on_calls_leaves_open_is_said(tmp_path):
    for folder in ("apis", "worlds"):
        shutil.copytree(BROKEN.parent / folder, tmp_path / folder)
    text = (BROKEN / "E" / "three_calls_for_four.yaml").read_text()
    path = tmp_path / "no_oracle.yaml"
    path.write_text(re.sub(r"^oracle:\n(?: .*\n)+", "", text, flags=re.MULTILINE))
    scenario = driver.scenario_of(path)
    assert not scenario.oracle
    compiled = driver.build(scenario)

    whole = judge(scenario, compiled)
    assert "E602" in {d.code.id for d in whole.diagnostics}
    assert all(each.complete and each.left_out == 0 for each in whole.searched)

    capped = judge(scenario, compiled, Budget(variants=1))
    assert "E602" not in {d.code.id for d in capped.diagnostics}
    assert all(each.complete and each.left_out > 0 for each in capped.searched)
    (open_,) = [each for each in capped.undecided if "E602" in each.codes]
    assert "left out ways to call operations" in open_.why
    assert open_.remedy == "allow more: `--budget variants=4`"


def test_a_search_is_the_same_in_every_process(tmp_path):
    code = (
        "import sys\n"
        "from rewardlang import driver\n"
        "from rewardlang.judge.bench import Bench\n"
        "from rewardlang.judge.budget import Budget\n"
        "from rewardlang.judge.search.explore import Limits\n"
        "from rewardlang.judge.search.task import search\n"
        "s = driver.scenario_of(sys.argv[1])\n"
        "b = Bench(s, driver.build(s))\n"
        "f = search(b, 1, Limits(4, 5_000, 10_000), Budget(), 6, b.oracle(1)).found\n"
        "print(f.nodes[::7], f.actions, sorted(f.first), f.why)\n"
    )
    path = str(shipped.FILES[-1])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code, path],
            env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, check=True,
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(outputs) == 1
    assert len(outputs.pop()) > 1_000


# ---- what is said of it ----


def test_the_saturated_example_is_named():
    path = EXAMPLES / "saturated_transition.yaml"
    bench = bench_of(path)
    judgement = judge(bench.scenario, bench.compiled)
    found = [d for d in judgement.diagnostics if d.code.id == "G807"]
    assert len(found) == 1
    assert "saturated" in found[0].message
    own = {seed: bench.oracle(seed).sent for seed in (0, 1)}
    for evidence in found[0].evidence:
        sent = [(call["op"], call["args"]) for call in evidence.line["calls"]]
        assert bench.play(evidence.line["seed"], sent).reward == 1.0
        assert all(call not in own[evidence.line["seed"]] for call in sent)


MODULES = (cycle_rules, leak_rules, level_rules, operation_rules, order_rules, reach_rules)


@pytest.mark.parametrize("path", shipped.FILES, ids=lambda path: path.stem)
def test_shipped_scenarios_are_reached_in_many_levels_and_left_sound(path):
    draft = Draft(Bench(shipped.typed(path), shipped.compiled(path)), Budget())
    for section in (choose_tasks, play_oracle, climb, play_tests, explore_tasks):
        section(draft)
    mine = [rule for _, rule in RULES if rule.__module__ in {m.__name__ for m in MODULES}]
    assert len(mine) == 12
    found = {d.code.id for rule in mine for d in rule(draft)}
    assert found <= {"E603"}
    assert len(draft.searched) == 2
    for each in draft.searched:
        assert each.best is not None
        assert each.best.reward == 1.0
        assert len(each.levels) >= 4
    levels = {t.reward for t in draft.everything()}.union(*(s.levels for s in draft.searched))
    assert len(levels) >= 5


@pytest.mark.parametrize(
    ("oracle", "seen", "where", "label"),
    [
        (["getTicket", "listTickets", "closeTicket"], "read", "listTickets",
         "not needed for the full reward"),
        (["waitTicket", "reopenTicket", "closeTicket"],
         "read or called waitTicket{ok} and called reopenTicket{ok}", "waitTicket",
         "`getTicket` does as well as `waitTicket` and `reopenTicket`"),
        (["waitTicket", "listTickets", "closeTicket"],
         "read or called waitTicket{ok}", "listTickets", "not needed for the full reward"),
    ],
)  # fmt: skip
def test_what_a_short_way_leaves_out_is_pointed_at(oracle, seen, where, label, tmp_path):
    """And not a call in whose place it makes another."""
    args = {"closeTicket": '{id: "{id}", note: "{note}"}', "listTickets": "{state: open}"}
    given = [args.get(name, '{id: "{id}"}') for name in oracle]
    steps = "".join(f"  - {name}: {each}\n" for name, each in zip(oracle, given, strict=True))
    reward = f"""\
let:
  now: final.tickets[params.id]
  read: called getTicket{{ok, args.id == params.id}}
reward:
  parts:
    - {{id: seen, weight: 1, check: '{seen}'}}
    - {{id: closed, weight: 1, check: 'now?.state == "closed"'}}
    - {{id: noted, weight: 2, check: 'fold(now?.note ?? "") == fold(params.note)'}}
oracle:
{steps}"""
    bench = bench_of(variant(tmp_path, reward))
    judgement = judge(bench.scenario, bench.compiled)
    (found,) = [d for d in judgement.diagnostics if d.code.id == "E603"]
    assert found.label.span.text.strip("{").startswith(where)
    assert label is None or found.label.text == label


def test_a_short_way_that_a_test_shows_is_meant(tmp_path):
    reward = """
reward:
  gates:
    - id: nothing_else
      require: delta.changed_only(tickets[params.id].state, tickets[params.id].note)
      otherwise: 0.2
  parts:
    - {id: closed, weight: 1, check: 'now?.state == "closed"'}
    - {id: noted, weight: 2, check: 'fold(now?.note ?? "") == fold(params.note)'}
"""
    tests = """
tests:
  - {name: without a look, calls: [{closeTicket: {id: "{id}", note: "{note}"}}], reward: 1}
"""
    for number, (fragments, expected) in enumerate([((reward,), True), ((reward, tests), False)]):
        bench = bench_of(variant(tmp_path / str(number), *fragments))
        judgement = judge(bench.scenario, bench.compiled)
        codes = {d.code.id for d in judgement.diagnostics}
        assert ("E603" in codes) is expected
