"""A diagnostic: what is wrong, where, and what to do about it. Data only; see `render`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from rewardlang.frozen import frozen
from rewardlang.source import Span

Level = Literal["error", "warning", "note"]


@frozen
class Code:
    """One entry of the table in `codes`. `name` reads after "allow"; ids are never reused."""

    id: str
    name: str
    level: Level
    summary: str


@frozen
class Label:
    """A place and what is known there; may lie in another file than the primary one."""

    span: Span
    text: str = ""


@frozen
class Fix:
    """Replace `span` by `replacement`. `safe` fixes keep what the author meant."""

    span: Span
    replacement: str
    safe: bool = False


@frozen
class Evidence:
    """An episode that shows what a diagnostic says: `line` is a line of a trace file."""

    name: str
    line: Mapping[str, Any]


@frozen
class Diagnostic:
    """`message` is one lower-case line without a full stop, names in backticks.

    `candidates` are what could stand at the label instead, where that is known: what an editor
    offers there.
    """

    code: Code
    message: str
    label: Label
    others: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[str, ...] = field(default=(), compare=False, repr=False)
