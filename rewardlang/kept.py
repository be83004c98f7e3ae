"""What is kept of a file in the cache, together with all that it was made from.

An entry holds for as long as every file that was read is as it was, and every file that was looked
for is still found, or still not found, where it was.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rewardlang.cache import Cache, sha256, tool_fingerprint
from rewardlang.data import Files
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Fix, Label
from rewardlang.diagnostics.suppress import Suppression, Use
from rewardlang.source import Source, Span

_SIZE = 1_000_001
"""What of a file its key covers: one byte more than a file may have."""


class Recording(Files):
    """Reads each file once and remembers what was read and what was looked for."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes | OSError] = {}
        self.found: dict[tuple[str, str, str], str | None] = {}

    def read(self, path: Path, size: int) -> bytes:
        """As in `Files`."""
        name = str(path)
        if name not in self.texts:
            try:
                self.texts[name] = super().read(path, size)
            except OSError as error:
                self.texts[name] = error
        text = self.texts[name]
        if isinstance(text, OSError):
            raise text
        return text

    def find(self, kind: str, name: str, beside: Path) -> Path | None:
        """As in `Files`."""
        path = super().find(kind, name, beside)
        self.found[kind, name, str(beside)] = None if path is None else str(path)
        return path


class Seen:
    """Digests of files, and where files were found, each looked at once; for one run over many."""

    def __init__(self) -> None:
        self._files = Files()
        self._digests: dict[str, str] = {}
        self._found: dict[tuple[str, str, str], str | None] = {}

    def digest(self, name: str) -> str:
        """The digest of a file's content, or what keeps it from being read."""
        if name not in self._digests:
            self._digests[name] = _digest(Path(name), self._files)
        return self._digests[name]

    def find(self, kind: str, name: str, beside: str) -> str | None:
        """As in `Files`."""
        key = kind, name, beside
        if key not in self._found:
            path = self._files.find(kind, name, Path(beside))
            self._found[key] = None if path is None else str(path)
        return self._found[key]


class Kept:
    """The entry of one file in the cache.

    Attributes:
        files: What the entry is made with, so that it is known what it depends on.
        content: Changes with all that the entry was made from; known once it is read or written.
    """

    def __init__(
        self,
        kind: str,
        path: Path,
        *,
        use_cache: bool = True,
        salt: str = "",
        seen: Seen | None = None,
    ) -> None:
        """`salt` is what the entry depends on besides files: options, a budget."""
        self.files = Recording()
        self.content = ""
        self._kind = kind
        self._cache = Cache() if use_cache else None
        self._seen = seen or Seen()
        digest = _digest(path, self.files) if seen is None else seen.digest(str(path))
        self._key = sha256(f"{tool_fingerprint()} {path} {digest} {salt}".encode())

    def read(self) -> dict[str, Any] | None:
        """What was written, if all that it was made from is as it was."""
        body = self._cache.read(self._kind, self._key) if self._cache is not None else None
        if body is None:
            return None
        entry: dict[str, Any] = json.loads(body)
        if any(self._seen.digest(name) != digest for name, digest in entry["read"].items()):
            return None
        if any(self._seen.find(*wanted) != path for *wanted, path in entry["found"]):
            return None
        self.content = self._content(entry["read"], entry["found"])
        return entry

    def write(self, entry: dict[str, Any]) -> None:
        """Keep `entry`, plain data, as made from what `files` has read."""
        read = {name: _digest(Path(name), self.files) for name in self.files.texts}
        found = [[*wanted, path] for wanted, path in self.files.found.items()]
        self.content = self._content(read, found)
        if self._cache is not None:
            body = json.dumps({**entry, "read": read, "found": found})
            self._cache.write(self._kind, self._key, body.encode())

    def _content(self, read: dict[str, str], found: list[Any]) -> str:
        return sha256(f"{self._key} {sorted(read.items())} {sorted(map(str, found))}".encode())


def _digest(path: Path, files: Files) -> str:
    try:
        return sha256(files.read(path, _SIZE))
    except OSError as error:
        return f"unreadable: {error.errno}"


# ---- diagnostics as plain data ----


def to_plain(
    diagnostics: Iterable[Diagnostic],
    suppressions: Sequence[Suppression] = (),
    uses: Iterable[Use] = (),
    task: Label | None = None,
) -> dict[str, Any]:
    """Diagnostics and suppressions as plain data, with the texts of the files they point into."""
    sources: dict[str, str] = {}

    def span(place: Span) -> list[Any]:
        sources[place.source.path] = place.source.text
        return [place.source.path, place.start, place.end]

    def label(each: Label) -> list[Any]:
        return [*span(each.span), each.text]

    rows = [
        {
            "code": d.code.id,
            "message": d.message,
            "label": label(d.label),
            "others": [label(other) for other in d.others],
            "help": d.help,
            "fix": None if d.fix is None else [*span(d.fix.span), d.fix.replacement, d.fix.safe],
            "evidence": [[each.name, each.line] for each in d.evidence],
        }
        for d in diagnostics
    ]
    return {
        "diagnostics": rows,
        "suppressions": [
            [span(s.comment), [[id, *span(place)] for id, place in s.ids], s.first, s.last]
            for s in suppressions
        ],
        "uses": [[suppressions.index(each), id] for each, id in uses],
        "task": None if task is None else label(task),
        "sources": sources,
    }


def from_plain(entry: dict[str, Any]) -> list[Diagnostic]:
    """The diagnostics of `to_plain`."""
    from rewardlang.diagnostics.codes import CODES

    sources = {path: Source(path, text) for path, text in entry["sources"].items()}

    def label(row: list[Any]) -> Label:
        path, start, end, text = row
        return Label(Span(sources[path], start, end), text)

    def fix(row: list[Any] | None) -> Fix | None:
        if row is None:
            return None
        path, start, end, replacement, safe = row
        return Fix(Span(sources[path], start, end), replacement, safe)

    return [
        Diagnostic(
            CODES[row["code"]],
            row["message"],
            label(row["label"]),
            tuple(map(label, row["others"])),
            row["help"],
            fix(row["fix"]),
            tuple(Evidence(name, line) for name, line in row["evidence"]),
        )
        for row in entry["diagnostics"]
    ]


def task_from_plain(entry: dict[str, Any]) -> Label | None:
    """The task of `to_plain`."""
    if entry["task"] is None:
        return None
    path, start, end, text = entry["task"]
    return Label(Span(Source(path, entry["sources"][path]), start, end), text)


def suppressions_from_plain(
    entry: dict[str, Any],
) -> tuple[tuple[Suppression, ...], tuple[Use, ...]]:
    """The suppressions of `to_plain`, and those that were needed."""
    sources = {path: Source(path, text) for path, text in entry["sources"].items()}

    def span(path: str, start: int, end: int) -> Span:
        return Span(sources[path], start, end)

    found = tuple(
        Suppression(span(*comment), tuple((id, span(*at)) for id, *at in ids), first, last)
        for comment, ids, first, last in entry["suppressions"]
    )
    return found, tuple((found[number], id) for number, id in entry["uses"])
