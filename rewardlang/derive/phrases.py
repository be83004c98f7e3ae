"""What tasks say in plain words: questions and orders, and what they call the rows they are about.

A phrase is made from the operation's documentation, in which the task's values are put behind the
words for them (`sentences`); what it does not speak of is said after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rewardlang import model
from rewardlang.derive import naming
from rewardlang.derive.common import wanted
from rewardlang.derive.deeds import Deed
from rewardlang.derive.request import Request, Slot
from rewardlang.derive.sentences import (
    CHANGING,
    MAKING,
    Saying,
    parted,
    sayings_of,
)
from rewardlang.derive.words import capital, listed, singular, spoken
from rewardlang.frozen import frozen

_DROPPED = {"fields", "value", "values", "results", "name", "displayname", "data", "items", "body"}
_NAMED = {"name": "named", "title": "titled"}
_SET = ("value", "note", "ID")
"""What a thing that is set is, and need not be said."""
_SPEAKING = {"comment", "reply", "message", "worklog"}
_NAME_OF = re.compile(r"^the names? of |'s names?(?: and \w+)?$")
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
    saying = sayings_of(operation)[0]
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
    stamp = isinstance(value, int) and not isinstance(value, bool)
    if when is not None and (naming.DATE.match(str(value)) or (stamp and not when[1])):
        of = f"the {when[1]} of {of}" if when[1] else of
        return Asking(f"When was {of} {when[2]}?", f"when {of} was {when[2]}")
    if isinstance(value, bool):
        said = f'"{about}" is true or false for {of}'
        return Asking(f'Is "{about}" true or false for {of}?', f"whether {said}")
    if f" {parted(of).head}".endswith(f" {about}"):
        return Asking(f"What is {of}?", of)
    when = _STATE.match(about)
    if when is not None and naming.DATE.match(str(value)):
        if when["does"]:
            verb = when["does"].removesuffix("s")
            return Asking(f"When does {of} {verb}?", f"when {of} {when['does']}")
        was = "is" if when["done"] in ("due", "planned", "scheduled") else "was"
        return Asking(f"When {was} {of} {when['done']}?", f"when {of} {was} {when['done']}")
    return Asking(f"What is the {about} {link} {of}?", f"the {about} {link} {of}")


def counting(what: str, of: str) -> Asking:
    """The question for a number of things: `labels`, `for the page 7`."""
    what, said = what.removesuffix(" count"), of.split()
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
    told = naming.told(request.slots)
    best = naming.best(operation, told)
    saying, rest = naming.named(best, told, shown, operation, "of")
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
    told = [slot for slot in naming.told(deed.slots) if not (slot.tied and deed.drawn)]

    def shown(slot: Slot) -> str:
        if slot.parent is not None:
            return f"{{{wanted(slot, deed.slots)}}}"
        named = deed.named.get(slot.name)
        return named.template if named is not None else _written(slot)

    best = naming.best(operation, told)
    link = "for" if best.verb in MAKING else "of"
    saying, rest = naming.named(best, told, shown, operation, link)
    text = _with_details(saying, [(slot, shown(slot)) for slot in rest])
    for result in deed.drawn:
        field = spoken(result.name.removeprefix("new_"))
        text += f", so that its {field} becomes {{{result.name}}}"
    return text


def set_fields(deed: Deed) -> list[tuple[str, str]]:
    """What a task sets, in words, and to what."""
    plain = [slot for slot in naming.told(deed.slots) if not naming.addressed(slot, deed.operation)]
    return list(_fields([(slot, _written(slot)) for slot in plain]))


def _written(slot: Slot) -> str:
    """A value as a prompt shows it: what has spaces in quotes, markup as its text."""
    if slot.style == "storage":
        return f'"{{storage_text({slot.name})}}"'
    texts = all(isinstance(value, str) for value in slot.values)
    spaced = texts and any(" " in str(value) for value in slot.values)
    quoted = spaced or slot.style in ("text", "document")
    return f'"{{{slot.name}}}"' if quoted else f"{{{slot.name}}}"


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
    if saying.verb in CHANGING and not all(name in naming.POSITIONS for name, _ in fields):
        said = [f"the {name} of {saying.thing} to {value}"]
        its = "their" if about.several else "its"
        return f"set {listed([*said, *(f'{its} {n} to {v}' for n, v in fields[1:])])}"
    text, rest = str(saying), []
    for place in [each for each in fields if each[0] in naming.POSITIONS]:
        fields.remove(place)
        text = f"{text} to position {place[1]}"
    thing = singular(parted(saying.thing).head.split()[-1])
    for name, value in fields:
        if name in _NAMED and text == str(saying) and saying.verb in MAKING:
            head = f"{saying.verb} {about.article} {about.head}"
            text = f"{head} {_NAMED[name]} {value}" + text.removeprefix(head)
        elif name.split()[-1] in naming.TEXTS and thing in _SPEAKING:
            text = f"{text} that says {value}"
        elif name.split()[-1] in naming.TOWARDS:
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
    """What is set and to what, in words; the items of a list are one.

    Of fields that are called alike, each is said with what it is in.
    """
    values = {slot.path: value for slot, value in details}
    found = list(naming.groups([slot for slot, _ in details]))
    names = [naming.field(group[0], len(group)) for group in found]
    for group, name in zip(found, names, strict=True):
        said = naming.whole(group[0]) if names.count(name) > 1 else name
        yield said, listed([values[slot.path] for slot in group])
