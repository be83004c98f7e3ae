"""What an oracle's writes ask for, told as partial credit for attempts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.sentences import VERBS
from rewardlang.derive.telling.arguments import Argument, Form
from rewardlang.derive.telling.content import Content
from rewardlang.derive.telling.episodes import Episodes, told_in
from rewardlang.derive.telling.rows import Names, owner
from rewardlang.derive.telling.same import same
from rewardlang.derive.telling.vocabulary import Vocabulary
from rewardlang.derive.words import identifier, noun, words_of
from rewardlang.judge.leaves import strings
from rewardlang_runtime.builtins.documents import adf_text, storage_text


class Asking:
    """Parts for the arguments of writes."""

    def __init__(
        self, episodes: Episodes, known: Vocabulary, arguments: Sequence[Sequence[Argument]]
    ) -> None:
        self.episodes = episodes
        self.known = known
        self.arguments = arguments
        self.names = Names(episodes, known)
        self.content = Content(known)

    def parts(self, ended: str) -> Iterator[draft.Item]:
        """One for each argument that the task says, and one for the row that each call is about.

        `ended` is the condition that the task was done, in whichever way; "" when there is none.
        """
        operations = self.episodes.scenario.operations
        writes = [
            mine for mine in self.arguments if mine and operations[mine[0].operation.name].writes
        ]
        for mine in writes:
            aim = list(self._aim(mine))
            about = f"_{self._about(mine)}" if len(writes) > 1 else ""
            if aim:
                yield self._part(mine[0], f"aimed{about}", " and ".join(aim), "", ended)
            for argument in mine:
                if not argument.identifies and self._said(argument):
                    test, score = self.content.sent(argument.place("c.args"), argument)
                    tests = [*aim, *([test] if test else [])]
                    name = f"asked_{self._name(argument)}"
                    yield self._part(argument, name, " and ".join(tests), score, ended)

    def _part(self, argument: Argument, name: str, test: str, score: str, ended: str) -> draft.Item:
        worth = f"{score} if {test} else 0" if score and test else score or f"1 if {test} else 0"
        best = f"best({argument.operation.name}, c => {worth})"
        return draft.part(name, 1, score=f"{best} if not {ended} else 1" if ended else best)

    def _aim(self, mine: Sequence[Argument]) -> Iterator[str]:
        for argument in mine:
            if not argument.identifies or argument.said is None:
                continue
            place = argument.place("c.args")
            names = self.names.every(argument)
            if len(names) > 1:
                yield f"{place.text} in [{', '.join(names)}]"
            else:
                yield same(place, argument.said, self.known, sent=True)

    def _said(self, argument: Argument) -> bool:
        """Whether the task says it: in its words, or by what differs from task to task."""
        if argument.said is None or isinstance(argument.values[0], bool):
            return False
        if argument.said.varies:
            return True
        texts = [_texts(argument.form, value) for value in argument.values]
        return bool(texts[0]) and all(
            told_in(task.prompt, text)
            for task, mine in zip(self.episodes.tasks, texts, strict=True)
            for text in mine
        )

    def _name(self, argument: Argument) -> str:
        named = owner(argument.values, self.known)
        if argument.name in ("id", "key") and named is not None:
            return identifier(noun(named.table))
        return argument.name

    def _about(self, mine: Sequence[Argument]) -> str:
        verb, *words = words_of(mine[0].operation.name)
        return "_".join(words) if words and verb in VERBS else "_".join([verb, *words])


def _texts(form: Form, value: Any) -> list[str]:
    """What a prompt would have to say."""
    match form:
        case "document":
            return adf_text(value).splitlines()
        case "markup":
            return storage_text(value).splitlines()
    return [value] if isinstance(value, str) else list(strings(value))
