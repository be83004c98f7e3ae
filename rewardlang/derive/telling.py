"""What an oracle does in all its episodes, told as gates, parts and penalties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang import model
from rewardlang.derive import draft
from rewardlang.derive.common import REPEATS, penalties
from rewardlang.derive.draft import Reward
from rewardlang.derive.typed import Read, member, read
from rewardlang.derive.vocabulary import Vocabulary, paths
from rewardlang.judge.bench import Bench, Played
from rewardlang.judge.leaves import at, leaves
from rewardlang_runtime.builtins.answers import says
from rewardlang_runtime.tables import Table

_FRAME, _BLIND = 0.2, 0.05


class NoReward(Exception):
    """Why no reward can be written, in one line."""


class Telling:
    """What the oracle's episodes have in common, in terms of what the task is made from."""

    def __init__(self, bench: Bench, played: Sequence[Played]) -> None:
        self.bench = bench
        self.scenario = bench.scenario
        self.played = played
        self.operations = self.scenario.operations
        self.known = Vocabulary(bench, played)
        self.names = {let.name for let in self.scenario.lets}

    def reward(self) -> Reward:
        """All of it.

        Raises:
            NoReward: The oracle says nothing to hold a policy to.
        """
        made = Reward()
        writes = [n for n, (op, _) in enumerate(self.played[0].sent) if self.operations[op].writes]
        changes = self._changes()
        offered = any(self.operations[name].writes for name in self.scenario.tools)
        if changes:
            made.gates.append(self._frame(changes, made))
        elif offered:
            made.gates.append(draft.gate("read_only", "delta.is_empty()", _BLIND))
        looks = [self._look(n) for n in range(len(self.played[0].sent)) if n not in writes]
        for number, look in enumerate(looks):
            made.parts.append(draft.part(f"looked_{number + 1}", 1, look))
        for number in writes:
            made.parts += self._asked(number)
        done = list(self._done(changes))
        if done:
            made.parts.append(draft.part("done", 4, " and ".join(done)))
        answers = [] if done else list(self._answers())
        if answers and looks:
            why = "An answer without a look is a guess, however right."
            made.gates.append(draft.gate("grounded", looks[-1], _BLIND, why))
        for number, check in enumerate(answers):
            made.parts.append(draft.part(f"answered_{number + 1}", 3, check))
        if not made.parts:
            raise NoReward("nothing that the oracle does can be told from what is drawn")
        if "repeats" not in self.names:
            made.lets["repeats"] = REPEATS
        count = len(self.played[0].sent)
        most = max(self.scenario.limits.calls, count + 2)
        made.penalties += penalties(count + 1, most, bool(answers))
        return made

    def _args(self, number: int) -> Iterator[tuple[tuple[str | int, ...], str]]:
        every = [dict(leaves(p.sent[number][1])) for p in self.played]
        for path in every[0]:
            if all(path in each for each in every):
                said = self.known.said([each[path] for each in every])
                if said is not None:
                    yield path, said

    def _look(self, number: int) -> str:
        """A look-up: by its arguments where the task says them, else the operation alone."""
        operation = self.operations[self.played[0].sent[number][0]]
        tests = ["ok"]
        for path, said in self._args(number):
            place = read(
                Read("args", operation.args_type, False), [str(path[0])], self.known.expand
            )
            if len(path) == 1 and place is not None and not said.startswith('"'):
                tests.append(f"str({place.text}) == str({said})")
        return f"called {operation.name}{{{', '.join(tests)}}}"

    def _asked(self, number: int) -> Iterator[draft.Item]:
        name = self.played[0].sent[number][0]
        for index, (path, said) in enumerate(self._args(number)):
            inside = any(isinstance(step, int) for step in path)
            if (
                inside
                or said in ("true", "false")
                or (len(path) > 1 and path[-1] in ("type", "version"))
            ):
                continue
            place = "c.args" + "".join(
                f"?{member(step)}" if isinstance(step, str) else f"?[{step}]" for step in path
            )
            test = f"fold(str({place})) == fold(str({said}))"
            yield draft.part(
                f"asked_{number + 1}_{index + 1}", 1, score=f"best({name}, c => 1 if {test} else 0)"
            )

    def _changes(self) -> list[list[tuple[str, str, Any, Any]]]:
        """Rows that differ at the end, in each episode alike: table, key, before, now."""
        found = []
        for p in self.played:
            rows = [
                (name, key, before, now)
                for name, view in p.episode.final.items()
                if not isinstance(view, Table) and not view.spec.internal
                for key, before, now in view.touched()
            ]
            found.append(rows)
        shapes = [[(t, b is None, n is None) for t, _, b, n in rows] for rows in found]
        if not found[0] or any(shape != shapes[0] for shape in shapes):
            return []
        return [list(each) for each in zip(*found, strict=True)]

    def _frame(self, changes: Sequence[Sequence[Any]], made: Reward) -> draft.Item:
        paths = []
        for number, seen in enumerate(changes):
            table, _, before, _ = seen[0]
            if before is None:
                name = f"new_{table}"
                made.lets[name] = f"delta.{table}.created.only()"
                key = self._table(table).key
                paths.append(f"{table}[{name}?{member(key)}]")
                continue
            key_said = self.known.said([row[1] for row in seen])
            if key_said is None:
                paths.append(table)
                continue
            fields = {path: None for _, _, b, n in seen for path in _differing(b, n)}
            whole = () in fields or len(fields) > 6 or seen[0][3] is None
            row = f"{table}[{key_said}]"
            paths += [row] if whole else [row + "".join(map(member, path)) for path in fields]
            del number
        return draft.gate(
            "nothing_else", f"delta.changed_only({', '.join(dict.fromkeys(paths))})", _FRAME,
            "What the task did not ask for must stay as it is.",
        )  # fmt: skip

    def _table(self, name: str) -> model.TableDef:
        return next(api.tables[name] for api in self.scenario.apis if name in api.tables)

    def _done(self, changes: Sequence[Sequence[Any]]) -> Iterator[str]:
        for seen in changes:
            table, _, before, now = seen[0]
            key = None if before is None else self.known.said([row[1] for row in seen])
            if before is not None and key is None:
                continue
            if now is None:
                yield f"final.{table}[{key}] is null"
                continue
            row = Read(f"new_{table}", self._table(table).row.row, False)
            if before is None:
                yield f"new_{table} is not null"
            else:
                row = Read(f"final.{table}[{key}]", self._table(table).row.row, True)
            yield from self._fields(seen, row)

    def _fields(self, seen: Sequence[Any], row: Read) -> Iterator[str]:
        first = seen[0]
        for path in paths(first[3]):
            values = [at(now, path) for _, _, _, now in seen]
            if first[2] is not None and all(
                at(b, path) == v for (_, _, b, _), v in zip(seen, values, strict=True)
            ):
                continue
            said = self.known.said(values)
            if said is None or (said.startswith('"') and first[2] is None):
                continue
            found = read(row, path, self.known.expand)
            if found is None:
                continue
            if isinstance(values[0], list):
                yield f"{found.text} == {said}"
            elif isinstance(values[0], str) and " " in values[0]:
                yield f"fold(str({found.text})) == fold({said})"
            else:
                yield f"str({found.text}) == str({said})"

    def _answers(self) -> Iterator[str]:
        """What the answer states that the prompt does not."""
        for source in self.known.sources:
            there = [n for n, value in enumerate(source.values) if isinstance(value, str | int)]
            sure = len(there) == len(self.played)
            played, texts = [self.played[n] for n in there], [str(source.values[n]) for n in there]
            if 2 * len(there) < len(self.played) or source.text.startswith("params."):
                continue
            if any(v is not None for n, v in enumerate(source.values) if n not in there):
                continue
            stated = all(says(p.answer, t) for p, t in zip(played, texts, strict=True))
            told = [self._prompt(p) for p in played]
            if stated and not any(says(t, v) for t, v in zip(told, texts, strict=True)):
                others = self._column(texts)
                instead = f", instead_of={others}.without({source.text})" if others else ""
                said = f"says(answer, {source.text}{instead})"
                said = said if sure else f"({source.text} is null or {said})"
                yield f'{said} and not answer.contains_text("\\":")'

    def _prompt(self, played: Played) -> str:
        environment = self.bench.environment
        environment.reset(seed=played.seed, options={"params": played.episode.params})
        return environment.prompt

    def _column(self, texts: Sequence[str]) -> str | None:
        """All values of the column of the world that the answers are from."""
        for api in self.scenario.apis:
            for name, table in api.tables.items():
                rows = list(self.scenario.world.rows.get(name, {}).values())
                if table.internal or not rows:
                    continue
                for path in paths(rows[0]):
                    column = {str(at(row, path)) for row in rows}
                    place = read(Read("r", table.row.row, False), path, self.known.expand)
                    if len(column) > 1 and set(texts) <= column and place and not place.nullable:
                        return f"initial.{name}.values().map(r => {place.text}).distinct()"
        return None


def _differing(before: Any, now: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if (
        isinstance(before, dict)
        and isinstance(now, dict)
        and set(before) == set(now)
        and len(path) < 3
    ):
        for name in before:
            if before[name] != now[name]:
                yield from _differing(before[name], now[name], (*path, name))
    else:
        yield path
