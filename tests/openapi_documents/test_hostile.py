"""Documents that are broken, huge or made to harm: `read` answers, never raises, and ends."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import ends

from rewardlang.openapi import Document, Schema, read, read_text, resolve
from rewardlang.openapi.changes import changes
from rewardlang.openapi.places import diagnostics

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
HEAD = {"openapi": "3.0.3", "info": {"title": "Desk", "version": "1"}, "paths": {}}
BASES: list[dict[str, Any]] = [{**HEAD, **c["document"]} for c in CASES if "document" in c]

junk: st.SearchStrategy[Any] = st.sampled_from([
    None, True, False, 0, -1, 1.5, 2**70, "", "x", "object", "#/paths", "(a+)+b", "(?=x)", [], {},
    [1], ["x", "x"], ["object", "null"], {"$ref": "#"}, {"$ref": "#/components/schemas"},
    {"$ref": "#/components/schemas/A"}, {"$ref": 5}, {"$ref": "b.yaml#/x"}, {"type": "null"},
])  # fmt: skip
keys = st.sampled_from([
    "$ref", "allOf", "oneOf", "anyOf", "not", "type", "enum", "const", "default", "nullable",
    "properties", "items", "required", "pattern", "patternProperties", "additionalProperties",
    "discriminator", "exclusiveMinimum", "minimum", "parameters", "schema", "content", "example",
    "examples", "in", "name", "responses", "servers", "x-a", "a/b~c",
])  # fmt: skip


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _places(held, (*at, key))
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from _places(held, (*at, number))


@st.composite
def mutilated(draw: st.DrawFn) -> dict[str, Any]:
    """A document of the cases with some of its values gone, replaced or added to."""
    document = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 6))):
        places = [place for place in _places(document) if place]
        if not places:
            break
        place = draw(st.sampled_from(places))
        holder = document
        for step in place[:-1]:
            holder = holder[step]
        action = draw(st.sampled_from(["drop", "replace", "add"]))
        held = holder[place[-1]]
        if action == "add" and isinstance(held, dict):
            held[draw(keys)] = copy.deepcopy(draw(junk))
        elif action == "drop":
            del holder[place[-1]]
        else:
            holder[place[-1]] = copy.deepcopy(draw(junk))
    return document


def _schemas(document: Document) -> Iterator[Schema]:
    yield from document.schemas.values()
    for operation in document.operations:
        yield from (parameter.schema for parameter in operation.parameters)
        if operation.body is not None:
            yield operation.body.schema
        yield from (r.schema for r in operation.responses.values() if r.schema is not None)


OTHER, _ = read_text(json.dumps(BASES[0]).encode(), "api")
assert OTHER is not None


def _check(document: Document) -> None:
    """What is promised of every document that is read."""
    assert changes(document, document) == ()
    for change in (*changes(OTHER, document), *changes(document, OTHER)):
        assert change.what
    ids = [operation.id for operation in document.operations]
    assert len(set(ids)) == len(ids)
    assert set(document.schemas) == set(document.schema_pointers)
    for schema in _schemas(document):
        jsonschema_rs.meta.validate(schema)
        assert "$ref" not in resolve(schema, document.schemas)
        jsonschema_rs.Draft202012Validator({"schemas": document.schemas, **schema}).is_valid({})


@settings(max_examples=100, deadline=None)
@given(mutilated(), st.booleans())
def test_mutilated_documents_are_read(data: dict[str, Any], as_json: bool) -> None:
    text = json.dumps(data) if as_json else yaml.safe_dump(data, sort_keys=False)
    document, problems = read_text(text.encode(), "api")
    if document is not None:
        _check(document)
    assert document is not None or problems
    assert len(diagnostics(problems)) == len(problems)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(BASES), st.booleans(), st.floats(0, 1))
def test_truncated_documents_are_read(data: dict[str, Any], as_json: bool, part: float) -> None:
    text = json.dumps(data) if as_json else yaml.safe_dump(data, sort_keys=False)
    raw = text.encode()[: int(len(text) * part)]
    document, problems = read_text(raw, "api")
    if document is not None:
        _check(document)
    assert len(diagnostics(problems)) == len(problems)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda t: t.encode())))
def test_anything_is_answered(raw: bytes) -> None:
    document, problems = read_text(raw, "api")
    assert document is None
    assert problems
    assert diagnostics(problems)


def _with(schemas: dict[str, Any]) -> bytes:
    return json.dumps({**HEAD, "components": {"schemas": schemas}}).encode()


def _laughs() -> bytes:
    lines = ["openapi: 3.0.0", "x: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    return "\n".join([*lines, "paths: *a39"]).encode()


def _merges() -> bytes:
    lines = ["openapi: 3.0.0", "x0: &a0 {a: 1, b: 2}"]
    lines += [f"x{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: *a{n - 1}}}" for n in range(1, 40)]
    return "\n".join(lines).encode()


TOO_MUCH = {
    "20 MB": b'{"openapi": "3.0.0", "paths": {}, "x": "' + b"a" * 20_000_000 + b'"}',
    "deep JSON": b'{"openapi": "3.0.0", "x": ' + b"[" * 500 + b"]" * 500 + b"}",
    "deep and cut off": b'{"openapi": "3.0.0", "x": ' + b"[" * 100_000,
    "deep YAML": b"openapi: 3.0.0\nx: " + b"[" * 5_000 + b"]" * 5_000,
    "block YAML": b"openapi: 3.0.0\n" + b"".join(b" " * n + b"a:\n" for n in range(3_000)),
    "billion laughs": _laughs(),
    "merge keys": _merges(),
    "2,000,000 values": b'{"openapi": "3.0.0", "x": [' + b"{}," * 2_000_000 + b"1]}",
    "a key of 1 MB": b'{"openapi": "3.0.0", "' + b"a" * 1_000_000 + b'": 1}',
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_over_a_limit(name: str) -> None:
    with ends():
        document, problems = read_text(TOO_MUCH[name], "api")
    assert document is None
    assert [p.code.id for p in problems] == ["O101" if name.endswith("cut off") else "O103"]


def _dear() -> Iterator[tuple[str, bytes]]:
    """Small documents that a careless reader would take for ever with."""
    many = 3_000
    yield "names that become the same", _with({"!" * n: {} for n in range(1, many // 4)})
    chain = {f"A{n}": {"$ref": f"#/components/schemas/A{n + 1}"} for n in range(many)}
    yield "a chain of references", _with(chain)
    yield "a circle of references", _with({**chain, f"A{many}": chain["A0"]})
    ring = {f"A{n}": {"allOf": [{"$ref": f"#/components/schemas/A{m}"} for m in range(60)]}
            for n in range(60)}  # fmt: skip
    yield "everything part of everything", _with(ring)
    tower = {
        f"A{n}": {
            "allOf": [
                {"$ref": f"#/components/schemas/A{n + 1}"},
                {"properties": {"p": {"maxLength": n}, f"q{n}": {}}},
            ]
        }
        for n in range(many)
    }
    yield "a tower of allOf", _with(tower)
    wide = {
        "type": "object",
        "required": [f"p{n}" for n in range(many)],
        "properties": {f"p{n}": {"const": 1} for n in range(many)},
    }
    parts = [{"$ref": "#/components/schemas/W"} for _ in range(many)]
    yield "a choice among what is the same", _with({"W": wide, "C": {"oneOf": parts}})
    yield (
        "many patterns",
        _with({f"A{n}": {"type": "string", "pattern": f"(x+x{n}+)+y"} for n in range(many)}),
    )
    paths = {
        f"/{n}": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}], "responses": {}}}
        for n in range(many)
    }
    big = {"name": "p", "in": "query", "schema": wide}
    yield (
        "one parameter everywhere",
        json.dumps({**HEAD, "paths": paths, "components": {"parameters": {"P": big}}}).encode(),
    )
    shared = {f"/{n}": {"$ref": "#/paths/~10"} for n in range(1, many)}
    item = {"parameters": [{"name": f"p{n}", "in": "query"} for n in range(many)]}
    item |= {method: {"responses": {}} for method in ("get", "put", "post", "delete")}
    yield "one path everywhere", json.dumps({**HEAD, "paths": {"/0": item, **shared}}).encode()
    long = "k" * 2_000
    nest: Any = {f"p{n}": {"type": "x"} for n in range(2_000)}
    for _ in range(40):
        nest = {long: {"properties": nest}}
    yield "long pointers", _with({"A": {"properties": nest}})
    values = list(range(many * 10))
    listed = {"type": "array", "items": {"enum": values}, "default": values}
    yield "a long default of many values", _with({"A": listed})


DEAR = dict(_dear())


@pytest.mark.parametrize("name", DEAR)
def test_small_and_dear(name: str) -> None:
    with ends():
        document, problems = read_text(DEAR[name], "api")
    assert document is not None or [p.code.id for p in problems] == ["O103"]
    assert len(problems) <= 1_001


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        document, problems = read(path)
        assert document is None
        assert [p.code.id for p in problems] == ["Y015"]
        assert diagnostics(problems)[0].label.span.source.path == path.as_posix()


def test_more_problems_than_are_listed() -> None:
    _, problems = read_text(_with({f"A{n}": {"type": "x"} for n in range(1_500)}), "api")
    assert len(problems) == 1_001
    assert problems[-1].code.id == "O116"
    assert problems[-1].message.startswith("500 more")
