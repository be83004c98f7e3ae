"""Texts that match patterns: a likely one that does, else one put together from the pattern.

Patterns come from documents, which are untrusted: what is put together is bounded in length and in
steps, and whether it matches is decided by RE2, which takes time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import re2

from rewardlang.importer.names import words
from rewardlang.syntax.regex import OTHER, Anchor, Chain, Chars, Choice, Regex, Repeat, parse
from rewardlang_runtime.rng import Rng

LONGEST = 1000
"""Characters of a text that is put together."""
_MOST_STEPS = 20_000
_STRETCHES = (0, 2, 5, 12, 40, 200)
"""How many times more than they must repeats are taken, at most, in one attempt after another."""


def matching(
    patterns: Sequence[str], least: int, most: int | None, likely: Iterable[str], rng: Rng
) -> str | None:
    """A text of `least` to `most` characters that all patterns match; None when none was found."""
    checks = [_compiled(pattern) for pattern in patterns]
    if None in checks or least > LONGEST:
        return None

    def fits(text: str) -> bool:
        return (
            least <= len(text)
            and (most is None or len(text) <= most)
            and all(check is not None and check.search(text) for check in checks)
        )

    found = next(
        (form for text in likely for form in _forms(text, least, most) if fits(form)), None
    )
    if found is not None:
        return found
    room = min(most if most is not None else LONGEST, LONGEST)
    made = (text for pattern in patterns for text in _attempts(pattern, least, room, rng))
    return next((text for text in made if fits(text)), None)


def _compiled(pattern: str) -> re2._Regexp | None:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def _forms(text: str, least: int, most: int | None) -> Iterator[str]:
    """A text as it is, and in the forms that identifiers have."""
    said = words(text)
    slug = "-".join(said)
    for form in (text, text.lower(), slug, slug.replace("-", "_"), slug.upper(), "".join(said)):
        yield form
        if most is not None and len(form) > most >= max(least, 1):
            yield form[:most].strip(" -_")
    if said:
        yield said[0]
        yield said[0].upper()
        yield said[0].capitalize()


# ---- put together ----


class _Spent(Exception):
    """No room or no steps are left."""


def _attempts(pattern: str, least: int, room: int, rng: Rng) -> Iterator[str]:
    """Texts out of a pattern, short ones first; some may not match, for the sake of anchors."""
    node = parse(pattern)
    if node is None:
        return
    for stretch in (*_STRETCHES, least):
        for _ in range(3):
            made = _Text(rng, stretch, room)
            try:
                made.add(node)
            except (_Spent, RecursionError):
                break
            text = "".join(made.parts)
            # Where nothing holds the ends, anything may stand there.
            yield text if len(text) >= least else text + "x" * (least - len(text))
            yield text


class _Text:
    """A text being put together: repeats are stretched by `stretch` while there is room."""

    def __init__(self, rng: Rng, stretch: int, room: int) -> None:
        self.parts: list[str] = []
        self.rng = rng
        self.stretch = stretch
        self.room = room
        self.steps = _MOST_STEPS

    def add(self, node: Regex) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise _Spent
        match node:
            case Chars():
                self.room -= 1
                if self.room < 0:
                    raise _Spent
                self.parts.append(_character(node.mask, self.rng))
            case Anchor():
                pass
            case Chain():
                for item in node.items:
                    self.add(item)
            case Choice():
                self.add(node.items[self.rng.below(len(node.items))])
            case Repeat():
                more = (
                    self.stretch if node.most is None else min(self.stretch, node.most - node.least)
                )
                for _ in range(node.least + (self.rng.below(more + 1) if more > 0 else 0)):
                    self.add(node.item)


def _character(mask: int, rng: Rng) -> str:
    """A character of a class, the plainest that it has."""
    for pool in _POOLS:
        held = [character for character in pool if mask >> ord(character) & 1]
        if held:
            return held[rng.below(len(held))]
    if mask & OTHER:
        return "é"
    if mask == 0:
        raise _Spent
    return chr(mask.bit_length() - 1)


_POOLS = (
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "-_./:",
    "".join(map(chr, range(33, 127))),
    " ",
)

# ---- forms of identifiers ----

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Form:
    """How identifiers of one kind look: `own_4412` is followed by `own_4413`.

    Attributes:
        head: What stands before the number.
        tail: What stands behind it.
    """

    def __init__(self, head: str, digits: str, tail: str) -> None:
        self.head = head
        self.tail = tail
        self._width = len(digits)
        self._first = int(digits)

    def at(self, number: int) -> str:
        """The identifier `number` places behind the example."""
        return f"{self.head}{self._first + number:0{self._width}d}{self.tail}"

    def behind(self, number: int) -> int:
        """The number `number` places behind the example; none needs zeros in front."""
        return self._first + number + (10 ** (self._width - 1) if self.at(0) != self._bare() else 0)

    def _bare(self) -> str:
        return f"{self.head}{self._first}{self.tail}"


def form_of(example: object) -> Form | None:
    """The form of an example that is an identifier with a number in it; None for any other text.

    The number is the last one that has two digits or more, where there is one.
    """
    if not isinstance(example, str) or len(example) > 40 or _UUID.fullmatch(example):
        return None
    if re.search(r"\s|://|@", example):
        return None
    tokens = list(re.finditer(r"(?<![0-9A-Za-z])([A-Za-z]*)([0-9]{1,15})(?![0-9A-Za-z])", example))
    long = [token for token in tokens if len(token[2]) > 1] or tokens
    if not long:
        return None
    last = max(long, key=lambda token: token.start(2))
    return Form(example[: last.start(2)], last[2], example[last.end(2) :])
