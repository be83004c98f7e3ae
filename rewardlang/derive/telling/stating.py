"""What an oracle's answer states that the prompt does not, and what it might have said instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang import tree
from rewardlang.derive.telling.episodes import Episodes, told_in
from rewardlang.derive.telling.same import kind
from rewardlang.derive.telling.vocabulary import FIELD, LET, PARAMETER, Source, Vocabulary, paths
from rewardlang.derive.typed import Read, read
from rewardlang.derive.words import words_of
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at
from rewardlang.walk import everything
from rewardlang_runtime.builtins.answers import says, says_none

_COLUMNS = 4
"""Columns of the world that a value may be from, one in one task and another in the next."""


@frozen
class Statement:
    """Something that the answer must say."""

    source: Source
    condition: str
    name: str


@frozen
class Others:
    """A list of what an answer might name, and its values in each task."""

    text: str
    values: tuple[tuple[Any, ...], ...]


class Stating:
    """Finds what the answers of an oracle state."""

    def __init__(self, episodes: Episodes, known: Vocabulary) -> None:
        self.episodes = episodes
        self.known = known
        self.answers = [task.oracle.answer for task in episodes.tasks]

    def sources(self) -> list[Source]:
        """What is stated, in the order of the answer where that names it."""
        found = [s for s in self.known.sources if s.rank > PARAMETER and self._stated(s)]
        named = self._mentioned()
        mine = [s for s in found if s.text in named] or found
        mine.sort(key=lambda s: named.index(s.text) if s.text in named else s.rank)
        distinct: list[Source] = []
        for source in mine:
            if all(source.values != other.values for other in distinct):
                distinct.append(source)
        return distinct

    def statements(self, sources: Sequence[Source]) -> list[Statement]:
        """Conditions on the answer, one for each source."""
        found = []
        for source in sources:
            name = "_".join(words_of(source.text.split(".")[-1]))
            own_word = self._judged(source, sources)
            if own_word is not None:
                found.append(Statement(source, own_word, name))
                continue
            rest = [other for other in sources if other is not source]
            others = self._others(source, rest)
            said = self._says(source, others)
            if said is not None:
                found.append(Statement(source, said, name))
        return found

    def _judged(self, source: Source, sources: Sequence[Source]) -> str | None:
        """The let that says that this was stated, and nothing else of what is."""
        for judging in self.known.judging:
            about = [s for s in sources if s.text.split(".")[0] in judging.about]
            if judging.step is None and about == [source]:
                return judging.name
        return None

    def _stated(self, source: Source) -> bool:
        there = [n for n, value in enumerate(source.values) if isinstance(value, str | int)]
        if 2 * len(there) < len(source.values) or isinstance(source.values[there[0]], bool):
            return False
        if any(source.values[n] is not None for n in range(len(source.values)) if n not in there):
            return False
        told = sum(told_in(self.episodes.tasks[n].prompt, source.values[n]) for n in there)
        # A number or a short name may be in a prompt by chance.
        return 2 * told < len(there) and all(says(self.answers[n], source.values[n]) for n in there)

    def _mentioned(self) -> list[str]:
        """Lets, and fields of lets, that the template of the answer names."""
        answer = self.episodes.scenario.oracle_answer
        if answer is None:
            return []
        every = everything(answer)
        return [each.span.text for each in every if isinstance(each, tree.LetRef | tree.Get)]

    # ---- conditions ----

    def _says(self, source: Source, others: str | None) -> str | None:
        instead = f", instead_of={others}" if others else ""
        said = f"says(answer, {source.text}{instead})"
        if source.sure:
            return said
        absent = [n for n, value in enumerate(source.values) if value is None]
        for what in self._words(absent):
            none = f"says_none(answer, {what}{instead})"
            return f"{none} if {source.text} is null else {said}"
        return f"{source.text} is null or {said}"

    def _words(self, absent: Sequence[int]) -> Iterator[str]:
        """What the answer says that there is none of."""
        for source in self.known.sources:
            if source.rank == PARAMETER and all(
                isinstance(source.values[n], str) and says_none(self.answers[n], source.values[n])
                for n in absent
            ):
                yield source.text

    # ---- what else it might be ----

    def _others(self, source: Source, rest: Sequence[Source]) -> str | None:
        """The values that an answer might name instead, without what it should name."""
        lets = [o for o in self._lists() if self._apart(o, source)]
        best = max(lets, key=lambda o: self._covered(o, source), default=None)
        if best is not None and self._covered(best, source) > 0 and self._passes(source, best):
            return best.text
        for others in (*self._full(source), *self._columns(source)):
            kept = [source, *(s for s in rest if self._in(s, others))]
            names = [s.text if s.sure else f'{s.text} ?? ""' for s in kept]
            one = len(names) == 1
            text = f"{others.text}.without({names[0]})" if one else (
                f"{others.text}.without_all([{', '.join(names)}])"
            )  # fmt: skip
            values = tuple(
                tuple(v for v in each if all(v != s.values[n] for s in kept))
                for n, each in enumerate(others.values)
            )
            if self._passes(source, Others(text, values)):
                name = "_".join([*words_of(source.text.split(".")[-1]), "others"])
                return self.known.let(name, text)
        return None

    def _lists(self) -> Iterator[Others]:
        for source in self.known.sources:
            if source.rank <= FIELD and all(map(_is_plain, source.values)):
                yield Others(source.text, tuple(tuple(each) for each in source.values))
        for name, value in self.episodes.scenario.expect.items():
            if isinstance(value, list) and _is_plain(value):
                yield Others(f"expect.{name}", (tuple(value),) * len(self.answers))

    def _apart(self, others: Others, source: Source) -> bool:
        """Whether a list never has the value itself."""
        return not self._in(source, others)

    def _in(self, source: Source, others: Others) -> bool:
        return any(
            value is not None and value in each
            for value, each in zip(source.values, others.values, strict=True)
        )

    def _covered(self, others: Others, source: Source) -> float:
        """How much of what the value is in other tasks the lists have, on average."""
        every = {value for value in source.values if value is not None}
        return sum(len(every & set(each)) for each in others.values) / max(1, len(every))

    def _passes(self, source: Source, others: Others) -> bool:
        """Whether the oracle's answers name none of them."""
        return all(
            value is None or says(answer, value, list(each))
            for answer, value, each in zip(self.answers, source.values, others.values, strict=True)
        )

    def _full(self, source: Source) -> Iterator[Others]:
        """Lists that always have the value: those of the file, and all that is in its tables."""
        for others in self._lists():
            if all(
                value is None or value in each
                for value, each in zip(source.values, others.values, strict=True)
            ):
                yield others
        for known in self.known.sources:
            rows = known.values
            if known.rank == LET and all(
                isinstance(each, list) and each and all(isinstance(row, dict) for row in each)
                for each in rows
            ):
                values = tuple(
                    tuple(str(cell) for row in each for cell in row.values()) for each in rows
                )
                text = f"{known.text}.map(r => r.values()).flatten()"
                if all(
                    v is None or v in each for v, each in zip(source.values, values, strict=True)
                ):
                    yield Others(text, values)

    def _columns(self, source: Source) -> Iterator[Others]:
        """The columns of the world that have all the values, as few as do."""
        left = {value for value in source.values if value is not None}
        columns = list(self._every_column())
        chosen: list[tuple[str, set[Any]]] = []
        while left and len(chosen) < _COLUMNS:
            best = max(columns, key=lambda c: (len(left & c[1]), -len(c[1])), default=None)
            if best is None or not left & best[1]:
                return
            chosen.append(best)
            left -= best[1]
        if left or not chosen:
            return
        texts = [text for text, _ in chosen]
        text = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}].flatten()"
        every = tuple(value for _, values in chosen for value in sorted(values, key=str))
        yield Others(text, (every,) * len(self.answers))

    def _every_column(self) -> Iterator[tuple[str, set[Any]]]:
        for api in self.episodes.scenario.apis:
            for name, table in api.tables.items():
                rows = list(self.episodes.scenario.world.rows.get(name, {}).values())
                if table.internal or not rows:
                    continue
                for path in paths(rows[0]):
                    values = {at(row, path) for row in rows if isinstance(at(row, path), str | int)}
                    place = read(Read("r", table.row.row, False), path, self.known.expand)
                    if place is None or len(values) < 2 or not kind(place, self.known):
                        continue
                    text = f"initial.{name}.values().map(r => {place.text})"
                    if place.nullable:
                        test = f"{place.text} is not null"
                        text = f"initial.{name}.values().filter(r => {test}).map(r => {place.text})"
                    yield f"{text}.distinct()", values


def _is_plain(value: Any) -> bool:
    """Whether it is a list of scalars."""
    return isinstance(value, list) and all(isinstance(item, str | int) for item in value)
