"""What the environment makes of a conversation, held against what its messages say."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from training.conftest import TRACKER, WIKI

from rewardlang.driver import load
from rewardlang.training.plans import Task, solve, training_tasks
from rewardlang.training.rollouts import Rollout, RolloutFactory, Scorer, Tools, Where, row_of
from rewardlang.training.turns import RAW
from rewardlang_runtime import Environment, Rng, Scenario
from rewardlang_runtime.messages import score_messages

JUNK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("inventPage", {"title": "x"}),
    ("getPages", {"title": 7}),
    ("createPage", {}),
    ("getPages", {RAW: "{broken"}),
    ("getTransitions", {RAW: "[1]"}),
    ("", {RAW: ""}),
    ("getPages", {"title": "Runbooks"}),
    ("doTransition", {"issueIdOrKey": "APP-1", "transition": {"id": "21"}}),
    ("self", {"self": 1, "name": 2, "arguments": 3}),
)


def play(rollout: Rollout, plan: list[tuple[str, Any]], answer: str) -> list[dict[str, Any]]:
    """The completion that TRL's loop would have made."""
    messages, tools = [], Tools(rollout)
    for name, arguments in plan:
        assert name in tools
        function = {"name": name, "arguments": arguments}
        messages.append(
            {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}
        )
        messages.append({"role": "tool", "name": name, "content": tools[name](**arguments)})
    return [*messages, {"role": "assistant", "content": answer}]


def row(task: Task) -> dict[str, Any]:
    return {"task": json.dumps([task.split, task.seed]), "prompt": [], "environment": "x"}


@pytest.mark.parametrize("path", [WIKI, TRACKER])
def test_environment_and_messages_give_one_reward(path: str) -> None:
    scenario = load(path)
    factory, scorer = RolloutFactory(path), Scorer()
    rollout, env = factory(), Environment(scenario)
    rng = Rng("fuzz", path)
    tasks = training_tasks(scenario, rng)
    seen = set()
    for _ in range(150):
        task = next(tasks)
        plan: list[Any] = list(solve(env, task).plan.calls)
        for _ in range(rng.below(4)):
            plan.insert(rng.below(len(plan) + 1), rng.choice(JUNK))
        del plan[rng.below(len(plan) + 1) + 1 :]
        rollout.reset(**row(task))
        messages = play(rollout, plan, "It is done.")
        [reward] = scorer([messages], [rollout])
        assert reward == score_messages(scenario, rollout._env.params, messages).reward
        seen |= {call.kind for call in rollout._env.episode.calls}
    assert {"ok", "unknown_tool", "malformed_arguments"} <= seen


def test_a_record_is_a_line_of_a_trace_file() -> None:
    scenario = load(WIKI)
    rollout, scorer = Rollout(scenario), Scorer()
    scorer.where = Where("baseline", "greedy")
    logged: dict[str, float] = {}
    task = Task(scenario.name, "eval", 3)
    env = Environment(scenario, split="eval")
    plan = solve(env, task).plan
    rollout.reset(**row(task))
    rewards = scorer([play(rollout, list(plan.calls), plan.answer)], [rollout], logged.__setitem__)
    assert rewards == [1.0]
    [record] = scorer.take()
    assert scorer.take() == []
    assert (record["phase"], record["decoding"]) == ("baseline", "greedy")
    assert (record["scenario"], record["split"], record["seed"]) == (*task[:1], "eval", 3)
    assert [call["op"] for call in record["calls"]] == ["getSpaces", "getPages", "createPage"]
    assert record["params"] == env.params
    assert record["answer"] == plan.answer
    assert logged["part/created"] == logged["perfect"] == 1.0
    assert logged["calls"] == 3.0
    json.dumps(record)


def test_a_pooled_rollout_forgets() -> None:
    scenario = load(WIKI)
    rollout, scorer = Rollout(scenario), Scorer()
    task = Task(scenario.name, "train", 1)
    plan = solve(Environment(scenario), task).plan
    rollout.reset(**row(task))
    assert scorer([play(rollout, list(plan.calls), "")], [rollout]) == [1.0]
    rollout.reset(**row(task))
    assert scorer([play(rollout, [], "")], [rollout]) == [0.0]


def test_a_row_holds_no_struct_that_datasets_would_unify() -> None:
    import datasets

    rows = [
        row_of(Environment(load(path)), Task(load(path).name, "train", 5))
        for path in (WIKI, TRACKER)
    ]
    kept = list(datasets.Dataset.from_list(rows))
    assert kept == rows
    assert all(json.loads(one["task"]) == ["train", 5] for one in kept)


def test_a_factory_is_pickled_as_its_path() -> None:
    made = pickle.loads(pickle.dumps(RolloutFactory(WIKI)))
    assert made.path == WIKI
    assert isinstance(made.scenario, Scenario)
    assert isinstance(made(), Rollout)
