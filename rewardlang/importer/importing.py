"""The whole import as a function: a document to files, and an account of what was made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from rewardlang.importer import layout, modelling, resources, rows, worlds
from rewardlang.importer.drafts import Draft, Making
from rewardlang.importer.errors import Errors
from rewardlang.importer.names import plain_text
from rewardlang.importer.resources import HOLE
from rewardlang.importer.schemas import Written
from rewardlang.importer.text import WIDTH, wrapped
from rewardlang.openapi import Document, Operation

SEED = 1


@dataclass(frozen=True, slots=True)
class Made:
    """One file of the import: its path below the folder, and its text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made, in order."""

    files: tuple[Made, ...]
    drafts: tuple[Draft, ...]
    groups: tuple[layout.Group, ...]

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
    if not globs:
        return list(document.operations)
    return [
        operation
        for operation in document.operations
        if any(
            fnmatchcase(operation.id, glob)
            or fnmatchcase(f"{operation.method} {operation.path}", glob)
            for glob in globs
        )
    ]


def make(document: Document, name: str, globs: Sequence[str] = ()) -> Imported:
    """Files for a document."""
    found = resources.find(document)
    written = Written(found.shapes)
    tables = rows.tables(found, document, written)
    making = Making(document, found, written, tables, Errors(document, found.shapes))
    every = modelling.drafts(making)
    wanted = {operation.id for operation in selected(document, globs)}
    kept = [
        draft
        for draft, op in zip(every, modelling.modelled(document), strict=True)
        if op.id in wanted
    ]
    examples = _examples(making)
    filled = worlds.worlds(tables, written, examples, SEED)
    grouped = layout.groups(making, kept, name)
    files: list[Made] = []
    for group in grouped:
        files.append(
            Made(f"apis/{group.name}.yaml", layout.api_text(making, group, _head(document, group)))
        )
    for group in grouped:
        head = [f"Rows for {group.title}, made up: names and examples of its document, and a seed."]
        files.append(
            Made(f"worlds/{group.name}.yaml", layout.world_text(making, group, filled, head, SEED))
        )
    return Imported(tuple(files), tuple(kept), tuple(grouped))


def _head(document: Document, group: layout.Group) -> list[str]:
    opaque = sum(draft.kind == "opaque" for draft in group.drafts)
    version = plain_text(document.version)[:40]
    whole = f"{plain_text(group.title)}, version {version}: imported from its OpenAPI document."
    counted = f"{len(group.drafts) - opaque} operations are modelled, {opaque} are opaque."
    return [
        *wrapped(whole, WIDTH - 2),
        "",
        *wrapped(f"{counted} {_ABOUT}", WIDTH - 2),
    ]


_ABOUT = (
    "What was guessed carries a comment with the reason and how sure it is, medium or low; what "
    "carries none is plain. Corrections belong into overrides.yaml, which is heeded when the "
    "document is imported again."
)


def _examples(making: Making) -> dict[str, Any]:
    """What the document shows of one row, by table."""
    found: dict[str, Any] = {}
    for operation in making.document.operations:
        good = operation.success
        if good is None or good.example is None or operation.method not in ("GET", "POST", "PUT"):
            continue
        steps = making.found.steps(operation)
        table = making.found.by_home.get(steps)
        if table is None and steps[-1:] == (HOLE,):
            table = making.found.by_home.get(steps[:-1])
        shown = good.example
        if table is None or (table.name in found and operation.method != "GET"):
            continue
        listing = making.shapes.listing(good.schema)
        if listing is not None and listing.field is not None and isinstance(shown, dict):
            shown = shown.get(listing.field)
        if isinstance(shown, list):
            shown = shown[0] if shown else None
        if isinstance(shown, dict):
            found.setdefault(table.name, shown)
    return found
