"""The official OpenAPI documents: where they are, and which describe an API of ours."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import pytest

from rewardlang.openapi import Document, read

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "specs"
"""Beside the repository; the documents carry no licence that lets them into it."""
NAMES = {
    "jira": ("jira-v3.openapi.json",),
    "confluence": ("confluence-v2.openapi.json", "confluence-v1.openapi.json"),
}


def absent() -> str | None:
    """Why the documents cannot be compared with, or None when they are there."""
    return None if FOLDER.is_dir() else f"no official documents in {FOLDER}: conformance NOT tested"


def require() -> None:
    """Skip, and say so where it is seen."""
    reason = absent()
    if reason:
        warnings.warn(reason, stacklevel=2)
        pytest.skip(reason)


def paths(api: str) -> list[Path]:
    """The documents that describe an API of ours."""
    return [FOLDER / name for name in NAMES[api]]


@cache
def documents(api: str) -> tuple[Document, ...]:
    """The same, read."""
    found = [read(path) for path in paths(api)]
    assert all(document is not None for document, _ in found)
    return tuple(document for document, _ in found if document is not None)
