"""Draws, setup, prompts, oracles and lets of compiled scenarios."""

from __future__ import annotations

from typing import Any

import lab
import pytest

from rewardlang import emit, interpret
from rewardlang_runtime import Rng, ScenarioFault


def scenario(**keys: Any) -> Any:
    return lab.run_module(lab.read_well(lab.scenario_text(keys.pop("lets", {}), **keys)))


def initial(compiled: Any) -> Any:
    return lab.load_base(compiled).world


def draws(compiled: Any, count: int = 200) -> list[Any]:
    return [compiled.draw(initial(compiled), Rng("draw", n)) for n in range(count)]


def test_draws_are_of_the_choices_in_order() -> None:
    compiled = scenario(
        params={
            "key": "one_of(initial.things.keys())",
            "tag": "one_of(initial.things[params.key]!.tags)",
        }
    )
    seen = {(p["key"], p["tag"]) for p in draws(compiled) if p is not None}
    assert seen == {("t2", "x"), ("t2", "y"), ("t3", "y"), ("t3", "ü"), ("t3", "x"), ("t4", "x")}
    assert None in draws(compiled), "a thing without tags is drawn again"


def test_assume_rejects_draws_and_may_use_lets() -> None:
    compiled = scenario(
        lets={"row": "initial.things[params.key]!", "size": "row.size"},
        params={"key": "one_of(initial.things.keys())"},
        assume=["size > 0", "row.kind == 'red'"],
    )
    assert {p and p["key"] for p in draws(compiled)} == {None, "t1", "t4"}


def test_held_out() -> None:
    compiled = scenario(
        lets={"row": "initial.things[params.key]!"},
        params={"key": "one_of(initial.things.keys())"},
        holdout="row.flag and params.key != 't3'",
    )
    world = initial(compiled)
    # For ruff: a view of a table, no dict.
    held = [key for key in world["things"].keys() if compiled.held_out(world, {"key": key})]  # noqa: SIM118
    assert held == ["t1"]


def test_prompts_and_the_system_message() -> None:
    compiled = scenario(
        lets={"row": "initial.things[params.key]!", "total": "row.tags.size() + 4"},
        prompt=[
            "{key} is {row.name}, {{really}}",
            "{total}",
            "{row.weight} {row.name} {row.flag} {row.tags}",
        ],
        system="{params.key}",
    )
    world, params = initial(compiled), {"key": "t2", "number": 2}
    setup = compiled.setup(world, params)
    prompts = [prompt(world, params, setup) for prompt in compiled.prompts]
    assert prompts == ["t2 is Second thing, {really}", "6", '2 Second thing false ["x","y"]']
    assert compiled.system(world, params, setup) == "t2"


def test_the_oracle_binds_responses() -> None:
    compiled = scenario(
        lets={"row": "initial.things[params.key]!"},
        oracle=[
            {"a": {"k": "{row.id}", "n": "{row.size}", "l": ["{row.kind}", "x"]}, "bind": "got"},
            {"b": {"k": "n{got.n ?? 0}", "any": {"deep": ["{got.l}"]}}},
            {"answer": "{got.s ?? 'none'}, {row.name}"},
        ],
    )
    world, params = initial(compiled), {"key": "t2", "number": 2}
    oracle = compiled.oracle(world, params, compiled.setup(world, params))
    assert next(oracle) == ("a", {"k": "t2", "n": 2, "l": ["green", "x"]})
    response = {"n": 7, "l": ["z"], "s": "said", "any": None}
    assert oracle.send(response) == ("b", {"k": "n7", "any": {"deep": [["z"]]}})
    assert oracle.send({}) == ("", "said, Second thing")


def test_setup_raises_what_the_scenario_broke() -> None:
    compiled = scenario(
        lets={"row": "initial.things[params.key]!"},
        params={"key": 'one_of(["t1", "t9"])'},
        prompt="{row.name}",
    )
    assert compiled.setup(initial(compiled), {"key": "t1"})
    with pytest.raises(ScenarioFault, match=r"initial.things\[params.key\]"):
        compiled.setup(initial(compiled), {"key": "t9"})


def test_a_let_that_may_be_a_fault_waits_until_it_is_reached() -> None:
    typed = lab.read_well(
        lab.scenario_text(
            {"row": "final.things[params.key] ?? initial.things[params.key]!"},
            params={"key": 'one_of(["t2", "t9"])'},
            prompt="Do it.",
            parts=[
                {"id": "guarded", "weight": 1, "check": "called a and row.size == 2"},
                {"id": "again", "weight": 1, "check": "called a implies row.name == answer"},
            ],
        )
    )
    assert "l_row = ..." in emit.source_text(typed)
    compiled = lab.run_module(typed)
    params = {"params": {"key": "t9"}}
    silent = lab.episode_of(compiled, {**params, "calls": "b"})
    assert compiled.detail(silent).parts == (0.0, 1.0)
    assert compiled.detail(silent) == interpret.reward(typed, silent)
    found = {**params, "calls": "a", "final": {"things": {"t9": {"size": 2, "name": "x"}}}}
    assert compiled.detail(lab.episode_of(compiled, {**found, "answer": "x"})).parts == (1.0, 1.0)
    with pytest.raises(ScenarioFault):
        compiled.detail(lab.episode_of(compiled, {**params, "calls": "a"}))


def test_a_constant_factor_outside_0_to_1_counts_as_0_and_gates_cap() -> None:
    compiled = scenario(
        gates=[
            {"id": "one", "require": "called a", "otherwise": 0.4},
            {"id": "two", "require": "called b", "otherwise": 0.3},
            {"id": "zero", "require": "never c"},
        ],
        parts=[
            {"id": "x", "weight": 3, "score": "0.5 if called a else 1"},
            {"id": "y", "weight": 1, "check": "called b"},
        ],
        penalties=[{"id": "half", "when": "called d", "factor": 0.5}],
    )

    def both(calls: str) -> Any:
        episode = lab.episode_of(compiled, {"calls": calls})
        detail = compiled.detail(episode)
        assert compiled.reward(episode) == detail.reward
        return detail

    assert both("a b") == (0.625, (True, True, True), (0.5, 1.0), (1.0,))
    assert both("b") == (0.4, (False, True, True), (1.0, 1.0), (1.0,))
    assert both("a") == (0.3, (True, False, True), (0.5, 0.0), (1.0,))
    assert both("") == (0.3, (False, False, True), (1.0, 0.0), (1.0,))
    assert both("a b d") == (0.3125, (True, True, True), (0.5, 1.0), (0.5,))
    assert both("a b c") == (0.0, (True, True, False), (0.5, 1.0), (1.0,))


def test_what_a_reward_reads_is_declared() -> None:
    compiled = scenario(
        parts=[{"id": "x", "weight": 1, "check": "called a{ok} and never b{args.k == 'x'}"}]
    )
    assert compiled.reads_args == {"b"}
    assert compiled.reads_response == frozenset()
    assert not compiled.reads_world
    assert not compiled.snapshots
    compiled = scenario(
        lets={"seen": "calls(any).map(c => c.args)"},
        parts=[
            {"id": "x", "weight": 1, "check": "called a{ok, response.n == 1} and seen.size() > 1"},
            {"id": "y", "weight": 1, "check": 'called b{after.things["t1"]?.size == 2}'},
        ],
    )
    assert compiled.reads_args == {"*"}
    assert compiled.reads_response == {"a"}
    assert compiled.reads_world
    assert compiled.snapshots


@pytest.mark.parametrize(
    ("check", "online"),
    [
        ("called a{args?.n == params.number}", True),
        ('called a{args?.s == (final.things["t1"]?.name ?? "")}', False),
        ("called a{args?.s == answer}", False),
        ("called a{args?.n == found}", False),
        ("delta.is_empty() and answer == ''", True),
    ],
)
def test_online_scoring_where_each_call_decides(check: str, online: bool) -> None:
    compiled = scenario(
        lets={"found": "count(b)"}, parts=[{"id": "x", "weight": 1, "check": check}]
    )
    assert (compiled.start is not None) == online
