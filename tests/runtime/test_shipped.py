"""The shipped scenarios as environments: the contract, and rewards from messages alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rewardlang import driver
from rewardlang_runtime import Environment, Rng, check_environment, score_messages
from rewardlang_runtime.traces import parse_traces, record, score_trace

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_shipped_scenario(path: Path) -> None:
    scenario = driver.load(path)
    for split in ("train", "eval"):
        check_environment(Environment(scenario, split), seeds=(0, 1))
    env = Environment(scenario, "eval")
    for seed in range(3):
        env.reset(seed)
        messages = chat(env)
        assert score_messages(scenario, env.params, messages) == env.detail()
        assert env.detail().reward == pytest.approx(seeded_reward(env), abs=1e-9)


def chat(env: Environment) -> list[Any]:
    """The oracle's episode in messages, with an invented tool and a broken call on the way."""
    scenario, episode = env.scenario, env.episode
    steps = scenario.oracle(episode.initial, episode.params, episode.setup)
    messages: list[Any] = []
    name, payload = next(steps)
    while name:
        for tool, arguments in (("closeIssue", "{}"), (name, "{"), (name, json.dumps(payload))):
            if len(episode.calls) == scenario.calls_limit:
                break
            function = {"name": tool, "arguments": arguments}
            messages.append({"role": "assistant", "tool_calls": [{"function": function}]})
            messages.append({"role": "tool", "content": env.call(tool, arguments)})
        if episode.calls[-1].kind != "ok":
            break
        name, payload = steps.send(episode.calls[-1].response)
    answer = "I stop here." if name else payload
    env.finish(answer)
    return [*messages, {"role": "assistant", "content": answer}]


def seeded_reward(env: Environment) -> float:
    """The same episode through a trace file."""
    (trace,) = parse_traces([json.dumps(record(env))])
    verdict = score_trace(env.scenario, trace)
    assert verdict.detail is not None, verdict.reason
    return verdict.detail.reward


WEIRD: list[Any] = [
    None, True, 3, 2.5, 1.0, -1, 10**12, "", "a b", "x" * 300, "<p>", "<table>", [], [None], [{}],
    {}, {"name": "x"}, {"id": 7}, {"key": None}, {"type": "doc", "content": [{"type": "x"}]},
    [{"add": "a"}, {"remove": {"name": "b"}}], [{"set": ["a"]}], {"labels": [{"add": 3}]},
]  # fmt: skip


def spoiled(rng: Rng, value: Any, pool: list[Any]) -> Any:
    """`value` with some of its parts left out or replaced."""
    if rng.below(6) == 0:
        return rng.choice(pool)
    if isinstance(value, dict):
        return {key: spoiled(rng, part, pool) for key, part in value.items() if rng.below(12)}
    if isinstance(value, list):
        return [spoiled(rng, part, pool) for part in value if rng.below(10)]
    return value


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_no_request_makes_an_operation_fail(path: Path) -> None:
    """A 500 is a mistake in an API file: every other answer is worded by it."""
    typed = driver.scenario_of(path)
    every = replace(typed, tools=tuple(typed.operations))
    scenario = driver.build(every)._replace(calls_limit=60)
    env = Environment(scenario)
    keys = [key for table in env._base.world.values() for key in table.keys()[:20]]
    pool = [*WEIRD, *keys, "order by created", "title ~ x", "assignee = currentUser()"]
    for seed in range(60):
        rng = Rng("spoiled", seed)
        env.reset(seed % 7)
        steps = scenario.oracle(env.episode.initial, env.params, env.episode.setup)
        name, payload = next(steps)
        while name:
            for _ in range(4):
                env.call(name, spoiled(rng, payload, pool))
                other = rng.choice(scenario.tools)
                asked = scenario.operations[other].schema.get("properties", {})
                env.call(other, {key: rng.choice(pool) for key in asked if rng.below(3)})
            env.call(name, payload)
            if env.episode.calls[-1].kind != "ok":
                break
            name, payload = steps.send(env.episode.calls[-1].response)
        assert env.faults == []
        assert env.detail() == scenario.detail(env.episode)
