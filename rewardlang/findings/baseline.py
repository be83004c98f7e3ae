"""The baseline: findings that a project has for now, so that only new ones stop a change.

A JSON object with `rewardlang-baseline: 1` and `findings`, each with its fingerprint, and, for
those who read the file, the code, the path and the message.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label
from rewardlang.diagnostics.suppress import is_hard
from rewardlang.findings.finding import Finding
from rewardlang.frozen import frozen
from rewardlang.source import Source, Span

_VERSION = "rewardlang-baseline"


@frozen
class Entry:
    """One accepted finding and its place in the baseline file.

    `path` is the file that was linted, as seen from the baseline's folder.
    """

    fingerprint: str
    code: str
    path: str
    span: Span


@frozen
class Baseline:
    """Accepted findings; of a file that cannot be read, none, and `problem` says why."""

    path: Path
    entries: tuple[Entry, ...] = ()
    problem: Diagnostic | None = None

    def knows(self, finding: Finding) -> bool:
        """Whether a finding is accepted; one that only mending helps never is."""
        if is_hard(finding.diagnostic.code):
            return False
        return any(each.fingerprint == finding.fingerprint for each in self.entries)

    def stale(self, found: Iterable[Finding], files: Iterable[str]) -> Iterator[tuple[Entry, str]]:
        """Entries that nothing found needs, each with the one of `files`, all linted, it is of."""
        needed = {finding.fingerprint for finding in found}
        linted = {_beside(self.path, file): file for file in files}
        for entry in self.entries:
            if entry.path in linted and entry.fingerprint not in needed:
                yield entry, linted[entry.path]


def read(path: Path) -> Baseline:
    """The baseline in a file; one that is not there yet is empty."""
    shown = path.as_posix()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Baseline(path)
    except UnicodeDecodeError:
        return Baseline(path, problem=_problem(Source(shown, ""), 0, "it is not text in UTF-8"))
    except OSError as error:
        why = f"it cannot be read: {error.strerror}"
        return Baseline(path, problem=_problem(Source(shown, ""), 0, why))
    source = Source(shown, text)
    try:
        data = json.loads(text)
    except ValueError as error:
        at = error.pos if isinstance(error, json.JSONDecodeError) else 0
        return Baseline(path, problem=_problem(source, at, "it is no JSON"))
    try:
        if data[_VERSION] != 1:
            return Baseline(path, problem=_problem(source, 0, "it was written by another version"))
        rows = [(str(e["fingerprint"]), str(e["code"]), str(e["path"])) for e in data["findings"]]
    except (KeyError, TypeError):
        return Baseline(path, problem=_problem(source, 0, "it is no baseline"))
    return Baseline(path, tuple(_placed(source, rows)))


def _beside(baseline: Path, file: str) -> str:
    return Path(os.path.relpath(file, baseline.parent)).as_posix()


def _placed(source: Source, rows: list[tuple[str, str, str]]) -> Iterator[Entry]:
    at = 0
    for fingerprint, code, path in rows:
        start = max(source.text.find(fingerprint, at), 0)
        at = start + len(fingerprint)
        yield Entry(fingerprint, code, path, Span(source, start, at))


def _problem(source: Source, at: int, why: str) -> Diagnostic:
    return Diagnostic(
        codes.UNREADABLE_BASELINE,
        f"the baseline `{source.path}` is left aside: {why}",
        Label(Span(source, at, min(at + 1, len(source.text)))),
        help="write it again with `--write-baseline`, or take it from the last commit",
    )


def stale_entry(entry: Entry) -> Diagnostic:
    """What is said of an entry that nothing needs (M906)."""
    return Diagnostic(
        codes.STALE_BASELINE,
        f"`{entry.code}` in `{entry.path}` is in the baseline and was not found",
        Label(entry.span, "no longer needed"),
        help="take it out, or write the baseline again with `--write-baseline`",
    )


def write(path: Path, findings: Iterable[Finding]) -> int:
    """Accept `findings` but for those that only mending helps, and those about linting; how many.

    Raises:
        OSError: The file cannot be written; an old one is as it was.
    """
    rows = sorted(
        (
            {
                "fingerprint": finding.fingerprint,
                "code": finding.diagnostic.code.id,
                "path": _beside(path, finding.file),
                "message": finding.diagnostic.message,
            }
            for finding in findings
            if not is_hard(finding.diagnostic.code) and finding.diagnostic.code.id[0] != "M"
        ),
        key=lambda row: (row["path"], row["code"], row["fingerprint"]),
    )
    text = json.dumps({_VERSION: 1, "findings": rows}, indent=2, ensure_ascii=False)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    os.replace(temporary, path)
    return len(rows)
