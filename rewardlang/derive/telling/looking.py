"""What an oracle looks up: calls that show what it needs later, and others that do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang import tree
from rewardlang.derive.sentences import VERBS
from rewardlang.derive.telling.arguments import Argument
from rewardlang.derive.telling.episodes import Episodes, Task, told_in
from rewardlang.derive.telling.responses import (
    ANY,
    Pattern,
    around,
    common,
    heard,
    patterns,
    plainness,
    shows,
    tells,
)
from rewardlang.derive.telling.rows import Names, owner
from rewardlang.derive.telling.same import kind, same
from rewardlang.derive.telling.trial import Trial
from rewardlang.derive.telling.vocabulary import CONSTANT, Source, Vocabulary, same_value
from rewardlang.derive.typed import Read, item, read
from rewardlang.derive.words import identifier, noun, words_of
from rewardlang.frozen import frozen
from rewardlang.judge.bench import Action
from rewardlang.judge.ends import Ends
from rewardlang.judge.grounds import Grounds
from rewardlang.judge.leaves import leaves
from rewardlang.walk import everything

_TRIED = 4
"""Tasks in which other tools are tried."""
_FIELDS = 8
"""Names of fields that a tool is asked for."""
_MOST = 4
"""Other ways to look that are written down."""


@frozen
class Look:
    """A look-up of the oracle.

    Attributes:
        about: The table of what it shows, "" when that is no row.
        condition: Whether it, or another that shows the same, was made.
        operations: The tools with which it can be made, the oracle's first.
        tells: Whether it shows what the answer says.
        needed_by: The call that first sends what it shows; None when none does.
    """

    step: int
    about: str
    condition: str
    operations: tuple[str, ...]
    tells: bool
    needed_by: int | None = None

    @property
    def name(self) -> str:
        """What it is called as a part."""
        thing = identifier(noun(self.about)) if self.about else ""
        if self.tells:
            return f"read_{thing}" if thing else "read"
        if thing:
            return f"found_{thing}"
        verb, *words = words_of(self.operations[0])
        words = words[: words.index("by")] if "by" in words else words
        return "_".join(["looked_up", *words]) if verb in VERBS else "looked_up"


class Looks:
    """Finds the look-ups in an oracle's episodes."""

    def __init__(
        self,
        episodes: Episodes,
        known: Vocabulary,
        arguments: Sequence[Sequence[Argument]],
        stated: Sequence[Source],
        trial: Trial,
    ) -> None:
        """`stated` is what the answer says and the prompt does not."""
        self.episodes = episodes
        self.known = known
        self.arguments = arguments
        self.stated = stated
        self.trial = trial
        self.names = Names(episodes, known)
        self.operations = episodes.scenario.operations
        self._grounds: list[Grounds] = []

    def all(self) -> list[Look]:
        """One for each call that only reads, in order."""
        first = self.episodes.first
        return [
            self._look(number)
            for number, (name, _) in enumerate(first.sent)
            if not self.operations[name].writes
        ]

    def _look(self, step: int) -> Look:
        operation = self.operations[self.episodes.first.sent[step][0]]
        own, row = self._own(step)
        responses = self.episodes.responses(step)
        told = [s for s in self.stated if tells(responses, s)]
        facts = [] if told else self._facts(step)
        shown, about = list(own), row if told else ""
        others: list[str] = []
        if told:
            shown += self._texts(operation.name, responses, told)
            others = list(self._elsewhere(step, operation.name, told, row))
        for source, pattern in facts[:1]:
            read_there = self._surest(operation.name, pattern, source, responses)
            named = owner(source.values, self.known)
            if read_there is not None and _same_for_all(responses, pattern, source):
                about = named.table if named is not None else ""
                continue
            if read_there is not None:
                # A key says which row it is, whatever was asked for; a field of a row does not.
                about_own = own and self.known.field_of(source) == row
                shown = own if about_own else [*([] if named is not None else own), read_there]
                about = named.table if named is not None else ""
                if named is not None:
                    others = list(self._ways(operation.name, source))
        if shown == own and not told:
            shown += self._optional(step)
        first = f"called {operation.name}{{{', '.join(['ok', *shown])}}}"
        names = dict.fromkeys(
            [operation.name, *(each.split("{")[0].split()[-1] for each in others)]
        )
        needed = self._needed_by(step, facts)
        own_word = next((j.name for j in self.known.judging if j.step == step), None)
        condition = own_word or " or ".join([first, *others])
        return Look(step, about, condition, tuple(names), bool(told), needed)

    def _needed_by(self, step: int, facts: Sequence[tuple[Source, Pattern]]) -> int | None:
        """The call that is the first to send what this one shows, as the oracle is written."""
        steps, bound = self.episodes.scenario.oracle, self.episodes.scenario.oracle[step].bind
        for later in range(step + 1, len(steps)) if bound else ():
            parts = everything(steps[later].args)
            if any(isinstance(part, tree.Local) and part.name == bound for part in parts):
                return later
        if not facts:
            return None
        tasks, source = self.episodes.tasks, facts[0][0]
        for later in range(step + 1, len(self.episodes.first.sent)):
            if all(
                any(same_value(leaf, value) for _, leaf in leaves(task.oracle.sent[later][1]))
                for task, value in zip(tasks, source.values, strict=True)
            ):
                return later
        return None

    # ---- by its arguments ----

    def _own(self, step: int) -> tuple[list[str], str]:
        """Conditions on what its address names, and the table of that row."""
        found, about = [], ""
        args = Read("args", self.operations[self.episodes.first.sent[step][0]].args_type, False)
        for argument in self.arguments[step]:
            place = read(args, argument.path, self.known.expand)
            if not argument.identifies or argument.said is None or place is None:
                continue
            names = self.names.every(argument)
            rows = owner(argument.values, self.known)
            about = rows.table if rows is not None else about
            if len(names) > 1:
                found.append(f"{place.text} in [{', '.join(names)}]")
            else:
                found.append(same(place, argument.said, self.known))
        return found, about

    def _optional(self, step: int) -> list[str]:
        """Conditions on what it looks for, when its answer shows nothing that is needed."""
        args = Read("args", self.operations[self.episodes.first.sent[step][0]].args_type, False)
        found = []
        for argument in self.arguments[step]:
            place = read(args, argument.path, self.known.expand)
            if argument.identifies or argument.said is None or place is None:
                continue
            if argument.form == "value" and argument.said.rank < CONSTANT:
                found.append(same(place, argument.said, self.known))
        return found

    # ---- by what it shows ----

    def _facts(self, step: int) -> list[tuple[Source, Pattern]]:
        """What is needed later and neither the prompt nor the call itself says, and where it is."""
        tasks, responses = self.episodes.tasks, self.episodes.responses(step)
        mine = [[leaf for _, leaf in leaves(args)] for args in self.episodes.sent(step)]
        later = [
            [leaf for _, args in task.oracle.sent[step + 1 :] for _, leaf in leaves(args)]
            for task in tasks
        ]
        found = []
        for source in self.known.sources:
            if not (source.varies and source.sure) or isinstance(source.values[0], bool | list):
                continue
            needed = all(
                any(same_value(leaf, value) for leaf in after)
                and not any(same_value(leaf, value) for leaf in own)
                and not told_in(task.prompt, value)
                for task, value, own, after in zip(tasks, source.values, mine, later, strict=True)
            )
            pattern = common(responses, source.values) if needed else None
            if pattern is not None:
                found.append((source, pattern))
        return sorted(found, key=lambda each: self._rank(each[0]))

    def _rank(self, source: Source) -> tuple[bool, bool]:
        """Keys of rows first, and those of the row that a let holds before what refers to it."""
        named = owner(source.values, self.known)
        if named is None:
            return True, True
        let = self.known.row(named.table, named.keys)
        return False, let is None or source.text not in (f"{let.name}.{named.column}",)

    def _shown(self, operation: str, pattern: Pattern, source: Source) -> str | None:
        """The condition that a response has a value at a place."""
        base = Read("response", self.operations[operation].response_type, False)
        if ANY not in pattern:
            place = read(base, pattern, self.known.expand)
            return None if place is None else same(place, source, self.known)
        cut = pattern.index(ANY)
        found = self._items(base, pattern[:cut])
        if found is None or ANY in pattern[cut + 1 :]:
            return None
        items, each = found
        place = read(each, pattern[cut + 1 :], self.known.expand)
        if place is None:
            return None
        return f"{items}.any({each.text} => {same(place, source, self.known)})"

    def _surest(
        self, operation: str, pattern: Pattern, source: Source, responses: Sequence[Any]
    ) -> str | None:
        """The condition that a row is shown, by a unique field that is always there."""
        named = owner(source.values, self.known)
        shown = self._shown(operation, pattern, source)
        if named is None or shown is None or "?" not in shown or pattern[-1] != named.column:
            return shown
        for column, other in self.names.columns(named):
            beside = (*pattern[:-1], column)
            there = all(
                beside in patterns(response, value)
                for response, value in zip(responses, other.values, strict=True)
            )
            instead = self._shown(operation, beside, other) if there else None
            if instead is not None and "?" not in instead:
                return instead
        return shown

    def _items(self, base: Read, path: Pattern) -> tuple[str, Read] | None:
        place = read(base, path, self.known.expand)
        inner = item(place, self.known.expand) if place is not None else None
        if place is None or inner is None:
            return None
        items = f"({place.text} ?? [])" if place.nullable else place.text
        letter = next((c for c in (path[-1] if path else "item") if c.isalpha()), "i").lower()
        return items, Read(letter, inner, False)

    def _texts(
        self, operation: str, responses: Sequence[Any], told: Sequence[Source]
    ) -> Iterator[str]:
        """Conditions that what the answer says was in what was read, as near to it as can be."""
        seen: dict[Pattern, None] = {}
        base = Read("response", self.operations[operation].response_type, False)
        for source in told:
            path, long = around(responses, source)
            place = read(base, path, self.known.expand)
            if place is None:
                yield heard(source, self.known)
            elif not long or path not in seen:  # the same long text tells it all
                seen[path] = None
                yield heard(source, self.known, place, kind(place, self.known) == "text")

    # ---- other tools that show the same ----

    def _ways(self, operation: str, source: Source) -> Iterator[str]:
        """Other tools whose answers show a value, as found by calling them."""
        found: dict[tuple[str, Pattern], None] = {}
        for number, task in enumerate(self.episodes.tasks[:_TRIED]):
            for name, response in self._answers(number, task):
                if name != operation:
                    for pattern in patterns(response, source.values[number]):
                        found.setdefault((name, pattern))
        seen: dict[str, str] = {}
        for name, pattern in sorted(found, key=lambda each: plainness(each[1])):
            if name in seen or not self._named_alike(pattern, source):
                continue
            condition = self._shown(name, pattern, source)
            if condition is not None:
                seen[name] = f"called {name}{{ok, {condition}}}"
        order = [name for name in self.episodes.scenario.tools if name in seen]
        yield from [seen[name] for name in order if self._accepted(seen[name])][:_MOST]

    def _elsewhere(
        self, step: int, operation: str, told: Sequence[Source], table: str
    ) -> Iterator[str]:
        """Other tools whose answers have an item that is the row and shows what is told."""
        key = next((a for a in self.arguments[step] if a.identifies and a.said is not None), None)
        if key is None or key.said is None or not table:
            return
        found: dict[str, str] = {}
        for number, task in enumerate(self.episodes.tasks[:_TRIED]):
            for name, response in self._answers(number, task):
                if name == operation or name in found:
                    continue
                for pattern in patterns(response, key.values[number]):
                    condition = self._item_tells(name, pattern, key.said, told)
                    if condition is not None and shows(response, pattern, told, number, key):
                        found[name] = f"called {name}{{ok, {condition}}}"
                        break
        order = [name for name in self.episodes.scenario.tools if name in found]
        yield from [found[name] for name in order if self._accepted(found[name])][:_MOST]

    def _item_tells(
        self, operation: str, pattern: Pattern, key: Source, told: Sequence[Source]
    ) -> str | None:
        if pattern.count(ANY) != 1:
            return None
        cut = pattern.index(ANY)
        base = Read("response", self.operations[operation].response_type, False)
        found = self._items(base, pattern[:cut])
        place = read(found[1], pattern[cut + 1 :], self.known.expand) if found else None
        if found is None or place is None:
            return None
        tests = [same(place, key, self.known)]
        tests += [heard(source, self.known, found[1]) for source in told]
        return f"{found[0]}.any({found[1].text} => {' and '.join(tests)})"

    def _answers(self, number: int, task: Task) -> Iterator[tuple[str, Any]]:
        while len(self._grounds) <= number:
            other = self.episodes.tasks[len(self._grounds)]
            self._grounds.append(Grounds(other.bench, other.oracle, Ends(other.bench)))
        looks = self._grounds[number].looks("target")
        for name, args in (*looks, *self._asking_for_fields(number, looks)):
            call = task.again([(name, args)]).calls[0]
            if call.ok:
                yield name, call.response

    def _asking_for_fields(self, number: int, looks: Sequence[Action]) -> Iterator[Action]:
        """The first call of each tool again, with lists of the fields that the answer is from."""
        said = {str(s.values[number]) for s in self.stated if s.values[number] is not None}
        names = {
            step: None
            for call in self.episodes.tasks[number].oracle.calls
            for path, leaf in leaves(call.response)
            for step in path
            if str(leaf) in said and isinstance(step, str)
        }
        first: dict[str, Any] = {}
        for name, args in looks:
            first.setdefault(name, args)
        for name, args in first.items() if names else ():
            for optional in self._lists(name):
                if isinstance(args, dict) and optional not in args:
                    yield name, {**args, optional: [*names][:_FIELDS]}

    def _lists(self, operation: str) -> Iterator[str]:
        """Optional arguments that are lists of texts."""
        for parameter in self.operations[operation].parameters:
            items = parameter.schema.get("items")
            plain = (
                isinstance(items, dict) and items.get("type") == "string" and "enum" not in items
            )
            if not parameter.required and parameter.schema.get("type") == "array" and plain:
                yield parameter.name

    def _named_alike(self, pattern: Pattern, source: Source) -> bool:
        """Whether the place is a row's own key, or a field that refers to such a row."""
        named = owner(source.values, self.known)
        if named is None:
            return False
        refers = {
            reference.path[-1]
            for api in self.episodes.scenario.apis
            for reference in api.references
            if reference.target == named.table
        }
        return pattern[-1] in {named.column, *refers}

    def _accepted(self, condition: str) -> bool:
        return self.trial.let(condition, self.known.added) is not None


def _same_for_all(responses: Sequence[Any], pattern: Pattern, source: Source) -> bool:
    """Whether every response shows what every other task needs, so that it shows nothing of one."""
    distinct = list(dict.fromkeys(map(str, source.values)))
    return ANY in pattern and all(
        pattern in patterns(response, value) for response in responses for value in distinct
    )
