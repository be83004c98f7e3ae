"""The official OpenAPI documents: where they are, and what they say of an operation."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "specs"
"""Beside the repository; the documents carry no licence that lets them into it."""


@dataclass(frozen=True, eq=False)
class Document:
    """One official document."""

    name: str
    data: dict[str, Any]
    prefix: str
    """What paths of requests have before the document's paths."""

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        if not path.startswith(self.prefix):
            return None
        found = self.data["paths"].get(path.removeprefix(self.prefix), {})
        return found.get(method.lower())  # type: ignore[no-any-return]

    def resolve(self, schema: Any) -> dict[str, Any]:
        """`schema` with its reference followed and the parts of `allOf` put together."""
        while isinstance(schema, dict) and "$ref" in schema:
            target: Any = self.data
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            schema = target
        if not isinstance(schema, dict) or "allOf" not in schema:
            return schema if isinstance(schema, dict) else {}
        merged: dict[str, Any] = {**schema, "properties": dict(schema.get("properties", {}))}
        for part in schema["allOf"]:
            resolved = self.resolve(part)
            for name, child in resolved.get("properties", {}).items():
                known = merged["properties"].get(name)
                merged["properties"][name] = child if known is None else {"allOf": [known, child]}
            for key in ("type", "required", "additionalProperties"):
                if key in resolved:
                    merged.setdefault(key, resolved[key])
        return merged

    def variants(self, schema: Any) -> list[dict[str, Any]]:
        """The schemas of which a value may satisfy any."""
        resolved = self.resolve(schema)
        parts = resolved.get("oneOf") or resolved.get("anyOf")
        if not parts:
            return [resolved]
        return [variant for part in parts for variant in self.variants(part)]


def absent() -> str | None:
    """Why the documents cannot be compared with, or None when they are there."""
    return None if FOLDER.is_dir() else f"no official documents in {FOLDER}: conformance NOT tested"


def require() -> None:
    """Skip, and say so where it is seen."""
    reason = absent()
    if reason:
        warnings.warn(reason, stacklevel=2)
        pytest.skip(reason)


@cache
def documents(api: str) -> tuple[Document, ...]:
    """The documents that describe an API of ours."""
    if api == "jira":
        return (_read("jira-v3.openapi.json", ""),)
    return (
        _read("confluence-v2.openapi.json", "/wiki/api/v2"),
        _read("confluence-v1.openapi.json", ""),
    )


def _read(name: str, prefix: str) -> Document:
    return Document(name, json.loads((FOLDER / name).read_text()), prefix)
