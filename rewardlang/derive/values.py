"""Values that a person might ask for, by the name and the schema of the argument they go to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewardlang.derive import pools
from rewardlang.derive.schemas import kinds_of
from rewardlang.derive.words import words_of

_TEXTS = {"description", "comment", "text", "message", "reason", "note", "body", "content", "value"}
_TITLED = {"name", "title", "summary", "subject", "label", "display"}


def pool(name: str, schema: Mapping[str, Any], known: Sequence[Any] = ()) -> list[Any]:
    """Values for one scalar argument, those that its schema admits; [] when none is known.

    Of the values `known` to be there as many as are of its type.
    """
    kinds = kinds_of(schema)
    there = fitting(known, schema)
    if there:
        return there
    if "const" in schema:
        return [schema["const"]]
    if schema.get("enum"):
        listed = [value for value in schema["enum"] if value not in (None, "")]
        texts = [value for value in listed if isinstance(value, str)]
        return (texts or listed)[:10]  # of several types, those that rows write as they are
    if "boolean" in kinds:
        return [True, False]
    if "integer" in kinds or "number" in kinds:
        return list(_numbers(name, schema))
    if "string" in kinds or not kinds:
        return [text for text in _texts(name, schema) if _admits(schema, text)]
    return []


def named(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether the name of an argument says what it may be: a title, a text, a colour."""
    said = words_of(name)
    return bool(set(said) & (_TEXTS | _TITLED) or pools.texts_for(said, about(schema)))


def about(schema: Mapping[str, Any]) -> str:
    """The description of an argument."""
    return str(schema.get("description", ""))


def fitting(known: Sequence[Any], schema: Mapping[str, Any]) -> list[Any]:
    """Of some values those of a schema's type, as that type."""
    return list(_typed(known, kinds_of(schema), schema))


def _typed(known: Sequence[Any], kinds: list[str], schema: Mapping[str, Any]) -> Iterator[Any]:
    for value in known:
        if "integer" in kinds or "number" in kinds:
            if str(value).isdigit() and len(str(value)) < 16:
                yield int(value)
        elif ("string" in kinds or not kinds) and _admits(schema, str(value)):
            yield str(value)


def _numbers(name: str, schema: Mapping[str, Any]) -> Iterator[int]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", 1e15) - 1)
    said = words_of(name)
    chosen = next((pools.COUNTED[word] for word in said if word in pools.COUNTED), pools.NUMBERS)
    if {"id", "ids"} & set(said):
        chosen = tuple(map(int, pools.IDS))
    found = [n for n in chosen if low <= n <= high]
    if len(found) < 3:
        found = list(range(int(low), int(min(high, low + 9)) + 1))
    yield from found


def _texts(name: str, schema: Mapping[str, Any]) -> tuple[str, ...]:
    said = words_of(name)
    match schema.get("format", ""):
        case "date":
            return pools.DATES
        case "date-time":
            return tuple(f"{day}T09:00:00.000Z" for day in pools.DATES)
        case "uri" | "url":
            return pools.HOSTS
        case "email":
            return pools.MAILS
        case "uuid":
            return pools.UUIDS
        case "storage":
            return tuple(f"<p>{text}.</p>" for text in pools.SENTENCES)
    preferred = pools.texts_for(said, about(schema)) or _said(said)
    if sum(_admits(schema, text) for text in preferred) >= min(3, len(preferred)):
        return preferred
    others = (pools.TITLES, pools.WORDS, pools.KEYS, pools.IDS, pools.DATES, pools.UUIDS)
    return (*preferred, *(text for each in others for text in each))


def _said(said: list[str]) -> tuple[str, ...]:
    if any(word in _TEXTS for word in said):
        return pools.SENTENCES
    if any(word in _TITLED for word in said) or "name" in " ".join(said):
        return pools.TITLES
    return pools.WORDS


def _admits(schema: Mapping[str, Any], text: str) -> bool:
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10_000):
        return False
    pattern = schema.get("pattern")
    if pattern is None:
        return True
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
