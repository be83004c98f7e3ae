"""What a policy can know: the prompt, the tools, and what earlier responses say.

A state of knowledge is a set of words, as the bits of an integer: only words count that some call
or answer needs and that are not told from the start. So an id that nobody has shown is never used,
and a shortcut that a search finds is one that a policy can take.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from rewardlang import model
from rewardlang.judge.search.monitor import Rewards
from rewardlang.judge.search.space import Action, Space
from rewardlang.judge.search.values import words_of
from rewardlang_runtime import Environment

_VOCABULARY = "and or not in is order by asc desc text p h1 h2 h3 h4 h5 h6 ul ol li doc there no"


class Knowledge:
    """Words that calls and answers need, as bits.

    Attributes:
        needs: By action: what must be known to make it.
        answers: By candidate answer: what must be known to give it.
        reveals: By call: what its response says.
    """

    def __init__(self, scenario: model.Scenario, environment: Environment) -> None:
        told = set(words_of(_VOCABULARY))
        told.update(words_of(environment.prompt), words_of(environment.system))
        told.update(words_of(orjson.dumps(environment.tools).decode()))
        for api in scenario.apis:
            for search in api.searches.values():
                told.update(name.name.lower() for name in search.fields)
        self._told = told
        self._bits: dict[str, int] = {}
        self.needs: list[int] = []
        self.answers: list[int] = []
        self.reveals: list[int] = []
        self._enabled: dict[int, tuple[int, list[int]]] = {}

    def tell(self, value: Any) -> None:
        """Count all words of a value as known from the start; before anything is needed."""
        self._told.update(words_of(value))

    def answer(self, answers: Iterable[str]) -> None:
        """Enter the candidate answers."""
        self.answers = [self._need(answer) for answer in answers]

    def need(self, action: Action) -> None:
        """Enter the next action."""
        self.needs.append(self._need(_texts(action[1])))

    def _need(self, value: Any) -> int:
        need = 0
        for word in words_of(value):
            if word not in self._told:
                need |= 1 << self._bits.setdefault(word, len(self._bits))
        return need

    def listen(self, space: Space) -> None:
        """Enter what the calls say that are new."""
        bits = self._bits
        for call in space.calls[len(self.reveals) :]:
            said = {word for word in words_of(call.response) if word in bits}
            self.reveals.append(sum(1 << bits[word] for word in said))

    def enabled(self, known: int) -> list[int]:
        """The actions that can be made by who knows this."""
        count = len(self.needs)
        entry = self._enabled.get(known)
        if entry is None or entry[0] != count:
            ready = [number for number, need in enumerate(self.needs) if not need & ~known]
            entry = self._enabled[known] = (count, ready)
        return entry[1]

    def best(self, rewards: Rewards, known: int) -> float:
        """The highest reward of an answer that can be given."""
        return max(
            reward for reward, need in zip(rewards, self.answers, strict=True) if not need & ~known
        )

    def missing(self, actions: Sequence[Action], responses: Sequence[Any]) -> set[str]:
        """Words of calls that neither the task nor earlier responses say."""
        known = set(self._told)
        unknown: set[str] = set()
        for (_, args), response in zip(actions, responses, strict=True):
            unknown.update(word for word in words_of(_texts(args)) if word not in known)
            known.update(words_of(response))
        return unknown


def _texts(value: Any) -> Any:
    """A value without its numbers, which can be counted or guessed."""
    if type(value) is dict:
        return {key: _texts(item) for key, item in value.items()}
    if type(value) is list:
        return [_texts(item) for item in value]
    return value if type(value) is str else None
