"""The text of an API file, checked: an operation that does not hold together becomes opaque."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rewardlang.data import Overlay
from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.importer import layout
from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.modelling import opaque
from rewardlang.openapi import Operation
from rewardlang.resolve.apis import resolve_api
from rewardlang.syntax import load

_ROUNDS = 4
"""Mistakes may hide one another; after so many rounds what is left is reported."""


def text(
    making: Making,
    group: layout.Group,
    operations: dict[str, Operation],
    path: str,
    out: list[Diagnostic],
) -> str:
    """The API file of a group; `operations` are the document's, by the names of the drafts.

    An operation with an error becomes opaque, unless a person corrected it: then `out` says what is
    wrong.
    """
    made = layout.api_text(making, group)
    for _ in range(_ROUNDS):
        errors = _errors(made, path)
        wrong = _blamed(made, errors, group.drafts)
        if not errors:
            return made
        mendable = [draft for draft in wrong if not draft.corrected and draft.kind != "opaque"]
        if not mendable:
            out += errors
            return made
        for draft in mendable:
            said = next(e.message for e in errors if _owner(made, e, group.drafts) is draft)
            opaque(making, draft, operations[draft.name], f"as it was modelled, {said}")
        made = layout.api_text(making, layout.completed(making, group))
    out += _errors(made, path)
    return made


def _errors(text_: str, path: str) -> list[Diagnostic]:
    files = Overlay()
    files.texts[Path(path)] = text_
    file, found = load.read_api(Path(path), files)
    if file is not None and not any(d.code.level == "error" for d in found):
        found = [*found, *resolve_api(file).diagnostics]
    return [d for d in found if d.code.level == "error"]


def _blamed(text_: str, errors: Sequence[Diagnostic], drafts: Sequence[Draft]) -> list[Draft]:
    found: dict[int, Draft] = {}
    for error in errors:
        owner = _owner(text_, error, drafts)
        if owner is not None:
            found[id(owner)] = owner
    return list(found.values())


def _owner(text_: str, error: Diagnostic, drafts: Sequence[Draft]) -> Draft | None:
    """The operation in whose lines an error is."""
    begin = text_.find("\noperations:\n")
    start = error.label.span.start
    if start < begin:
        return None
    before = re.findall(r"^  ([A-Za-z_][A-Za-z0-9_]*):$", text_[begin : start + 1], re.MULTILINE)
    names = {draft.name: draft for draft in drafts}
    return names.get(before[-1]) if before else None
