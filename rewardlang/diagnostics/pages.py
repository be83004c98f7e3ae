"""The page of each diagnostic, which `rewardlang explain` prints; its examples are tests."""

from __future__ import annotations

from pathlib import Path

from rewardlang.diagnostics.codes import CODES

_FOLDER = Path(__file__).resolve().parent / "pages"


def read(code: str) -> str:
    """The page of a code such as "T104", as Markdown.

    Raises:
        KeyError: There is no such code.
    """
    return path(code).read_text(encoding="utf-8")


def path(code: str) -> Path:
    """The file of that page; raises KeyError as well."""
    return _FOLDER / f"{CODES[code].id}.md"


def available() -> list[str]:
    """The codes that have a page, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.md"))
