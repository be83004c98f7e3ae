"""An environment in the shape of `gymnasium.Env`, which is not imported."""

from __future__ import annotations

from typing import Any, Final

from rewardlang_runtime.environment import Environment
from rewardlang_runtime.rng import Rng
from rewardlang_runtime.scenario import Scenario


class TextSpace:
    """Texts up to a length, in the shape of a `gymnasium.spaces.Space`."""

    shape = None
    dtype = None

    def __init__(self, max_length: int) -> None:
        self.max_length = max_length
        self._rng = Rng("space", 0)

    def contains(self, value: Any) -> bool:
        """Whether `value` is such a text."""
        return isinstance(value, str) and len(value) <= self.max_length

    __contains__ = contains

    def seed(self, seed: int | None = None) -> list[int]:
        """Restart `sample`."""
        self._rng = Rng("space", seed or 0)
        return [seed or 0]

    def sample(self) -> str:
        """A short text."""
        letters = "abcdefghijklmnopqrstuvwxyz"
        return "".join(self._rng.choice(letters) for _ in range(self._rng.integer(1, 12)))


class ActionSpace:
    """A tool call, {"tool": name, "arguments": text or object}, or an answer, {"answer": text}."""

    shape = None
    dtype = None

    def __init__(self, tools: tuple[str, ...], answers: TextSpace) -> None:
        self.tools = tools
        self.answers = answers
        self._rng = Rng("actions", 0)

    def contains(self, value: Any) -> bool:
        """Whether `value` has the shape of an action; an environment takes any value."""
        if not isinstance(value, dict):
            return False
        if "answer" in value:
            return isinstance(value["answer"], str)
        return isinstance(value.get("tool"), str)

    __contains__ = contains

    def seed(self, seed: int | None = None) -> list[int]:
        """Restart `sample`."""
        self._rng = Rng("actions", seed or 0)
        return [seed or 0]

    def sample(self) -> dict[str, Any]:
        """A tool without arguments, or now and then an answer."""
        if self._rng.below(8) == 0:
            return {"answer": self.answers.sample()}
        return {"tool": self._rng.choice(self.tools), "arguments": {}}


class GymEnvironment:
    """A scenario with the methods and attributes of `gymnasium.Env`.

    Code that asks for an instance of `gymnasium.Env` gets one from `registered(gymnasium.Env)`.
    """

    metadata: Final[dict[str, Any]] = {"render_modes": ["ansi"]}
    render_mode = "ansi"
    spec = None

    def __init__(self, scenario: Scenario, split: str = "train") -> None:
        self.environment = Environment(scenario, split)
        self.observation_space = TextSpace(max(scenario.observation_limit, 16 * 1024))
        names = tuple(tool["function"]["name"] for tool in self.environment.tools)
        self.action_space = ActionSpace(names, TextSpace(scenario.answer_limit))

    @property
    def unwrapped(self) -> GymEnvironment:
        """The environment itself: nothing is wrapped."""
        return self

    @property
    def np_random(self) -> None:
        """No generator: the seed names the task, and nothing else is random."""
        return None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """As `Environment.reset`."""
        return self.environment.reset(seed, options)

    def step(self, action: Any) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """As `Environment.step`."""
        return self.environment.step(action)

    def render(self) -> str:
        """The calls so far, a line each, and the answer."""
        episode = self.environment.episode
        lines = [f"{call.op} -> {call.kind} {call.status}" for call in episode.calls]
        return "\n".join([self.environment.prompt, *lines, episode.answer]).rstrip()

    def close(self) -> None:
        """Nothing to release."""

    def get_wrapper_attr(self, name: str) -> Any:
        """An attribute by name; there are no wrappers."""
        return getattr(self, name)


def registered(base: type) -> type:
    """A class that is `GymEnvironment` and an instance of `base`, say `gymnasium.Env`."""
    return type("GymEnvironment", (GymEnvironment, base), {"__doc__": GymEnvironment.__doc__})
