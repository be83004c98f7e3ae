"""Conditions that two values are the same, written as plainly as their types allow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rewardlang.derive.telling.vocabulary import CONSTANT, Source, Vocabulary
from rewardlang.derive.typed import Read
from rewardlang.types.relations import without_null
from rewardlang.types.types import Bool, List, Number, String


def kind(read: Read, known: Vocabulary) -> str:
    """What is known of a value: "text", "number", "bool", "list", or "" for nothing."""
    match known.expand(without_null(known.expand(read.type))):
        case String():
            return "text"
        case Number():
            return "number"
        case Bool():
            return "bool"
        case List():
            return "list"
        case _:
            return ""


def lenient(values: Sequence[Any], known: Vocabulary) -> bool:
    """Whether these are texts in which nobody minds capitals and blanks: of several words, and no
    names of what the world has."""
    texts = [value for value in values if isinstance(value, str)]
    return any(" " in text.strip() for text in texts) and not all(
        text in known.episodes.world_texts for text in texts
    )


def same(left: Read, right: Source, known: Vocabulary, *, sent: bool = False) -> str:
    """The condition that `left` is what `right` says.

    `sent` values are from a call that may have been refused, and may be of any type.
    """
    mine, its = kind(left, known), kind(right.read, known)
    said = right.text
    if its == "bool" and right.rank == CONSTANT:
        return f"{left.text} == {said}"
    if its == "list" or mine == "list":
        return f"{left.text} == {said}"
    if lenient(right.values, known):
        text = left.text if mine == "text" else f"str({left.text})"
        if mine == "text" and left.nullable:
            text = f'({left.text} ?? "")'
        elif not mine:
            text = f'{left.text} ?? ""'
        wanted = f'{said} ?? ""' if right.read.nullable else said
        return f"fold({_bare(text)}) == fold({wanted})"
    digits = all(isinstance(v, str) and v.isdigit() for v in right.values)
    if mine == its or (sent and not mine and its == "text" and not digits):
        return f"{left.text} == {said}"
    left_text = left.text if mine == "text" else f"str({left.text})"
    return f"{left_text} == {said if its == 'text' else f'str({said})'}"


def _bare(text: str) -> str:
    """A text without brackets around all of it."""
    inner = text[1:-1]
    whole = text.startswith("(") and text.endswith(")") and "(" not in inner and ")" not in inner
    return inner if whole else text
