"""A diagnostic as a finding of a run: by what it is recognised tomorrow, and its traces."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections import Counter
from collections.abc import Iterable

from rewardlang.diagnostics.diagnostic import Diagnostic, Level
from rewardlang.frozen import frozen
from rewardlang.source import Source

_OWNER = re.compile(r"^(scenario|api|world):[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_DIGITS = 20


@frozen
class Finding:
    """One finding.

    Attributes:
        file: The file whose linting found it; its place may be in an API or a world.
        fingerprint: Stays as it is while lines move and other things change.
        traces: Files of saved traces that show it.
    """

    diagnostic: Diagnostic
    file: str
    fingerprint: str = ""
    traces: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return self.diagnostic.code.level

    @property
    def replays(self) -> tuple[tuple[str, ...], ...]:
        """The commands that play the traces again."""
        return tuple(("rewardlang", "run", self.file, "--trace", each) for each in self.traces)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is said below it; of several traces the first is enough."""
        return tuple(f"replay with `{shlex.join(command)}`" for command in self.replays[:1])


def fingerprints(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """A fingerprint for each: of its code, the scenario's name, and the text that it points at.

    White space in the text does not count. Of several that are alike the second and later ones are
    numbered.
    """
    seen: Counter[str] = Counter()
    found = []
    for diagnostic in diagnostics:
        span = diagnostic.label.span
        text = " ".join(span.text.split())
        key = f"{diagnostic.code.id}\n{_owner(span.source)}\n{text}"
        seen[key] += 1
        digest = hashlib.sha256(f"{key}\n{seen[key]}".encode())
        found.append(digest.hexdigest()[:_DIGITS])
    return found


def _owner(source: Source) -> str:
    """What the file declares, `scenario jira.create`; its path when it does not say."""
    match = _OWNER.search(source.text)
    return source.path if match is None else f"{match[1]} {match[2]}"
