"""What an oracle does in all its episodes, told as gates, parts and penalties."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rewardlang.derive import draft
from rewardlang.derive.common import REPEATS, penalties
from rewardlang.derive.draft import Reward
from rewardlang.derive.telling.arguments import arguments
from rewardlang.derive.telling.asking import Asking
from rewardlang.derive.telling.ending import End, Endings
from rewardlang.derive.telling.episodes import Episodes
from rewardlang.derive.telling.looking import Look, Looks
from rewardlang.derive.telling.stating import Statement, Stating
from rewardlang.derive.telling.trial import Trial
from rewardlang.derive.telling.vocabulary import Vocabulary
from rewardlang.judge.step_edits import ORDER

_FRAME, _BLIND, _STAYS, _PLACE = 0.2, 0.05, 0.4, 0.45
_READ = 2.5
"""The weight of the look that shows the answer: what a response copied into the answer is paid for
one of its statements must not make up for the penalty on long answers."""


class Telling:
    """What the oracle's episodes have in common, in the words of the task."""

    def __init__(self, episodes: Episodes, trial: Trial, taken: Collection[str] = ()) -> None:
        self.episodes = episodes
        self.scenario = episodes.scenario
        self.known = Vocabulary(episodes, taken)
        self.arguments = arguments(episodes, self.known)
        self.ends = Endings(episodes, self.known, self.arguments).all()
        self.stating = Stating(episodes, self.known)
        # After a change an answer is courtesy.
        self.stated = [] if self.ends else self.stating.sources()
        self.looks = Looks(episodes, self.known, self.arguments, self.stated, trial).all()

    def reward(self) -> Reward:
        """All of it; not yet tried on the oracle."""
        made = Reward()
        statements = [] if self.ends else self.stating.statements(self.stated)
        made.gates += self._frame()
        made.gates += self._placed()
        made.gates += self._steady()
        grounded = next((look for look in reversed(self.looks) if look.tells), None)
        named: dict[int, str] = {}
        if statements and (grounded or self.looks):
            look = grounded or self.looks[-1]
            plain = look.condition.isidentifier()
            named[look.step] = (
                look.condition if plain else self.known.let("seen", look.condition, "was_read")
            )
            why = "An answer without a look is a guess, however right."
            made.gates.append(draft.gate("grounded", named[look.step], _BLIND, why))
        others = 0.5 if named else 2 if len(self.looks) == 1 else 1
        for look in self.looks:
            weight = _READ if look.step in named else others
            made.parts.append(draft.part(look.name, weight, named.get(look.step, look.condition)))
        ended = self._ended()
        made.parts += Asking(self.episodes, self.known, self.arguments).parts(ended)
        made.parts += self._done(ended, sum(map(_weight, made.parts)))
        made.parts += _answered(statements)
        made.penalties += self._penalties(bool(statements))
        made.parts = list(_distinct(made.parts))
        made.gates = [gate for gate in made.gates if self._caps(gate, made.parts)]
        made.lets = dict(self.known.added)
        return made

    def _caps(self, gate: draft.Item, parts: Sequence[draft.Item]) -> bool:
        """Whether a gate on what was done takes away anything that the parts would pay."""
        if gate.id != "in_place" and not gate.id.endswith("_stays"):
            return True
        end = gate.id.removesuffix("_stays")
        lost = [part for part in parts if part.id in ("done", end, f"{end}_in_part")]
        if gate.id == "in_place":
            named = {field.name for each in self.ends for field in each.fields if field.refers}
            lost += [part for part in parts if part.id.removeprefix("asked_") in named]
        whole = sum(map(_weight, parts))
        cap = next(float(value) for name, value in gate.fields if name == "otherwise")
        return whole - sum(map(_weight, lost)) > cap * whole

    def unheld(self, made: Reward) -> list[str]:
        """Operations of the oracle that write, and that no part for the end holds to anything."""
        writes = [
            name for name, _ in self.episodes.first.sent if self.scenario.operations[name].writes
        ]
        if any(end.change.kind == "deleted" for end in self.ends):
            return []
        ended = any(part.id == "done" for part in made.parts)
        held = {field.operation for end in self.ends for field in end.fields if ended}
        return [name for name in dict.fromkeys(writes) if name not in held]

    # ---- gates ----

    def _frame(self) -> Iterator[draft.Item]:
        offered = any(self.scenario.operations[name].writes for name in self.scenario.tools)
        if self.ends or self.episodes.uneven():
            allowed = [path for end in self.ends for path in end.allowed]
            allowed += self.episodes.uneven()
            test = f"delta.changed_only({', '.join(dict.fromkeys(allowed))})"
            places = [
                f"({end.row.text} is null or {end.belongs})" for end in self.ends if end.belongs
            ]
            why = "What the task did not ask for must stay as it is."
            yield draft.gate("nothing_else", " and ".join([test, *places]), _FRAME, why)
        elif offered:
            why = "The task is a question; nothing must change."
            yield draft.gate("read_only", "delta.is_empty()", _BLIND, why)

    def _placed(self) -> Iterator[draft.Item]:
        """What is new must belong to the rows that the task has names for."""
        tests = []
        for end in self.ends:
            fields = [field.condition for field in end.fields if field.refers]
            if fields and end.change.kind == "created" and not end.belongs:
                tests.append(f"({end.row.text} is null or {_all(fields)})")
        if tests:
            test = " and ".join(tests)
            why = "Something new in the wrong place is worse than an attempt that fails."
            yield draft.gate("in_place", test[1:-1] if len(tests) == 1 else test, _PLACE, why)

    def _steady(self) -> Iterator[draft.Item]:
        """What an operation changed must stay right to the end."""
        for end in self.ends:
            by: dict[str, list[str]] = {}
            for field in end.fields:
                if not field.share:
                    by.setdefault(field.operation, []).append(field.condition)
            if end.change.kind == "updated":
                for name, tests in by.items():
                    test = f"never {name} or {_all(tests)}"
                    why = "Set to something else, or there and back."
                    yield draft.gate(f"{end.name}_stays", test, _STAYS, why)

    # ---- parts ----

    def _ended(self) -> str:
        """The condition that all is done, under a name."""
        tests = [end.condition for end in self.ends if end.condition]
        return self.known.let("done", " and ".join(tests), "all_done", "complete") if tests else ""

    def _done(self, ended: str, tried: float) -> Iterator[draft.Item]:
        """Parts for the end; `tried` is the weight of those before it."""
        for end in self.ends:
            for field in end.fields:
                if field.share:
                    why = "What the list gained of what it lacked."
                    yield draft.part(f"{end.name}_in_part", 2, score=field.share, why=why)
        ends = [end for end in self.ends if end.condition]
        if len(ends) > 1:
            before: list[End] = []
            for end in ends:
                order = list(self._after(end, before))
                why = "In the order that the task asks for." if order else ""
                test = " and ".join([end.condition, *order])
                yield draft.part(end.name, 2, test, why=why)
                before.append(end)
        if ended:
            why = "All of it at once weighs most, so that halves of it do not add up."
            # Never more than three fifths of the weight.
            weight = 2 if len(ends) > 1 or not tried else min(4, 1.5 * tried)
            plain = int(weight) if weight == int(weight) else weight
            yield draft.part("done", plain, ended, why=why)

    def _after(self, end: End, before: Sequence[End]) -> Iterator[str]:
        """That what made a row came after what made the one before, if the task asks for an order.

        What came along with another call has no call of its own.
        """
        prompts = [task.prompt.lower() for task in self.episodes.tasks]
        if not before or not all(map(ORDER.search, prompts)):
            return
        mine, other = end.operation, before[-1].operation
        if mine and other and mine != other:
            yield f"(called {mine} after {other}{{ok}} or never {mine})"

    # ---- penalties ----

    def _penalties(self, answers: bool) -> Iterator[draft.Item]:
        first = self.episodes.first
        writes = [n for n, (op, _) in enumerate(first.sent) if self.scenario.operations[op].writes]
        before = [look for look in self.looks if look.needed_by in writes]
        before = before or [
            look
            for look in self.looks
            if writes and look.step < writes[0] and look.needed_by is None
        ]
        for end in self.ends:
            for field in end.fields:
                if field.kept:
                    why = "What was there must not be lost."
                    yield draft.penalty("dropped", 0.4, f"not {field.kept}", why)
        if before:
            later = [n for n in writes if n > before[-1].step]
            name = first.sent[before[-1].needed_by or later[0]][0]
            looks = "|".join(f"{each}{{ok}}" for each in before[-1].operations)
            why = "What was not looked up is a guess."
            test = f"not every {name}{{ok}} preceded_by {looks}"
            yield draft.penalty("guessed", 0.8, test, why)
        count = len(first.sent)
        limits = self.scenario.limits
        said = max(len(task.oracle.answer) for task in self.episodes.tasks)
        long = max(round(0.6 * limits.answer), 2 * said)
        listens = answers and long < limits.answer
        yield from penalties(count + 1, limits.calls, listens, long)
        if all(let.name != "repeats" for let in self.scenario.lets):
            self.known.let("repeats", REPEATS)


def _answered(statements: Sequence[Statement]) -> Iterator[draft.Item]:
    for statement in statements:
        yield draft.part(f"said_{statement.name}", 3, statement.condition)
    if len(statements) > 1:
        every = " and ".join(
            f"({s.condition})" if " if " in s.condition else s.condition for s in statements
        )
        yield draft.part("said_all", 1.5, every)


def _weight(item: draft.Item) -> float:
    return next(float(value) for name, value in item.fields if name == "weight")


def _all(tests: Sequence[str]) -> str:
    return tests[0] if len(tests) == 1 else f"({' and '.join(tests)})"


def _distinct(items: Sequence[draft.Item]) -> Iterator[draft.Item]:
    """The items, each under a name of its own, and none twice."""
    seen: dict[str, int] = {}
    told: set[str] = set()
    for item in items:
        worth = str(item.fields[1:])
        if worth in told:
            continue
        told.add(worth)
        seen[item.id] = seen.get(item.id, 0) + 1
        number = seen[item.id]
        yield item if number == 1 else draft.Item(f"{item.id}_{number}", item.fields, item.why)


__all__ = ["End", "Look", "Telling"]
