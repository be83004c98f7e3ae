"""The oracle, and then one call that takes back what one of its calls did."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from rewardlang.judge.bench import Action
from rewardlang.judge.calling import called
from rewardlang.judge.ends import Ends
from rewardlang.judge.grounds import FILLED, SLOT, minimal, optional, with_optional
from rewardlang.judge.leaves import Path, at, leaves, places, put
from rewardlang.judge.mutant import Mutant, Start

_TRIES = 40
"""Arguments of one call that are tried, for each row that changed and each optional argument."""


def undone(start: Start, ends: Ends) -> Iterator[Mutant]:
    """For each write of the oracle, the first call that leaves the world as if it had not been."""
    if len(start.sent) >= start.scenario.limits.calls:
        return
    after = start.base.episode.final
    end = ends.world(after)
    for number, (operation, _) in enumerate(start.sent):
        if not start.writes(operation):
            continue
        wanted = ends.world(start.again(start.with_step(number)).episode.final)
        for action in _candidates(start, ends) if wanted != end else ():
            done = called(start.grounds.bench, after, action, len(start.sent))
            if done is not None and ends.world(done[1]) == wanted:
                yield Mutant(
                    "undo",
                    f"step {number + 1}",
                    f"the oracle, and then step {number + 1} taken back by `{action[0]}`",
                    (*start.sent, action),
                    start.base.answer,
                    "clearly lower",
                )
                break


def _candidates(start: Start, ends: Ends) -> Iterator[Action]:
    """Calls of tools that write where the oracle wrote, with what was there before."""
    rows = {(table, key): None for table, key, _ in ends.changes(start.base)}
    for name in start.grounds.bench.compiled.tools:
        operation = start.scenario.operations[name]
        tables = {effect.place.table for effect in operation.effects}
        for table, key in rows:
            if table not in tables:
                continue
            for fill in ((), *islice(optional(operation.schema), FILLED)):
                args = minimal(operation.schema, operation.schema)
                if fill:
                    args = with_optional(args, fill, operation.schema)
                for filled in islice(_filled(start, args, table, key), _TRIES):
                    yield name, filled


def _filled(start: Start, args: dict[str, Any], table: str, key: str) -> Iterator[dict[str, Any]]:
    """Arguments about one row: its key, what it held before, moves of workflows."""
    before = start.base.episode.initial[table].get(key) or {}
    now = start.base.episode.final[table].get(key) or {}
    paths = [path for path, _ in leaves(args)]
    values = [_values(start, path, at(args, path), key, before, now) for path in paths]
    for chosen in product(*values):
        filled = args
        for path, value in zip(paths, chosen, strict=True):
            filled = put(filled, path, value)
        yield filled


def _values(
    start: Start, path: Path, leaf: Any, key: str, before: dict[str, Any], now: dict[str, Any]
) -> list[Any]:
    """What one argument may be, the likelier first."""
    held = [
        value
        for where, value in places(before)
        if where[-1] == path[-1] and type(value) is type(leaf)
    ]
    if isinstance(leaf, bool):
        return list(dict.fromkeys([*held, True, False]))
    if leaf != SLOT:
        return list(dict.fromkeys([*held, leaf])) if isinstance(leaf, int | str) else [leaf]
    changed = [
        value
        for where, value in leaves(before)
        if isinstance(value, str) and at(now, where) != value
    ]
    moves = [
        move.id
        for api in start.scenario.apis
        for workflow in api.workflows.values()
        for move in workflow.moves
    ]
    return list(dict.fromkeys([*held, key, *changed, *moves]))
