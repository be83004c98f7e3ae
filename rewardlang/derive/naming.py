"""Where the values of a task go in what documentation says, and what fields are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rewardlang import model
from rewardlang.derive.common import described
from rewardlang.derive.request import Path, Slot
from rewardlang.derive.sentences import (
    CHANGING,
    MAKING,
    NEW,
    Saying,
    parted,
    placed,
    sayings_of,
)
from rewardlang.derive.words import listed, noun, singular, spelled, spoken, words_of

HANDLES = ("id", "ids", "key", "keys", "name", "names", "slug")
"""What a row is found by, which people do not say beside the row's name."""
TEXTS = {"text", "body", "comment", "message", "content", "value"}
POSITIONS = ("position", "pos", "index")
TOWARDS = {"with", "to", "after", "before", "into", "from"}
"""Words at the end of a field that say where its value goes: `moveIssuesTo`."""
_HOLDERS = {
    "fields", "body", "update", "updates", "set", "add", "details", "input", "request", "config",
    "options", "parameters", "attributes", "data", "properties", "payload", "content", "value",
    "values",
}  # fmt: skip
"""Objects that hold what a request says, and say nothing themselves."""
_VAGUE = {"type", "id", "ids", "key", "name", "value", "status", "description", "number", "message"}
"""Fields that say little without what they are of."""
_LONG = 60
"""Letters from which a shorter sentence is better."""
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
DATE = re.compile(r"^\d{4}-\d\d-\d\d")
_HOLE = re.compile(r"\{([^}]*)\}")
_DATED = re.compile(r"^(created|started|updated|modified)(?: at| on| date)?$")
_BEGINS = {
    "starts": "start", "started": "start", "begins": "start", "ends": "end", "expires": "expiry",
    "paid": "payment", "created": "creation date", "updated": "date", "modified": "date",
}  # fmt: skip
"""What people call a time that a field says: `startsAt` is the start time."""


def told(slots: Sequence[Slot]) -> list[Slot]:
    """The slots that a prompt tells.

    Of what follows from another's row that is only the address, without which it is not reached.
    """
    return [s for s in slots if s.path != ("",) and (s.parent is None or s.in_path)]


def best(operation: model.Operation, slots: Sequence[Slot]) -> Saying:
    """The sentence that fits what is done, and speaks of most of what the task names."""
    changes = operation.method in ("PUT", "PATCH", "DELETE")

    def rank(saying: Saying) -> tuple[bool, int, bool]:
        told = len(_places(saying, slots, operation))
        return not (changes and saying.reading), told, len(saying.thing) < _LONG

    return max(sayings_of(operation), key=rank)


def _things(slot: Slot, slots: Sequence[Slot], operation: model.Operation) -> list[str]:
    """Words for what a slot names, the longest first; [] of a plain value."""
    said = words_of(str(next(step for step in reversed(slot.path) if isinstance(step, str))))
    found = [slot.thing] if slot.thing else []
    if said[-1:] and said[-1] in (*TOWARDS, *POSITIONS):
        return []
    if slot.table is not None:
        whole = described(slot)
        found.append(spelled(whole, operation.doc))
        for other in slots:
            over = described(other) if other is not slot and other.table is not None else ""
            if over and whole.startswith(f"{over} "):
                found.append(whole.removeprefix(f"{over} "))
    bare = list(said)
    while len(bare) > 1 and bare[-1] in (*HANDLES, "or"):
        bare = bare[:-1]
    if slot.table is not None or len(bare) < len(said) or addressed(slot, operation):
        found += [" ".join(bare[n:]) for n in range(len(bare))]
    if operation.method == "GET" or f"using {' '.join(said)}" in operation.doc.lower():
        found.append(" ".join(said))
    plain = slot.table is None or (len(bare) == 1 and bare[0] in HANDLES)
    if plain and addressed(slot, operation):
        found += _before(slot, operation)
    return list(dict.fromkeys(thing for thing in found if thing not in HANDLES))


def addressed(slot: Slot, operation: model.Operation) -> bool:
    """Whether a value is a part of the address."""
    addresses = {p.name for p in operation.parameters if p.where == "path"}
    return len(slot.path) == 1 and slot.path[0] in addresses


def _position(slot: Slot, operation: model.Operation) -> int:
    """Which part of the address a value is, counted from the first; -1 of none."""
    holes = [words_of(hole) for hole in _HOLE.findall(operation.path)]
    said = words_of(str(slot.path[0]))
    return holes.index(said) if said in holes else -1


def _is_last(slot: Slot, operation: model.Operation) -> bool:
    """Whether an address ends with a value, so that it is what the operation is about."""
    last = len(_HOLE.findall(operation.path)) - 1
    return operation.path.endswith("}") and _position(slot, operation) == last


def _before(slot: Slot, operation: model.Operation) -> Iterator[str]:
    """The part of the address before an `{id}`: what it is the id of."""
    parts = operation.path.split("/")
    if f"{{{slot.path[0]}}}" in parts[1:]:
        part = noun(parts[parts.index(f"{{{slot.path[0]}}}") - 1])
        yield spelled(part, operation.doc)


def _places(saying: Saying, slots: Sequence[Slot], operation: model.Operation) -> dict[Path, str]:
    """The words of a saying behind which the value of a slot goes, the longest words first.

    What is new has no name yet, what is set gets one (`set the default role to ...`), and what is
    read under a row is not the row: `the child pages of the page 7`.
    """
    text, about = saying.thing, parted(saying.thing)
    tried = [
        (-len(thing), number, thing, group[0])
        for number, group in enumerate(groups(slots))
        for thing in _things(group[0], slots, operation)
    ]
    found: dict[Path, str] = {}
    for _, _, thing, slot in sorted(tried, key=lambda each: each[:3]):
        if slot.path in found:
            continue
        itself = placed(about.head, thing, _MARK) and not placed(about.tail, thing, _MARK)
        part = about.several or len(thing.split()) < len(about.head.split())
        if itself and _is_nameless(saying, slot, operation, part):
            continue
        marked = placed(text, thing, _MARK)
        if marked is not None:
            text, found[slot.path] = marked, thing
    return found


def _is_nameless(saying: Saying, slot: Slot, operation: model.Operation, part: bool) -> bool:
    """Whether a slot's value is no name of the thing that a saying is about.

    Args:
        part: Whether the slot is called by a part of the words for the thing.
    """
    if saying.verb in NEW or not addressed(slot, operation):
        return saying.verb in (*NEW, "set")
    return part and operation.method == "GET" and not _is_last(slot, operation)


def named(
    saying: Saying,
    slots: Sequence[Slot],
    shown: Callable[[Slot], str],
    operation: model.Operation,
    link: str,
) -> tuple[Saying, list[Slot]]:
    """A saying with the names of its rows, and the slots that it does not tell."""
    text = saying.thing
    places = _places(saying, slots, operation)
    rest: list[Slot] = []
    ordered = sorted(groups(slots), key=lambda group: -len(places.get(group[0].path, "")))
    for group in ordered:
        slot, value = group[0], listed([shown(each) for each in group])
        if slot.path in places:
            text = placed(text, places[slot.path], value) or text
    nested = [group for group in ordered if addressed(group[0], operation)]
    for group in sorted(nested, key=lambda group: -_position(group[0], operation)):
        slot, value = group[0], shown(group[0])
        things = _things(slot, slots, operation)
        if slot.path in places or not things:
            continue
        nameless = parted(text).head == parted(saying.thing).head
        itself = nameless and _is_last(slot, operation)
        found = placed(text, parted(text).head, value) if itself else None
        text = found or f"{text} {link} the {_short(slot, slots, things)} {value}"
        places[slot.path] = things[0]
    for group in groups(slots):
        value = listed([shown(each) for each in group])
        found, head = None, parted(text).head
        handle = str(group[0].path[0]) in ("id", "ids", "key", "keys") and "{" not in head
        becomes = saying.verb == "set" and group[0].table is not None
        if handle and not becomes and saying.verb not in MAKING | CHANGING:
            found = placed(text, head, value)
        if found is not None and group[0].path not in places:
            text = found
        elif group[0].path not in places:
            rest += group
    return Saying(saying.verb, text), rest


def _short(slot: Slot, slots: Sequence[Slot], things: Sequence[str]) -> str:
    """The word for a row beside that of the row it is in: `worklog` of an `issue worklog`."""
    whole = things[0]
    over = {thing for other in slots if other is not slot for thing in _spoken_of(other)}
    return next((t for t in things[1:] if whole.removesuffix(f" {t}") in over), whole)


def _spoken_of(slot: Slot) -> Iterator[str]:
    yield described(slot)
    said = words_of(str(slot.path[0]))
    yield " ".join(word for word in said if word not in (*HANDLES, "or"))


def groups(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    """Slots, the items of one list together."""
    lists: dict[Path, list[Slot]] = {}
    for slot in slots:
        if isinstance(slot.path[-1], int):
            lists.setdefault(slot.path[:-1], []).append(slot)
    for slot in slots:
        if not isinstance(slot.path[-1], int):
            yield [slot]
        elif lists[slot.path[:-1]][0] is slot:
            yield lists[slot.path[:-1]]


def whole(slot: Slot) -> str:
    """A field with what it is in: `clearableFields[0].fieldId` is `clearable field's field ID`."""
    *over, last = [s for s in slot.path if isinstance(s, str) and not s.isdigit()]
    if not over:
        return field(slot)
    *first, of = words_of(over[-1])
    return f"{spoken(' '.join([*first, singular(of)]))}'s {spoken(last)}"


def field(slot: Slot, many: int = 1) -> str:
    """A field in words: `sharePermissions[0].type` is `share permission type`."""
    named = [s for s in slot.path if isinstance(s, str) and not s.isdigit()] or ["value"]
    over = [n for n in named[:-1] if n.lower() not in _HOLDERS]
    last = words_of(named[-1]) or [named[-1]]
    if (
        last == ["value"]
        and named[1:]
        and named[-2].lower() in (*TEXTS, *(n.lower() for n in over))
    ):
        over, last = [], words_of(named[-2])
    last = last[1:] if last[0] == "is" and last[1:] else last
    if slot.table is not None:
        while len(last) > 1 and last[-1] in (*HANDLES, "or"):
            last = last[:-1]
        if last[-1] in HANDLES:
            return described(slot)
    elif _DATED.match(" ".join(last)):
        return _BEGINS[last[0]]
    elif last == ["note"] and over:
        return spoken(over[-1])
    elif len(last) == 1 and last[0] in _VAGUE and over:
        *first, of = words_of(over[-1])
        last = [*first, singular(of), *last]
    if last[1:] and last[-1] in ("at", "on") and all(DATE.match(str(v)) for v in slot.values):
        # "the start time", "the due date"
        last = [_BEGINS.get(last[0], last[0]), *last[1:-1], "time" if last[-1] == "at" else "date"]
    if many == 1 and isinstance(slot.path[-1], int):
        last = [*last[:-1], singular(last[-1])]
    return spoken(" ".join(last))
