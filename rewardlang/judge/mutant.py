"""A change of the oracle's episode, and what the task says of the values in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.judge.bench import Action, Played
from rewardlang.judge.grounds import Grounds
from rewardlang.judge.leaves import Path, leaves

Direction = Literal["lower", "clearly lower", "not higher", "not lower", "same"]
"""What should become of the reward: less than before, less than 0.9 of it, no more than it, no
less, the same but for a tenth."""


@frozen
class Mutant:
    """An episode to play, made from the oracle's.

    Attributes:
        group: The kind of change: "drop-step".
        place: What was changed, the same on every task: "step 2, fields.summary".
        what: The change in words: "oracle without step 2, doTransition".
        direction: What should become of the reward, if the episode ends otherwise than the
            oracle's; one that ends the same may always keep it.
    """

    group: str
    place: str
    what: str
    sent: tuple[Action, ...]
    answer: str
    direction: Direction


@frozen
class Start:
    """What the mutants of one task are made from.

    Attributes:
        base: The oracle's episode.
        prompt: The task in words, with what the policy is told besides.
        varying: Leaves of the oracle's arguments that differ from task to task.
        reads_answer: Whether the reward looks at the answer.
        texts: All strings of the world.
    """

    scenario: model.Scenario
    base: Played
    prompt: str
    grounds: Grounds
    varying: Mapping[tuple[int, Path], None]
    reads_answer: bool
    texts: Mapping[str, None] = field(repr=False, default_factory=dict)

    @property
    def sent(self) -> tuple[Action, ...]:
        return self.base.sent

    def steps(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """The oracle's calls whose arguments are an object, with their numbers from 0."""
        for number, (operation, args) in enumerate(self.sent):
            if isinstance(args, dict):
                yield number, operation, args

    def writes(self, operation: str) -> bool:
        """Whether the operation can change the world."""
        return operation in self.scenario.operations and self.scenario.operations[operation].writes

    def schema(self, operation: str) -> dict[str, Any]:
        """The schema of an operation's arguments; {} of a tool that does not exist."""
        known = self.scenario.operations.get(operation)
        return {} if known is None else known.schema

    def stated(self, value: Any) -> bool:
        """Whether the prompt or a parameter says the value, word by word."""
        if isinstance(value, bool) or value is None:
            return False
        text = str(value)
        if any(value == leaf for _, leaf in leaves(self.base.episode.params)):
            return True
        return bool(text.strip()) and _within(text, self.prompt)

    def meant(self, step: int, path: Path, value: Any) -> bool:
        """Whether the task says which value: it states one inside, or the value goes with it."""
        if self.stated(value):
            return True
        if any(at == step and where[: len(path)] == path for at, where in self.varying):
            return True
        if isinstance(value, dict | list):
            return any(self.stated(leaf) for _, leaf in leaves(value))
        return False

    def again(self, sent: tuple[Action, ...], answer: str = "") -> Played:
        """Other calls and another answer in the same task."""
        return self.grounds.bench.again(self.base, sent, answer)

    def with_step(self, number: int, *actions: Action) -> tuple[Action, ...]:
        """The calls with others in place of one."""
        return (*self.sent[:number], *actions, *self.sent[number + 1 :])


def _within(text: str, prompt: str) -> bool:
    words = re.escape(" ".join(text.lower().split()))
    return re.search(rf"(?<!\w){words}(?!\w)", prompt) is not None


def spoken(text: str) -> str:
    """A prompt as `Start.prompt` has it."""
    return " ".join(text.lower().split())
