"""What a template can say at reset: parameters, lets and their fields, with their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang import model
from rewardlang.frozen import frozen
from rewardlang.interpret import Context, let
from rewardlang.types.types import List, Nullable, Object, Type
from rewardlang_runtime import ScenarioFault

_DEPTH = 3
_ITEMS = 4


@frozen
class Told:
    """An expression and its value in each of several tasks."""

    text: str
    values: tuple[Any, ...]


def told(scenario: model.Scenario, contexts: list[Context]) -> list[Told]:
    """The expressions that have a value in every task, the plainest first."""
    found: dict[str, Told] = {}
    for text, values in _all(scenario, contexts):
        if all(value is not None for value in values):
            found.setdefault(text, Told(text, values))
    # Stable: of expressions equally long, the first of the file.
    return sorted(found.values(), key=lambda one: one.text.count(".") + one.text.count("["))


def _all(
    scenario: model.Scenario, contexts: list[Context]
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for param in scenario.params:
        values = tuple(context.roots["params"][param.name] for context in contexts)
        yield from _under(param.name, param.type, values, 0, optional=False)
    for one in scenario.lets:
        if one.value.facts.stage != "setup":
            continue
        try:
            values = tuple(let(one.name, context) for context in contexts)
        except (ScenarioFault, KeyError):
            continue
        yield from _under(one.name, one.value.type, values, 0, optional=False)


def _under(
    text: str, type_: Type, values: tuple[Any, ...], depth: int, *, optional: bool
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """A value and what lies in it; `optional` when something on the way may be missing."""
    if isinstance(type_, Nullable):
        optional, type_ = True, type_.inner
    yield f"{text}!" if optional else text, values
    if depth == _DEPTH:
        return
    if isinstance(type_, Object):
        for name, prop in type_.properties.items():
            if name.isidentifier():
                inner = tuple(_get(value, name) for value in values)
                reach = "?." if optional else "."
                missing = optional or not prop.required
                if not prop.required and not optional:
                    reach = "?."
                yield from _under(
                    f"{text}{reach}{name}", prop.type, inner, depth + 1, optional=missing
                )
    elif isinstance(type_, List) and not optional:
        for index in range(_ITEMS):
            if all(type(value) is list and len(value) > index for value in values):
                inner = tuple(value[index] for value in values)
                yield from _under(f"{text}[{index}]", type_.item, inner, depth + 1, optional=False)


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None
