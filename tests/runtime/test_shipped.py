"""The shipped scenarios as environments: the contract, and rewards from messages alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rewardlang import driver
from rewardlang_runtime import Environment, check_environment, score_messages
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
