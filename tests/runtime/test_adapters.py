"""The shapes for trainers: TRL's environments and rewards, Gymnasium's Env."""

from __future__ import annotations

import inspect
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import tracker

from rewardlang_runtime import Environment, load_module
from rewardlang_runtime.adapters.gymnasium import GymEnvironment, registered
from rewardlang_runtime.adapters.trl import EnvironmentFactory, Reward, environment_class

MODULE = Path(tracker.__file__)
KEY = "APP-4"


# ---- TRL ----


def test_one_method_for_each_tool() -> None:
    env = EnvironmentFactory(MODULE)()
    methods = dict(inspect.getmembers(type(env), inspect.isfunction))
    public = [name for name in methods if not name.startswith("_")]
    assert sorted(public) == sorted([*tracker.SCENARIO.tools, "reset"])
    for name in tracker.SCENARIO.tools:
        assert methods[name].__name__ == name
        assert methods[name].__doc__.startswith(f"Performs {name}.")
    assert str(inspect.signature(env.getIssue)) == "(*, issueIdOrKey: str) -> str"
    signature = inspect.signature(env.searchIssues)
    assert str(signature) == "(*, status: str, maxResults: int | None = None) -> str"
    assert "    status: status" in methods["searchIssues"].__doc__


def test_schemas_that_transformers_derives() -> None:
    get_json_schema = pytest.importorskip(
        "transformers.utils", reason="transformers is of the extra train"
    ).get_json_schema
    schema = get_json_schema(EnvironmentFactory(MODULE)().searchIssues)
    assert schema["function"]["parameters"]["required"] == ["status"]
    assert set(schema["function"]["parameters"]["properties"]) == {"status", "maxResults"}


def test_an_episode_as_trl_runs_it() -> None:
    factory = EnvironmentFactory(MODULE)
    env = factory()
    assert (
        env.reset(prompt=[{"role": "user", "content": "Do it."}], params=json.dumps({"key": KEY}))
        is None
    )
    assert env.reset(
        prompt=[{"role": "user", "content": ""}], params=json.dumps({"key": KEY})
    ).endswith(".")
    assert json.loads(env.getIssue(issueIdOrKey=KEY))["key"] == KEY
    assert json.loads(env.getIssue(wrong=1))["error"]["kind"] == "invalid_request"
    assert [call.kind for call in env._environment.episode.calls] == ["ok", "invalid_request"]
    env.reset(seed=5)
    assert env._environment.episode.calls == []
    assert env._environment.seed == 5


def test_the_reward_reads_messages() -> None:
    factory, reward = EnvironmentFactory(MODULE), Reward(MODULE)
    env = factory()
    env.reset(params=json.dumps({"key": KEY}))
    call = {
        "type": "function",
        "function": {"name": "getTransitions", "arguments": {"issueIdOrKey": KEY}},
    }
    invented = {"type": "function", "function": {"name": "closeIssue", "arguments": {}}}
    messages = [
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "name": "getTransitions", "content": env.getTransitions(issueIdOrKey=KEY)},
        {"role": "assistant", "tool_calls": [invented]},
        {
            "role": "tool",
            "name": "closeIssue",
            "content": "{'error': 'Tool closeIssue not found.'}",
        },
        {"role": "assistant", "content": "Done."},
    ]
    logged: dict[str, float] = {}
    broken = [{"role": "tool", "content": "x"}]
    rewards = reward(
        [messages, [], broken], environments=[env, env, env], log_metric=logged.__setitem__
    )
    assert rewards == [0.4375, 0.0, None]
    assert logged == {"parts/looked": 0.5, "parts/moved": 0.0, "parts/said_so": 0.5}
    assert reward([messages], params=[json.dumps({"key": KEY})]) == [0.4375]
    by_seed = Environment(tracker.SCENARIO)
    by_seed.reset(3)
    assert reward([[]], seed=[3]) == [by_seed.reward()]
    with pytest.raises(ValueError, match="needs environments"):
        reward([messages])


def test_factories_and_rewards_are_pickled_as_paths() -> None:
    factory = pickle.loads(pickle.dumps(EnvironmentFactory(MODULE, "eval")))
    assert factory.split == "eval"
    assert factory().reset(seed=1)
    assert factory.tools == Environment(tracker.SCENARIO).tools
    assert pickle.loads(pickle.dumps(Reward(MODULE))).__name__ == "tracker.finish"


def test_names_that_trl_needs() -> None:
    for name in ("reset", "get_reward", "_hidden"):
        operation = tracker.OPERATIONS[0]._replace(name=name)
        with pytest.raises(ValueError, match=name):
            environment_class(
                tracker.SCENARIO._replace(tools=(name,), operations={name: operation})
            )


def test_modules_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_module(tmp_path / "none.py")
    (tmp_path / "a.yaml").write_text("x: 1")
    with pytest.raises(ValueError, match="rewardlang compile"):
        load_module(tmp_path / "a.yaml")
    (tmp_path / "b.py").write_text("SCENARIO = 1")
    with pytest.raises(ValueError, match="no SCENARIO"):
        load_module(tmp_path / "b.py")
    (tmp_path / "c.py").write_text("1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            load_module(tmp_path / "c.py")
    assert load_module(MODULE) is load_module(str(MODULE))


# ---- Gymnasium ----


def test_gymnasium_shape() -> None:
    env: Any = GymEnvironment(tracker.SCENARIO)
    observation, info = env.reset(seed=4, options={"params": {"key": KEY}})
    assert observation in env.observation_space
    assert info["seed"] == 4
    for _ in range(50):
        action = env.action_space.sample()
        assert action in env.action_space
        observation, reward, terminated, truncated, info = env.step(action)
        assert observation in env.observation_space
        assert isinstance(reward, float)
        if terminated or truncated:
            break
    assert terminated or truncated
    assert env.render().startswith(env.environment.prompt)
    assert env.unwrapped is env
    assert env.get_wrapper_attr("render_mode") == "ansi"
    env.close()
    assert 5 not in env.action_space
    assert {"tool": 5} not in env.action_space
    assert {"answer": "x"} in env.action_space


def test_spaces_repeat() -> None:
    space = GymEnvironment(tracker.SCENARIO).action_space
    space.seed(7)
    first = [space.sample() for _ in range(10)]
    space.seed(7)
    assert first == [space.sample() for _ in range(10)]


def test_an_instance_of_someone_elses_class() -> None:
    class Env:
        """As gymnasium.Env."""

    made = registered(Env)(tracker.SCENARIO)
    assert isinstance(made, Env)
    assert made.reset(seed=1)[1]["seed"] == 1
