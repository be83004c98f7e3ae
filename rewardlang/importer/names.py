"""Words of a document as names of the language, and names as words for people."""

from __future__ import annotations

import re
from collections.abc import Container

from rewardlang.syntax.words import RESERVED
from rewardlang_runtime.builtins import BUILTINS

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SENTENCE = re.compile(r"(?<=[a-z0-9)`\"'])[.!?](?=\s|$)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_MARK = re.compile(r"[*`]{1,3}|^#+\s*|^[-*+]\s+", re.MULTILINE)
_SAME = ("news", "series", "status", "access", "address", "process", "analysis", "basis", "data",
         "metadata", "content", "children", "info", "settings", "properties of")  # fmt: skip
_TAKEN = frozenset({
    "args", "now", "actor", "counters", "workflow", "search", "state", "initial", "final", "delta",
    "answer", "params", "expect", "index", "lists", "kind", "status", "response", "error", "ok",
    "before", "after", "op", "any", "all", "none", "count", "filter", "map", "sort_by", "min_by",
    "max_by", "calls", "first", "last", "best", "called", "never", "only", "every", "seq",
})  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a name in any case, in lower case: `spaceId`, `space-id` -> space, id."""
    return [word.lower() for word in _WORD.findall(text)]


def snake(text: str) -> str:
    """`space-roles`, `spaceRoles` -> `space_roles`."""
    found = "_".join(words(text)) or "x"
    return f"n{found}" if found[0].isdigit() else found


def camel(text: str) -> str:
    """`space-id` -> `spaceId`; a name that is one already stays."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return text
    first, *rest = words(text) or ["x"]
    found = first + "".join(word.capitalize() for word in rest)
    return f"n{found}" if found[0].isdigit() else found


def identifier(text: str) -> str:
    """`text` with all that no name may have made `_`."""
    found = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_") or "x"
    return f"n{found}" if found[0].isdigit() else found


def squeezed(text: str) -> str:
    """A name for comparing: `space-id`, `spaceId` and `SpaceID` are the same."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def singular(name: str) -> str:
    """`space_roles` -> `space_role`, `properties` -> `property`."""
    if name.endswith(_SAME):
        return name
    for end, put in (("statuses", "status"), ("aliases", "alias")):
        if name.endswith(end):
            return name[: -len(end)] + put
    for end, put in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if name.endswith(end) and len(name) > len(end) + 1:
            return name[: -len(end)] + put
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-1]
    return name


def plural(name: str) -> str:
    """`space_role` -> `space_roles`; what is a plural stays."""
    if name.endswith(_SAME) or singular(name) != name:
        return name
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def joined(*names: str) -> str:
    """`page_property`, `id` -> `pagePropertyId`."""
    first, *rest = [part for name in names for part in name.split("_") if part] or ["x"]
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def unused(name: str, taken: Container[str]) -> str:
    """`name`, or the first of `name2`, `name3` ... that nobody has."""
    number, made = 2, name
    while made in taken:
        made, number = f"{name}{number}", number + 1
    return made


def is_taken(name: str) -> bool:
    """Whether the language means something by `name`."""
    return name in RESERVED or name in _TAKEN or name in BUILTINS


def plain_text(text: str) -> str:
    """Markdown and HTML as plain text on one line."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", text))
    text = "".join(char for char in _MARK.sub("", text) if char.isprintable() or char in "\n\t")
    return " ".join(text.split())


def sentence(text: str, most: int = 200) -> str:
    """The first sentence of `text`, cut between words."""
    whole = plain_text(text)
    end = _SENTENCE.search(whole)
    found = whole[: end.end()] if end else whole
    if len(found) > most:
        found = found[: most - 1].rsplit(" ", 1)[0].rstrip(",;:( ") + "…"
    return found


def sentences(text: str, most: int) -> str:
    """The first sentences of `text`, as many as fit; at least one, cut if it must be."""
    whole = plain_text(text)
    ends = [match.end() for match in _SENTENCE.finditer(whole) if match.end() <= most]
    if ends:
        return whole[: ends[min(len(ends), 2) - 1]]
    found = sentence(text, most)
    return f"{found}." if found and found[-1].isalnum() else found


def spoken(name: str) -> str:
    """`issue_link_types` -> `issue link types`."""
    return " ".join(words(name))
