"""Where `grammar/` and `scenarios/`, which come with rewardlang, are: a checkout or a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    # The checkout first: an editable install leaves a copy in site-packages that nothing updates.
    checkout = _PACKAGE.parent / name
    if (_PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return _PACKAGE / "_data" / name


def grammar() -> Path:
    """The folder with the Lark grammar and the JSON Schemas of the three kinds of file."""
    return _folder("grammar")


def scenarios() -> Path:
    """The folder with the scenarios that come along, and `apis` and `worlds` under it."""
    return _folder("scenarios")
