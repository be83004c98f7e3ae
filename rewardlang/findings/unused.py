"""Suppressions that nothing needed (M901)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.codes import CODES
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.suppress import Suppression, Use, is_hard
from rewardlang.driver import Checked
from rewardlang.findings.judged import rules
from rewardlang.source import Span


def unneeded(path: Path, checked: Checked) -> tuple[Diagnostic, ...]:
    """The suppressions in a file that nothing which the static rules find needs."""
    own = [s for s in checked.suppressions if s.comment.source.path == path.as_posix()]
    known = checked.judgeable is not None
    return tuple(unused(own, checked.uses, lambda code: known and code not in rules()))


def unused(
    suppressions: Iterable[Suppression], uses: Iterable[Use], decides: Callable[[str], bool]
) -> Iterator[Diagnostic]:
    """A diagnostic for each code of a suppression that silenced nothing.

    `decides` tells of a code whether it would have been found; where that is open, nothing is said.
    """
    needed = {(each.comment.source.path, each.comment.start, id) for each, id in uses}
    for each in suppressions:
        for id, place in each.ids:
            if (each.comment.source.path, each.comment.start, id) in needed:
                continue
            if is_hard(CODES[id]):
                message = f"`{id}` cannot be suppressed"
                label = "without it mended there is no program"
                help = "mend what it reports, and take the comment out"
            elif decides(id):
                message = f"`{id}` is suppressed and does not occur here"
                label, help = "silences nothing", "take it out"
            else:
                continue
            yield Diagnostic(
                codes.UNUSED_SUPPRESSION,
                message,
                Label(place, label),
                help=help,
                fix=Fix(*_removal(each, place), safe=True),
            )


def _removal(suppression: Suppression, place: Span) -> tuple[Span, str]:
    """What to replace by what, so that a code is no longer suppressed."""
    source, text = place.source, place.source.text
    ids = [span for _, span in suppression.ids]
    if len(ids) > 1:
        at = ids.index(place)
        if at + 1 < len(ids):
            return Span(source, place.start, ids[at + 1].start), ""
        return Span(source, ids[at - 1].end, place.end), ""
    start, end = suppression.comment.start, suppression.comment.end
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip(" \t"):  # something stands before it: the line stays
        return Span(source, line + len(text[line:start].rstrip(" \t")), end), ""
    after = text.find("\n", end)
    return Span(source, line, len(text) if after < 0 else after + 1), ""
