"""What an editor offers to do about a diagnostic: its fix, or a comment that suppresses it."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlang.diagnostics.diagnostic import Diagnostic, Fix
from rewardlang.diagnostics.suppress import is_hard
from rewardlang.frozen import frozen
from rewardlang.lsp.analysis import Analysis
from rewardlang.source import Span
from rewardlang.syntax.comments import scalars

REASON = "say why it is right here"


@frozen
class Action:
    """A change that answers a diagnostic; the preferred one is what "fix this" does."""

    title: str
    diagnostic: Diagnostic
    change: Fix
    preferred: bool = False


def actions(analysis: Analysis, start: int, end: int) -> Iterator[Action]:
    """What can be done about the diagnostics that touch the characters `start` to `end`."""
    for diagnostic in analysis.findings:
        span = diagnostic.label.span
        if span.source.path != analysis.source.path or span.end < start or end < span.start:
            continue
        fix = diagnostic.fix
        if fix is not None and fix.span.source.path == analysis.source.path:
            yield Action(_title(diagnostic, fix), diagnostic, fix, fix.safe)
        if not is_hard(diagnostic.code) and diagnostic.code.id[0] not in "YM":
            yield _suppression(analysis, diagnostic)


def _title(diagnostic: Diagnostic, fix: Fix) -> str:
    old, new = fix.span.text, fix.replacement
    if diagnostic.code.id == "Y009" or "\n" in old or "\n" in new:
        return f"Mend: {diagnostic.message}"
    if not old:
        return f"Insert `{new}`"
    return f"Replace `{old}` by `{new}`" if new else f"Remove `{old}`"


def _suppression(analysis: Analysis, diagnostic: Diagnostic) -> Action:
    """A comment on the line above; of a value of several lines, above the first."""
    source = analysis.source
    begin = diagnostic.label.span.start
    for scalar in scalars(analysis.root) if analysis.root is not None else ():
        if scalar.span.start <= begin <= scalar.span.end:
            begin = scalar.span.start
    line = source.offset(source.position(begin).line)
    text = source.text[line:]
    indent = text[: len(text) - len(text.lstrip(" "))]
    comment = f"{indent}# rewardlang: ignore[{diagnostic.code.id}] {REASON}\n"
    title = f"Suppress {diagnostic.code.id} ({diagnostic.code.name}) with a comment"
    return Action(title, diagnostic, Fix(Span(source, line, line), comment))
