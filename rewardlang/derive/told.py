"""What a response tells that could be asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlang.derive.common import leaves
from rewardlang.derive.lists import lists_in
from rewardlang.derive.phrases import asked_for, dropped
from rewardlang.derive.words import spoken
from rewardlang.frozen import frozen

_SKIPPED = {
    "self", "id", "accountid", "key", "avatarurls", "iconurl", "href", "etag", "ari", "entityid",
    "startat", "maxresults", "islast", "nextpage", "limit", "size", "webui", "tinyui", "base",
    "next", "cursor", "icon", "avatarid", "uuid", "start", "_links", "links", "nextpagetoken",
    "editui", "download", "total",
}  # fmt: skip
NAMES = ("name", "title", "displayName", "summary", "key", "label", "id")
_CODE = re.compile(r"://|^\S{25,}$|[<>{}\\|]|^[0-9a-f-]{16,}$")


@frozen
class Fact:
    """Something that a response tells.

    Attributes:
        ask: What is asked for, in words: `the lead`.
        say: The answer, as text.
        case: The rows of the request.
    """

    ask: str
    say: str
    case: dict[str, Any]
    numeric: bool = False


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


def told(response: Any, case: dict[str, Any]) -> Iterator[Fact]:
    """What a response tells: its fields, those of the items of its lists, how many there are."""
    known = " ".join(str(value) for value in case.values()).lower()
    found: dict[str, tuple[str, bool]] = {}
    flags: dict[str, tuple[str, bool]] = {}
    for path, value in leaves(response):
        if path and sayable(value) and askable(path):
            ask = f"the {asked_for(path)}"
            into = flags if isinstance(value, bool) else found
            into.setdefault(ask, (_say(value), _is_number(value)))
    for _, items in lists_in(response):
        named = next((n for n in NAMES if all(sayable(i.get(n)) for i in items)), None)
        for item in items[:6] if named else ():
            for inner, value in leaves(item):
                if (
                    inner != (named,)
                    and sayable(value)
                    and askable(inner)
                    and inner[-1] not in NAMES[:3]
                ):
                    ask = f"the {asked_for(inner)} of {item[named]}"
                    into = flags if isinstance(value, bool) else found
                    if str(value).lower() not in ask.lower():
                        into.setdefault(ask, (_say(value), _is_number(value)))
    if len(found) < 2:
        for path, size in _counts(response):
            what = spoken(path[-1]) if path and not dropped(path[-1]) else "entries"
            found.setdefault(f"the number of {what}", (str(size), True))
    if not found:
        for path, value in leaves(response):
            if path and isinstance(value, str) and sayable(value) and not path[-1].startswith("_"):
                found.setdefault(f"the {asked_for(path)}", (value, False))
    for ask, (say, number) in (found or flags).items():
        if say.lower() not in f"{known} {ask}".lower().split():
            yield Fact(ask, say, case, number)


def _say(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


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
    return not any(step.lower() in _SKIPPED or step.startswith("_") for step in path)
