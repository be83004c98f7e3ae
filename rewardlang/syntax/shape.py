"""Whether a file has the shape its JSON Schema asks for; what does not is shown at its place."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Any, Literal, Protocol

import jsonschema_rs

from rewardlang import data
from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Fix, Label
from rewardlang.diagnostics.spelling import suggest
from rewardlang.source import Span
from rewardlang.syntax.limits import MAX_SYNTAX_ERRORS
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode, plain

Kind = Literal["scenario", "api", "world"]
KINDS: tuple[Kind, ...] = ("scenario", "api", "world")


class ValidationError(Protocol):
    """What is used of an error of jsonschema, whose own types leave every field open."""

    @property
    def message(self) -> str: ...
    @property
    def validator(self) -> Any: ...
    @property
    def validator_value(self) -> Any: ...
    @property
    def instance(self) -> Any: ...
    @property
    def schema(self) -> Any: ...
    @property
    def absolute_path(self) -> Any: ...
    @property
    def absolute_schema_path(self) -> Any: ...


_TYPES = {
    "string": "text", "number": "a number", "integer": "a whole number", "boolean": "a bool",
    "object": "a mapping", "array": "a list", "null": "nothing",
}  # fmt: skip


@cache
def schema(kind: str) -> dict[str, Any]:
    """The published schema of a kind of file."""
    path = data.grammar() / f"{kind}.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


@cache
def _quick(kind: Kind) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(kind))


def check_shape(root: YamlNode, kind: Kind, out: list[Diagnostic]) -> bool:
    """Report to `out` where a document does not fit its schema; whether it can be read on.

    It can be with keys that are unknown, when nothing else is wrong.
    """
    value = plain(root)
    if not isinstance(root, Mapping_):
        message = f"a file for {_article(kind)} is a mapping"
        out.append(
            Diagnostic(codes.WRONG_SHAPE, message, Label(root.span, _what(value)), help=_BEGINS)
        )
        return False
    other = next((k for k in KINDS if k != kind and root.get(k) and not root.get(kind)), None)
    if other is not None and not (kind == "scenario" and other == "world"):
        key = next(k for k, _ in root.pairs if k.value == other)
        out.append(
            Diagnostic(
                codes.WRONG_SHAPE,
                f"this is the file of {_article(other)}, not of {_article(kind)}",
                Label(key.span, f"says that this is {_article(other)}"),
                help=f"name the file of {_article(kind)} here, or take `{other}:` out",
            )
        )
        return False
    if root.get(kind) is None and root.get("rewardlang") is None:
        message = f"this is not the file of {_article(kind)}: it says neither `rewardlang: 1` nor "
        place = root.pairs[0][0].span if root.pairs else root.span
        out.append(
            Diagnostic(
                codes.MISSING_KEY,
                f"{message}`{kind}`",
                Label(place, "the first key"),
                help=_BEGINS,
            )
        )
        return False
    # The validator in Rust says in no time that all is well, which is the usual case.
    if _quick(kind).is_valid(value):
        return True
    return _report(root, value, kind, out)


def check_overrides(root: YamlNode, out: list[Diagnostic]) -> bool:
    """The same for the file with corrections of an import, which may leave out everything."""
    value = plain(root)
    if not isinstance(root, Mapping_):
        message = "a file with overrides is a mapping"
        help = "`rewardlang schema overrides` prints what may stand in it"
        label = Label(root.span, _what(value))
        out.append(Diagnostic(codes.WRONG_SHAPE, message, label, help=help))
        return False
    if jsonschema_rs.is_valid(schema("overrides"), value):
        return True
    return _report(root, value, "overrides", out)


_BEGINS = "a file begins with `rewardlang: 1` and with `scenario:`, `api:` or `world:`"


def _article(kind: str) -> str:
    return f"an {kind.upper()}" if kind == "api" else f"a {kind}"


def _report(root: Mapping_, value: object, kind: str, out: list[Diagnostic]) -> bool:
    from jsonschema import Draft202012Validator  # takes a tenth of a second, needed on errors only

    errors = Draft202012Validator(schema(kind)).iter_errors(value)
    found: list[Diagnostic] = []
    guessed: set[tuple[int, str]] = set()
    first = islice(errors, MAX_SYNTAX_ERRORS)
    # Unknown keys before missing ones, which they may be, misspelt.
    kept = sorted(first, key=lambda error: error.validator in ("required", "oneOf"))
    for error in kept:
        found += _diagnostics(root, error, guessed)
    out += found
    return all(error.validator == "additionalProperties" for error in kept)


def _diagnostics(
    root: Mapping_, error: ValidationError, guessed: set[tuple[int, str]]
) -> Iterable[Diagnostic]:
    node, key = _find(root, error.absolute_path)
    name = _name(key, error.absolute_path)
    said = error.schema.get("errorMessage") if isinstance(error.schema, dict) else None
    if error.validator == "additionalProperties" and isinstance(node, Mapping_):
        yield from _unknown_keys(node, error, guessed, list(error.absolute_path))
    elif error.validator == "required" and isinstance(node, Mapping_):
        missing = [k for k in error.validator_value if k not in error.instance]
        # jsonschema gives one error per missing key; its message starts with the key's repr.
        for k in missing:
            if error.message.startswith(repr(k)) and (node.span.start, k) not in guessed:
                yield _missing(node, key, k, name)
    elif "propertyNames" in error.absolute_schema_path and isinstance(node, Mapping_):
        bad = next((k for k, _ in node.pairs if k.value == error.instance), None)
        place = bad.span if bad is not None else node.span
        message = f"`{_cut(error.instance)}` is not a name"
        yield Diagnostic(codes.BAD_NAME, message, Label(place, str(said or "not a name")))
    elif error.validator == "type":
        yield _wrong_type(node, key, name, error, str(said) if said else None)
    elif error.validator == "oneOf" and _is_guessed(node, error, guessed):
        return
    else:
        yield _wrong_value(node, key, name, error, str(said) if said else None)


def _unknown_keys(
    node: Mapping_, error: ValidationError, guessed: set[tuple[int, str]], path: list[Any]
) -> Iterable[Diagnostic]:
    known = list(error.schema.get("properties", {}))
    present = {k.value for k, _ in node.pairs}
    free = [k for k in known if k not in present]
    in_part = len(path) == 3 and path[:2] == ["reward", "parts"]
    for key, _ in node.pairs:
        if key.value in known:
            continue
        text = str(key.value)
        if in_part and text == "when":
            yield Diagnostic(
                codes.PART_WITH_WHEN,
                "a part has no `when`: one that can be skipped changes what the others are worth",
                Label(key.span, "not allowed in a part"),
                help="say `when implies check` in `check`, or make it a penalty",
            )
            continue
        meant = suggest(text, free)
        if meant is not None:
            guessed.add((node.span.start, meant))
            yield Diagnostic(
                codes.UNKNOWN_KEY, f"unknown key `{_cut(text)}`",
                Label(key.span, "no such key here"), help=f"did you mean `{meant}`?",
                fix=Fix(key.span, meant), candidates=tuple(free),
            )  # fmt: skip
        else:
            allowed = ", ".join(f"`{k}`" for k in (free or known))
            yield Diagnostic(
                codes.UNKNOWN_KEY, f"unknown key `{_cut(text)}`",
                Label(key.span, "no such key here"), help=f"keys here: {allowed}",
                candidates=tuple(free),
            )  # fmt: skip


def _is_guessed(node: YamlNode, error: ValidationError, guessed: set[tuple[int, str]]) -> bool:
    """Whether one of the keys of which a mapping needs one was found misspelt."""
    keys = [key for option in error.validator_value for key in option.get("required", ())]
    return any((node.span.start, key) in guessed for key in keys)


def _missing(node: Mapping_, key: Scalar | None, missing: str, name: str) -> Diagnostic:
    if key is not None:
        place = key.span
    elif node.pairs:
        place = node.pairs[0][0].span
    else:
        place = node.span
    return Diagnostic(
        codes.MISSING_KEY, f"{name} has no `{missing}`", Label(place, f"`{missing}` is missing")
    )


def _wrong_type(
    node: YamlNode, key: Scalar | None, name: str, error: ValidationError, said: str | None
) -> Diagnostic:
    wanted = error.validator_value
    kinds = [wanted] if isinstance(wanted, str) else list(wanted)
    expression = kinds == ["string", "number", "boolean"]
    expected = "an expression" if expression else " or ".join(_TYPES[k] for k in kinds)
    span = node.span
    more: dict[str, Any] = {}
    if error.instance is None and key is not None and node.span.start == node.span.end:
        span, more = key.span, {"help": "give it a value, or take the key out"}
    elif kinds == ["string"] and isinstance(error.instance, bool | int | float):
        more = {"help": "quote it", "fix": Fix(span, f'"{span.text}"')}
    elif expression and isinstance(error.instance, dict | list):
        more = {"help": "quote an expression that begins with a bracket"}
    else:
        more = {"help": _documented(error)}
    return Diagnostic(
        codes.WRONG_SHAPE,
        f"{name} must be {expected}, not {_what(error.instance)}",
        Label(span, said or f"expected {expected}"),
        **more,
    )


def _wrong_value(
    node: YamlNode, key: Scalar | None, name: str, error: ValidationError, said: str | None
) -> Diagnostic:
    value = error.validator_value
    span = node.span if isinstance(node, Scalar) or key is None else key.span
    if key is None and isinstance(node, Mapping_) and node.pairs:
        span = node.pairs[0][0].span
    if error.validator == "enum":
        meant = suggest(str(error.instance), map(str, value))
        return Diagnostic(
            codes.WRONG_SHAPE,
            f"{name} is one of {', '.join(f'`{v}`' for v in value)}",
            Label(span, "none of them"),
            help=f"did you mean `{meant}`?" if meant else _documented(error),
            fix=Fix(span, meant) if meant else None,
            candidates=tuple(map(str, value)),
        )
    limits = {
        "minimum": f"at least {value}", "maximum": f"at most {value}",
        "minItems": "at least one item", "minProperties": "at least one key",
        "maxItems": f"at most {value} items", "maxProperties": f"at most {value} keys",
        "minLength": "some text", "maxLength": f"at most {value} characters",
    }  # fmt: skip
    expected = said or (
        f"expected {limits[error.validator]}" if error.validator in limits else "not allowed"
    )
    code = codes.BAD_NAME if error.validator == "pattern" else codes.WRONG_SHAPE
    shown = f" `{_cut(node.text)}`" if isinstance(node, Scalar) else ""
    help = _NEWER if name == "`rewardlang`" else _documented(error)
    return Diagnostic(code, f"{name} cannot be{shown or ' this'}", Label(span, expected), help=help)


_NEWER = "write `rewardlang: 1`; a file of a later version takes a newer rewardlang"


def _documented(error: ValidationError) -> str:
    """What the schema says that stands here."""
    said = error.schema.get("description", "") if isinstance(error.schema, dict) else ""
    text = " ".join(str(said).split()).partition(". ")[0].removesuffix(".")
    return f"what stands here: {text[:1].lower()}{text[1:]}" if text else _SCHEMA


_SCHEMA = "`rewardlang schema` prints what may stand where"


def _find(root: YamlNode, path: Iterable[str | int]) -> tuple[YamlNode, Scalar | None]:
    """The node at a path of keys and indices, and its key when its parent is a mapping."""
    node: YamlNode = root
    key: Scalar | None = None
    for step in path:
        if isinstance(node, Sequence_):
            node, key = node.items[int(step)], None
        elif isinstance(node, Mapping_):
            key, node = next((k, v) for k, v in node.pairs if k.value == step)
    return node, key


def _name(key: Scalar | None, path: Iterable[str | int]) -> str:
    steps = list(path)
    if key is not None:
        return f"`{_cut(str(key.value))}`"
    if len(steps) > 1:
        return f"an item of `{_cut(str(steps[-2]))}`"
    return "the file"


def _what(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the bool `{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number `{value}`"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def _cut(text: object) -> str:
    shown = str(text)
    return shown if len(shown) <= 60 else shown[:59] + "…"


def place_of(root: YamlNode, path: Iterable[str | int]) -> Span:
    """Where the value at a path of keys and indices stands."""
    return _find(root, path)[0].span
