"""The episodes that a reward is told from: the oracle's on many tasks, and others beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang import model, tree
from rewardlang.frozen import frozen
from rewardlang.interpret import Failure, context_of, evaluate
from rewardlang.judge.bench import Action, Bench, Played
from rewardlang.judge.leaves import at, leaves, strings
from rewardlang_runtime import Scenario
from rewardlang_runtime.tables import Table
from rewardlang_runtime.values import ScenarioFault

_TASKS = {"train": 30, "eval": 10}
_AMONG = 200
_WORD = re.compile(r"[\w@.-]+")


@frozen
class Task:
    """One task: the oracle's episode, that of a policy that does nothing, and what is said."""

    bench: Bench
    oracle: Played
    idle: Played
    prompt: str

    def again(self, sent: Sequence[Action], answer: str = "") -> Played:
        """Other calls and another answer in the same task."""
        return self.bench.again(self.oracle, sent, answer)


@frozen
class Change:
    """A row that every episode of the oracle changes.

    Attributes:
        kind: "created", "updated" or "deleted".
        keys, before, now: By task; None before it was created, None after it was deleted.
        always: Whether it changes in every task; else it is as it should be already in some.
    """

    table: str
    kind: str
    number: int
    keys: tuple[str, ...]
    before: tuple[Any, ...]
    now: tuple[Any, ...]
    always: bool = True


class Episodes:
    """The oracle's episodes on tasks of both splits.

    Raises:
        ScenarioFault: There is no task, or the oracle cannot be played.
    """

    def __init__(self, scenario: model.Scenario, compiled: Scenario) -> None:
        self.scenario = scenario
        self.tasks: list[Task] = []
        for split in ("train", "eval"):
            bench = Bench(scenario, compiled, split)
            for seed in _seeds(bench, split):
                played = bench.oracle(seed)
                idle = bench.again(played, ())
                prompt = f"{bench.environment.prompt}\n{bench.environment.system}"
                self.tasks.append(Task(bench, played, idle, prompt))
        self.world_texts = frozenset(
            text for rows in scenario.world.rows.values() for row in rows.values()
            for text in strings(row)
        )  # fmt: skip

    @property
    def first(self) -> Played:
        """The oracle's episode of the first task."""
        return self.tasks[0].oracle

    def ends(self, expr: tree.Expr) -> tuple[Any, ...]:
        """An expression's values when the oracle is done."""
        return tuple(value(self.scenario, expr, task.oracle) for task in self.tasks)

    def sent(self, step: int) -> tuple[Any, ...]:
        """The arguments of one of the oracle's calls, by task."""
        return tuple(task.oracle.sent[step][1] for task in self.tasks)

    def responses(self, step: int) -> tuple[Any, ...]:
        """What one of the oracle's calls was answered, by task."""
        return tuple(task.oracle.calls[step].response for task in self.tasks)

    def changes(self) -> list[Change]:
        """The rows that differ at the end, where they are as many in each task."""
        by_task = [_by_kind(task.oracle) for task in self.tasks]
        found: list[Change] = []
        for table, kind in dict.fromkeys(key for each in by_task for key in each):
            rows = [each.get((table, kind), []) for each in by_task]
            if len({len(each) for each in rows}) > 1:
                one = self._sometimes(table, rows) if kind == "updated" else None
                found += [one] if one is not None else []
                continue
            for number, alike in enumerate(zip(*rows, strict=True)):
                keys, before, now = zip(*alike, strict=True)
                found.append(Change(table, kind, number, keys, before, now))
        return found

    def _sometimes(self, table: str, rows: Sequence[Sequence[Any]]) -> Change | None:
        """The row that a call names, where it is as it should be already in some tasks."""
        world = self.scenario.world.rows[table]
        if max(map(len, rows)) > 1:
            return None
        for step, (_, args) in enumerate(self.first.sent):
            for path, _ in leaves(args):
                keys = tuple(at(sent, path) for sent in self.sent(step))
                if all(
                    isinstance(key, str) and key in world and (not changed or changed[0][0] == key)
                    for key, changed in zip(keys, rows, strict=True)
                ):
                    before = tuple(world[key] for key in keys)
                    now = tuple(
                        changed[0][2] if changed else row
                        for changed, row in zip(rows, before, strict=True)
                    )
                    return Change(table, "updated", 0, keys, before, now, False)
        return None

    def uneven(self) -> list[str]:
        """Tables in which the number of changed rows differs from task to task."""
        even = {(change.table, change.kind) for change in self.changes()}
        every = {key: None for task in self.tasks for key in _by_kind(task.oracle)}
        return list(dict.fromkeys(table for table, kind in every if (table, kind) not in even))


def touched(played: Played) -> Iterator[tuple[str, str, Any, Any]]:
    """Table, key, row at the start and row at the end, of each row that differs."""
    for name, view in played.episode.final.items():
        if not isinstance(view, Table) and not view.spec.internal:
            for key, before, now in view.touched():
                yield name, key, before, now


def _by_kind(played: Played) -> dict[tuple[str, str], list[tuple[str, Any, Any]]]:
    found: dict[tuple[str, str], list[tuple[str, Any, Any]]] = {}
    for table, key, before, now in touched(played):
        kind = "created" if before is None else "deleted" if now is None else "updated"
        found.setdefault((table, kind), []).append((key, before, now))
    return found


def _seeds(bench: Bench, split: str) -> tuple[int, ...]:
    """Seeds of different tasks; none of the split for evaluation when it has no task."""
    try:
        return bench.tasks(_TASKS[split], _AMONG)
    except ScenarioFault:
        if split == "train":
            raise
        return ()


def told_in(prompt: str, said: Any) -> bool:
    """Whether a prompt has a value in it, as a word of its own or as several."""
    text = " ".join(str(said).lower().split())
    if " " in text or not text:
        return text in " ".join(prompt.lower().split())
    return text in {word.strip(".-") for word in _WORD.findall(prompt.lower())}


def value(scenario: model.Scenario, expr: tree.Expr, played: Played) -> Any:
    """What an expression comes to in an episode; None when it fails."""
    try:
        return evaluate(expr, context_of(scenario, played.episode))
    except (Failure, ScenarioFault, KeyError):
        return None
