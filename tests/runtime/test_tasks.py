"""Random streams and the tasks drawn from them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import tracker
from hypothesis import given
from hypothesis import strategies as st

from rewardlang_runtime import Environment, Rng, ScenarioFault, load_base
from rewardlang_runtime.rng import stream
from rewardlang_runtime.tasks import Tasks, fingerprint


def tasks_of(**changes: Any) -> Tasks:
    scenario = tracker.scenario(100)._replace(**changes)
    return Tasks(scenario, load_base(scenario).world)


# ---- streams ----


def test_numbers_never_change() -> None:
    rng = Rng("a", 1, -2)
    drawn = [
        rng.bits(),
        rng.below(10),
        rng.integer(-3, 3),
        rng.shuffled("abcdef"),
        rng.choice("xyz"),
    ]
    assert drawn == GOLDEN
    assert 0 <= rng.random() < 1


def test_numbers_are_splitmix64() -> None:
    rng = Rng.at(1234567)
    assert [rng.bits() for _ in range(3)] == [
        6457827717110365317, 3203168211198807973, 9817491932198370423,
    ]  # fmt: skip


def test_keys_differ_by_value_type_and_place() -> None:
    keys: list[Any] = [
        (),
        ("",),
        ("1",),
        (1,),
        ("a", "b"),
        ("ab",),
        ("b", "a"),
        (-1,),
        ("\ud800",),
        (2**80,),
    ]
    assert len({stream(*key) for key in keys}) == len(keys)


@given(st.integers(1, 20), st.integers())
def test_below_stays_below(n: int, seed: int) -> None:
    rng = Rng(seed)
    assert all(0 <= rng.below(n) < n for _ in range(20))


def test_below_is_even() -> None:
    rng = Rng("even")
    counts = [0] * 7
    for _ in range(7_000):
        counts[rng.below(7)] += 1
    assert min(counts) > 880
    assert max(counts) < 1_120


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="below 0"):
        Rng(1).choice([])


GOLDEN: list[Any] = [6732003853005643733, 9, 3, ["f", "b", "e", "c", "a", "d"], "x"]


# ---- tasks ----


def test_a_seed_is_a_task_in_any_order_and_process() -> None:
    tasks, again = tasks_of(), tasks_of()
    forward = [tasks.draw("train", seed) for seed in range(20)]
    assert forward == [again.draw("train", seed) for seed in reversed(range(20))][::-1]
    code = "import tracker; from rewardlang_runtime import Environment\n"
    code += "e = Environment(tracker.scenario(100))\nprint([e.reset(s)[0] for s in range(20)])"
    outputs = set()
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(["tests", *sys.path])},
        )  # fmt: skip
        outputs.add(done.stdout)
    environment = Environment(tracker.scenario(100))
    assert outputs == {f"{[environment.reset(seed)[0] for seed in range(20)]}\n"}


def test_splits_never_meet() -> None:
    tasks = tasks_of()
    train = {tasks.draw("train", seed)["key"] for seed in range(300)}
    held = {tasks.draw("eval", seed)["key"] for seed in range(300)}
    assert train.isdisjoint(held)
    everything = [key for key, row in tracker.rows(100)["tables"]["issues"].items()
                  if row["fields"]["status"]["name"] == "In Progress"]  # fmt: skip
    assert sorted(train | held) == sorted(everything)
    assert 2 <= len(held) <= len(everything) // 2


def test_a_large_space_is_split_one_in_five() -> None:
    tasks = tasks_of(draw=lambda w, rng: {"n": rng.below(10**9)})
    held = sum(tasks.held_out({"n": n}) for n in range(5_000))
    assert 900 < held < 1_100


@pytest.mark.parametrize(("count", "expected"), [(2, 1), (3, 1), (10, 2), (17, 3)])
def test_a_small_space_keeps_some_of_both(count: int, expected: int) -> None:
    tasks = tasks_of(draw=lambda w, rng: {"n": rng.below(count)})
    assert sum(tasks.held_out({"n": n}) for n in range(count)) == expected
    assert {tasks.draw("train", s)["n"] for s in range(200)}.isdisjoint(
        {tasks.draw("eval", s)["n"] for s in range(200)}
    )


def test_one_task_is_in_both_splits() -> None:
    tasks = tasks_of(draw=lambda w, rng: {})
    assert tasks.single
    assert tasks.draw("train", 3) == tasks.draw("eval", 4) == {}


def test_declared_holdout() -> None:
    held = ["APP-1", "APP-4"]
    tasks = tasks_of(held_out=lambda w, p: p["key"] in held)
    assert {tasks.draw("eval", seed)["key"] for seed in range(50)} == set(held)
    assert not {tasks.draw("train", seed)["key"] for seed in range(200)} & set(held)


def failing(w: Any, p: Any) -> bool:
    return bool(p["nothing"])


FAULTS = [
    ("assume", {"draw": lambda w, rng: None}, "train", "satisf"),
    ("nothing held out", {"held_out": lambda w, p: False}, "eval", "none of them is held out"),
    ("all held out", {"held_out": lambda w, p: True}, "train", "all of them are held out"),
    ("holdout fails", {"held_out": failing}, "train", "`holdout` fails"),
    ("empty choices", {"draw": lambda w, rng: rng.choice([])}, "train", "cannot be drawn"),
]


@pytest.mark.parametrize(
    ("changes", "split", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_faults_of_the_scenario(changes: Any, split: str, message: str) -> None:
    with pytest.raises(ScenarioFault, match=message):
        tasks_of(**changes).draw(split, 0)


def test_fingerprints_ignore_the_order_of_names() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_phrasings_vary_with_the_seed() -> None:
    tasks = tasks_of()
    assert {tasks.phrasing("train", seed) for seed in range(20)} == {0, 1}
    assert tasks.task("train", 5) is tasks.task("train", 5)
    params = {"key": "APP-4"}
    assert tasks.given(params, "train", 0) is tasks.given({"key": "APP-4"}, "train", 0)
    assert tasks.given(params, "train", 0).params is not params
