"""Small documents as data: what is read out of them, and what is said to be wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from rewardlang.openapi import Document, read_text
from rewardlang.openapi.places import diagnostics

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
FILLED = {"openapi": "3.0.3", "info": {"title": "Desk", "version": "1"}, "paths": {}}


def _text(case: dict[str, Any]) -> bytes:
    if "text" in case:
        return str(case["text"]).encode()
    filled = {
        k: v for k, v in FILLED.items() if k != "openapi" or "swagger" not in case["document"]
    }
    return yaml.safe_dump({**filled, **case["document"]}, sort_keys=False).encode()


def _data(document: Document) -> dict[str, Any]:
    held = {name: getattr(document, name) for name in document.__slots__}
    for name in ("operations", "security"):
        value = held[name]
        held[name] = (
            [asdict(each) for each in value]
            if isinstance(value, tuple)
            else {key: asdict(each) for key, each in value.items()}
        )
    return held


def _differences(expected: Any, found: Any, where: str) -> list[str]:
    """Where what was found lacks something expected; a schema or a list is compared whole."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line
            for key, value in expected.items()
            for line in (
                _differences(value, found[key], f"{where}.{key}")
                if key in found
                else [f"{where}.{key}: missing of {list(found)}"]
            )
        ]
    if isinstance(expected, list) and isinstance(found, list | tuple):
        if len(expected) != len(found):
            return [f"{where}: {len(expected)} expected, found {found}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [line for i, (e, f) in pairs for line in _differences(e, f, f"{where}[{i}]")]
    same = expected == found and type(expected) is type(found)
    return [] if same else [f"{where}: {expected!r} expected, found {found!r}"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_read(case: dict[str, Any]) -> None:
    document, problems = read_text(_text(case), "api.yaml")
    said = [
        f"{p.code.id} {p.pointer if p.offset is None else f'@{p.offset}'}".strip() for p in problems
    ]
    assert said == case["problems"], [p.message for p in problems]
    if "expect" in case:
        assert document is not None
        assert _differences(case["expect"], _data(document), "document") == []
    assert len(diagnostics(problems)) == len(problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_twice_the_same(case: dict[str, Any]) -> None:
    assert read_text(_text(case), "a.yaml") == read_text(_text(case), "a.yaml")
