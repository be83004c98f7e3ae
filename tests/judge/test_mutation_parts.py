"""What mutants are made with: values by path, ends of episodes, calls that change places."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from diagnostics.page_examples import BASE
from shipped import FILES, compiled, typed

from rewardlang.judge.bench import Bench
from rewardlang.judge.calling import called
from rewardlang.judge.commute import commute
from rewardlang.judge.ends import Ends
from rewardlang.judge.grounds import Grounds
from rewardlang.judge.leaves import at, in_words, keyword, leaves, places, put, without
from rewardlang_runtime.plan import plan_of

JUDGED = BASE / "judged.yaml"
VALUE = {"a": [1, {"b": "x"}], "c": None}
SCHEMA = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"$ref": "#/$defs/Kind"},
        "items": {"type": "array", "items": {"anyOf": [{"type": "null"}, {"enum": ["p", "q"]}]}},
    },
    "$defs": {"Kind": {"type": "string", "enum": ["k", "l"]}},
}


def test_values_by_path():
    assert list(leaves(VALUE)) == [(("a", 0), 1), (("a", 1, "b"), "x"), (("c",), None)]
    assert [path for path, _ in places(VALUE)][:2] == [("a",), ("a", 0)]
    assert at(VALUE, ("a", 1, "b")) == "x"
    assert at(VALUE, ("a", 7, "b")) is None
    assert put(VALUE, ("a", 1, "b"), "y") == {"a": [1, {"b": "y"}], "c": None}
    assert put({}, ("new", "inside"), 1) == {"new": {"inside": 1}}
    assert without(VALUE, ("a", 0)) == {"a": [{"b": "x"}], "c": None}
    assert without(VALUE, ("a", 1, "b")) == {"a": [1, {}], "c": None}
    assert VALUE == {"a": [1, {"b": "x"}], "c": None}
    assert in_words(("a", 1, "b")) == "a[1].b"


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        (("kind",), "enum", ["k", "l"]),
        (("items", 3), "enum", ["p", "q"]),
        (("items",), "type", "array"),
        ((), "required", ["kind"]),
        (("missing",), "type", None),
    ],
)
def test_what_a_schema_says_of_a_path(path, name, expected):
    assert keyword(SCHEMA, path, name) == expected


def bench(path=JUDGED) -> Bench:
    return Bench(typed(path), compiled(path))


def test_ends_do_not_depend_on_when():
    tracker = bench(FILES[-1])  # every write notes when it was made
    assert "transition" in FILES[-1].stem
    ends, base = Ends(tracker), tracker.oracle(0)
    later = tracker.again(base, (base.sent[0], *base.sent), base.answer)
    assert later.episode.final["issues"].touched() != base.episode.final["issues"].touched()
    assert ends.end(later) == ends.end(base)
    assert ends.end(tracker.again(base, base.sent[:-1], base.answer)) != ends.end(base)
    assert ends.world(base.episode.initial) == b"{}"


def test_a_call_outside_of_episodes_is_the_call_in_one():
    judged = bench()
    base, world = judged.oracle(0), plan_of(compiled(JUDGED)).base.world
    ends = Ends(judged)
    done = called(judged, world, base.sent[1])
    assert done is not None
    assert done[0] == base.calls[1].response
    assert ends.world(done[1]) == ends.world(base.episode.final)
    assert ends.world(world) == b"{}"
    assert called(judged, world, ("closeTicket", {})) is None
    assert called(judged, world, ("noTool", {})) is None
    assert called(judged, base.episode.final, base.sent[1]) is None  # closed already


@pytest.mark.parametrize(
    ("first", "second", "answered", "expected"),
    [
        (("getTicket", {"id": "T-1"}), ("listTickets", {"state": "open"}), [], True),
        (("getTicket", {"id": "T-1"}), ("listTickets", {"state": "open"}), ["open"], False),
        (("getTicket", {"id": "T-1"}), ("closeTicket", {"id": "T-2", "note": "n"}), [], False),
        (("closeTicket", {"id": "T-1", "note": "n"}), ("waitTicket", {"id": "T-2"}), [], False),
        (("getTicket", {"id": "T-1"}), ("noTool", {}), [], False),
    ],
)
def test_what_commutes(first, second, answered, expected):
    assert commute(typed(JUDGED), first, second, answered) is expected


def test_grounds_are_found_by_trying():
    judged = bench()
    base = judged.oracle(0)
    grounds = Grounds(judged, base, Ends(judged))
    named = base.episode.params["id"]
    for aim in ("target", "sibling"):
        ids = [args["id"] for name, args in grounds.reads(aim) if name == "getTicket"]
        assert (ids == [named]) is (aim == "target")
        for action in (*grounds.reads(aim), *grounds.looks(aim), *grounds.deeds(aim)):
            assert judged.again(base, [action]).calls[0].ok
    assert {name for name, _ in grounds.writes()} >= {"createTicket", "deleteTicket"}
    for action in grounds.failing():
        assert not judged.again(base, [action]).calls[0].ok


PRINT = """
import sys
from pathlib import Path
from rewardlang import driver
from rewardlang.judge import run
from rewardlang.judge.bench import Bench
from rewardlang.judge.budget import Budget
from rewardlang.judge.draft import Draft
scenario = driver.scenario_of(sys.argv[1])
draft = Draft(Bench(scenario, driver.build(scenario)), Budget())
for section in run.SECTIONS:
    section(draft)
    if section.__name__ == "mutate_reward":
        break
for tried in draft.trace_mutants:
    print(tried.name, tried.played.seed, tried.reward, tried.expected)
for mutant in draft.reward_mutants:
    print(mutant)
"""


def test_two_hash_seeds_give_the_same_mutants():
    runs = [
        subprocess.run(
            [sys.executable, "-c", PRINT, str(JUDGED)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) > 200
