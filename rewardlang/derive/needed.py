"""Which arguments a call must be judged by, each with a call that differs in it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any

from rewardlang.derive.ground import Ground
from rewardlang.derive.request import Request, Slot, value_of
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import at, put

_TRIED = 1500
"""Calls that are tried for one argument, over all tasks."""


@frozen
class Needed:
    """An argument that a call must have as the task wants it.

    Attributes:
        task: The chosen values of a task in which another value is accepted, too.
        wrong: The arguments of such a call; None where none was tried or found.
    """

    slot: Slot
    task: Mapping[str, Any] | None = None
    wrong: Mapping[str, Any] | None = None


def needed(
    ground: Ground, request: Request, slots: Sequence[Slot], tasks: Sequence[Mapping[str, Any]]
) -> list[Needed]:
    """The arguments that tell a right call from others that the API accepts.

    What the API refuses unless it fits the other arguments says nothing more: the issue of a
    comment, in a call that names the comment.

    Args:
        tasks: Chosen values of the slots, by name.
    """
    sent = [slot for slot in slots if slot.path != ("",)]
    implied: list[Slot] = []
    found: dict[str, Needed] = {}
    for slot in sorted(sent, key=lambda slot: _told_last(ground, slot, slots)):
        if not _of_row(slot):
            found[slot.name] = Needed(slot)
            continue
        other = _otherwise(ground, request, slots, tasks, slot, implied)
        if other is None and len(implied) < len(sent) - 1:
            implied.append(slot)
        else:
            found[slot.name] = other or Needed(slot)
    return [found[slot.name] for slot in sent if slot.name in found]


def _of_row(slot: Slot) -> bool:
    """Whether an argument is a row's key in the address, or in the row of another argument."""
    return slot.parent is not None or (slot.cased and slot.in_path and not slot.tied)


def _told_last(ground: Ground, slot: Slot, slots: Sequence[Slot]) -> int:
    """Keys come after what they imply."""
    if slot.parent is None:
        return 1
    main = next(each for each in slots if each.name == slot.parent[0])
    key = (ground.api.tables[main.table or ""].key,)
    return 1 if main.path == ("",) and slot.parent[1] == key else 0


def _otherwise(
    ground: Ground,
    request: Request,
    slots: Sequence[Slot],
    tasks: Sequence[Mapping[str, Any]],
    slot: Slot,
    implied: Sequence[Slot],
) -> Needed | None:
    """An accepted call in which this argument is wrong and those not implied are right."""
    others = [_others(ground, each, slots) for each in (slot, *implied)]
    for task in tasks:
        args = request.filled(ground, task)
        pools = [[at(args, slot.path)], *([at(args, each.path)] for each in implied)]
        tried = product(others[0], *(p + o for p, o in zip(pools[1:], others[1:], strict=True)))
        for values in islice(tried, max(20, _TRIED // len(tasks))):
            if str(values[0]) == str(pools[0][0]):
                continue
            wrong = args
            for each, value in zip((slot, *implied), values, strict=True):
                wrong = put(wrong, each.path, value)
            if ground.call(request.operation.name, wrong, request.actor) is not None:
                return Needed(slot, task, wrong)
    return None


def _others(ground: Ground, slot: Slot, slots: Sequence[Slot]) -> list[Any]:
    """What an argument is for other rows."""
    return list(dict.fromkeys(_values(ground, slot, slots)))


def _values(ground: Ground, slot: Slot, slots: Sequence[Slot]) -> Iterator[Any]:
    main = slot
    while main.parent is not None:
        above = main.parent[0]
        main = next(each for each in slots if each.name == above)
    for key in ground.rows[main.table or ""]:
        value = value_of(ground, slot, slots, {main.name: key})
        if isinstance(value, str | int):
            yield value
