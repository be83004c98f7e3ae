"""Names of an API in plain words: fields, tables and what an operation does."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_PLURALS = {"ies": "y", "sses": "ss", "shes": "sh", "ches": "ch", "xes": "x", "uses": "us"}
_SINGULAR = ("status", "access", "address", "progress", "process", "analysis", "bus", "class", "is")
_UPPER = {
    "id", "url", "uri", "jql", "cql", "api", "html", "adf", "json", "ari", "ui", "sla", "ip",
    "uuid", "utc", "etag", "ids",
}  # fmt: skip


def words_of(name: str) -> list[str]:
    """`issueTypeId` or `issue-type-id` as `issue`, `type`, `id`."""
    return [part.lower() for part in _PARTS.findall(name)]


def spoken(name: str) -> str:
    """A field's name in plain words: `projectTypeKey` is `project type key`."""
    said = [word.upper() if word in _UPPER else word for word in words_of(name)]
    said = [word for n, word in enumerate(said) if n == 0 or word != said[n - 1]]
    if said[1:] and said[-1] == "no":
        said[-1] = "number"
    return " ".join("IDs" if word == "IDS" else word for word in said) or name


def singular(word: str) -> str:
    """`categories` as `category`."""
    if word.lower() == "ids":
        return word[:2]
    if word.endswith(_SINGULAR):
        return word
    for ending, one in _PLURALS.items():
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + one
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def is_plural(word: str) -> bool:
    """Whether a noun names several things."""
    return singular(word) != word


def noun(table: str) -> str:
    """One row of a table, in words: `issue_types` is `issue type`."""
    *first, last = words_of(table) or [table]
    return " ".join([*first, singular(last)])


def identifier(text: str) -> str:
    """Words as a name that the language takes: `issue type` is `issue_type`."""
    found = "_".join(words_of(text)) or "value"
    return found if found[0].isalpha() else f"n{found}"


def spelled(thing: str, text: str) -> str:
    """Words that are written together, as a text writes them: `workflow scheme`."""
    wanted = thing.replace(" ", "").lower()
    said = re.findall(r"[A-Za-z]+", text)
    for size in (2, 3):
        for start in range(len(said) - size + 1):
            part = said[start : start + size]
            if "".join(part).lower() == wanted:
                return " ".join(part).lower()
    return thing


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def capital(text: str) -> str:
    """With a capital letter at its start."""
    return text[:1].upper() + text[1:]
