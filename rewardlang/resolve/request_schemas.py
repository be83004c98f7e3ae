"""The JSON Schemas of tables and of operations' arguments, each complete in itself."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlang.model import JsonSchema
from rewardlang.types.json_schema import INT64, REF_PREFIX

DEFS = "#/$defs/"


def complete(schema: Mapping[str, object], schemas: Mapping[str, JsonSchema]) -> JsonSchema:
    """`schema` with the schemas that it refers to under `$defs`."""
    needed: dict[str, object] = {}
    whole = _moved(schema, schemas, needed)
    assert isinstance(whole, dict)
    pending = list(needed)
    while pending:
        name = pending.pop(0)
        found: dict[str, object] = {}
        needed[name] = _moved(schemas.get(name, {}), schemas, found)
        for other in found:
            if other not in needed:
                needed[other] = None
                pending.append(other)
    return {**whole, "$defs": dict(sorted(needed.items()))} if needed else whole


def _moved(part: object, schemas: Mapping[str, JsonSchema], needed: dict[str, object]) -> object:
    """`part` with its references pointing to `$defs`; notes their names in `needed`."""
    if isinstance(part, list):
        return [_moved(item, schemas, needed) for item in part]
    if not isinstance(part, dict):
        return part
    moved: dict[str, object] = {}
    for key, value in part.items():
        if key == "$ref" and isinstance(value, str) and value.startswith(REF_PREFIX):
            name = value[len(REF_PREFIX) :]
            needed.setdefault(name, None)
            moved[key] = DEFS + name
        else:
            moved[key] = _moved(value, schemas, needed)
    kinds = part.get("type")
    if kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds):
        _bound(moved)
    return moved


def _bound(schema: JsonSchema) -> None:
    """Integers have 64 bits: sums of larger ones would not stay finite when they are floats."""
    if "minimum" not in schema and "exclusiveMinimum" not in schema:
        schema["minimum"] = INT64[0]
    if "maximum" not in schema and "exclusiveMaximum" not in schema:
        schema["maximum"] = INT64[1]
