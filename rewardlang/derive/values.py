"""Values that a person might ask for, by the name and the schema of the argument they go to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang.derive.schemas import kinds_of
from rewardlang.derive.words import words_of

TITLES = (
    "Quarter review", "Launch checklist", "Billing cleanup", "Customer feedback", "Team rota",
    "Budget draft", "Partner onboarding", "Night shift notes", "Vendor contacts", "Risk register",
    "Travel rules", "Training plan",
)  # fmt: skip
SENTENCES = (
    "Agreed in the planning meeting", "Waiting for the next release", "Checked with the partner",
    "Please have a second look", "The customer was informed", "Numbers look right again",
    "Kept for the yearly audit", "Needs an owner before Friday", "Moved here from the old site",
    "Taken over from the night shift", "Nothing left to clear up", "Ask the finance team first",
)  # fmt: skip
_WORDS = (
    "triaged", "urgent", "mobile", "partner", "backlog", "quarterly", "legacy", "pilot", "north",
    "billing", "archive", "frontline",
)  # fmt: skip
_KEYS = ("OPSX", "NORTH", "BILL", "PILOT", "AUDIT", "RETAIL", "LEGAL", "MEDIA", "FIELD", "CORE")
_HOSTS = (
    "https://status.acme.example", "https://docs.acme.example/plan", "https://acme.example/help",
    "https://media.acme.example/logo.png", "https://acme.example/terms",
    "https://wiki.acme.example/start", "https://acme.example/forms/7",
    "https://reports.acme.example/q3", "https://acme.example/press", "https://shop.acme.example",
)  # fmt: skip
_MAILS = tuple(
    f"{who}@acme.example"
    for who in ("ana.silva", "ben.carter", "chen.wei", "dora.novak", "emil.larsen", "grace.kim",
                "hugo.martin", "iris.papadaki", "jon.berg", "fatima.haddad")
)  # fmt: skip
_COLOURS = ("#ff5630", "#36b37e", "#6554c0", "#00b8d9", "#ffab00", "#253858", "#de350b", "#0052cc")
_DATES = tuple(
    f"2026-{month:02}-{day:02}" for month, day in zip(range(4, 12), range(7, 29, 3), strict=False)
)
_ACCOUNTS = tuple(
    f"5b10ac8d82e05b22cc7d{n}"
    for n in ("4ef5", "51a2", "6b0c", "7d19", "83f4", "9c2e", "a1b7", "c5d8")
)
_UUIDS = tuple(
    f"{n}f2c1a-4b7e-4d20-9a3c-6e1d5b8f0{n}"
    for n in ("101", "212", "323", "434", "545", "656", "767", "878")
)
_NUMBERS = (3, 5, 7, 12, 14, 20, 25, 30, 40, 45, 60, 90)
_IDS = tuple(str(10_013 + 37 * n) for n in range(12))
_TEXTS = {"description", "comment", "text", "message", "reason", "note", "body", "content", "value"}
_TITLED = {"name", "title", "summary", "subject", "label", "display"}


def pool(name: str, schema: Mapping[str, Any]) -> list[Any]:
    """Values for one scalar argument, those that its schema admits; [] when none is known."""
    kinds = kinds_of(schema)
    if "const" in schema:
        return [schema["const"]]
    if schema.get("enum"):
        return [value for value in schema["enum"] if value not in (None, "")][:10]
    if "boolean" in kinds:
        return [True, False]
    if "integer" in kinds or "number" in kinds:
        return [int(n) for n in _numbers(schema) if n is not None]
    if "string" in kinds or not kinds:
        return [text for text in _texts(name, schema) if _admits(schema, text)]
    return []


def _numbers(schema: Mapping[str, Any]) -> Iterator[float]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", 1e15) - 1)
    found = [n for n in _NUMBERS if low <= n <= high]
    if len(found) < 3:
        found = list(range(int(low), int(min(high, low + 9)) + 1))
    yield from found


def _texts(name: str, schema: Mapping[str, Any]) -> tuple[str, ...]:
    said = words_of(name)
    last = said[-1] if said else ""
    form = schema.get("format", "")
    match form:
        case "date":
            return _DATES
        case "date-time":
            return tuple(f"{day}T09:00:00.000Z" for day in _DATES)
        case "uri" | "url":
            return _HOSTS
        case "email":
            return _MAILS
        case "uuid":
            return _UUIDS
        case "storage":
            return tuple(f"<p>{text}.</p>" for text in SENTENCES)
    both = (*_chosen(said, last), *TITLES, *_WORDS, *_KEYS, *_IDS, *_DATES, *_UUIDS)
    preferred = _chosen(said, last)
    admitted = [text for text in preferred if _admits(schema, text)]
    return preferred if len(admitted) >= 3 else both


def _chosen(said: list[str], last: str) -> tuple[str, ...]:
    joined = " ".join(said)
    if "account" in said and last in ("id", "ids"):
        return _ACCOUNTS
    if last in ("uuid", "ari", "cursor"):
        return _UUIDS
    if last in ("id", "ids"):
        return _IDS
    if last in ("key", "keys"):
        return tuple(word + ".setting" for word in _WORDS) if "property" in said else _KEYS
    if last in ("email", "emails", "mail"):
        return _MAILS
    if last in ("url", "uri", "link", "href"):
        return _HOSTS
    if "color" in said or "colour" in said:
        return _COLOURS
    if "date" in said or last in ("until", "since", "from", "started", "expires"):
        return _DATES
    if any(word in _TEXTS for word in said):
        return SENTENCES
    if any(word in _TITLED for word in said) or "name" in joined:
        return TITLES
    return _WORDS


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
