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
_DAY = date(2026, 1, 5)


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
    return f"{about} {spoken(name)}"


def _title(one: str, number: int, about: str, first: str, family: str) -> str:
    what = spoken(one)
    if what.split()[-1] in ("user", "member", "person", "owner", "actor"):
        return f"{first} {family}"
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


def day(number: int, rng: Rng) -> date:
    """A day; later rows have later ones, some weeks apart."""
    return _DAY + timedelta(days=9 * number + rng.below(7))


def moment(number: int, rng: Rng) -> str:
    """A time as an API writes it."""
    hour, minute = 8 + rng.below(10), rng.below(60)
    return f"{day(number, rng).isoformat()}T{hour:02d}:{minute:02d}:00.000Z"
