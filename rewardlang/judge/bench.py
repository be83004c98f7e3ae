"""A scenario made ready to be played many times, and the episodes that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rewardlang import model, policies
from rewardlang_runtime import Call, Detail, Environment, Episode, Scenario
from rewardlang_runtime.traces import record

Action = tuple[str, Any]
"""(operation, arguments): a call as it is sent."""


@dataclass(frozen=True, slots=True)
class Played:
    """One episode: what was sent, what came of it, what it earned.

    Attributes:
        sent: The calls, as they were sent.
        calls: The same, as the environment recorded them.
        line: The episode as a line of a trace file.
    """

    seed: int
    sent: tuple[Action, ...]
    answer: str
    calls: tuple[Call, ...]
    detail: Detail
    episode: Episode
    line: dict[str, Any]

    @property
    def reward(self) -> float:
        return self.detail.reward


class Bench:
    """A typed scenario, the same compiled, and an environment to play it in.

    Attributes:
        scenario: What lints read: places, weights, expressions.
        compiled: What is played.
        environment: Reset by every method here; its episodes outlive it.
    """

    def __init__(self, scenario: model.Scenario, compiled: Scenario, split: str = "train") -> None:
        self.scenario = scenario
        self.compiled = compiled
        self.environment = Environment(compiled, split)
        self._oracles: dict[int, Played] = {}

    def play(self, seed: int, sent: Iterable[Action], answer: str = "") -> Played:
        """The episode of these calls and this answer, in the task of a seed.

        Calls beyond the scenario's limit are refused by the environment and not in `calls`.

        Raises:
            ScenarioFault: There is no such task, or the scenario broke its own word.
        """
        environment = self.environment
        environment.reset(seed=seed)
        sent = tuple(sent)
        for operation, args in sent:
            environment.call(operation, args)
        environment.finish(answer)
        return self._played(seed, sent)

    def follow(self, seed: int, policy: Callable[[Environment], policies.Policy]) -> Played:
        """The episode of a policy that may look at what it is answered.

        Raises:
            ScenarioFault: As `play`.
        """
        environment = self.environment
        environment.reset(seed=seed)
        sent: list[Action] = []

        def noted() -> policies.Policy:
            playing, observation = policy(environment), None
            while True:
                try:
                    action = playing.send(observation)
                except StopIteration:
                    return
                if action[0]:
                    sent.append(action)
                observation = yield action

        policies.play(environment, noted())
        return self._played(seed, tuple(sent))

    def oracle(self, seed: int) -> Played:
        """The oracle's own episode; kept, since most sections start from it."""
        if seed not in self._oracles:
            self._oracles[seed] = self.follow(seed, policies.oracle)
        return self._oracles[seed]

    def _played(self, seed: int, sent: tuple[Action, ...]) -> Played:
        environment = self.environment
        episode = environment.episode
        return Played(
            seed,
            sent,
            episode.answer,
            tuple(episode.calls),
            environment.detail(),
            episode,
            record(environment),
        )
