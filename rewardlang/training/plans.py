"""Tasks of a scenario, the oracle's plan for each, and plans performed in its environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rewardlang.policies import oracle
from rewardlang.training.chat import Message, call_message, opening
from rewardlang_runtime import Environment, Rng, Scenario

Json = Any


class Task(NamedTuple):
    """One draw of a scenario: what (scenario, split, seed) stands for, in any process."""

    scenario: str
    split: str
    seed: int


class Plan(NamedTuple):
    """Calls to make in order, and what to say after them."""

    calls: tuple[tuple[str, Json], ...]
    answer: str


class Solved(NamedTuple):
    """The oracle's plan for a task, with what it was answered.

    Attributes:
        task: The task.
        prompt: What the policy is asked.
        plan: The oracle's calls and answer.
        responses: The body that answered each call.
        reward: What the plan earns.
    """

    task: Task
    prompt: str
    plan: Plan
    responses: tuple[Json, ...]
    reward: float


class Demonstration(NamedTuple):
    """A plan as it went in the environment.

    Attributes:
        scenario: The name of the scenario.
        messages: The conversation, with the environment's true observations.
        reward: What the environment gave for it.
    """

    scenario: str
    messages: list[Message]
    reward: float


def held_out(scenario: Scenario, count: int) -> list[Task]:
    """The first `count` tasks that training never sees, the same for every seed of a run."""
    return [Task(scenario.name, "eval", seed) for seed in range(count)]


def training_tasks(scenario: Scenario, rng: Rng) -> Iterator[Task]:
    """Endless training tasks; the environment keeps held-out parameters out of them."""
    while True:
        yield Task(scenario.name, "train", rng.below(1 << 31))


def solve(env: Environment, task: Task) -> Solved:
    """Let the scenario's oracle do `task` in `env`, also while things go wrong in it."""
    env.reset(seed=task.seed)
    episode = env.episode
    playing = oracle(env)
    calls: list[tuple[str, Json]] = []
    responses: list[Json] = []
    op, argument = next(playing)
    while op:
        observation = env.call(op, argument)
        calls.append((op, argument))
        # A call over the limit is answered but not recorded, and ends the oracle.
        recorded = episode.calls[-1] if len(episode.calls) == len(calls) else None
        responses.append(recorded.response if recorded else None)
        op, argument = playing.send(observation)
    answer = argument or ""
    env.finish(answer)
    return Solved(task, env.prompt, Plan(tuple(calls), answer), tuple(responses), env.reward())


def perform(env: Environment, task: Task, plan: Plan) -> Demonstration:
    """Do `plan` for `task` in `env` and record the conversation."""
    env.reset(seed=task.seed)
    messages = opening(env.system, env.prompt)
    for op, arguments in plan.calls:
        observation = env.call(op, arguments)
        messages.append(call_message(op, arguments))
        messages.append({"role": "tool", "name": op, "content": observation})
    messages.append({"role": "assistant", "content": plan.answer})
    env.finish(plan.answer)
    return Demonstration(task.scenario, messages, env.reward())
