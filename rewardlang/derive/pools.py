"""Made-up values of many kinds, by the words in the name of the argument that they are for."""

from __future__ import annotations

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
WORDS = (
    "triaged", "urgent", "mobile", "partner", "backlog", "quarterly", "legacy", "pilot", "north",
    "billing", "archive", "frontline",
)  # fmt: skip
KEYS = ("OPSX", "NORTH", "BILL", "PILOT", "AUDIT", "RETAIL", "LEGAL", "MEDIA", "FIELD", "CORE")
HOSTS = (
    "https://status.acme.example", "https://docs.acme.example/plan", "https://acme.example/help",
    "https://media.acme.example/logo.png", "https://acme.example/terms",
    "https://wiki.acme.example/start", "https://acme.example/forms/7",
    "https://reports.acme.example/q3", "https://acme.example/press", "https://shop.acme.example",
)  # fmt: skip
MAILS = tuple(
    f"{who}@acme.example"
    for who in ("ana.silva", "ben.carter", "chen.wei", "dora.novak", "emil.larsen", "grace.kim",
                "hugo.martin", "iris.papadaki", "jon.berg", "fatima.haddad")
)  # fmt: skip
COLOURS = ("#ff5630", "#36b37e", "#6554c0", "#00b8d9", "#ffab00", "#253858", "#de350b", "#0052cc")
DATES = tuple(
    f"2026-{month:02}-{day:02}" for month, day in zip(range(4, 12), range(7, 29, 3), strict=False)
)
ACCOUNTS = tuple(
    f"5b10ac8d82e05b22cc7d{n}"
    for n in ("4ef5", "51a2", "6b0c", "7d19", "83f4", "9c2e", "a1b7", "c5d8")
)
UUIDS = tuple(
    f"{n}f2c1a-4b7e-4d20-9a3c-6e1d5b8f0{n}"
    for n in ("101", "212", "323", "434", "545", "656", "767", "878")
)
NUMBERS = (3, 5, 7, 12, 14, 20, 25, 30, 40, 45, 60, 90)
IDS = tuple(str(10_013 + 37 * n) for n in range(12))
_LOCALES = (
    "en_GB",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "pl_PL",
    "ja_JP",
    "pt_BR",
    "nl_NL",
    "sv_SE",
)
_ZONES = (
    "Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Tokyo", "Australia/Sydney",
    "America/Sao_Paulo", "Africa/Nairobi", "Asia/Kolkata", "Europe/Oslo", "America/Toronto",
)  # fmt: skip
_FILES = (
    "minutes.docx", "budget-2026.xlsx", "floor-plan.pdf", "logo.png", "contract.pdf", "rota.csv",
    "release-notes.txt", "photo-17.jpg", "slides.pptx", "invoice-204.pdf",
)  # fmt: skip
_MEDIA = ("application/pdf", "text/plain", "image/png", "text/csv", "image/jpeg", "application/zip")
_JQL = (
    "status = Done", "assignee is EMPTY", "created >= -7d ORDER BY created DESC",
    "priority = High", "due < now()", "reporter = currentUser()", "resolution = Unresolved",
    'summary ~ "invoice"', "labels = urgent", "updated >= startOfWeek()",
)  # fmt: skip
_CQL = (
    "type = page", 'title ~ "invoice"', "creator = currentUser()", 'label = "urgent"',
    'created >= now("-7d")', "type = blogpost", 'text ~ "budget"', "lastmodified >= startOfWeek()",
)  # fmt: skip
_EXPRESSIONS = (
    "issue.summary", "issue.comments.length", "user.displayName", "project.key", "issue.key",
    "issue.created", "user.timeZone", "issue.status.name",
)  # fmt: skip
_PEOPLE = ("ana", "ben", "chen", "dora", "emil", "grace", "hugo", "iris", "jon", "fatima")
_GROUPS = (
    "developers", "support-team", "finance", "site-admins", "designers", "sales-emea", "legal",
    "contractors", "hr-partners", "on-call",
)  # fmt: skip
_PERMISSIONS = (
    "READ", "EDIT", "DELETE", "ADMINISTER", "COMMENT", "SHARE", "EXPORT", "ARCHIVE", "CREATE",
)  # fmt: skip
_COLUMNS = ("summary", "status", "assignee", "priority", "created", "updated", "labels", "reporter")
_DURATIONS = ("2h", "45m", "1d", "3h 30m", "20m", "4h", "1h 15m", "2d", "5h", "90m")
_PROPERTIES = tuple(word + ".setting" for word in WORDS)
_ITEMS = tuple(
    f"{key}-{n}" for key, n in zip(KEYS, (12, 7, 31, 4, 58, 19, 3, 26, 44, 9), strict=True)
)

BY_LAST = {
    "uuid": UUIDS, "ari": UUIDS, "cursor": UUIDS, "url": HOSTS, "uri": HOSTS, "link": HOSTS,
    "href": HOSTS, "until": DATES, "since": DATES, "from": DATES, "started": DATES,
    "expires": DATES, "by": ACCOUNTS, "columns": _COLUMNS, "expression": _EXPRESSIONS,
    "expressions": _EXPRESSIONS, "zone": _ZONES, "timezone": _ZONES, "group": _GROUPS,
    "groups": _GROUPS, "groupname": _GROUPS, "user": ACCOUNTS, "users": ACCOUNTS,
    "permission": _PERMISSIONS, "permissions": _PERMISSIONS, "assignee": ACCOUNTS,
    "reporter": ACCOUNTS, "username": _PEOPLE, "position": ("First", "Last"),
}  # fmt: skip
"""By the last word of a name."""
BY_WORD = {
    "email": MAILS, "emails": MAILS, "mail": MAILS, "locale": _LOCALES, "language": _LOCALES,
    "filename": _FILES, "file": _FILES, "mime": _MEDIA, "jql": _JQL, "jqls": _JQL, "cql": _CQL,
    "color": COLOURS, "colour": COLOURS, "date": DATES, "estimate": _DURATIONS, "spent": _DURATIONS,
    "duration": _DURATIONS,
}  # fmt: skip
"""By any word of a name."""
BY_TOPIC = {"jql": _JQL, "cql": _CQL, "user": _PEOPLE, "users": _PEOPLE, "person": _PEOPLE}
"""What a query is in, by a word of its description; those before go before."""
COUNTED = {
    "pos": tuple(range(10)), "position": tuple(range(10)), "index": tuple(range(10)),
    "rank": tuple(range(10)), "level": (0, 1, 2, -1), "version": (1, 2, 3, 4),
    "minutes": (15, 30, 45, 60, 90, 120), "seconds": (900, 1800, 3600, 5400, 7200, 10800),
    "size": (16, 24, 32, 48, 64, 96), "days": (1, 2, 3, 5, 7, 14), "hours": (2, 4, 6, 8, 12, 24),
}  # fmt: skip
"""Numbers, by any word of a name."""


def texts_for(said: list[str], about: str) -> tuple[str, ...]:
    """The pool for an argument, by the words of its name; () where they say nothing.

    Args:
        about: Its description.
    """
    last = said[-1] if said else ""
    if {"account", "user"} & set(said) and last in ("id", "ids"):
        return ACCOUNTS
    if said[-2:] == ["content", "type"]:
        return _MEDIA
    if last in ("query", "queries", "strings", "filter"):
        told = set(about.lower().replace(".", " ").split())
        topics = [values for word, values in BY_TOPIC.items() if word in told]
        if topics:
            return topics[0]
    if last in ("id", "ids"):
        return IDS
    if last in ("key", "keys"):
        of = set(said) & {"property", "setting", "preference"}
        return _PROPERTIES if of else _ITEMS if set(said) & {"issue", "ticket"} else KEYS
    if last in BY_LAST:
        return BY_LAST[last]
    return next((BY_WORD[word] for word in said if word in BY_WORD), ())
