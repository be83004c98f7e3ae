"""A scenario made ready to be played many times, and the episodes that come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from rewardlang import model, policies
from rewardlang.frozen import frozen
from rewardlang.source import Span
from rewardlang_runtime import Call, Detail, Environment, Episode, Scenario, ScenarioFault
from rewardlang_runtime.traces import record

Action = tuple[str, Any]
"""(operation, arguments): a call as it is sent."""

Solution = tuple[tuple[Action, ...], str]
"""Calls and an answer that solve one task."""


@frozen
class Played:
    """One episode: what was sent, what came of it, what it earned.

    Attributes:
        sent: The calls, as they were sent.
        calls: The same, as the environment recorded them.
        line: The episode as a line of a trace file.
        faults: Tracebacks of operations that failed inside: mistakes in their API file.
    """

    seed: int
    sent: tuple[Action, ...]
    answer: str
    calls: tuple[Call, ...]
    detail: Detail
    episode: Episode
    line: dict[str, Any]
    faults: tuple[str, ...] = ()

    @property
    def reward(self) -> float:
        return self.detail.reward


def played(environment: Environment, sent: Iterable[Action]) -> Played:
    """What has come of the episode that an environment is in."""
    episode = environment.episode
    return Played(
        environment.seed,
        tuple(sent),
        episode.answer,
        tuple(episode.calls),
        environment.detail(),
        episode,
        record(environment),
        tuple(environment.faults),
    )


class Bench:
    """A typed scenario, the same compiled, and an environment to play it in.

    Attributes:
        scenario: What lints read: places, weights, expressions.
        compiled: What is played.
        environment: Reset by every method here; its episodes outlive it. When it is calm, nothing
            goes wrong in it, and tools have their own names: what the `faults:` of a scenario do is
            tried in a section of its own.
        solutions: By seed, for a scenario that has no `oracle:`: what a search has found.
    """

    def __init__(
        self,
        scenario: model.Scenario,
        compiled: Scenario,
        split: str = "train",
        *,
        calm: bool = True,
    ) -> None:
        self.scenario = scenario
        self.compiled = compiled
        self.environment = Environment(compiled, split, calm=calm)
        self.solutions: dict[int, Solution] = {}
        self._oracles: dict[int, Played] = {}

    @property
    def writes(self) -> Mapping[str, bool]:
        """Whether each operation writes, by name."""
        return {name: op.writes for name, op in self.compiled.operations.items()}

    @property
    def top(self) -> Span:
        """The line that names the scenario: where findings of the whole stand."""
        source = self.scenario.source
        found = re.search(r"^scenario:.*$", source.text, re.MULTILINE)
        return Span(source, *found.span()) if found else Span(source, 0, 0)

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
            environment.call(environment.name_of(operation), args)
        environment.finish(answer)
        return played(environment, sent)

    def again(self, base: Played, sent: Iterable[Action], answer: str = "") -> Played:
        """The episode of other calls and another answer in the task of an episode."""
        environment = self.environment
        environment.reset(seed=base.seed, options={"params": base.episode.params})
        sent = tuple(sent)
        for operation, args in sent:
            environment.call(environment.name_of(operation), args)
        environment.finish(answer)
        return played(environment, sent)

    def frozen(self, base: Played) -> Played:
        """The calls of an episode with their responses, paid as if they had changed nothing."""
        self.again(base, base.sent, base.answer)
        self.environment.freeze()
        return played(self.environment, base.sent)

    def follow(
        self,
        seed: int,
        policy: Callable[[Environment], policies.Policy],
        params: dict[str, Any] | None = None,
    ) -> Played:
        """The episode of a policy that may look at what it is answered.

        `params` replaces the parameters that the seed draws.

        Raises:
            ScenarioFault: As `play`.
        """
        environment = self.environment
        environment.reset(seed=seed, options=None if params is None else {"params": params})
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
        return played(environment, sent)

    def has_oracle(self, seed: int) -> bool:
        """Whether `oracle` can answer: from the file, or by what a search has found."""
        written = self.scenario.oracle or self.scenario.oracle_answer is not None
        return bool(written) or seed in self.solutions

    def oracle(self, seed: int) -> Played:
        """The oracle's own episode; kept, since most sections start from it.

        Raises:
            ScenarioFault: As `play`; also when there is no oracle.
        """
        if seed not in self._oracles:
            if seed in self.solutions:
                self._oracles[seed] = self.play(seed, *self.solutions[seed])
            elif self.has_oracle(seed):
                self._oracles[seed] = self.follow(seed, policies.oracle)
            else:
                raise ScenarioFault(f"{self.scenario.name} has no oracle for seed {seed}")
        return self._oracles[seed]

    def tasks(self, wanted: int, among: int) -> tuple[int, ...]:
        """The first seeds, at most `wanted`, whose tasks differ, of `among` seeds.

        Raises:
            ScenarioFault: There is no task, or one cannot be set up.
        """
        seen: dict[bytes, int] = {}
        for seed in range(among):
            self.environment.reset(seed=seed)
            task = orjson.dumps(self.environment.params, option=orjson.OPT_SORT_KEYS)
            seen.setdefault(task, seed)
            if len(seen) == wanted:
                break
        return tuple(seen.values())
