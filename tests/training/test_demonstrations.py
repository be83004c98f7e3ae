"""Plans and what spoils them, over two scenarios that share nothing."""

from __future__ import annotations

import copy
from itertools import islice

import pytest
from training.conftest import TRACKER, WIKI

from rewardlang.driver import load
from rewardlang.training import spoil
from rewardlang.training.plans import Plan, Solved, perform, solve, training_tasks
from rewardlang.training.prepare import lesson
from rewardlang_runtime import Environment, Rng, Scenario

OPERATORS = [habit.operator for habit in spoil.HABITS]


def solved(scenario: Scenario, count: int) -> list[Solved]:
    env = Environment(scenario)
    tasks = training_tasks(scenario, Rng("test", scenario.name))
    return [solve(env, task) for task in islice(tasks, count)]


@pytest.fixture(scope="module", params=[WIKI, TRACKER], ids=["wiki", "tracker"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(request.param)


def test_the_oracle_solves_every_task(scenario: Scenario) -> None:
    assert {one.reward for one in solved(scenario, 20)} == {1.0}


def test_a_demonstration_is_what_happened(scenario: Scenario) -> None:
    [one] = solved(scenario, 1)
    env = Environment(scenario)
    shown = perform(env, one.task, one.plan)
    assert shown.reward == 1.0
    assert [m["role"] for m in shown.messages[:2]] == ["user", "assistant"]
    assert shown.messages[-1] == {"role": "assistant", "content": one.plan.answer}
    made = [m["tool_calls"][0]["function"] for m in shown.messages if m.get("tool_calls")]
    assert [(f["name"], f["arguments"]) for f in made] == list(one.plan.calls)
    assert [c.kind for c in env.episode.calls] == ["ok"] * len(made)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: o.__name__)
def test_an_operator_costs_reward_and_leaves_the_plan_alone(operator: spoil.Operator) -> None:
    scenario = load(WIKI)
    plans = solved(scenario, 30)
    env, rng = Environment(scenario), Rng("operator")
    known = spoil.learn(env, plans, 0)
    rewards, changed = [], 0
    for one in plans:
        before = copy.deepcopy(one)
        draft = spoil.Draft(one, copy.deepcopy(list(one.plan.calls)), [one.plan.answer])
        operator(draft, known, rng)
        assert one == before
        changed += (tuple(draft.calls), draft.answer[0]) != one.plan
        rewards.append(perform(env, one.task, Plan(tuple(draft.calls), draft.answer[0])).reward)
    assert changed >= 20
    # This scenario does not ask for an answer, nor mind a call made twice.
    free = operator in (spoil.wrong_answer, spoil.repeat_call)
    assert sum(rewards) == len(rewards) if free else sum(rewards) < 0.99 * len(rewards)


def test_operators_do_nothing_to_an_empty_plan() -> None:
    scenario = load(WIKI)
    plans = solved(scenario, 5)
    known = spoil.learn(Environment(scenario), plans, 0)
    for operator in OPERATORS:
        draft = spoil.Draft(plans[0]._replace(plan=Plan((), "")), [], [""])
        operator(draft, known, Rng("empty"))
        assert (draft.calls, draft.answer) == ([], [""])


def test_invented_tools_do_not_exist(scenario: Scenario) -> None:
    names = spoil.invented_names(scenario)
    assert names
    assert not set(names) & set(scenario.operations)


def test_a_steady_habit_makes_the_same_choice_every_time() -> None:
    scenario = load(WIKI)
    plans = solved(scenario, 40)
    known = spoil.learn(Environment(scenario), plans, 3)
    rng = Rng("steady")
    bodies = []
    for one in plans:
        for op, arguments in spoil.spoil(one, known, 1.0, rng).calls:
            if op == "createPage" and isinstance(arguments.get("body"), dict):
                bodies.append(tuple(arguments["body"]))
    commonest = max(set(bodies), key=bodies.count)
    assert commonest != ("representation", "value"), "the habit is right"
    assert bodies.count(commonest) > 0.6 * len(bodies)


def test_steady_habits_cost_something_where_they_can() -> None:
    scenario = load(WIKI)
    plans, env = solved(scenario, 20), Environment(scenario)
    for seed in range(4):
        known = spoil.learn(env, plans, seed)
        assert known.variants == spoil.learn(env, plans, seed).variants
        for habit in spoil.HABITS:
            if not habit.steady or habit.operator is spoil.wrong_answer:
                continue
            lost = 0.0
            for one in plans:
                draft = spoil.draft_of(one)
                variant = known.variants[spoil.name_of(habit)]
                habit.operator(draft, known, Rng("habit", spoil.name_of(habit), variant))
                lost += 1.0 - perform(env, one.task, spoil.plan_of(draft)).reward
            assert lost / len(plans) > 0.05, (seed, spoil.name_of(habit))


def test_calibration_meets_the_target(scenario: Scenario) -> None:
    plans = solved(scenario, 100)
    env = Environment(scenario)
    known = spoil.learn(env, plans, 0)
    strength = spoil.calibrate(env, plans, known, 0.5)
    shown = spoil.spoiled(env, plans, known, strength, Rng("again"))
    assert sum(d.reward for d in shown) / len(shown) == pytest.approx(0.5, abs=0.1)


def test_a_lesson_is_the_same_again_and_another_with_another_seed(scenario: Scenario) -> None:
    first, again, other = (lesson(scenario, 4, 8, seed) for seed in (1, 1, 2))
    assert first == again
    assert first.mixed != other.mixed
    assert {d.reward for d in first.clean} == {1.0}
    assert min(d.reward for d in first.mixed) < 1.0
