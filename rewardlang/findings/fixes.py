"""Fixes put into files, again and again until nothing changes."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rewardlang import driver
from rewardlang.data import Overlay
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix
from rewardlang.findings.run import Options
from rewardlang.findings.selection import Selection
from rewardlang.findings.settings import Finder
from rewardlang.findings.unused import unneeded
from rewardlang.frozen import frozen

_ROUNDS = 20
"""Rounds of fixes for one file at most: two fixes may want to undo each other."""
_BOM = "\ufeff"


@frozen
class Mended:
    """A file with fixes in it; `count` is how many."""

    path: Path
    before: str
    after: str
    count: int

    @property
    def diff(self) -> str:
        """A unified diff."""
        name = self.path.as_posix()
        return unified(name, self.before, self.after)

    def write(self) -> None:
        """Write the file; raises OSError."""
        self.path.write_bytes(self.after.encode())


def unified(name: str, before: str, after: str) -> str:
    """A unified diff of a file, as `git apply` takes it."""
    lines = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)


def mend(files: Iterable[Path], options: Options, *, unsafe: bool) -> Iterator[Mended]:
    """Those of `files` that fixes change; nothing is written.

    Only what the static rules find is mended. `unsafe` takes fixes, too, that say what was probably
    meant.
    """
    finder = Finder()
    overlay = Overlay()
    for path in files:
        settings = options.over(finder.settings(path))
        try:
            before = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError):
            continue  # linting says so
        after, count = _mended(path, before, settings.selection_for(path), unsafe, overlay)
        if after != before:
            yield Mended(path, before, after, count)


def _mended(
    path: Path, text: str, selection: Selection, unsafe: bool, overlay: Overlay
) -> tuple[str, int]:
    count = 0
    seen = {text}
    for _ in range(_ROUNDS):
        overlay.texts[path] = text
        diagnostics = _found(path, overlay)
        fixes = [
            d.fix
            for d in diagnostics
            if d.fix is not None
            and (unsafe or d.fix.safe)
            and d.fix.span.source.path == path.as_posix()
            and selection.wants(d.code)
        ]
        changed, used = _accepted(path, text, fixes, diagnostics, overlay)
        if changed in seen:
            break
        seen.add(changed)
        text, count = changed, count + used
    overlay.texts[path] = text
    return text, count


def _found(path: Path, overlay: Overlay) -> list[Diagnostic]:
    """What the static rules find, and the suppressions that none of it needs."""
    checked = driver.check(path, overlay)
    return [*checked.diagnostics, *unneeded(path, checked)]


def _accepted(
    path: Path,
    text: str,
    fixes: list[Fix],
    diagnostics: Sequence[Diagnostic],
    overlay: Overlay,
) -> tuple[str, int]:
    """`text` with as many of the fixes as go together and leave it a file that parses."""
    chosen = _apart(fixes)
    changed = apply(text, chosen)
    if _as_sound(path, changed, diagnostics, overlay):
        return changed, len(chosen)
    # Together they break something: one after the other, each only if it does not.
    good: list[Fix] = []
    for fix in chosen:
        if _as_sound(path, apply(text, [*good, fix]), diagnostics, overlay):
            good.append(fix)
    return apply(text, good), len(good)


def _apart(fixes: Iterable[Fix]) -> list[Fix]:
    """Fixes that do not touch one another, the first of each bunch, in order."""
    chosen: list[Fix] = []
    # Small ones first: the layout of a file is mended when all else is.
    for fix in sorted(set(fixes), key=lambda f: (f.span.end - f.span.start, f.span.start)):
        if all(
            fix.span.end < other.span.start or other.span.end < fix.span.start for other in chosen
        ):
            chosen.append(fix)
    return sorted(chosen, key=lambda f: f.span.start)


def apply(text: str, fixes: Iterable[Fix]) -> str:
    """`text`, as it stands in the file, with fixes that do not touch one another."""
    head = _BOM if text.startswith(_BOM) else ""  # which places do not count
    text = text.removeprefix(_BOM)
    for fix in sorted(fixes, key=lambda f: f.span.start, reverse=True):
        text = text[: fix.span.start] + fix.replacement + text[fix.span.end :]
    return head + text


def _as_sound(path: Path, text: str, before: Sequence[Diagnostic], overlay: Overlay) -> bool:
    """Whether a changed file has no error of family Y that it did not have."""
    overlay.texts[path] = text
    return _broken(driver.check(path, overlay).diagnostics) <= _broken(before)


def _broken(diagnostics: Iterable[Diagnostic]) -> int:
    return sum(d.code.level == "error" and d.code.id[0] == "Y" for d in diagnostics)
