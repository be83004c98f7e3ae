"""What tasks say in plain words: questions and orders, and what they call the rows they are about.

A phrase is made from the operation's documentation, in which the task's values are put behind the
words for them (`sentences`); what it does not speak of is said after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rewardlang import model
from rewardlang.derive.common import described, wanted
from rewardlang.derive.deeds import Deed
from rewardlang.derive.request import Path, Request, Slot
from rewardlang.derive.sentences import (
    CHANGING,
    MAKING,
    Saying,
    parted,
    placed,
    sayings,
)
from rewardlang.derive.words import capital, listed, noun, singular, spelled, spoken, words_of
from rewardlang.frozen import frozen

_DROPPED = {"fields", "value", "values", "results", "name", "displayname", "data", "items", "body"}
_HANDLES = ("id", "ids", "key", "keys", "name", "names", "slug")
"""What a row is found by, which people do not say beside the row's name."""
_HOLDERS = {
    "fields", "body", "update", "updates", "set", "add", "details", "input", "request", "config",
    "options", "parameters", "attributes", "data", "properties", "payload", "content", "value",
    "values",
}  # fmt: skip
"""Objects that hold what a request says, and say nothing themselves."""
_VAGUE = {"type", "id", "ids", "key", "name", "value", "status", "description", "number", "message"}
"""Fields that say little without what they are of."""
_NAMED = {"name": "named", "title": "titled"}
_SET = ("value", "note", "ID")
"""What a thing that is set is, and need not be said."""
_SPEAKING = {"comment", "reply", "message", "worklog"}
_TEXTS = {"text", "body", "comment", "message", "content", "value"}
_TOWARDS = {"with", "to", "after", "before", "into", "from"}
_NAME_OF = re.compile(r"^the names? of |'s names?(?: and \w+)?$")
_LONG = 60
"""Letters from which a shorter sentence is better."""
_MARK = "\N{OBJECT REPLACEMENT CHARACTER}"
_PARTICIPLE = re.compile(
    r"^(?:(?!date|time|last|first)(\S.*?) )?(?:(?:date|time) )?((?:last |first )?(?:created|updated"
    r"|modified|published|released|archived|deleted|accessed|used|viewed|started|resolved))"
    r"(?: at| on| date| time)?$"
)
_STATE = re.compile(
    r"^(?:(?P<does>starts|ends|begins|expires)"
    r"|(?P<done>\w+ed|\w+wn|born|due|held|lent|paid|sent|sold)) (?:at|on)$"
)
"""A field that says when something is so: `starts at`, `lent on`."""
_BEGINS = {
    "starts": "start",
    "ends": "end",
    "begins": "start",
    "expires": "expiry",
    "paid": "payment",
}
_DATE = re.compile(r"^\d{4}-\d\d-\d\d")


@frozen
class Asking:
    """What is asked for: as a question, and as what one needs to know."""

    question: str
    ask: str


def dropped(name: str) -> bool:
    """Whether a field's name says nothing that a question needs."""
    return name.lower() in _DROPPED


def title(operation: model.Operation) -> str:
    """What a scenario is called."""
    saying = _sayings(operation)[0]
    return capital(saying.thing if saying.reading else str(saying))


# ---- questions ----


def asked_for(path: Sequence[str]) -> str:
    """A field in words: `fields.status.name` is `status`."""
    kept = [step for step in path if step.lower() not in _DROPPED] or [path[-1]]
    return spoken(" ".join(kept[-2:])).removeprefix("is ")


def happened(about: str) -> str | None:
    """What was done to a thing at a time: `created` of `created at`; None of other fields."""
    when = _PARTICIPLE.match(about)
    return re.sub("^(?:last|first) ", "", when[2]) if when is not None and not when[1] else None


def asking(about: str, of: str, value: object, link: str = "of") -> Asking:
    """The question for a field of a thing: `the lead`, `when it was created`, `whether`."""
    when = _PARTICIPLE.match(about)
    if when is not None and _DATE.match(str(value)):
        of = f"the {when[1]} of {of}" if when[1] else of
        return Asking(f"When was {of} {when[2]}?", f"when {of} was {when[2]}")
    if isinstance(value, bool):
        said = f'"{about}" is true or false for {of}'
        return Asking(f'Is "{about}" true or false for {of}?', f"whether {said}")
    if f" {parted(of).head}".endswith(f" {about}"):
        return Asking(f"What is {of}?", of)
    when = _STATE.match(about)
    if when is not None and _DATE.match(str(value)):
        if when["does"]:
            verb = when["does"].removesuffix("s")
            return Asking(f"When does {of} {verb}?", f"when {of} {when['does']}")
        was = "is" if when["done"] in ("due", "planned", "scheduled") else "was"
        return Asking(f"When {was} {of} {when['done']}?", f"when {of} {was} {when['done']}")
    return Asking(f"What is the {about} {link} {of}?", f"the {about} {link} {of}")


def counting(what: str, of: str) -> Asking:
    """The question for a number of things: `labels`, `for the page 7`."""
    said = of.split()
    if what in said:
        of = " ".join(said[said.index(what) + 1 :])  # "the URLs and keys of a page"
    counted = f"how many {what} {of}".rstrip()
    return Asking(f"{capital(counted)} are there?", f"{counted} there are")


def questions(asking: Asking) -> list[str]:
    """The prompts of a task that asks for something."""
    return [
        asking.question,
        f"Please find out {asking.ask}.",
        f"I need to know {asking.ask}.",
    ]


def subject(request: Request, shown: Callable[[Slot], str]) -> str:
    """What is looked at, in words: `the labels for the page 7`.

    Args:
        shown: The text for a slot's value.
    """
    operation = request.operation
    told = _told(request.slots)
    saying, rest = _named(_best(operation, told), told, shown, operation, "of")
    said = [f"the {name} {value}" for name, value in _fields([(s, shown(s)) for s in rest])]
    thing = re.sub(r"^an? ", "the ", saying.thing)
    return f"{thing} with {listed(said)}" if said else thing


# ---- orders ----


def orders(deed: Deed) -> list[str]:
    """The prompts of a task that changes something."""
    said = order(deed)
    return [f"{capital(said)}.", f"Please {said}.", f"Could you {said}?"]


def order(deed: Deed) -> str:
    """A task as an order: `rename the filter "Old" to "New"`."""
    operation = deed.operation
    told = [slot for slot in _told(deed.slots) if not (slot.tied and deed.drawn)]

    def shown(slot: Slot) -> str:
        if slot.parent is not None:
            return f"{{{wanted(slot, deed.slots)}}}"
        named = deed.named.get(slot.name)
        return named.template if named is not None else _written(slot)

    best = _best(operation, told)
    saying, rest = _named(best, told, shown, operation, "for" if best.verb in MAKING else "of")
    text = _with_details(saying, [(slot, shown(slot)) for slot in rest])
    for result in deed.drawn:
        field = spoken(result.name.removeprefix("new_"))
        text += f", so that its {field} becomes {{{result.name}}}"
    return text


def set_fields(deed: Deed) -> list[tuple[str, str]]:
    """What a task sets, in words, and to what."""
    plain = [slot for slot in _told(deed.slots) if not _addressed(slot, deed.operation)]
    return list(_fields([(slot, _written(slot)) for slot in plain]))


def _told(slots: Sequence[Slot]) -> list[Slot]:
    """The slots that a prompt tells.

    Of what follows from another's row that is only the address, without which it is not reached.
    """
    return [s for s in slots if s.path != ("",) and (s.parent is None or s.in_path)]


def _sayings(operation: model.Operation) -> list[Saying]:
    reads = operation.method == "GET" or not (operation.writes or operation.opaque)
    return sayings(operation.doc, operation.name, reads=reads)


def _best(operation: model.Operation, slots: Sequence[Slot]) -> Saying:
    """The sentence that fits what is done, and speaks of most of what the task names."""
    changes = operation.method in ("PUT", "PATCH", "DELETE")

    def rank(saying: Saying) -> tuple[bool, int, bool]:
        told = len(_places(saying.thing, slots, operation))
        return not (changes and saying.reading), told, len(saying.thing) < _LONG

    return max(_sayings(operation), key=rank)


def _things(slot: Slot, slots: Sequence[Slot], operation: model.Operation) -> list[str]:
    """Words for what a slot names, the longest first; [] of a plain value."""
    said = words_of(str(next(step for step in reversed(slot.path) if isinstance(step, str))))
    found: list[str] = []
    if slot.table is not None:
        whole = described(slot)
        found.append(spelled(whole, operation.doc))
        for other in slots:
            over = described(other) if other is not slot and other.table is not None else ""
            if over and whole.startswith(f"{over} "):
                found.append(whole.removeprefix(f"{over} "))
    bare = list(said)
    while len(bare) > 1 and bare[-1] in (*_HANDLES, "or"):
        bare = bare[:-1]
    if slot.table is not None or len(bare) < len(said):
        found += [" ".join(bare[n:]) for n in range(len(bare))]
    if operation.method == "GET" or f"using {' '.join(said)}" in operation.doc.lower():
        found.append(" ".join(said))
    plain = slot.table is None or (len(bare) == 1 and bare[0] in _HANDLES)
    if plain and _addressed(slot, operation):
        found += _before(slot, operation)
    return list(dict.fromkeys(thing for thing in found if thing not in _HANDLES))


def _addressed(slot: Slot, operation: model.Operation) -> bool:
    """Whether a value is a part of the address."""
    addresses = {p.name for p in operation.parameters if p.where == "path"}
    return len(slot.path) == 1 and slot.path[0] in addresses


def _position(slot: Slot, operation: model.Operation) -> int:
    return operation.path.find(f"{{{slot.path[0]}}}")


def _before(slot: Slot, operation: model.Operation) -> Iterator[str]:
    """The part of the address before an `{id}`: what it is the id of."""
    parts = operation.path.split("/")
    if f"{{{slot.path[0]}}}" in parts[1:]:
        part = noun(parts[parts.index(f"{{{slot.path[0]}}}") - 1])
        yield spelled(part, operation.doc)


def _places(text: str, slots: Sequence[Slot], operation: model.Operation) -> dict[Path, str]:
    """The words of a text behind which the value of a slot goes, the longest words first."""
    tried = [
        (-len(thing), number, thing, group[0].path)
        for number, group in enumerate(_groups(slots))
        for thing in _things(group[0], slots, operation)
    ]
    found: dict[Path, str] = {}
    for _, _, thing, path in sorted(tried):
        marked = placed(text, thing, _MARK) if path not in found else None
        if marked is not None:
            text = marked
            found[path] = thing
    return found


def _named(
    saying: Saying,
    slots: Sequence[Slot],
    shown: Callable[[Slot], str],
    operation: model.Operation,
    link: str,
) -> tuple[Saying, list[Slot]]:
    """A saying with the names of its rows, and the slots that it does not tell."""
    text = saying.thing
    places = _places(text, slots, operation)
    rest: list[Slot] = []
    ordered = sorted(_groups(slots), key=lambda group: -len(places.get(group[0].path, "")))
    for group in ordered:
        slot, value = group[0], listed([shown(each) for each in group])
        if slot.path in places:
            text = placed(text, places[slot.path], value) or text
    addressed = [group for group in ordered if _addressed(group[0], operation)]
    for group in sorted(addressed, key=lambda group: -_position(group[0], operation)):
        slot, value = group[0], shown(group[0])
        things = _things(slot, slots, operation)
        if slot.path in places or not things:
            continue
        itself = operation.path.endswith(f"{{{slot.path[0]}}}")
        found = placed(text, parted(text).head, value) if itself else None
        text = found or f"{text} {link} the {_short(slot, slots, things)} {value}"
        places[slot.path] = things[0]
    for group in _groups(slots):
        value = listed([shown(each) for each in group])
        found, head = None, parted(text).head
        handle = str(group[0].path[0]) in ("id", "ids", "key", "keys") and "{" not in head
        if handle and saying.verb not in MAKING | CHANGING:
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
    yield " ".join(word for word in said if word not in (*_HANDLES, "or"))


def _groups(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
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


def _written(slot: Slot) -> str:
    """A value as a prompt shows it: what has spaces in quotes, markup as its text."""
    if slot.style == "storage":
        return f'"{{storage_text({slot.name})}}"'
    texts = all(isinstance(value, str) for value in slot.values)
    spaced = texts and any(" " in str(value) for value in slot.values)
    return (
        f'"{{{slot.name}}}"' if spaced or slot.style in ("text", "document") else f"{{{slot.name}}}"
    )


def _with_details(saying: Saying, details: Sequence[tuple[Slot, str]]) -> str:
    """A saying with the values that a request sets."""
    fields = list(_fields(details))
    if not fields:
        return str(saying)
    name, value = fields[0]
    about = parted(saying.thing)
    if saying.verb in CHANGING and about.head in [name for name, _ in fields]:
        # "update the title of a page", whose status is set as well
        saying = Saying(saying.verb, about.tail.removeprefix("of ") or saying.thing)
    if len(fields) == 1 and _is_set(saying, name):
        return f"set {saying.thing} to {value}"
    if saying.verb in CHANGING and fields[1:] == [] and name == "name":
        return f"rename {_NAME_OF.sub('', saying.thing)} to {value}"
    if saying.verb in CHANGING:
        said = [f"the {name} of {saying.thing} to {value}"]
        its = "their" if about.several else "its"
        return f"set {listed([*said, *(f'{its} {n} to {v}' for n, v in fields[1:])])}"
    text, rest = str(saying), []
    thing = singular(parted(saying.thing).head.split()[-1])
    for name, value in fields:
        if name in _NAMED and text == str(saying) and saying.verb in MAKING:
            head = f"{saying.verb} {about.article} {about.head}"
            text = f"{head} {_NAMED[name]} {value}" + text.removeprefix(head)
        elif name.split()[-1] in _TEXTS and thing in _SPEAKING:
            text = f"{text} that says {value}"
        elif name.split()[-1] in _TOWARDS:
            text = f"{text} {_towards(name)} {value}"
        else:
            rest.append(f"the {name} {value}")
    return f"{text} with {listed(rest)}" if rest else text


def _towards(field: str) -> str:
    """`replace with` as `and replace it with`; `after` stays."""
    first, *rest = field.split()
    return f"and {first} {' '.join(rest if rest[1:] else ['it', *rest])}" if rest else first


def _is_set(saying: Saying, field: str) -> bool:
    """Whether the one thing that a saying sets is the field: `set the value of ...`."""
    thing = parted(saying.thing).head
    if saying.verb == "set":
        return field in _SET or f" {thing}".endswith(f" {field}")
    return saying.verb in CHANGING and thing == "value" and field.split()[-1] == "value"


def _fields(details: Sequence[tuple[Slot, str]]) -> Iterator[tuple[str, str]]:
    """What is set and to what, in words; the items of a list are one."""
    values = {slot.path: value for slot, value in details}
    for group in _groups([slot for slot, _ in details]):
        yield _field(group[0], len(group)), listed([values[slot.path] for slot in group])


def _field(slot: Slot, many: int = 1) -> str:
    """A field in words: `sharePermissions[0].type` is `share permission type`."""
    named = [s for s in slot.path if isinstance(s, str) and not s.isdigit()] or ["value"]
    over = [n for n in named[:-1] if n.lower() not in _HOLDERS]
    last = words_of(named[-1]) or [named[-1]]
    if (
        last == ["value"]
        and named[1:]
        and named[-2].lower() in (*_TEXTS, *(n.lower() for n in over))
    ):
        over, last = [], words_of(named[-2])
    last = last[1:] if last[0] == "is" and last[1:] else last
    if slot.table is not None:
        while len(last) > 1 and last[-1] in (*_HANDLES, "or"):
            last = last[:-1]
        if last[-1] in _HANDLES:
            return described(slot)
    elif last == ["note"] and over:
        return spoken(over[-1])
    elif len(last) == 1 and last[0] in _VAGUE and over:
        *first, of = words_of(over[-1])
        last = [*first, singular(of), *last]
    if last[1:] and last[-1] in ("at", "on") and all(_DATE.match(str(v)) for v in slot.values):
        # "the start time", "the due date"
        last = [_BEGINS.get(last[0], last[0]), *last[1:-1], "time" if last[-1] == "at" else "date"]
    if many == 1 and isinstance(slot.path[-1], int):
        last = [*last[:-1], singular(last[-1])]
    return spoken(" ".join(last))
