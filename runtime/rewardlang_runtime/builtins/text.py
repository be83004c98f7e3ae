"""Builtins over strings, and what an answer says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rewardlang_runtime import values
from rewardlang_runtime.registry import builtin

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:['\u2019]\w+)?")
_CLAUSE = re.compile(r"[.;:!?](?=\s|$)|,(?=\s)|\n|\b(?:but|and|although|though)\b")
_NUMBER = re.compile(r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?")

_NEGATORS = frozenset(
    [
        "not",
        "no",
        "never",
        "neither",
        "nor",
        "none",
        "nobody",
        "nothing",
        "without",
        "cannot",
        "isnt",
        "wasnt",
        "arent",
        "werent",
        "dont",
        "doesnt",
        "didnt",
        "hasnt",
        "havent",
        "hadnt",
        "cant",
        "couldnt",
        "wont",
        "wouldnt",
    ]
)
_ABSENCES = frozenset(
    ["none", "nobody", "null", "empty", "unset", "missing", "nothing", "blank", "unknown"]
)
_REACH = 4
"""How many words after a negator it still negates."""


# ---- shape ----


@builtin("str(value: any) -> str", cost="size(value)")
def str_(value: Any) -> str:
    """`value` as a template shows it: strings as they are, all else as JSON.

    >>> str_(12)
    '12'
    """
    return values.text(value)


@builtin("length(self: str) -> int")
def length(self: str) -> int:
    """The number of characters.

    >>> length("To Do")
    5
    """
    return len(_string(self))


@builtin("lower(self: str) -> str", cost="size(self)")
def lower(self: str) -> str:
    """In lower case.

    >>> lower("To Do")
    'to do'
    """
    return _string(self).lower()


@builtin("upper(self: str) -> str", cost="size(self)")
def upper(self: str) -> str:
    """In upper case.

    >>> upper("acme")
    'ACME'
    """
    return _string(self).upper()


@builtin("strip(self: str) -> str", cost="size(self)")
def strip(self: str) -> str:
    """Without white space at both ends.

    >>> strip("  Release notes ")
    'Release notes'
    """
    return _string(self).strip()


@builtin("fold(text: str) -> str", cost="size(text)")
def fold(text: str) -> str:
    """`text` for lenient comparison: compatible forms, case and runs of white space made one.

    >>> fold("  Release\\u00a0 NOTES ")
    'release notes'
    """
    if _string(text).isascii():
        return " ".join(text.lower().split())
    import unicodedata

    # Folding can undo composition, so normalise on both sides.
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return " ".join(unicodedata.normalize("NFKC", folded).split())


@builtin("starts_with(self: str, prefix: str) -> bool")
def starts_with(self: str, prefix: str) -> bool:
    """Whether the text starts with `prefix`.

    >>> starts_with("ACME-12", "ACME-")
    True
    """
    return _string(self).startswith(_string(prefix))


@builtin("ends_with(self: str, suffix: str) -> bool")
def ends_with(self: str, suffix: str) -> bool:
    """Whether the text ends with `suffix`.

    >>> ends_with("ACME-12", "-12")
    True
    """
    return _string(self).endswith(_string(suffix))


@builtin("contains_text(self: str, part: str) -> bool", cost="size(self)")
def contains_text(self: str, part: str) -> bool:
    """Whether `part` occurs in the text, exactly as written.

    >>> contains_text("Release notes", "note")
    True
    """
    return _string(part) in _string(self)


@builtin("replace(self: str, old: str, new: str) -> str", cost="size(self) * size(new)")
def replace(self: str, old: str, new: str) -> str:
    """With every `old` replaced by `new`; the text itself when `old` is empty.

    >>> replace("a-b-c", "-", "+")
    'a+b+c'
    """
    _string(self), _string(new)
    if not _string(old):
        return self
    if self.count(old) * len(new) > _MAX_TEXT:
        raise ValueError(f"the replaced text has more than {_MAX_TEXT} characters")
    return self.replace(old, new)


@builtin("truncate(self: str, count: int) -> str")
def truncate(self: str, count: int) -> str:
    """The first `count` characters.

    >>> truncate("2026-03-02T09:00:00Z", 10)
    '2026-03-02'
    """
    return _string(self)[: _count(count)]


@builtin("split(self: str, separator: str) -> list[str]", cost="size(self)")
def split(self: str, separator: str) -> list[str]:
    """The texts between separators; with an empty separator, the words between white space.

    >>> split("summary,status", ",")
    ['summary', 'status']
    """
    return _string(self).split(_string(separator) or None)


@builtin('join(self: list[str], separator: str = "") -> str', cost="size(self)")
def join(self: list[str], separator: str = "") -> str:
    """One text of all, with `separator` between them.

    >>> join(["triaged", "checkout"], ", ")
    'triaged, checkout'
    """
    if type(self) is not list:
        raise TypeError("only a list can be joined")
    return _string(separator).join(self)


@builtin("words(text: str) -> list[str]", cost="size(text)")
def words(text: str) -> list[str]:
    """The words and numbers of `text`, folded, without punctuation.

    >>> words("ACME-12 is Done, finally.")
    ['acme', '12', 'is', 'done', 'finally']
    """
    return _TOKEN.findall(fold(text))


_MAX_TEXT = 1 << 20


# ---- what is said ----


@builtin("numbers(text: str) -> list[number]", cost="size(text)")
def numbers(text: str) -> list[float]:
    """The numbers written in `text`, in order, at most 256 of them; parts of names do not count.

    >>> numbers("ACME-12 went from 1,500 to 20.5 in 3min, that is -2")
    [1500, 20.5, 3, -2]
    """
    found: list[float] = []
    for match in _NUMBER.finditer(_string(text)):
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
    digits = _string(text)[1:] if text.startswith("-") else text
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

    >>> says_none("The issue is unassigned.", "assignee")
    True
    >>> says_none("It has no assignee yet.", "assignee")
    True
    >>> says_none("The assignee is Ana.", "assignee")
    False
    """
    spoken = _Spoken(answer)
    stem = _stem(fold(what))
    if not stem or _others(spoken, instead_of, [], []):
        return False
    for at, word in enumerate(spoken.words):
        if word.startswith("un" + stem):
            if not spoken.negated(at):
                return True
        elif word.startswith(stem) and (spoken.negated(at) or spoken.absent_after(at)):
            return True
    return False


class _Spoken:
    """An answer as words, each with the number of its clause."""

    __slots__ = ("clauses", "words")

    def __init__(self, answer: str) -> None:
        self.words: list[str] = []
        self.clauses: list[int] = []
        start = 0
        plain = _string(answer).lower()
        for clause, match in enumerate([*_CLAUSE.finditer(plain), None]):
            found = words(plain[start : match.start() if match else len(plain)])
            self.words += found
            self.clauses += [clause] * len(found)
            start = match.start() if match else start

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
        """Whether word `at` is followed by "is empty", "none" or the like."""
        window = self.words[at + 1 : at + 1 + _REACH]
        return any(word in _ABSENCES or _negator(word) for word in window)


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


# ---- similarity of texts ----


@builtin("edit_sim(a: str, b: str, max_len: int = 500) -> unit", cost="size(a) * size(b) * 0.01")
def edit_sim(a: str, b: str, max_len: int = 500) -> float:
    """1 - Levenshtein distance / length of the longer, over the first `max_len` characters of each.

    >>> edit_sim("To Do", "To Da")
    0.8
    """
    if _string(a) == _string(b):
        return 1.0
    limit = min(_count(max_len), values.MAX_STRING)
    return _similarity()(a[:limit], b[:limit])


@builtin("token_f1(a: str, b: str) -> unit", cost="size(a) + size(b)")
def token_f1(a: str, b: str) -> float:
    """F1 of the two bags of words, folded; 1 when both are empty.

    >>> token_f1("The fix was released", "the fix is released!")
    0.75
    """
    left, right = words(a), words(b)
    if not left or not right:
        return 1.0 if not left and not right else 0.0
    bag: dict[str, int] = {}
    for word in right:
        bag[word] = bag.get(word, 0) + 1
    shared = 0
    for word in left:
        count = bag.get(word, 0)
        if count:
            bag[word] = count - 1
            shared += 1
    return 2 * shared / (len(left) + len(right))


_levenshtein: Callable[[str, str], float] | None = None


def _similarity() -> Callable[[str, str], float]:
    """Levenshtein's normalised similarity; its package is imported when first needed."""
    global _levenshtein
    if _levenshtein is None:
        from rapidfuzz.distance import Levenshtein

        _levenshtein = Levenshtein.normalized_similarity
    return _levenshtein


def _string(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} is no string")
    return value


def _count(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{type(value).__name__} is no whole number")
    return max(0, value)
