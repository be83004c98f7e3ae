"""One task made ready for a search: grounded calls, candidate answers, what can be known."""

from __future__ import annotations

from dataclasses import dataclass, field

from rewardlang.interpret import context_of
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.budget import Budget
from rewardlang.judge.search.answers import answers_of
from rewardlang.judge.search.expectations import expectations
from rewardlang.judge.search.explore import Explorer, Found, Limits
from rewardlang.judge.search.grounding import Ground, ground
from rewardlang.judge.search.knowledge import Knowledge
from rewardlang.judge.search.monitor import Monitor
from rewardlang.judge.search.space import Action, Space
from rewardlang.judge.search.values import Values, values_of
from rewardlang_runtime import Episode
from rewardlang_runtime.plan import plan_of
from rewardlang_runtime.world import World

_NEW_ROWS = 8
"""New rows that further calls are made for."""


@dataclass(slots=True)
class Task:
    """What a search of one task starts from, and what its caps have cut off.

    Attributes:
        left_out: By operation: calls, values of arguments and new rows beyond the cap.
    """

    seed: int
    prompt: str
    values: Values
    grounds: dict[str, Ground]
    oracle: Played | None
    found: Found | None = None
    left_out: dict[str, int] = field(default_factory=dict)


def search(
    bench: Bench, seed: int, limits: Limits, budget: Budget, cap: int, oracle: Played | None
) -> Task:
    """Search one task.

    Raises:
        ScenarioFault: There is no such task, or the scenario broke its own word.
    """
    scenario, compiled, environment = bench.scenario, bench.compiled, bench.environment
    environment.reset(seed=seed)
    context = context_of(scenario, environment.episode)
    expected = expectations(scenario, context)
    values = values_of(scenario, context, environment.prompt, expected)
    tools = plan_of(compiled).tools
    apis = {api.name: api for api in scenario.apis}
    grounds = {}
    for name in compiled.tools:
        operation = scenario.operations[name]
        grounds[name] = ground(operation, tools[name][5], apis[operation.api], values, cap)
    task = Task(seed, environment.prompt, values, grounds, oracle)
    task.left_out = {name: g.left_out for name, g in grounds.items() if g.left_out}
    answers = answers_of(scenario, expected, oracle.answer if oracle else None)
    knowledge = Knowledge(scenario, environment)
    actions: dict[str, Action] = {}
    if oracle is not None:
        # As they were recorded: calls beyond the limit are not among them.
        made = [(call.op, call.args) for call in oracle.calls]
        actions = {repr(action): action for action in made}
        responses = [call.response for call in oracle.calls]
        # What the oracle uses and nobody shows is what the author takes for known.
        for word in sorted(knowledge.missing(made, responses)):
            knowledge.tell(word)
    own = len(actions)
    knowledge.answer(answers)
    for one in grounds.values():
        for action in one.calls:
            actions.setdefault(repr(action), action)
    episode = environment.episode
    start = Episode([], episode.params, episode.setup, episode.initial, World(episode.initial.base))
    space = Space(compiled)
    monitor = Monitor(scenario, space, start, answers)
    rows: dict[tuple[str, str], None] = {}

    def extend(table: str, key: str) -> list[Action]:
        more = [a for one in grounds.values() if (a := one.about(table, key)) is not None]
        if len(rows) >= _NEW_ROWS:
            for name, _ in more:
                task.left_out[name] = task.left_out.get(name, 0) + 1
            return []
        rows[table, key] = None
        return more

    explorer = Explorer(list(actions.values()), space, monitor, knowledge, extend, own)
    task.found = explorer.run(limits, budget)
    return task
