"""The `tests:` of a scenario: each is played in the compiled environment and held to its bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rewardlang import model, policies
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, Explanation, context_of, evaluate, explain
from rewardlang_runtime import Detail, Environment, Scenario


@frozen
class Miss:
    """A value outside the bounds that the test gives; `part` is None for the reward."""

    part: str | None
    bounds: model.Bounds
    value: float


@frozen
class Trial:
    """One test and what became of it."""

    test: model.Test
    environment: Environment
    detail: Detail
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        return not self.misses

    def why(self, scenario: model.Scenario) -> Explanation:
        """Why the reward is what it is; costs more than the trial itself."""
        return explain(scenario, self.environment.episode)


def run(scenario: model.Scenario, compiled: Scenario, test: model.Test) -> Trial:
    """Play one test.

    Raises:
        ScenarioFault: The scenario has no such task, or broke its own word.
        Failure: An argument of the test's calls has no value.
    """
    environment = Environment(compiled)
    _reset(environment, test)
    if test.calls is None:
        policies.play(environment, policies.oracle(environment))
    else:
        _play(environment, scenario, test)
    detail = environment.detail()
    values: dict[str | None, float] = {None: detail.reward}
    values.update((part.id, s) for part, s in zip(scenario.parts, detail.parts, strict=True))
    wanted: dict[str | None, model.Bounds] = {None: test.reward}
    wanted.update(test.parts)
    misses = tuple(
        Miss(part, bounds, values[part])
        for part, bounds in wanted.items()
        if not _within(values[part], bounds)
    )
    return Trial(test, environment, detail, misses)


def _reset(environment: Environment, test: model.Test) -> None:
    """The task of the test's seed, with the parameters that it gives in place of the drawn ones."""
    environment.reset(seed=test.seed)
    if test.params:
        params = {**environment.params, **test.params}
        environment.reset(seed=test.seed, options={"params": params})


def _play(environment: Environment, scenario: model.Scenario, test: model.Test) -> None:
    episode = environment.episode
    bound: dict[str, Any] = {}

    def value(expr: Any) -> Any:
        # A context of its own each time: lets see the world as it is now.
        context: Context = replace(context_of(scenario, episode), locals=bound)
        return evaluate(expr, context)

    for call in test.calls or ():
        environment.call(environment.name_of(call.operation), value(call.args))
        if call.bind is not None:
            bound[call.bind] = episode.calls[-1].response
    environment.finish("" if test.answer is None else value(test.answer))


def _within(value: float, bounds: model.Bounds) -> bool:
    # Files give rewards as people write them, 0.3333; rewards have six digits.
    slack = 5e-5
    return bounds.low - slack <= value <= bounds.high + slack
