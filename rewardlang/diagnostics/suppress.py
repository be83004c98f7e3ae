"""Suppressions as data: which findings a comment silences, and which none can."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang.diagnostics.diagnostic import Code, Diagnostic
from rewardlang.frozen import frozen
from rewardlang.source import Span

WHOLE_FILE = (1, 1 << 30)
"""Lines that a suppression of a file covers."""

# Without these a reward may leave [0, 1], or there is no module at all.
_COMPILER = frozenset({"D209", "D211", "N401", "P701", "P704"})


@frozen
class Suppression:
    """`# rewardlang: ignore[H501] reason`.

    Attributes:
        comment: From `#` to the end of the line.
        ids: The codes that it names, as far as there are such, each with its place.
        first, last: The lines that it covers, from 1.
    """

    comment: Span
    ids: tuple[tuple[str, Span], ...]
    first: int
    last: int


Use = tuple[Suppression, str]
"""A suppression and the code, one of its own, for which it was needed."""


def is_hard(code: Code) -> bool:
    """Whether nothing but mending helps: an error without which there is no program to judge."""
    return code.level == "error" and (code.id[0] in "YT" or code.id in _COMPILER)


def suppression_of(diagnostic: Diagnostic, suppressions: Iterable[Suppression]) -> Use | None:
    """What silences a diagnostic: the one that stands nearest before it, if any."""
    if is_hard(diagnostic.code):
        return None
    span = diagnostic.label.span
    line = span.begin.line
    found = None
    for each in suppressions:
        if (
            each.comment.source.path == span.source.path
            and each.first <= line <= each.last
            and any(id == diagnostic.code.id for id, _ in each.ids)
            and (found is None or each.first >= found.first)
        ):
            found = each
    return None if found is None else (found, diagnostic.code.id)
