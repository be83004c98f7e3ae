"""How likely it is that a person gives an argument: a name or a text sooner than a setting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rewardlang.derive.heeded import counts
from rewardlang.derive.refers import Refers
from rewardlang.derive.request import LABELS, Path
from rewardlang.derive.schemas import kinds_of, scalar_schema, shape
from rewardlang.derive.sentences import sayings_of
from rewardlang.derive.words import words_of
from rewardlang.judge.leaves import resolved, variants

PAGING = {
    "startAt", "maxResults", "limit", "cursor", "expand", "pageToken", "nextPageToken", "start",
    "offset", "fields", "properties", "page", "size", "pageSize", "nextToken", "sort", "orderBy",
    "bodyFormat", "body-format", "after", "before",
}  # fmt: skip
"""Arguments that choose how much of a response is shown, and how."""
_SERVER = {
    "author", "update author", "creator", "created", "updated", "modified", "self", "links",
    "expand", "avatar urls", "icon url", "history metadata", "editmeta", "etag", "account type",
    "created by", "updated by", "modified by", "created at", "updated at", "modified at",
    "created on", "updated on", "modified on", "created date", "updated date", "date created",
    "last modified", "last updated", "last viewed", "last login", "total", "is last", "jsd public",
}  # fmt: skip
"""What a server makes of itself, or repeats in its answers."""
_TUNES = re.compile(
    r"notify|override|return|bypass|skip|expand|send (bulk )?notification|validate|dry run|use |"
    r"include|minor edit|is dismissible|properties$|history|ignore"
)
"""Settings of a request, which are not what it is about."""
_GONE = re.compile(
    r"(?i)no longer (available|supported|used)|\bdeprecated\b|read[- ]?only|is ignored|"
    r"not supported"
)
_TEXTS = {
    "description", "body", "text", "comment", "content", "message", "note", "details", "reason",
}  # fmt: skip
WRAPPERS = {
    "fields", "body", "data", "attributes", "payload", "details", "input", "request", "resource",
    "item", "params", "values", "object", "update",
}  # fmt: skip
"""Objects that hold what is said of the thing itself, not of another."""


def worth(
    refers: Refers, path: Path, schema: Any, root: Mapping[str, Any], read: frozenset[Any] | None
) -> int | None:
    """How early an optional argument is thought of: the lower the sooner, 4 and more for what is
    seldom said; None of what nobody gives."""
    words = [str(step) for step in path if isinstance(step, str)]
    says = " ".join(words_of(words[-1]))
    known = resolved(schema, root)
    described = described_by(schema, root)
    if any(" ".join(words_of(word)) in _SERVER or word.startswith("_") for word in words):
        return None
    if known.get("readOnly") or _GONE.search(described) or not counts(read, tuple(words)):
        return None
    new = says == "id" and len(words) == 1 and refers.operation.method == "POST"
    if new and words[0] not in refers.in_path and refers.table(path, known) is None:
        return None
    said = str(sayings_of(refers.operation)[0])
    stated = {*words_of(said), *words_of(refers.operation.name)}
    if any(word.lower() in _STEPS - stated for word in words[:-1]):
        return None
    # A list at the outside holds the things themselves, of which there may be several.
    within = words[1:-1] if path[1:2] == (0,) else words[:-1]
    far = sum(word.lower() not in WRAPPERS for word in within)
    kind = shape(schema, root)
    scalar = scalar_schema(schema, root) if kind == "scalar" else {}
    table = refers.table(
        (*path, 0) if kind == "array" else path, {**scalar, "description": described}
    )
    if _TUNES.search(says):
        return 7 + far
    if says in ("filename", "file name", "original filename"):
        return -1
    if set(words_of(words[-1])) & {"jql", "cql"}:
        return 1 + 2 * far
    if set(words_of(words[-1])) & {"spent", "estimate", "duration"} and "string" in kinds_of(
        scalar
    ):
        return 2 + 2 * far
    if kind == "document" or kind == "represented" or says in _TEXTS:
        return 1 + 3 * far
    if says == "key" and not far and refers.made:
        return 1  # What is made is found by it.
    if words[-1] in LABELS and words[-1] != "key" and table is None:
        return 0 if not far else 4 + far
    if table is not None:
        # A thing of the kind that is made is a pattern or a parent for it, which few have.
        return (6 if table in refers.made else 2) + far
    if words[-1] == "value":
        return 1 + 3 * far
    if scalar.get("enum") or scalar.get("format") or "boolean" in kinds_of(scalar):
        return 3 + far
    if {"id", "ids", "key", "keys"} & set(words_of(words[-1])):
        return 6 + far
    return 4 + far


_STEPS = {"transition", "version"}
"""What goes along with a change and is the matter only where the summary says so."""


def described_by(schema: Any, root: Mapping[str, Any]) -> str:
    """What a schema says of itself, or one of those that it is made of."""
    texts = [schema.get("description")] if isinstance(schema, dict) else []
    texts += [each.get("description") for each in variants(schema, root)]
    return next((text for text in texts if isinstance(text, str) and text), "")
