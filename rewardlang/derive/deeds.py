"""A task that changes something: its request, what comes of it, and how its rows are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from rewardlang.derive.common import Field, Named, literal
from rewardlang.derive.effects import Effect
from rewardlang.derive.lists import Finder
from rewardlang.derive.needed import needed
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.typed import Read
from rewardlang.derive.words import identifier
from rewardlang.frozen import frozen

FRAME = 0.2
"""What is left of the reward when something else has changed."""


_UNSAID = ("fields", "name", "value", "id", "key")
"""Steps to a field that do not say which."""


def _said_by_people(result: tuple[tuple[str, ...], tuple[Any, ...]]) -> bool:
    """Whether what comes of a deed is a number or a code, which sorts behind words."""
    return not all(isinstance(v, str) and any(map(str.isalpha, v)) for v in result[1])


@frozen
class Result:
    """What comes of a deed that its request does not say.

    Attributes:
        name: The parameter that is drawn for it; "" of what is the same for every task.
        path: Where it is in the row of the effect.
        values: Its value for each case.
    """

    name: str
    effect: Effect
    path: tuple[str, ...]
    values: tuple[Any, ...]

    @property
    def wanted(self) -> str:
        """The expression of its value."""
        return f"params.{self.name}" if self.name else literal(self.values[0])


class Deed:
    """The task of one request.

    Attributes:
        effects: What the request does to each row.
        named: How each row is named, by slot.
        free: The slots whose values a task chooses.
        results: What comes of it that the request does not say.
        drawn: Those of them that differ between tasks.
        finders: The look-ups that find the rows by name, each once.
        needed: The arguments by which a right call is told from others that are accepted.
    """

    def __init__(
        self,
        field: Field,
        request: Request,
        effects: list[Effect],
        named: Mapping[str, Named] | None = None,
    ) -> None:
        """`named` says how some of the slots' rows are named; the others are by name or key."""
        self.field = field
        self.ground = field.ground
        self.operation = request.operation
        self.effects = effects
        self.named: dict[str, Named] = {}
        slots = []
        for slot in request.slots:
            if slot.table is not None and slot.parent is None:
                so, values = field.named(slot, (request.operation.name,))
                if named is not None and slot.name in named:
                    so, values = named[slot.name], slot.values
                if not request.free:
                    values = slot.values
                self.named[slot.name] = so
                slot = replace(slot, values=tuple(values))
            slots.append(slot)
        self.request = replace(request, slots=tuple(slots))
        self.slots = self.request.slots
        self.free = [slot for slot in self.slots if slot.parent is None]
        self.results = tuple(self._results())
        self.drawn = tuple(result for result in self.results if result.name)
        self.finders = tuple(self._finders())
        self.needed = tuple(needed(self.ground, self.request, self.slots, self.tasks))

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """Chosen values of the slots, one set for each case."""
        chosen = {slot.name: slot.values[0] for slot in self.free if not slot.cased}
        rows = {slot.name: slot.values for slot in self.free if slot.cased}
        cases = [
            case
            for case in self.request.cases
            if all(case[name] in values for name, values in rows.items())
        ]
        return [{**chosen, **case} for case in cases or self.request.cases or ({},)]

    def _results(self) -> Iterator[Result]:
        for effect in self.effects:
            if (
                effect.results
                and effect.key is not None
                and not any(e.fields for e in self.effects)
            ):
                path, values = min(effect.results, key=_said_by_people)
                kept = [p for p in path if p not in _UNSAID] or [path[-1]]
                alike = all(value == values[0] for value in values)
                name = "" if alike else f"new_{identifier(kept[-1])}"
                yield Result(name, effect, path, values)
                return

    def _finders(self) -> Iterator[Finder]:
        seen: set[str] = set()
        for named in self.named.values():
            if named.finder is not None and named.finder.operation not in seen:
                seen.add(named.finder.operation)
                yield named.finder

    def direct(self, slot: Slot) -> bool:
        """Whether the task names a row by what the API takes, so that nobody has to look it up.

        What is deleted is looked at first, even so.
        """
        named = self.named.get(slot.name)
        if any(effect.kind == "deleted" for effect in self.effects):
            return False
        return bool(slot.also) and named is not None and f"{slot.row}{slot.also}" in named.template

    @property
    def looked(self) -> tuple[Finder, ...]:
        """The look-ups without which nobody knows a row."""
        free = [slot for slot in self.free if slot.name in self.named and not self.direct(slot)]
        needed = [self.named[slot.name].finder for slot in free]
        return tuple(finder for finder in self.finders if finder in needed)

    def row(self, world: str, table: str, key: str) -> Read:
        """A row of `initial` or `final` by the expression of its key; null where there is none."""
        row = self.ground.api.tables[table].row.row
        return Read(f"{world}.{table}[{key}]", row, True)

    def needs_row(self, slot: Slot) -> bool:
        """Whether a let holds the row of a slot."""
        if slot.table is None or slot.parent is not None:
            return False
        named = self.named.get(slot.name)
        used = any(s.parent is not None and s.parent[0] == slot.name for s in self.slots)
        keys = any(e.key is not None and e.key.startswith(slot.row + ".") for e in self.effects)
        return used or keys or (named is not None and slot.row in named.template)
