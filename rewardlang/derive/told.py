"""What a response tells that could be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.common import leaves
from rewardlang.derive.lists import lists_in
from rewardlang.derive.phrases import Asking, asked_for, asking, counting, dropped
from rewardlang.derive.sentences import Parts, parted
from rewardlang.derive.words import noun, spoken
from rewardlang.frozen import frozen
from rewardlang.judge.leaves import leaves as every_leaf

_SKIPPED = {
    "self", "id", "accountid", "key", "avatarurls", "iconurl", "href", "etag", "ari", "entityid",
    "startat", "maxresults", "islast", "nextpage", "limit", "size", "webui", "tinyui", "base",
    "next", "cursor", "icon", "avatarid", "uuid", "start", "_links", "links", "nextpagetoken",
    "editui", "download", "total", "page", "pagesize", "perpage", "pagenumber", "currentpage",
    "totalpages", "offset", "skip",
}  # fmt: skip
NAMES = ("name", "title", "displayName", "summary", "key", "label", "id")
_CODE = re.compile(r"://|^\S{25,}$|[<>{}\\|]|^[0-9a-f-]{16,}$")


_FEW = 4
"""Fields of which a response tells enough to ask for."""
_BESIDES = 4


@frozen
class Fact:
    """Something that a response tells.

    Attributes:
        asking: How it is asked for.
        say: The answer, as text.
        case: The values of the request's slots.
        besides: Other texts of the response, which an answer to the question has no reason to name.
    """

    asking: Asking
    say: str
    case: dict[str, Any]
    besides: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, Any]:
        """The fact as a task's row in `expect`."""
        said = {"question": self.asking.question, "ask": self.asking.ask, "say": self.say}
        return {**self.case, **said, "besides": list(self.besides)}


def sayable(value: Any) -> bool:
    """Whether a value can stand in a sentence."""
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return abs(value) < 1e9
    if not isinstance(value, str) or not 1 < len(value.strip()) <= 60 or value != value.strip():
        return False
    folded = value.lower()
    return (
        not _CODE.search(value)
        and folded not in ("done", "ok")
        and len(value.split()) <= 8
        and (any(letter.isalnum() for letter in value))
    )


def told(response: Any, case: dict[str, Any], of: str) -> Iterator[Fact]:
    """What a response tells: its fields, those of the items of its lists, how many there are.

    Args:
        of: What the response is about, in words.
    """
    chosen = {str(value) for value in case.values()}
    found: dict[Asking, str] = {}
    flags: dict[Asking, str] = {}
    about = parted(of)
    for path, value in leaves(response):
        if path and sayable(value) and askable(path):
            link = "in" if about.several else "of"
            into = flags if isinstance(value, bool) else found
            into.setdefault(asking(asked_for(path), of, value, link), _say(value))
    for where, items in lists_in(response):
        for item, inner, value in _of_items(items):
            thing = of if about.head.split()[-1] in chosen else _item(about, where, item, of)
            into = flags if isinstance(value, bool) else found
            if str(value).lower() not in item.lower():
                into.setdefault(asking(asked_for(inner), thing, value), _say(value))
    if len(found) < 2:
        for path, size in _counts(response):
            found.setdefault(_counted(about, path, of), str(size))
    if not found:
        for path, value in leaves(response):
            if path and isinstance(value, str) and sayable(value) and not path[-1].startswith("_"):
                found.setdefault(asking(asked_for(path), of, value), value)
    known = " ".join(chosen).lower()
    # Whether something holds is asked where there is little else.
    for asked, say in (found if len(found) >= _FEW else {**found, **flags}).items():
        if say.lower() not in f"{known} {asked.ask}".lower().split():
            yield Fact(asked, say, case, tuple(_besides(response, say, asked.question)))


def _besides(response: Any, say: str, question: str) -> list[str]:
    """Other texts of a response, those that stand beside the answer first."""
    every = list(every_leaf(response))
    where = {path[:-1] for path, value in every if _say(value) == say}
    near: dict[str, None] = {}
    far: dict[str, None] = {}
    for path, value in every:
        if not isinstance(value, str) or not sayable(value) or path[-1:] in [(n,) for n in NAMES]:
            continue
        text = value.lower()
        if text in question.lower() or text in say.lower() or say.lower() in text:
            continue
        if path[:-1] in where:
            # What an object within says belongs together: a person's name and address.
            if len(path) < 2 or isinstance(path[-2], int):
                near[value] = None
        else:
            far[value] = None
    return [*near, *(text for text in far if text not in near)][:_BESIDES]


def _of_items(items: list[Any]) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    """The fields of the items of a list: the item's name, where the field is, and its value."""
    named = next((n for n in NAMES if all(sayable(i.get(n)) for i in items)), None)
    for item in items[:10] if named else ():
        for inner, value in leaves(item):
            if (
                inner != (named,)
                and sayable(value)
                and askable(inner)
                and inner[-1] not in NAMES[:3]
            ):
                yield str(item[named]), inner, value


def _item(about: Parts, where: Sequence[str], name: str, of: str) -> str:
    """An item of a list by its name: `the label "urgent" of the page 7`."""
    one, tail = about.one, about.tail
    if where and not dropped(where[-1]) and not _same(where[-1], about):
        one, tail = noun(where[-1]), f"in {of}"
    shown = f'"{name}"' if " " in name else name
    thing = shown if one.split()[-1] in name.lower().split() else f"the {one} {shown}"
    return f"{thing} {tail}".rstrip()


def _counted(about: Parts, path: Sequence[str], of: str) -> Asking:
    if not path or dropped(path[-1]) or _same(path[-1], about):
        if about.several:
            return counting(about.head, about.tail)
        return counting("entries", f"in {of}")
    return counting(spoken(path[-1]), f"in {of}")


def _same(name: str, about: Parts) -> bool:
    """Whether a list's name is that of what the response is about: `labels` of `page labels`."""
    return noun(name).split()[-1:] == about.one.split()[-1:]


def _say(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counts(response: Any) -> Iterator[tuple[tuple[str, ...], int]]:
    """The sizes of the lists in a response."""
    if isinstance(response, list):
        yield (), len(response)
    elif isinstance(response, dict):
        for name, inner in response.items():
            for path, size in _counts(inner):
                yield (name, *path), size


def counts_up(fact: Fact) -> bool:
    """Whether a fact is a number."""
    return fact.say.isdigit()


def beside(fact: Fact, facts: Sequence[Fact]) -> Iterator[str]:
    """What could be said instead."""
    yield from (other.say for other in facts if counts_up(other) == counts_up(fact))
    if fact.say in ("true", "false"):
        yield from ("true", "false")
    if fact.say.isdigit() and len(fact.say) <= 6:
        number = int(fact.say)
        yield from (str(n) for n in range(max(0, number - 12), number + 13))


def askable(path: tuple[str, ...]) -> bool:
    """Whether a question can name the field at a path."""
    return not any(
        step.lower() in _SKIPPED
        or step.startswith("_")
        or len(step) < 2
        or re.search(r"\d{3}", step)
        for step in path
    )
