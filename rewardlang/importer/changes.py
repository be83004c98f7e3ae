"""What is kept of a document beside its API files, and what changed since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from rewardlang.importer.shapes import Schema, Shapes
from rewardlang.openapi import Document, Operation

_SHORT = 8


def digest(document: Document, operations: Iterable[Operation]) -> dict[str, Any]:
    """What is kept of each operation, by id: its arguments and the fields of its answer."""
    shapes = Shapes(document.schemas)
    return {operation.id: _operation(shapes, operation) for operation in operations}


def _operation(shapes: Shapes, operation: Operation) -> dict[str, Any]:
    arguments = {
        f"{p.where} {p.name}": _type(shapes, p.schema, p.required)
        for p in operation.parameters
        if p.where in ("path", "query")
    }
    body = operation.body
    if body is not None:
        required = shapes.required(body.schema)
        fields = shapes.fields(body.schema)
        if fields:
            arguments.update(
                {f"body {n}": _type(shapes, s, n in required) for n, s in fields.items()}
            )
        else:
            arguments["body"] = _type(shapes, body.schema, body.required)
    made: dict[str, Any] = {"http": f"{operation.method} {operation.path}"}
    if arguments:
        made["arguments"] = arguments
    good = operation.success
    if good is not None:
        made["status"] = good.status
        if good.schema is not None:
            made["answer"] = _answer(shapes, good.schema)
    return made


def _answer(shapes: Shapes, schema: Schema) -> Any:
    listing = shapes.listing(schema)
    fields = shapes.fields(listing.item if listing is not None else schema)
    if not fields:
        return _type(shapes, schema, False)
    return {name: _type(shapes, part, False) for name, part in fields.items()}


def _type(shapes: Shapes, schema: Schema, required: bool) -> str:
    """`string!`, or `object:1a2b3c4d` with what it is made of behind it."""
    flat, kind = shapes.flat(schema), shapes.kind(schema)
    rest = {k: v for k, v in flat.items() if k not in ("description", "examples", "title", "type")}
    name = schema.get("$ref")
    if name is not None:
        rest["name"] = str(name)
    mark = f":{_hash(rest)}" if rest else ""
    return f"{kind}{mark}{'!' if required else ''}"


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_SHORT]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What is different, a line each: operations gone and new, then those that changed."""
    found = [f"gone: {name} ({old[name].get('http', '?')})" for name in old if name not in new]
    found += [f"new: {name} ({new[name]['http']})" for name in new if name not in old]
    for name, now in new.items():
        before = old.get(name)
        if not isinstance(before, dict) or before == now:
            continue
        if before.get("http") != now["http"]:
            found.append(f"changed: {name} is now {now['http']}")
        found += _fields(name, "argument", before.get("arguments"), now.get("arguments"))
        found += _fields(name, "field of the answer", before.get("answer"), now.get("answer"))
        if before.get("status") != now.get("status"):
            found.append(f"changed: {name} answers with {now.get('status')}")
    return found


def _fields(name: str, what: str, old: Any, new: Any) -> list[str]:
    before = old if isinstance(old, dict) else {"": old} if old else {}
    now = new if isinstance(new, dict) else {"": new} if new else {}
    found = []
    for field in [*before, *(f for f in now if f not in before)]:
        shown = f"{what} `{field}`" if field else f"the {what.split()[-1]}"
        if field not in now:
            found.append(f"changed: {name} has no {shown} any more")
        elif field not in before:
            must = ", which is required" if str(now[field]).endswith("!") else ""
            found.append(f"changed: {name} has a new {shown}{must}")
        elif before[field] != now[field]:
            found.append(f"changed: {name}: {shown} is {_told(before[field], now[field])}")
    return found


def _told(old: object, new: object) -> str:
    """How a type changed, in words."""
    before, now = str(old), str(new)
    if before.rstrip("!") == now.rstrip("!"):
        return "now required" if now.endswith("!") else "no longer required"
    kinds = before.rstrip("!").split(":")[0], now.rstrip("!").split(":")[0]
    return f"now {kinds[1]}, was {kinds[0]}" if kinds[0] != kinds[1] else "different inside"
