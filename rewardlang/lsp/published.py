"""Diagnostics as editors show them, and which files show diagnostics of which."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from rewardlang.diagnostics import codes, pages
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.lsp.places import path_of, range_of, uri_of

_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "note": types.DiagnosticSeverity.Information,
}
_UNUSED = (codes.UNUSED, codes.UNUSED_SUPPRESSION)


def as_protocol(codec: PositionCodec, diagnostic: Diagnostic) -> types.Diagnostic:
    """One diagnostic: label and help under the message, other places as related information."""
    lines = [diagnostic.message, diagnostic.label.text]
    if diagnostic.help is not None:
        lines.append(f"help: {diagnostic.help}")
    return types.Diagnostic(
        range=range_of(codec, diagnostic.label.span),
        message="\n".join(filter(None, lines)),
        severity=_SEVERITY[diagnostic.code.level],
        code=diagnostic.code.id,
        code_description=types.CodeDescription(href=_page(diagnostic)),
        source="rewardlang",
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(uri_of(other.span.source.path), range_of(codec, other.span)),
                other.text or diagnostic.code.name,
            )
            for other in diagnostic.others
        ],
        tags=[types.DiagnosticTag.Unnecessary] if diagnostic.code in _UNUSED else None,
    )


def _page(diagnostic: Diagnostic) -> str:
    return uri_of(pages.path(diagnostic.code.id))


class Board:
    """The diagnostics that are shown, by the open file whose check found them."""

    def __init__(self) -> None:
        self._found: dict[Path, dict[str, list[types.Diagnostic]]] = {}

    def put(
        self, path: Path, codec: PositionCodec, diagnostics: Iterable[Diagnostic]
    ) -> dict[str, list[types.Diagnostic]]:
        """Take what a check of `path` found; returns what all files that changed show now."""
        own = uri_of(path)
        new: dict[str, list[types.Diagnostic]] = {own: []}
        for diagnostic in diagnostics:
            uri = uri_of(diagnostic.label.span.source.path)
            new.setdefault(uri, []).append(as_protocol(codec, diagnostic))
        touched = [*new, *(u for u in self._found.get(path, {}) if u not in new)]
        self._found[path] = new
        return {uri: self._shown(uri) for uri in touched}

    def drop(self, path: Path) -> dict[str, list[types.Diagnostic]]:
        """Forget what was found from `path`; returns what the files concerned show now."""
        return {uri: self._shown(uri) for uri in self._found.pop(path, {})}

    def _shown(self, uri: str) -> list[types.Diagnostic]:
        """What all checks found in one file, each once. Its own check knows it best."""
        own = path_of(uri)
        if own in self._found:
            return self._found[own].get(uri, []) + self._elsewhere(uri, own)
        return self._elsewhere(uri, None)

    def _elsewhere(self, uri: str, own: Path | None) -> list[types.Diagnostic]:
        known = [] if own is None else self._found[own].get(uri, [])
        found: list[types.Diagnostic] = []
        for path, by_uri in self._found.items():
            if path != own:
                found += [d for d in by_uri.get(uri, []) if d not in known and d not in found]
        return found
