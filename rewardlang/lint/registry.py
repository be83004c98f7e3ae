"""The table of lints: a function for each kind of mistake that types do not rule out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewardlang.diagnostics.diagnostic import Code, Diagnostic
from rewardlang.model import Scenario

Lint = Callable[[Scenario], Iterator[Diagnostic]]
LINTS: list[tuple[tuple[Code, ...], Lint]] = []
"""Lints with the codes that they report, in the order in which they were entered."""


def lint(*codes: Code) -> Callable[[Lint], Lint]:
    """Enter the decorated function, which reports `codes`."""

    def enter(function: Lint) -> Lint:
        LINTS.append((codes, function))
        return function

    return enter


def run(scenario: Scenario) -> list[Diagnostic]:
    """What all lints find, in the order of the file."""
    found: list[Diagnostic] = []
    for _, function in LINTS:
        found.extend(function(scenario))
    return sorted(found, key=lambda d: (d.label.span.start, d.label.span.end, d.code.id))
