"""Scenarios that are the same task, among the files of one run (G810)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Label


def twins(tasks: Iterable[Label]) -> Iterator[Diagnostic]:
    """A finding at each of several scenarios that are the same task, by the texts of `tasks`:
    fingerprints, each at a prompt."""
    same: dict[str, list[Label]] = {}
    for task in tasks:
        same.setdefault(task.text, []).append(task)
    for group in same.values():
        for task in group if len(group) > 1 else ():
            others = tuple(Label(other.span, "here") for other in group if other is not task)
            yield Diagnostic(
                codes.PROMPT_DUPLICATES,
                "another scenario has the same prompt and the same reward",
                Label(task.span, "the same task under two names"),
                others,
                "leave one out, or draw other parameters in one of them",
            )
