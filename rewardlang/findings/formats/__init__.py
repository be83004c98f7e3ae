"""Findings in the formats that machines read; each function gives the whole text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rewardlang.findings.finding import Finding

_MODULES = {"json": "as_json", "github": "github", "sarif": "sarif", "junit": "junit"}
NAMES = ("text", *_MODULES)


def writer(name: str) -> Callable[[Sequence[Finding], Sequence[str]], str]:
    """The function from findings, and the files that were linted, to a text; not for "text"."""
    text: Callable[[Sequence[Finding], Sequence[str]], str]
    text = import_module(f"{__name__}.{_MODULES[name]}").text
    return text
