"""`overrides.yaml`: a person's corrections of an import, read and put in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any

from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.frozen import frozen
from rewardlang.importer.drafts import Draft
from rewardlang.importer.resources import Resources
from rewardlang.openapi import Document
from rewardlang.syntax.load import read_source
from rewardlang.syntax.shape import check_overrides
from rewardlang.syntax.yaml_events import read_yaml
from rewardlang.syntax.yaml_nodes import Mapping_, YamlNode, plain

NAME = "overrides.yaml"


@frozen
class Overrides:
    """The corrections, and the file that they stand in."""

    operations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    root: Mapping_ | None = None


def read(path: Path, files: Files | None = None) -> tuple[Overrides, list[Diagnostic]]:
    """The corrections in a file, none when there is no file, and what is wrong with it."""
    out: list[Diagnostic] = []
    if not path.exists():
        return Overrides(), out
    source = read_source(path, files or Files(), out)
    root = read_yaml(source, out) if source is not None else None
    if root is None or not check_overrides(root, out) or out:
        return Overrides(), out
    assert isinstance(root, Mapping_)
    value = plain(root)
    assert isinstance(value, dict)
    made = Overrides(
        value.get("operations", {}), value.get("tables", {}), value.get("schemas", {}), root
    )
    return made, out


def document(overrides: Overrides, document_: Document, out: list[Diagnostic]) -> Document:
    """The document with the changes to its schemas."""
    if not overrides.schemas:
        return document_
    schemas = dict(document_.schemas)
    for name, changes in overrides.schemas.items():
        if name not in schemas:
            _unknown(overrides, ("schemas", name), "schema", schemas, out)
            continue
        schemas[name] = _patched(schemas[name], changes)
    return replace(document_, schemas=schemas)


def _patched(value: Any, changes: Any) -> Any:
    """JSON merge patch, RFC 7396."""
    if not isinstance(changes, Mapping):
        return changes
    made = dict(value) if isinstance(value, Mapping) else {}
    for key, change in changes.items():
        if change is None:
            made.pop(key, None)
        else:
            made[key] = _patched(made.get(key), change)
    return made


def tables(overrides: Overrides, found: Resources, out: list[Diagnostic]) -> None:
    """Rename tables, and choose their keys."""
    by_name = {table.name: table for table in found.tables}
    for name, changes in overrides.tables.items():
        table = by_name.get(name)
        if table is None:
            _unknown(overrides, ("tables", name), "table", by_name, out)
            continue
        new = changes.get("name", name)
        if new != name and any(other.name == new for other in found.tables):
            _report(overrides, ("tables", name, "name"), f"there is a table `{new}` already", out)
        else:
            table.name = new
        table.one = changes.get("one", table.one)
        key = changes.get("key")
        if key is None:
            continue
        fields = found.shapes.fields(table.item)
        if key in fields:
            table.key_field = key
        else:
            _unknown(overrides, ("tables", name, "key"), "field", fields, out, key)


def operations(
    overrides: Overrides, drafts: Iterable[Draft], ids: Mapping[str, str], out: list[Diagnostic]
) -> list[Draft]:
    """The operations with their corrections; `ids` has the document's id of each by its name."""
    known = dict.fromkeys(ids.values())
    for name in overrides.operations:
        if name not in known:
            _unknown(overrides, ("operations", name), "operation", known, out)
    made: list[Draft] = []
    for draft in drafts:
        changes = overrides.operations.get(ids[draft.name])
        if changes is None:
            made.append(draft)
        elif not changes.get("drop"):
            made.append(_corrected(draft, changes))
    return made


def _corrected(draft: Draft, changes: Mapping[str, Any]) -> Draft:
    draft.name = changes.get("name", draft.name)
    draft.doc = changes.get("doc", draft.doc)
    draft.lets.update({name: str(value) for name, value in changes.get("let", {}).items()})
    draft.first = list(changes.get("errors", []))
    if "effects" in changes:
        draft.effects = list(changes["effects"])
        draft.kind = "action" if draft.kind == "opaque" and draft.effects else draft.kind
    if "response" in changes:
        draft.status = changes["response"]["status"]
        draft.result = changes["response"].get("body")
    draft.corrected = bool(set(changes) & {"let", "errors", "effects", "response"})
    draft.notes.append("corrected by overrides.yaml")
    return draft


# ---- what is wrong ----


def _unknown(
    overrides: Overrides,
    path: tuple[str, ...],
    kind: str,
    known: Iterable[str],
    out: list[Diagnostic],
    name: str | None = None,
) -> None:
    name = name if name is not None else path[-1]
    meant = suggest(name, list(known))
    label = _label(overrides, path, "no such name in this document")
    help_ = f"did you mean `{meant}`?" if meant else "`rewardlang import` prints what it made"
    fix = Fix(label.span, meant) if meant else None
    message = f"the import makes no {kind} `{name}`"
    out.append(Diagnostic(codes.UNKNOWN_KEY, message, label, help=help_, fix=fix))


def _report(
    overrides: Overrides, path: tuple[str, ...], message: str, out: list[Diagnostic]
) -> None:
    out.append(Diagnostic(codes.WRONG_SHAPE, message, _label(overrides, path, "this one")))


def _label(overrides: Overrides, path: tuple[str, ...], text: str) -> Label:
    """The place of the key at `path`; of its value when the value is a name."""
    node: YamlNode | None = overrides.root
    assert overrides.root is not None
    span = overrides.root.span
    for index, step in enumerate(path):
        if not isinstance(node, Mapping_):
            break
        for key, value in node.pairs:
            if key.value == step:
                named = index == len(path) - 1 and step in ("name", "key")
                span, node = value.span if named else key.span, value
                break
    return Label(span, text)
