"""Findings in the formats that machines read; each function gives the whole text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rewardlang.findings.finding import Finding

NAMES = ("text", "json", "github", "sarif", "junit")


def writer(name: str) -> Callable[[Sequence[Finding], Sequence[str]], str]:
    """The function from findings, and the files that were linted, to a text; not for "text"."""
    from rewardlang.findings.formats import as_json, github, junit, sarif

    return {
        "json": as_json.text, "github": github.text, "sarif": sarif.text, "junit": junit.text,
    }[name]  # fmt: skip
