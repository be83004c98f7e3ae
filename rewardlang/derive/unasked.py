"""Arguments that nobody asked for, in a call that makes or deletes something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rewardlang.derive import draft
from rewardlang.derive.common import escaped, literal
from rewardlang.derive.deeds import Deed
from rewardlang.derive.schemas import merged, scalar_schema
from rewardlang.derive.worth import PAGING
from rewardlang.judge.leaves import variants

FACTOR = 0.8
"""What is left of the reward of who says more than was asked for."""
_OTHER = "something else"


def example(deed: Deed) -> dict[str, Any] | None:
    """An argument that the API accepts beside those that are asked for; None where there is none.

    What changes a row may have to say all of it, so nothing is found there.
    """
    ground, operation = deed.ground, deed.operation
    if operation.method not in ("POST", "DELETE") or any(e.kind == "updated" for e in deed.effects):
        return None
    args = deed.request.filled(ground, deed.tasks[0])
    for name, schema in _others(deed).items():
        for value in _values(deed, schema):
            if ground.call(operation.name, {**args, name: value}, deed.request.actor) is not None:
                return {name: escaped(value)}
    return None


def penalty(deed: Deed) -> draft.Item:
    """The penalty for a call that says more than was asked for; defaults may be said."""
    others = _others(deed)
    names = [p.name for p in deed.operation.parameters if p.name not in others]
    said = f"without_keys(args, {literal(names)}).values()"
    schemas = [scalar_schema(schema, deed.operation.schema) for schema in others.values()]
    flags = [False] if any(schema.get("type") == "boolean" for schema in schemas) else []
    defaults = [_default(deed, schema) for schema in others.values()]
    harmless = [
        *flags,
        *(each for each in defaults if isinstance(each, str | int) and each is not False),
    ]
    more = (
        f"{said}.any(v => v not in {literal(harmless)})" if harmless else f"not {said}.is_empty()"
    )
    return draft.penalty(
        "unasked", FACTOR, f"called {deed.operation.name}{{ok, {more}}}",
        "What nobody asked for may be what nobody wants.",
    )  # fmt: skip


def _others(deed: Deed) -> dict[str, Any]:
    """The optional arguments that are not asked for and say something, not set of themselves."""
    root = deed.operation.schema
    schemas = merged(root, root)["properties"]
    return {
        parameter.name: schemas.get(parameter.name, {})
        for parameter in deed.operation.parameters
        if parameter.name not in deed.request.args
        and parameter.name not in PAGING
        and _default(deed, schemas.get(parameter.name, {})) is not True
    }


def _default(deed: Deed, schema: Any) -> Any:
    found = [
        each["default"] for each in variants(schema, deed.operation.schema) if "default" in each
    ]
    return found[0] if found else None


def _values(deed: Deed, given: Any) -> Iterator[Any]:
    schema, default = scalar_schema(given, deed.operation.schema), _default(deed, given)
    if schema.get("enum"):
        yield from (each for each in schema["enum"] if isinstance(each, str) and each != default)
    elif schema.get("type") == "boolean":
        yield True
    elif schema.get("type") == "string" and not schema.get("format"):
        yield _OTHER
