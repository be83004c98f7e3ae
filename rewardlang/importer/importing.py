"""The whole import as a function: a document to files, and an account of what was made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from rewardlang.diagnostics.diagnostic import Diagnostic
from rewardlang.frozen import frozen
from rewardlang.importer import (
    changes,
    demands,
    guessed,
    keys,
    layout,
    modelling,
    overrides,
    resources,
    rows,
    verified,
    worlds,
)
from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.errors import Errors
from rewardlang.importer.resources import HOLE
from rewardlang.importer.schemas import Written
from rewardlang.openapi import Document, Operation

SEED = 1


@frozen
class Made:
    """One file of the import: its path below the folder, and its text."""

    path: str
    text: str


@frozen
class Imported:
    """What an import made, in order.

    Attributes:
        digest: What is kept of the document's operations, see `changes.digest`.
        diagnostics: What is wrong with the overrides.
    """

    files: tuple[Made, ...]
    drafts: tuple[Draft, ...]
    groups: tuple[layout.Group, ...]
    version: str
    digest: dict[str, Any]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def kinds(self) -> dict[str, int]:
        """Operations by kind."""
        counted: Counter[str] = Counter(draft.kind for draft in self.drafts)
        order = ("read", "list", "create", "update", "delete", "action", "opaque")
        return {kind: counted[kind] for kind in order if counted[kind]}


def name_of(path: str) -> str:
    """The name of what is imported from a file: `pets.openapi.json` -> `pets`."""
    stem = PurePath(path).name
    for end in (".json", ".yaml", ".yml", ".openapi", ".swagger"):
        stem = stem.removesuffix(end)
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "api"


def selected(document: Document, globs: Sequence[str]) -> list[Operation]:
    """The operations whose id, or method and path, fits one of the globs."""
    return [
        operation
        for operation in modelling.modelled(document)
        if not globs
        or any(
            fnmatchcase(operation.id, glob)
            or fnmatchcase(f"{operation.method} {operation.path}", glob)
            for glob in globs
        )
    ]


def make(
    document: Document,
    name: str,
    globs: Sequence[str] = (),
    corrections: overrides.Overrides | None = None,
) -> Imported:
    """Files for a document."""
    heard = corrections or overrides.Overrides()
    out: list[Diagnostic] = []
    original = document
    document = guessed.guess(overrides.document(heard, document, out))
    found = resources.find(document)
    keys.settle(found, document)
    overrides.tables(heard, found, out)
    written = Written(found.shapes)
    tables = rows.tables(found, document, written)
    answered = Written(found.shapes, answers=True)
    examples = _examples(found, tables, document)
    demands.gather(tables, found, document, examples)
    errors = Errors(document, found.shapes)
    making = Making(document, found, written, answered, tables, errors)
    opaque = {id_ for id_, each in heard.operations.items() if each.get("opaque")}
    modelling.drafts(making, opaque)  # finds which fields rows need to hold what belongs together
    every = modelling.drafts(making, opaque)
    by_name = {
        draft.name: op for draft, op in zip(every, modelling.modelled(document), strict=True)
    }
    wanted = {operation.id: operation for operation in selected(document, globs)}
    kept = [draft for draft in every if by_name[draft.name].id in wanted]
    ids = {name: operation.id for name, operation in by_name.items()}
    kept = overrides.operations(heard, kept, ids, out)
    by_draft = {id(draft): by_name[n] for n, draft in zip(by_name, every, strict=True)}
    filled = worlds.worlds(tables, written, examples, SEED)
    grouped = layout.groups(making, kept, name)
    operations = {draft.name: by_draft[id(draft)] for draft in kept}
    files: list[Made] = []
    for group in grouped:
        path = f"apis/{group.name}.yaml"
        files.append(Made(path, verified.text(making, group, operations, path, out)))
    for group in grouped:
        text = layout.world_text(making, group, filled, SEED)
        files.append(Made(f"worlds/{group.name}.yaml", text))
    digest = changes.digest(original, selected(original, globs))
    return Imported(tuple(files), tuple(kept), tuple(grouped), document.version, digest, tuple(out))


def _examples(
    found: resources.Resources, tables: Mapping[str, rows.Rows], document: Document
) -> dict[str, list[worlds.Row]]:
    """The rows that the document shows, by table: in answers, else beside the row's schema."""
    seen: dict[str, list[worlds.Row]] = {}
    for operation in document.operations:
        good = operation.success
        if good is None or good.example is None or operation.method not in ("GET", "POST", "PUT"):
            continue
        steps = found.steps(operation)
        table = found.by_home.get(steps)
        if table is None and steps[-1:] == (HOLE,):
            table = found.by_home.get(steps[:-1])
        shown = good.example
        if table is None or (table.name in seen and operation.method != "GET"):
            continue
        listing = found.shapes.listing(good.schema)
        if listing is not None and listing.field is not None and isinstance(shown, dict):
            shown = shown.get(listing.field)
        rows_ = shown if isinstance(shown, list) else [shown]
        if rows_ and all(isinstance(row, dict) for row in rows_):
            seen.setdefault(table.name, rows_)
    for name, table_rows in tables.items():
        shown = found.shapes.flat(table_rows.table.item).get("examples")
        if name not in seen and isinstance(shown, list):
            seen[name] = [row for row in shown if isinstance(row, dict)]
    return seen
