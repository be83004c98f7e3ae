"""The JSON Schemas inside an API file: whether they are such, and the one that a `$ref` names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import jsonschema_rs

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.source import Span
from rewardlang.syntax.backtracking import why_slow
from rewardlang.syntax.limits import MAX_EXPRESSION
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode, plain

PREFIX = "#/schemas/"
_DATA = frozenset({"enum", "const", "default", "examples"})
"""Keys of a schema under which stands data, and no schema."""


def check_schemas(schemas: Mapping_, out: list[Diagnostic]) -> None:
    """Report what is no JSON Schema 2020-12, and references to schemas that are not there."""
    names = {str(k.value): None for k, _ in schemas.pairs}
    for key, node in schemas.pairs:
        check_schema(key, node, names, out)


def check_schema(
    key: Scalar, node: YamlNode, names: Collection[str], out: list[Diagnostic]
) -> bool:
    """Whether the schema under `key` is one; what is wrong goes to `out`."""
    before = len(out)
    _check_references(node, names, out)
    if len(out) == before:
        _check_patterns(node, out)
    if not any(found.code.level == "error" for found in out[before:]):
        error = _meta_error(plain(node))
        if error is not None:
            message, path = error
            out.append(
                Diagnostic(
                    codes.WRONG_SHAPE,
                    f"`{key.value}` is not a JSON Schema",
                    Label(_place(node, path, key).span, message),
                    help="schemas are those of JSON Schema 2020-12",
                )
            )
    return not any(found.code.level == "error" for found in out[before:])


def _check_patterns(node: YamlNode, out: list[Diagnostic]) -> None:
    """Report patterns that the validator refuses, and those that are slow elsewhere."""
    for key, value in _pairs(node, but=_DATA):
        if key.value == "pattern" and isinstance(value, Scalar) and isinstance(value.value, str):
            _check_pattern(value.value, value, out)
        elif key.value == "patternProperties" and isinstance(value, Mapping_):
            for name, _ in value.pairs:
                _check_pattern(str(name.value), name, out)


def _pairs(node: YamlNode, but: frozenset[str] = frozenset()) -> Iterator[tuple[Scalar, YamlNode]]:
    """Every key under a node with its value; what is under a key of `but` is passed over."""
    stack: list[YamlNode] = [node]
    while stack:
        here = stack.pop()
        if isinstance(here, Sequence_):
            stack += here.items
        elif isinstance(here, Mapping_):
            for key, value in here.pairs:
                yield key, value
                if key.value not in but:
                    stack.append(value)


def _check_pattern(pattern: str, place: Scalar, out: list[Diagnostic]) -> None:
    if _refused(pattern):
        out.append(
            Diagnostic(
                codes.REGEX_UNSUPPORTED,
                "requests cannot be checked against this regular expression",
                Label(place.span, "refused by the validator"),
                help="look-around and back-references are left out, so that every check is fast",
            )
        )
        return
    why = why_slow(pattern)
    if why is not None:
        out.append(slow_pattern(place.span, why))


def _refused(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator(
            {"pattern": pattern}, pattern_options=jsonschema_rs.RegexOptions()
        )
    except (jsonschema_rs.ValidationError, ValueError):
        return True
    return False


def unusable_pattern(pattern: str) -> str | None:
    """Why an API file could not have this `pattern`, or None."""
    if len(pattern) > MAX_EXPRESSION:
        return f"a regular expression may have {MAX_EXPRESSION:,} characters"
    if _refused(pattern):
        return "the validator refuses this regular expression"
    why = why_slow(pattern)
    return None if why is None else f"engines that backtrack may take for ever: {why}"


def slow_pattern(place: Span, why: str) -> Diagnostic:
    """A finding about a pattern that takes an engine that backtracks very long."""
    return Diagnostic(
        codes.REGEX_NOT_LINEAR,
        "engines that backtrack may take for ever on this regular expression",
        Label(place, why),
        help="let each repeat begin with a character that what is before it cannot match",
    )


def _meta_error(schema: Any) -> tuple[str, list[str | int]] | None:
    try:
        jsonschema_rs.meta.validate(schema, registry=None)
    except jsonschema_rs.ValidationError as error:
        text = str(error.message)
        return (text if len(text) <= 120 else text[:119] + "…"), list(error.instance_path)
    return None


def _place(node: YamlNode, path: list[str | int], key: Scalar) -> YamlNode:
    """The node at the path, or the deepest one that there is."""
    here: YamlNode = node
    for step in path:
        if isinstance(here, Sequence_):
            here = here.items[int(step)]
        elif isinstance(here, Mapping_):
            here = here.get(str(step)) or here
    if isinstance(here, Mapping_):
        return here.pairs[0][0] if here.pairs else key
    return here


def _check_references(node: YamlNode, names: Collection[str], out: list[Diagnostic]) -> None:
    for key, value in _pairs(node):
        if key.value == "$ref" and isinstance(value, Scalar):
            _check_reference(value, names, out)


def _check_reference(value: Scalar, names: Collection[str], out: list[Diagnostic]) -> None:
    target = str(value.value)
    name = target.removeprefix(PREFIX)
    if target.startswith(PREFIX) and name in names:
        return
    more: dict[str, Any] = {}
    if target.startswith(PREFIX):
        message = f"there is no schema `{name}`"
        meant = suggest(name, names)
        if meant is not None:
            quoted = f'"{PREFIX}{meant}"'
            more = {"help": f"did you mean `{meant}`?", "fix": Fix(value.span, quoted)}
    else:
        message = "a `$ref` names a schema of this file"
        more = {"help": f'write `"{PREFIX}NAME"`'}
    out.append(Diagnostic(codes.WRONG_SHAPE, message, Label(value.span, "refers to nothing"),
                          **more))  # fmt: skip


def referred(node: Mapping_, schemas: Mapping_) -> Mapping_ | None:
    """The schema that `node` is or, by `$ref`, stands for; None when there is none."""
    here, seen = node, 0
    while isinstance(ref := here.get("$ref"), Scalar):
        target = schemas.get(str(ref.value).removeprefix(PREFIX))
        seen += 1
        if not isinstance(target, Mapping_) or seen > len(schemas.pairs):
            return None
        here = target
    return here
