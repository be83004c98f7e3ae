"""Words for rows: people, topics, things; each value follows from a name, a number and a seed."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rewardlang.importer.names import spoken, squeezed, words
from rewardlang_runtime.rng import Rng, stream

PEOPLE = (
    ("Ana", "Silva"), ("Ana", "Souza"), ("Ben", "Carter"), ("Ben", "Okafor"), ("Chen", "Wei"),
    ("Dora", "Novak"), ("Emil", "Larsen"), ("Fatima", "Haddad"), ("Grace", "Kim"),
    ("Hugo", "Martin"), ("Iris", "Papadaki"), ("Jon", "Berg"),
)  # fmt: skip
TOPICS = (
    "Billing", "Search", "Checkout", "Identity", "Reports", "Mobile", "Payments", "Exports",
    "Webhooks", "Catalog", "Onboarding", "Support", "Invoices", "Sessions", "Alerts", "Shipping",
)  # fmt: skip
PAPERS = ("runbook", "release notes", "roadmap", "handbook", "checklist", "review", "overview")
SENTENCES = (
    "Keeps the {topic} team informed.", "Used by {topic} since last spring.",
    "Ask {person} before you change it.", "Replaces what {topic} had before.",
    "Reviewed by {person} every quarter.", "Only for {topic}.",
)  # fmt: skip
COLOURS = ("#1f78b4", "#33a02c", "#e31a1c", "#ff7f00", "#6a3d9a", "#b15928", "#a6cee3", "#fb9a99")
TOWNS = ("Lisbon", "Leipzig", "Lyon", "Porto", "Prague", "Graz", "Ghent", "Oslo")
ACCOUNTS = ("5b10a0c1", "5b10a0c2", "5b10b1d4", "5b10c2e7", "5b10d3f9")
"""People of an API that has no table of users."""
_PERSONS = frozenset({
    "author", "owner", "account", "creator", "user", "assignee", "reporter", "modifier", "lead",
})  # fmt: skip
_PEOPLE = frozenset({
    "user", "member", "person", "owner", "actor", "customer", "client", "patient", "employee",
    "doctor", "vet", "veterinarian", "nurse", "driver", "student", "teacher", "guest", "contact",
    "passenger", "tenant", "attendee", "candidate",
})  # fmt: skip
PETS = ("Poppy", "Luna", "Momo", "Bruno", "Nala", "Pepper", "Otto", "Suki", "Felix", "Hazel")
STREETS = (
    "Harbour Street",
    "Mill Lane",
    "Station Road",
    "Linden Avenue",
    "Castle Hill",
    "Quay Side",
)
COUNTRIES = (
    ("PT", "PRT", "Portugal"), ("DE", "DEU", "Germany"), ("FR", "FRA", "France"),
    ("CZ", "CZE", "Czechia"), ("AT", "AUT", "Austria"), ("BE", "BEL", "Belgium"),
    ("NO", "NOR", "Norway"),
)  # fmt: skip
_DAY = date(2026, 1, 5)
_PAST = frozenset({"lent", "paid", "sent", "seen", "made", "taken", "bought", "sold", "left"})
_LATE = frozenset({"due", "expires", "expiry", "expiration", "end", "ends", "until", "deadline"})
_MOST_PAST = 11
"""So many rows with times of the past lie before the clock of a world, 2026-03-02."""


def is_person(name: str) -> bool:
    """Whether a field is about a person: `owner`, `archivedBy`."""
    said = words(name)
    return bool(_PERSONS & set(said)) or said[-1:] == ["by"]


def somebody(name: str, number: int) -> int:
    """The number of the person in the field `name` of row `number`."""
    return (number * 2 + len(name)) % len(ACCOUNTS)


def topic(number: int, one: str) -> str:
    """A topic; the first two rows of a table share theirs, so that they are easily mixed up."""
    offset = stream("topic", one) % len(TOPICS)
    return TOPICS[(offset + max(number - 1, 0)) % len(TOPICS)]


def person(number: int) -> tuple[str, str]:
    """First and last name; the first two have the first in common."""
    return PEOPLE[number % len(PEOPLE)]


def word_for(name: str, one: str, number: int, rng: Rng) -> str:
    """A text for the field `name` of row `number` of a table whose rows are called `one`."""
    known = known_word(name, one, number, rng)
    return known if known is not None else f"{topic(number, one)} {spoken(name)}"


def known_word(name: str, one: str, number: int, rng: Rng) -> str | None:
    """The text for a field whose name says what it holds; None for any other."""
    said, squeeze = words(name), squeezed(name)
    last = said[-1] if said else ""
    first, family = person(number)
    about = topic(number, one)
    if "email" in said or squeeze.endswith("mail"):
        return f"{first}.{family}@example.com".lower()
    if squeeze in ("displayname", "fullname", "username", "realname", "author", "owner"):
        return f"{first} {family}" if "user" not in said else f"{first}.{family}".lower()
    if squeeze.startswith("first"):
        return first
    if squeeze.startswith(("lastname", "family", "surname")):
        return family
    if last in ("name", "title", "summary", "subject", "label", "headline"):
        return _title(one, number, about, first, family)
    if last in (
        "description",
        "desc",
        "comment",
        "message",
        "body",
        "text",
        "note",
        "details",
        "guideline",
    ):
        made = SENTENCES[(stream(one) + number) % len(SENTENCES)]
        return made.format(topic=about, person=f"{first} {family}")
    if last in (
        "url",
        "uri",
        "link",
        "href",
        "icon",
        "self",
        "thumbnail",
        "webui",
        "download",
    ) or squeeze.endswith(("url", "uri")):
        return f"https://example.com/{'-'.join(words(one))}/{number + 1}"
    if last in ("color", "colour"):
        return COLOURS[number % len(COLOURS)]
    if last == "key":
        return _key(one, number, about)
    if last in ("locale", "language", "lang"):
        return ("en_GB", "de_DE", "fr_FR", "pt_PT")[number % 4]
    if squeeze.endswith("timezone"):
        return ("Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "UTC")[number % 4]
    if last in ("city", "town", "location"):
        return TOWNS[number % len(TOWNS)]
    if last in ("phone", "telephone"):
        return f"+351 21 555 {1000 + 37 * number}"
    if last in ("currency",):
        return ("EUR", "USD", "GBP", "CHF")[number % 4]
    if last == "version":
        return f"{1 + number // 3}.{number % 3}.0"
    if last in ("filename", "file"):
        return f"{about.lower()}-{number + 1}.pdf"
    if squeeze.endswith(("mimetype", "mediatype", "contenttype")):
        return ("application/pdf", "image/png", "text/plain")[number % 3]
    if last in ("jql", "query", "cql", "filter"):
        return f"project = {about[:3].upper()} ORDER BY created DESC"
    if last in ("type", "kind", "category", "state", "status", "mode"):
        return ("standard", "custom", "internal", "external")[number % 4]
    if last == "id" and _PERSONS & set(said):
        return ACCOUNTS[number % len(ACCOUNTS) if one == "user" else somebody(name, number)]
    if last == "id":
        return str(1000 + 10 * rng.below(800) + number % 10)
    return _plain_word(said, number)


def _plain_word(said: list[str], number: int) -> str | None:
    """What people and places have."""
    last = said[-1] if said else ""
    if last in ("street", "road") or said[-2:] in (["address", "line"], ["line", "1"]):
        return f"{3 + 7 * number} {STREETS[number % len(STREETS)]}"
    if said[-2:] in (["postal", "code"], ["post", "code"], ["zip", "code"]) or last in (
        "zip", "postcode", "postalcode", "zipcode",
    ):  # fmt: skip
        return f"{10_115 + 1_210 * number}"
    if said[-2:] == ["country", "code"]:
        return country(number, 2)
    if last in ("country", "nationality"):
        return COUNTRIES[number % len(COUNTRIES)][2]
    if last in ("mobile", "fax"):
        return f"+351 91 555 {1000 + 37 * number}"
    if last == "tag":
        return TOPICS[number % len(TOPICS)].lower()
    if last == "gender":
        return ("female", "male")[number % 2]
    return None


def country(number: int, letters: int) -> str:
    """A code of two letters or three."""
    return COUNTRIES[number % len(COUNTRIES)][letters == 3]


def number_for(name: str, number: int, rng: Rng, whole: bool) -> float | None:
    """A number for a field whose name says how large it is; None for any other."""
    said = set(words(name))
    if "year" in said:
        return 1990 + (7 * number + rng.below(7)) % 37
    if whole:
        return None
    if said & {"weight", "height", "length", "width"}:
        return round(1 + rng.below(400) / 10, 1)
    if said & {"price", "amount", "total", "cost", "balance", "fee", "subtotal"}:
        return round(4.5 + rng.below(400) / 2, 2)
    return None


def _title(one: str, number: int, about: str, first: str, family: str) -> str:
    what = spoken(one)
    if what.split()[-1] in _PEOPLE:
        return f"{first} {family}"
    if what.split()[-1] in ("pet", "animal", "dog", "cat"):
        return PETS[(stream("pet", one) + number) % len(PETS)]
    if what.split()[-1] in ("page", "post", "blogpost", "document", "article"):
        what = PAPERS[number % len(PAPERS)]
    if number == 1:
        return f"{about} {what} (old)"
    return f"{about} {what}"


def _key(one: str, number: int, about: str) -> str:
    if words(one)[-1] in ("project", "space", "plan"):
        return about[:3].upper() + ("" if number != 1 else "X")
    made = re.sub(r"[^a-z0-9]+", "-", f"{about}-{words(one)[-1]}".lower())
    return made if number != 1 else f"{made}-old"


def is_past(name: str) -> bool:
    """Whether a time is said to be over: `createdAt`, `lastModified`, `paid_on`."""
    said = words(name)
    return any(word in _PAST or (word.endswith("ed") and len(word) > 4) for word in said)


def day(number: int, rng: Rng, name: str = "") -> date:
    """A day for the field `name`; later rows have later ones, some days apart.

    What is over lies before the clock of a world, births some years before it.
    """
    if {"born", "birth", "birthday", "birthdate"} & set(words(name)):
        return date(2014 + number % 11, 1 + rng.below(12), 1 + rng.below(28))
    if is_past(name):
        return _DAY + timedelta(days=5 * (number % _MOST_PAST) + rng.below(5))
    late = 14 if _LATE & set(words(name)) else 0
    return _DAY + timedelta(days=9 * number + rng.below(7) + late)


def moment(number: int, rng: Rng, name: str = "") -> str:
    """A time as an API writes it."""
    hour, minute = 8 + rng.below(10), rng.below(60)
    return f"{day(number, rng, name).isoformat()}T{hour:02d}:{minute:02d}:00.000Z"
