"""The tables of lints: a function for each kind of mistake that types do not rule out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rewardlang.diagnostics.diagnostic import Code, Diagnostic
from rewardlang.memo import Memo
from rewardlang.model import Api, Scenario

Lint = Callable[[Scenario], Iterator[Diagnostic]]
LINTS: list[tuple[tuple[Code, ...], Lint]] = []
"""Lints with the codes that they report, in the order in which they were entered."""

ApiLint = Callable[[Api], Iterator[Diagnostic]]
API_LINTS: list[tuple[tuple[Code, ...], ApiLint]] = []
"""Lints of an API, whoever uses it."""


def lint(*codes: Code) -> Callable[[Lint], Lint]:
    """Enter the decorated function, which reports `codes`."""

    def enter(function: Lint) -> Lint:
        LINTS.append((codes, function))
        return function

    return enter


def api_lint(*codes: Code) -> Callable[[ApiLint], ApiLint]:
    """Enter the decorated function, which reports `codes` of APIs."""

    def enter(function: ApiLint) -> ApiLint:
        API_LINTS.append((codes, function))
        return function

    return enter


def run(scenario: Scenario) -> list[Diagnostic]:
    """What all lints find in a scenario and its APIs, in the order of the files."""
    found: list[Diagnostic] = []
    for _, function in LINTS:
        found.extend(function(scenario))
    for api in scenario.apis:
        found.extend(run_api(api))
    return sorted(found, key=_place)


def run_api(api: Api) -> list[Diagnostic]:
    """What the lints of APIs find, in the order of the file."""
    return list(_of_api(api))


def _run_api(api: Api) -> list[Diagnostic]:
    return sorted((d for _, function in API_LINTS for d in function(api)), key=_place)


_of_api = Memo(_run_api, 8)


def _place(found: Diagnostic) -> tuple[int, int, str]:
    return found.label.span.start, found.label.span.end, found.code.id
