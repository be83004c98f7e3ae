"""Findings as workflow commands, which GitHub shows beside the changed lines.

Source: "Workflow commands for GitHub Actions"; what is escaped is what actions/toolkit's
`command.ts` escapes.
"""

from __future__ import annotations

from collections.abc import Sequence

from rewardlang.findings.finding import Finding

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def text(findings: Sequence[Finding], files: Sequence[str]) -> str:
    """One line each."""
    return "\n".join(map(_command, findings))


def _command(finding: Finding) -> str:
    diagnostic = finding.diagnostic
    span = diagnostic.label.span
    begin, end = span.begin, span.finish
    where: dict[str, str | int] = {"file": span.source.path, "line": begin.line}
    if end.line == begin.line:  # GitHub shows columns within one line only
        where |= {"endLine": end.line, "col": begin.column, "endColumn": end.column}
    else:
        where["endLine"] = end.line
    where["title"] = f"{diagnostic.code.id} {diagnostic.code.name}"
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in where.items())
    said = [diagnostic.message]
    if diagnostic.label.text:
        said.append(diagnostic.label.text)
    if diagnostic.help:
        said.append(f"help: {diagnostic.help}")
    said += finding.notes
    return f"::{_LEVELS[diagnostic.code.level]} {properties}::{_data(chr(10).join(said))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
