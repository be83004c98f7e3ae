"""Diagnostics as JSON, in a shape that does not change.

Each is an object with `code` (T104), `name` (literal-outside-domain), `level` (error, warning,
note), `message`, `help` (text or null), a place, `labels` (the primary one first) and `fix` (or
null). A place is `path`, `line`, `column`, `endLine`, `endColumn`, `offset`, `endOffset`: lines and
columns count from 1, offsets from 0, all in characters; the end is the first character behind. A
label is a place with `text` and `primary`. A fix is a place with `replacement`, which goes there,
and `safe`, whether the meaning is sure to stay.
"""

from __future__ import annotations

from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.source import Span


def to_json(diagnostic: Diagnostic) -> dict[str, object]:
    """One diagnostic as plain data."""
    fix = diagnostic.fix
    return {
        "code": diagnostic.code.id,
        "name": diagnostic.code.name,
        "level": diagnostic.code.level,
        "message": diagnostic.message,
        **_place(diagnostic.label.span),
        "labels": [
            _label(diagnostic.label, primary=True),
            *(_label(other, primary=False) for other in diagnostic.others),
        ],
        "help": diagnostic.help,
        "fix": None
        if fix is None
        else {**_place(fix.span), "replacement": fix.replacement, "safe": fix.safe},
    }


def _label(label: Label, primary: bool) -> dict[str, object]:
    return {**_place(label.span), "text": label.text, "primary": primary}


def _place(span: Span) -> dict[str, object]:
    begin, finish = span.begin, span.finish
    return {
        "path": span.source.path,
        "line": begin.line,
        "column": begin.column,
        "endLine": finish.line,
        "endColumn": finish.column,
        "offset": span.start,
        "endOffset": span.end,
    }
