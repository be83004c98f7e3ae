"""Names of an API in plain words: fields, tables and what an operation does."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SENTENCE = re.compile(r"(?<=[a-z0-9)])\.(?:\s|$)|\n")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_PLURALS = {"ies": "y", "sses": "ss", "shes": "sh", "ches": "ch", "xes": "x", "uses": "us"}
_SINGULAR = ("status", "access", "address", "progress", "process", "analysis", "bus", "class", "is")
_UPPER = {
    "id", "url", "uri", "jql", "cql", "api", "html", "adf", "json", "ari", "ui", "sla", "ip",
    "uuid", "utc", "etag", "ids",
}  # fmt: skip
VERBS = {
    "add", "append", "apply", "archive", "assign", "associate", "cancel", "change", "check",
    "clear", "convert", "copy", "create", "deactivate", "deassociate", "delete", "disable",
    "disassociate", "dismiss", "do", "edit", "enable", "evaluate", "execute", "expand", "export",
    "extend", "find", "fetch", "get", "import", "invite", "link", "list", "load", "map", "mark",
    "match", "migrate", "move", "notify", "parse", "partially", "post", "preview", "provision",
    "publish", "purge", "put", "read", "redact", "register", "remove", "rename", "reorder",
    "replace", "reset", "resolve", "restore", "return", "returns", "run", "sanitize", "search",
    "select", "send", "set", "share", "show", "start", "stop", "store", "submit", "suggest",
    "swap", "switch", "sync", "toggle", "transition", "trash", "unarchive", "unlink", "unwatch",
    "update", "updates", "upload", "validate", "vote", "watch", "bulk", "lists", "creates",
    "deletes", "edits", "moves", "adds", "assigns", "finds", "removes", "reads", "sets", "gets",
    "analyse", "analyze", "save", "schedule", "refresh", "revoke", "grant", "make",
}  # fmt: skip
_READING = {
    "get", "gets", "list", "lists", "return", "returns", "read", "reads", "search", "find",
    "finds", "fetch", "show", "retrieve", "retrieves",
}  # fmt: skip
_THIRD = {
    "returns": "return", "lists": "list", "creates": "create", "deletes": "delete",
    "edits": "edit", "moves": "move", "adds": "add", "assigns": "assign", "finds": "find",
    "removes": "remove", "reads": "read", "sets": "set", "gets": "get", "updates": "update",
    "updated": "update", "finishes": "finish", "makes": "make", "sends": "send",
}  # fmt: skip


def words_of(name: str) -> list[str]:
    """`issueTypeId` or `issue-type-id` as `issue`, `type`, `id`."""
    return [part.lower() for part in _PARTS.findall(name)]


def spoken(name: str) -> str:
    """A field's name in plain words: `projectTypeKey` is `project type key`."""
    said = [word.upper() if word in _UPPER else word for word in words_of(name)]
    return " ".join("IDs" if word == "IDS" else word for word in said) or name


def singular(word: str) -> str:
    """`categories` as `category`."""
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


def deed(doc: str, name: str) -> tuple[str, str]:
    """What an operation does, as verb and object: `create`, `a custom field option`.

    The first sentence of its documentation; its name when that does not begin with a verb.
    """
    first = _SENTENCE.split(doc.strip(), maxsplit=1)[0]
    first = _BRACKETS.sub("", first).strip().rstrip(".")
    said = first.split()
    verb = said[0].lower() if said else ""
    if (verb not in VERBS and verb not in _THIRD) or len(said) > 14:
        said = words_of(name)
        if said and said[0] not in VERBS and said[0] not in _THIRD:
            said = ["get", *said]
        verb = said[0] if said else "call"
    rest = said[1:]
    if verb == "bulk" and rest:
        verb, rest = rest[0].lower(), rest[1:]
    if rest[:1] == ["or"] and len(rest) > 1:
        rest = rest[2:]  # "creates or updates"
    verb = _THIRD.get(verb, verb)
    end = next((n for n, word in enumerate(rest) if word.lower() in _CUT), len(rest))
    rest = [word.rstrip(";,.") for word in (rest[:end] or rest)]
    if rest[:1] == ["for"]:
        rest = rest[1:]  # "search for dashboards"
    rest = [word for word in rest if word.lower() != "paginated"] or rest
    by = next((n for n in range(len(rest) - 1, 0, -1) if rest[n].lower() == "by"), None)
    if by is not None and len(rest) - by <= 4 and rest[-1].lower().split("/")[0] in _KEYS:
        rest = rest[:by]
    rest = [word if _kept(word) else word.lower() for word in rest]
    return verb, with_article(" ".join(rest))


_KEYS = {"id", "ids", "key", "keys"}
"""What a row is found by, which people do not say."""
_CUT = {"that", "optionally", "who", "such", "along;", "deletes", "returns"}
"""Words with which a sentence goes on to say more than what it is about."""


def named_in(text: str, thing: str, value: str) -> str | None:
    """`text` with a row's name behind the words for it: `a chore` becomes `the chore c1`.

    None when the text does not end with the thing, or with a part that begins after it. Words that
    are written together in one place and apart in another are the same.
    """
    said = text.split()
    wanted = thing.replace(" ", "").lower()
    for end in range(len(said), 0, -1):
        for start in range(end - 1, max(-1, end - 4), -1):
            words = [word.lower().removesuffix("'s") for word in said[start:end]]
            if "".join(words) != wanted or (end < len(said) and said[end].lower() not in _BREAKS):
                continue
            before = said[:start]
            if before and before[-1].lower() in ("a", "an"):
                before[-1] = "the"
            elif not before or before[-1].lower() in _BREAKS:
                before.append("the")
            owner = "'s" if said[end - 1].endswith("'s") else ""
            shown = said[start:end]
            shown[-1] = shown[-1].removesuffix("'s")
            return " ".join([*before, *shown, value + owner, *said[end:]])
    return None


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


def _kept(word: str) -> bool:
    """Whether a word keeps its capitals: an abbreviation or a name."""
    return sum(letter.isupper() for letter in word) > 1


_DETERMINED = {
    "a", "an", "the", "all", "my", "your", "its", "one", "some", "any", "each", "every", "whether",
    "to", "for", "of", "from", "on", "in", "as", "if", "current", "issues", "now",
}  # fmt: skip


def with_article(phrase: str) -> str:
    """`custom field` as `the custom field`; plurals and what has an article stay."""
    said = phrase.split()
    if not said or said[0] in _DETERMINED:
        return phrase
    head = next((n for n, word in enumerate(said) if word in _BREAKS), len(said))
    if head and is_plural(said[head - 1]):
        return f"the {phrase}"
    return f"the {phrase}"


_BREAKS = {
    "for", "of", "from", "by", "in", "to", "with", "on", "as", "that", "and", "using", "at",
    "associated", "or", "into", "under", "related",
}  # fmt: skip


def head(phrase: str) -> str:
    """The thing itself of `the labels for a page`: `labels`."""
    said = [word for word in phrase.split() if word not in ("a", "an", "the", "all")]
    end = next((n for n, word in enumerate(said) if word in _BREAKS), len(said))
    return " ".join(said[:end] or said)


def reading(verb: str) -> bool:
    """Whether a verb asks for something to be told."""
    return verb in _READING


def listed(items: list[str]) -> str:
    """`a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def capital(text: str) -> str:
    """With a capital letter at its start."""
    return text[:1].upper() + text[1:]
