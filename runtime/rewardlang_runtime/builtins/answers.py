"""Builtins that read an answer in prose: the numbers in it, what it states, what it denies."""

from __future__ import annotations

import re
from typing import Any

from rewardlang_runtime import values
from rewardlang_runtime.builtins.text import fold, string, words
from rewardlang_runtime.registry import builtin

_CLAUSE = re.compile(r"[.;:!?](?=\s|$)|,(?=\s)|\n|\b(?:but|and|although|though)\b")
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?")

_NEGATORS_WORDS = """
not no never neither nor none nobody nothing without cannot isnt wasnt arent werent dont
doesnt didnt hasnt havent hadnt cant couldnt wont wouldnt
"""
_NEGATORS = frozenset(_NEGATORS_WORDS.split())
_ABSENCES_WORDS = """
none nobody null empty unset missing nothing blank unknown
"""
_ABSENCES = frozenset(_ABSENCES_WORDS.split())
_REACH = 4
"""How many words after a negator it still negates."""


@builtin("numbers(text: str) -> list[number]", cost="size(text)")
def numbers(text: str) -> list[float]:
    """The numbers written in `text`, in order, at most 256 of them; parts of names do not count.

    >>> numbers("ACME-12 went from 1,500 to 20.5 in 3min, that is -2")
    [1500, 20.5, 3, -2]
    """
    found: list[float] = []
    for match in _NUMBER.finditer(string(text)):
        start, digits = match.start(), match.group()
        before = text[start - 1] if start else " "
        sign = 1
        if before in "-\u2212":
            ahead = text[start - 2] if start > 1 else " "
            if ahead.isalpha() or ahead == "_":
                continue
            sign = 1 if ahead.isdigit() else -1
        elif before.isalnum() or before == "_":
            continue
        if len(digits) > 40:
            continue
        plain = digits.replace(",", "")
        found.append(sign * (float(plain) if "." in plain else int(plain)))
        if len(found) == values.MAX_ITEMS:
            break
    return found


@builtin("number(text: str) -> number?", cost="size(text)")
def number(text: str) -> float | None:
    """The first number written in `text`, or null.

    >>> number("about 15 minutes")
    15
    """
    found = numbers(text)
    return found[0] if found else None


@builtin("to_int(text: str) -> int?")
def to_int(text: str) -> int | None:
    """`text` as a whole number when it is nothing else, or null.

    >>> to_int("10001")
    10001
    """
    digits = string(text)[1:] if text.startswith("-") else text
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        return int(text)
    return None


@builtin(
    "says(answer: str, value: any, instead_of: list[any] = []) -> bool",
    cost="size(answer) * size(instead_of)",
)
def says(answer: str, value: Any, instead_of: list[Any] | None = None) -> bool:
    """Whether `answer` states `value`: names it, never negated, and none of the alternatives.

    Case, white space and punctuation do not count. An alternative inside a mention of `value`
    does not count either. A null value is never stated; `says_none` is for that.

    >>> says("ACME-12 is In Progress.", "In Progress", ["To Do", "In Progress", "Done"])
    True
    >>> says("It is To Do or In Progress.", "In Progress", ["To Do", "In Progress", "Done"])
    False
    """
    if value is None:
        return False
    spoken = _Spoken(answer)
    wanted = words(values.text(value))
    mentions = spoken.mentions(wanted)
    if not wanted:
        return fold(values.text(value)) in fold(answer) and not _others(spoken, instead_of, [], [])
    if not mentions or any(spoken.negated(at) for at in mentions):
        return False
    return not _others(spoken, instead_of, wanted, mentions)


@builtin(
    "says_none(answer: str, what: str, instead_of: list[any] = []) -> bool",
    cost="size(answer) * size(instead_of)",
)
def says_none(answer: str, what: str, instead_of: list[Any] | None = None) -> bool:
    """Whether `answer` states that there is no `what`, and names none of the alternatives.

    `what` is a word or several; the last may have another ending: "assigned" for "assignee".

    >>> says_none("The issue is unassigned.", "assignee")
    True
    >>> says_none("No one is assigned to it yet.", "assignee")
    True
    >>> says_none("Its due date is not set.", "due date")
    True
    >>> says_none("The assignee is Ana.", "assignee")
    False
    """
    spoken = _Spoken(answer)
    *first, last = words(string(what)) or [""]
    stem = _stem(last)
    if not stem or _others(spoken, instead_of, [], []):
        return False
    for at, word in enumerate(spoken.words):
        if not first and word.startswith("un" + stem) and not spoken.negated(at):
            return True
        start = at - len(first)
        named = start >= 0 and word.startswith(stem) and spoken.words[start:at] == first
        if named and (spoken.negated(start) or spoken.absent_after(at)):
            return True
    return False


class _Spoken:
    """An answer as words, each with the number of its clause; `told` are those after a colon."""

    __slots__ = ("clauses", "told", "words")

    def __init__(self, answer: str) -> None:
        self.words: list[str] = []
        self.clauses: list[int] = []
        self.told: set[int] = set()
        start = 0
        plain = string(answer).lower()
        for clause, match in enumerate([*_CLAUSE.finditer(plain), None]):
            found = words(plain[start : match.start() if match else len(plain)])
            self.words += found
            self.clauses += [clause] * len(found)
            start = match.start() if match else start
            if match and match.group() == ":":
                self.told.add(clause + 1)

    def mentions(self, wanted: list[str]) -> list[int]:
        """Where the words `wanted` stand next to each other."""
        if not wanted:
            return []
        size, head = len(wanted), wanted[0]
        return [
            at
            for at, word in enumerate(self.words)
            if word == head and self.words[at : at + size] == wanted
        ]

    def negated(self, at: int) -> bool:
        """Whether a negator stands shortly before word `at`, in the same clause."""
        clause = self.clauses[at]
        return any(
            self.clauses[i] == clause and _negator(self.words[i])
            for i in range(max(0, at - _REACH), at)
        )

    def absent_after(self, at: int) -> bool:
        """Whether word `at` is followed by "is empty", "is not set", ": none" or the like."""
        clause, end = self.clauses[at], min(len(self.words), at + 1 + _REACH)
        if at + 1 < end and self.clauses[at + 1] in self.told:
            clause = self.clauses[at + 1]
        for i in range(at + 1, end):
            if self.clauses[i] != clause:
                return False
            if self.words[i] in _ABSENCES:
                return True
            if _negator(self.words[i]):  # "not set", but never "not empty"
                return i + 1 == len(self.words) or self.words[i + 1] not in _ABSENCES
        return False


def _negator(word: str) -> bool:
    return word.replace("'", "") in _NEGATORS or word.endswith("n't")


def _others(
    spoken: _Spoken, instead_of: list[Any] | None, wanted: list[str], mentions: list[int]
) -> bool:
    """Whether one of the alternatives is named outside the mentions of what is wanted."""
    if instead_of is not None and type(instead_of) is not list:
        raise TypeError("the alternatives are a list")
    covered = {i for at in mentions for i in range(at, at + len(wanted))}
    for other in instead_of or ():
        if other is None:
            continue
        named = words(values.text(other))
        if named == wanted:
            continue
        for at in spoken.mentions(named):
            if not covered.issuperset(range(at, at + len(named))):
                return True
    return False


def _stem(word: str) -> str:
    for ending in ("ees", "ee", "ers", "er", "ors", "or", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
