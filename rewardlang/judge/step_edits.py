"""Mutants that leave out, repeat, exchange or add whole calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from rewardlang.judge.argument_edits import elsewhere
from rewardlang.judge.commute import commute
from rewardlang.judge.grounds import INVENTED
from rewardlang.judge.leaves import strings
from rewardlang.judge.mutant import Mutant, Start

ORDER = re.compile(
    r"\b(then|after|afterwards|before|first|next|finally|once|when|order|followed|last|second)\b"
)
"""Words of a prompt that may ask for an order."""
_READS = 4
"""Unrelated reads that are added, one at a time."""


def drop_step(start: Start) -> Iterator[Mutant]:
    """Leave one call out; one that the oracle has refused must not be missed."""
    for number, (operation, _) in enumerate(start.sent):
        refused = not all(call.ok for call in start.base.calls[number : number + 1])
        yield Mutant(
            "drop-refused" if refused else "drop-step",
            f"step {number + 1}",
            f"the oracle without step {number + 1}, `{operation}`" + ", refused" * refused,
            start.with_step(number),
            start.base.answer,
            "not lower" if refused else "clearly lower",
        )


def invented_tool(start: Start) -> Iterator[Mutant]:
    """Send one call to a tool that does not exist."""
    for number, (operation, args) in enumerate(start.sent):
        yield Mutant(
            "invented-tool",
            f"step {number + 1}",
            f"the oracle with `{INVENTED}` for step {number + 1}, `{operation}`",
            start.with_step(number, (INVENTED, args)),
            start.base.answer,
            "clearly lower",
        )


def duplicate_step(start: Start) -> Iterator[Mutant]:
    """Make one call twice."""
    for number, action in enumerate(start.sent):
        yield Mutant(
            "duplicate-step",
            f"step {number + 1}",
            f"the oracle with step {number + 1}, `{action[0]}`, twice",
            start.with_step(number, action, action),
            start.base.answer,
            "not higher",
        )


def swap_steps(start: Start) -> Iterator[Mutant]:
    """Exchange neighbours. When neither needs the other, and the task asks for no order, nothing
    is lost."""
    ordered = ORDER.search(start.prompt) is not None
    for number in range(len(start.sent) - 1):
        first, second = start.sent[number], start.sent[number + 1]
        if first == second:
            continue
        answered = strings(start.base.calls[number].response) if start.base.calls[number:] else ()
        free = not ordered and commute(start.scenario, first, second, answered)
        yield Mutant(
            "swap-independent" if free else "swap-dependent",
            f"steps {number + 1} and {number + 2}",
            f"the oracle with steps {number + 1} and {number + 2} exchanged",
            (*start.sent[:number], second, first, *start.sent[number + 2 :]),
            start.base.answer,
            "same" if free else "not higher",
        )


def insert_read(start: Start) -> Iterator[Mutant]:
    """Read something else on the way, too."""
    for action in islice(start.grounds.reads("sibling"), _READS):
        yield _added("insert-read", start, action, "not higher")


def insert_failing(start: Start) -> Iterator[Mutant]:
    """Make a call that is refused."""
    for action in start.grounds.failing():
        yield _added("insert-failing", start, action, "not higher")


def insert_write(start: Start) -> Iterator[Mutant]:
    """Change something that the task did not ask for, or do the same elsewhere, too."""
    steps = [n for n, (operation, _) in enumerate(start.sent) if start.writes(operation)]
    away = [action for number in steps if (action := elsewhere(start, number)) is not None]
    for action in (*start.grounds.writes(), *away):
        yield _added("insert-write", start, action, "clearly lower")


def _added(group: str, start: Start, action: tuple[str, object], direction: str) -> Mutant:
    shown = f"`{action[0]}`"
    return Mutant(
        group,
        f"{shown} at the end",
        f"the oracle and then {shown} with `{json.dumps(action[1])}`",
        (*start.sent, action),
        start.base.answer,
        direction,  # type: ignore[arg-type]  # one of the words of Direction
    )
