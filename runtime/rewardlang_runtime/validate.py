"""Requests against the JSON Schemas of operations, and how an API words what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rewardlang_runtime.scenario import Api, Operation
from rewardlang_runtime.values import text

_MAX_ERRORS = 16
"""How many errors one answer lists."""

_DEFAULT_WORDING: Mapping[str, str] = {
    "required": "{name} is required",
    "type": "{name} must be {expected}",
    "enum": "{name} must be {expected}",
    "const": "{name} must be {expected}",
    "additionalProperties": "{name} is not known",
    "default": "{name} is not valid",
}


class Validator:
    """Checks the arguments of one operation; built when first needed."""

    __slots__ = ("_validator", "api", "is_valid", "operation")

    def __init__(self, operation: Operation, api: Api) -> None:
        import jsonschema_rs

        self.operation = operation
        self.api = api
        # Linear-time patterns, and no reference is ever fetched from anywhere.
        self._validator: Any = jsonschema_rs.Draft202012Validator(
            operation.schema,
            pattern_options=jsonschema_rs.RegexOptions(),
            retriever=_refuse,
        )
        self.is_valid: Callable[[Any], bool] = self._validator.is_valid

    def errors(self, args: dict[str, Any]) -> dict[str, str]:
        """Messages by the dotted path of the argument, in a fixed order; empty when all is well."""
        found: list[tuple[list[str], str, str]] = []
        for error in self._validator.iter_errors(args):
            path = [str(step) for step in error.instance_path]
            keyword = error.kind.name
            if keyword == "required":
                found.append(([*path, error.kind.property], keyword, ""))
            elif keyword in ("additionalProperties", "unevaluatedProperties"):
                for name in error.kind.unexpected:
                    found.append(([*path, name], "additionalProperties", ""))
            else:
                found.append((path, keyword, _expected(error.kind)))
        found.sort(key=_by_path)
        worded: dict[str, str] = {}
        for path, keyword, expected in found[:_MAX_ERRORS]:
            worded.setdefault(".".join(path), self._worded(path, keyword, expected))
        return worded

    def _worded(self, path: list[str], keyword: str, expected: str) -> str:
        wording = self.api.wording
        name = path[-1] if path else "request"
        if name.isdigit() and len(path) > 1:
            name = f"{path[-2]}[{name}]"
        template = (
            wording.get(f"{keyword} {name}")
            or wording.get(keyword)
            or wording.get("default")
            or _DEFAULT_WORDING.get(keyword, _DEFAULT_WORDING["default"])
        )
        # In one pass, so that a name the policy chose is never read as a placeholder.
        return "".join(
            {"{name}": name, "{expected}": expected}.get(piece, piece)
            for piece in _pieces(template)
        )


def _pieces(template: str) -> list[str]:
    pieces: list[str] = []
    for number, chunk in enumerate(template.split("{name}")):
        if number:
            pieces.append("{name}")
        for inner, part in enumerate(chunk.split("{expected}")):
            if inner:
                pieces.append("{expected}")
            pieces.append(part)
    return pieces


def _expected(kind: Any) -> str:
    """What the schema asks for, in words."""
    if kind.name == "type":
        return " or ".join(sorted(_TYPES.get(name, name) for name in kind.types))
    if kind.name == "enum":
        return "one of " + ", ".join(map(text, kind.options))
    if kind.name == "const":
        return text(kind.expected_value)
    limit = getattr(kind, "limit", None)
    return "" if limit is None else text(limit)


_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "an array",
    "object": "an object",
    "null": "null",
}


def _by_path(error: tuple[list[str], str, str]) -> tuple[list[str], str]:
    return error[0], error[1]


def _refuse(uri: str) -> Any:
    raise ValueError(f"a schema refers to {uri}, which is outside the scenario")


def plain(schema: Mapping[str, Any]) -> Callable[[dict[str, Any]], bool] | None:
    """A check in Python for a schema that asks for one or two strings and nothing else.

    It costs a third of a call into the validator, and most operations that read have such a schema.
    """
    properties = schema.get("properties", {})
    names = list(properties)
    if (
        set(schema) - {"$schema", "title", "description"}
        != {"type", "properties", "required", "additionalProperties"}
        or schema["type"] != "object"
        or schema["additionalProperties"] is not False
        or sorted(schema["required"]) != sorted(names)
        or not all(
            set(child) <= _PLAIN and child.get("type") == "string" for child in properties.values()
        )
    ):
        return None
    if len(names) == 1:
        (only,) = names
        return lambda args: len(args) == 1 and type(args.get(only)) is str
    if len(names) == 2:
        first, second = names
        return lambda args: (
            len(args) == 2 and type(args.get(first)) is str and type(args.get(second)) is str
        )
    return None


_PLAIN = {"type", "title", "description", "examples"}


def defaults_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that have a default, by name."""
    return {
        name: child["default"]
        for name, child in schema.get("properties", {}).items()
        if type(child) is dict and "default" in child
    }
