"""Builtins over strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rewardlang_runtime import values
from rewardlang_runtime.registry import builtin

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+(?:['\u2019]\w+)?")


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
    return len(string(self))


@builtin("lower(self: str) -> str", cost="size(self)")
def lower(self: str) -> str:
    """In lower case.

    >>> lower("To Do")
    'to do'
    """
    return string(self).lower()


@builtin("upper(self: str) -> str", cost="size(self)")
def upper(self: str) -> str:
    """In upper case.

    >>> upper("acme")
    'ACME'
    """
    return string(self).upper()


@builtin("strip(self: str) -> str", cost="size(self)")
def strip(self: str) -> str:
    """Without white space at both ends.

    >>> strip("  Release notes ")
    'Release notes'
    """
    return string(self).strip()


@builtin("fold(text: str) -> str", cost="size(text)")
def fold(text: str) -> str:
    """`text` for lenient comparison: compatible forms, case and runs of white space made one.

    >>> fold("  Release\\u00a0 NOTES ")
    'release notes'
    """
    if string(text).isascii():
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
    return string(self).startswith(string(prefix))


@builtin("ends_with(self: str, suffix: str) -> bool")
def ends_with(self: str, suffix: str) -> bool:
    """Whether the text ends with `suffix`.

    >>> ends_with("ACME-12", "-12")
    True
    """
    return string(self).endswith(string(suffix))


@builtin("contains_text(self: str, part: str) -> bool", cost="size(self)")
def contains_text(self: str, part: str) -> bool:
    """Whether `part` occurs in the text, exactly as written.

    >>> contains_text("Release notes", "note")
    True
    """
    return string(part) in string(self)


@builtin("replace(self: str, old: str, new: str) -> str", cost="size(self) * size(new)")
def replace(self: str, old: str, new: str) -> str:
    """With every `old` replaced by `new`; the text itself when `old` is empty.

    >>> replace("a-b-c", "-", "+")
    'a+b+c'
    """
    string(self), string(new)
    if not string(old):
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
    return string(self)[: whole(count)]


@builtin("split(self: str, separator: str) -> list[str]", cost="size(self)")
def split(self: str, separator: str) -> list[str]:
    """The texts between separators; with an empty separator, the words between white space.

    >>> split("summary,status", ",")
    ['summary', 'status']
    """
    return string(self).split(string(separator) or None)


@builtin('join(self: list[str], separator: str = "") -> str', cost="size(self)")
def join(self: list[str], separator: str = "") -> str:
    """One text of all, with `separator` between them.

    >>> join(["triaged", "checkout"], ", ")
    'triaged, checkout'
    """
    if type(self) is not list:
        raise TypeError("only a list can be joined")
    return string(separator).join(self)


@builtin("words(text: str) -> list[str]", cost="size(text)")
def words(text: str) -> list[str]:
    """The words and numbers of `text`, folded, without punctuation.

    >>> words("ACME-12 is Done, finally.")
    ['acme', '12', 'is', 'done', 'finally']
    """
    return _TOKEN.findall(fold(text))


_MAX_TEXT = 1 << 20


# ---- similarity of texts ----


@builtin("edit_sim(a: str, b: str, max_len: int = 500) -> unit", cost="size(a) * size(b) * 0.01")
def edit_sim(a: str, b: str, max_len: int = 500) -> float:
    """1 - Levenshtein distance / length of the longer, over the first `max_len` characters of each.

    >>> edit_sim("To Do", "To Da")
    0.8
    """
    if string(a) == string(b):
        return 1.0
    limit = min(whole(max_len), values.MAX_STRING)
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


def string(value: Any) -> str:
    """`value`, or TypeError when it is no string."""
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} is no string")
    return value


def whole(value: Any) -> int:
    """`value` or 0 if it is negative, or TypeError when it is no whole number."""
    return max(0, values.whole(value))
