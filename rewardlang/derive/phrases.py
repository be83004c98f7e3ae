"""What tasks say in plain words: questions, orders and answers."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang import model
from rewardlang.derive.common import described, wanted
from rewardlang.derive.deeds import Deed
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.words import (
    capital,
    is_plural,
    listed,
    named_in,
    noun,
    spelled,
    spoken,
    words_of,
)
from rewardlang.derive.words import deed as said_of

_DROPPED = {"fields", "value", "values", "results", "name", "displayname", "data", "items", "body"}
_CHANGES = ("update", "edit", "change", "modify")
"""What is done to a row that is there already, and has fields."""


def dropped(name: str) -> bool:
    """Whether a field's name says nothing that a question needs."""
    return name.lower() in _DROPPED


def title(operation: model.Operation) -> str:
    """What a scenario is called."""
    verb, thing = said_of(operation.doc, operation.name)
    return capital(f"{verb} {thing}")


def asked_for(path: Sequence[str]) -> str:
    """A field in words: `fields.status.name` is `status`."""
    kept = [step for step in path if step.lower() not in _DROPPED] or [path[-1]]
    said = " ".join(spoken(step) for step in kept[-2:])
    return said.removeprefix("is ")


def subject(request: Request, rows: Sequence[Slot]) -> str:
    """What is looked at, in words: `the labels for the page {fact.page}`."""
    _, thing = said_of(request.operation.doc, request.operation.name)
    rowed = [slot for slot in request.slots if slot.path == ("",)]
    named = [slot for slot in request.slots if slot.parent is not None] if rowed else []
    for slot in [*(slot for slot in rows if slot not in rowed), *named]:
        value = f"{{fact.{slot.name}}}"
        if slot.parent is not None:
            value = f"{{{wanted(slot, request.slots)}}}"
        word = spelled(described(slot), request.operation.doc)
        shown = value if slot.table is not None else f'"{value}"'
        named_so = named_in(thing, word, shown) if slot.table is not None else None
        thing = named_so or f"{thing} for the {word} {shown}"
    return thing


def orders(deed: Deed) -> list[str]:
    """The prompts of a task that changes something."""
    said = _said(deed)
    return [
        f"{capital(said)}.",
        f"Please {said}.",
        f"I need you to {said}.",
    ]


def _said(deed: Deed) -> str:
    """The task as an order."""
    verb, thing = said_of(deed.operation.doc, deed.operation.name)
    text = f"{verb} {thing}"
    rest: list[tuple[str, str]] = []
    for slot in deed.slots:
        if slot.path == ("",) or (slot.tied and deed.results):
            continue
        if slot.parent is not None and not (_rowed(deed) and slot.in_path):
            continue
        word = spelled(described(slot), deed.operation.doc)
        value = _value(deed, slot)
        if slot.parent is not None:
            text = f"{text} for the {word} {value}"
        elif slot.table is not None and named_in(text, word, value) is not None:
            text = named_in(text, word, value) or text
        elif slot.table is not None:
            text = f"{text} for the {word} {value}" if slot.in_path else text
            rest += [] if slot.in_path else [(_field(slot), value)]
        else:
            rest.append((_field(slot), value))
    if deed.results:
        name = deed.results[0][0]
        text += f", so that its {spoken(name.removeprefix('new_'))} becomes {{{name}}}"
    if not rest:
        return text
    if verb in _CHANGES and not deed.results:
        return f"{text} so that {listed([_becomes(field, value) for field, value in rest])}"
    return f"{text} with {listed([f'the {field} {value}' for field, value in rest])}"


def _rowed(deed: Deed) -> bool:
    return any(slot.path == ("",) for slot in deed.slots)


def _value(deed: Deed, slot: Slot) -> str:
    if slot.parent is not None:
        return f"{{{wanted(slot, deed.slots)}}}"
    named = deed.named.get(slot.name)
    if named is not None:
        return named.template
    texts = all(isinstance(value, str) for value in slot.values)
    spaced = texts and any(" " in str(value) for value in slot.values)
    return f'"{{{slot.name}}}"' if spaced else f"{{{slot.name}}}"


def _field(slot: Slot) -> str:
    named = [str(step) for step in slot.path if isinstance(step, str)]
    kept = [
        n for n in named if n.lower() not in ("fields", "body", "update", "set", "add")
    ] or named
    said = " ".join(spoken(n) for n in kept[-2:])
    words = said.split()
    if slot.table is not None and words_of(slot.table):
        return noun(slot.table) if len(words) > 2 else said
    return said


def _becomes(field: str, value: str) -> str:
    last = field.split()[-1]
    return f"its {field} {'are' if last == 'IDs' or is_plural(last) else 'is'} {value}"
