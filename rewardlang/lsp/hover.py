"""What an editor shows of the thing under the cursor: its type and its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rewardlang import tree
from rewardlang.diagnostics import pages
from rewardlang.diagnostics.codes import CODES
from rewardlang.lsp.analysis import Analysis, spot_at, word_at
from rewardlang.reference import reference, section
from rewardlang.resolve.apis import ResolvedApi
from rewardlang.source import Span
from rewardlang.syntax.shape import Kind, schema
from rewardlang.syntax.yaml_nodes import Mapping_, Scalar, Sequence_, YamlNode
from rewardlang.types.relations import without_null
from rewardlang.types.types import Object, String
from rewardlang.types.words import bounds_in_words, describe
from rewardlang_runtime.registry import BUILTINS

_SUPPRESSES = re.compile(r"#\s*rewardlang:\s*ignore(?:-file)?\s*\[[^\]\n]*$")
_MOST = 12
"""Fields and values that are listed."""

Shown = tuple[str, int, int]
"""Markdown, and the place that it is about."""


def hover(analysis: Analysis, offset: int) -> Shown | None:
    """What there is to say of the place at `offset`."""
    return (
        _code(analysis, offset)
        or _operation(analysis, offset)
        or _expression(analysis, offset)
        or _declaration(analysis, offset)
        or _key(analysis, offset)
    )


# ---- codes in comments that suppress ----


def _code(analysis: Analysis, offset: int) -> Shown | None:
    text = analysis.source.text
    word, start, end = word_at(text, offset)
    if word not in CODES or not _SUPPRESSES.search(text[text.rfind("\n", 0, start) + 1 : start]):
        return None
    return pages.read(word), start, end


# ---- operations ----


def _operation(analysis: Analysis, offset: int) -> Shown | None:
    word, start, end = word_at(analysis.source.text, offset)
    if any(named(expr) == word for expr in analysis.at(offset)):
        return None  # a value of that name
    for api in analysis.apis:
        if word in api.view.operations:
            return operation_page(api, word), start, end
    return None


def operation_page(api: ResolvedApi, name: str) -> str:
    """The documentation of an operation, as Markdown."""
    operation = api.view.operations[name]
    if api.api is None:  # with errors: what is certain
        return f"### {name}\n\n`{operation.method} {operation.path}`  \n{operation.doc}"
    page = next(page for page in reference(api).operations if page.name == name)
    return "\n".join(section(page))


# ---- expressions ----


def named(expr: tree.Expr) -> str | None:
    """The name with which an expression ends, when it is one that looks something up."""
    match expr:
        case tree.Get() | tree.LetRef() | tree.Local() | tree.RootRef() | tree.CallField():
            return expr.name
        case tree.TableRef() | tree.Builtin():
            return expr.name
        case tree.Present():
            return named(expr.object)
        case _:
            return None


def _expression(analysis: Analysis, offset: int) -> Shown | None:
    here = [e for e in analysis.at(offset) if not isinstance(e, tree.Const | tree.Text)]
    if not here:
        return None
    expr = here[0]
    word, start, end = word_at(analysis.source.text, offset)
    if isinstance(expr, tree.Builtin) and expr.name == word:
        builtin = BUILTINS[expr.name]
        text = f"{_block(builtin.signature)}\n\n{_prose(builtin.doc)}\n\n{_facts(expr)}"
        return text, start, end
    if named(expr) != word:
        return f"{_block(describe(expr.type))}\n\n{_facts(expr)}", expr.span.start, expr.span.end
    parts = [_block(f"{word}: {describe(expr.type)}")]
    inner = next((e for e in here if isinstance(e, tree.Get)), None)
    if inner is not None:
        parts.append(described(analysis, inner) or "")
    if isinstance(expr, tree.LetRef):
        for name, node in analysis.bindings(offset):
            if name.name == word and node is not None:
                parts.append(_block(f"let {word} = {node.span.text}"))
    parts += [_inside(analysis, expr), _facts(expr)]
    return "\n\n".join(filter(None, parts)), start, end


_WHO = {
    "scenario": "the scenario determines it",
    "environment": "the environment determines it",
    "agent": "the policy determines it",
}
_WHEN = {"setup": "known at reset", "episode": "known at the end of the episode"}


def _facts(expr: tree.Expr) -> str:
    """Who determines a value, and when."""
    said = [_WHEN[expr.facts.stage], _WHO[expr.facts.provenance]]
    if expr.facts.can_fail or expr.facts.uncertain:
        said.append("no schema vouches for it")
    return f"*{'; '.join(said)}*"


def _inside(analysis: Analysis, expr: tree.Expr) -> str:
    """The fields of an object, the values of an enumeration, the bounds of a number."""
    target = analysis.expand(without_null(analysis.expand(expr.type)))
    if isinstance(target, Object) and target.properties:
        shown = list(target.properties.items())[:_MOST]
        lines = [f"- `{n}{'' if p.required else '?'}`: `{describe(p.type)}`" for n, p in shown]
        more = len(target.properties) - len(shown)
        return "\n".join([*lines, *([f"- and {more} more"] if more > 0 else [])])
    if isinstance(target, String) and target.enum is not None:
        shown_values = ", ".join(f'`"{value}"`' for value in target.enum[:_MOST])
        return f"One of {shown_values}{', ...' if len(target.enum) > _MOST else ''}"
    bounds = bounds_in_words(target)
    return "" if bounds == "any number" else f"A number, {bounds}"


def described(analysis: Analysis, expr: tree.Get) -> str | None:
    """What an API's schema says of a field, in its own words."""
    owner = analysis.expand(without_null(analysis.expand(expr.object.type)))
    found = owner.properties.get(expr.name) if isinstance(owner, Object) else None
    if found is None or found.origin is None:
        return None
    for api in analysis.apis:
        if api.file.source.path == found.origin.source.path:
            return _description(_value_at(api.file.schema_spans, found.origin.start))
    return None


def _description(node: YamlNode | None) -> str | None:
    said = node.get("description") if isinstance(node, Mapping_) else None
    return said.text if isinstance(said, Scalar) else None


def _value_at(node: YamlNode, start: int) -> YamlNode | None:
    """The value whose key begins at an offset."""
    pending = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, Sequence_):
            pending.extend(part.items)
        elif isinstance(part, Mapping_):
            for key, value in part.pairs:
                if key.span.start == start:
                    return value
                pending.append(value)
    return None


def _declaration(analysis: Analysis, offset: int) -> Shown | None:
    """The type of a let or parameter, at the key that declares it."""
    params = getattr(analysis.file, "params", ())
    known = analysis.checked.judgeable
    types = {}
    if known is not None:
        types = {p.name: p.type for p in known.params} | {x.name: x.value.type for x in known.lets}
    for name, node in (*params, *analysis.bindings(offset)):
        if node is None or not name.span.start <= offset <= name.span.end:
            continue
        expr = analysis.of_node(node.span)
        type_ = types.get(name.name, None if expr is None else expr.type)
        if type_ is not None:
            return _block(f"{name.name}: {describe(type_)}"), name.span.start, name.span.end
    return None


# ---- keys of the YAML ----


def _key(analysis: Analysis, offset: int) -> Shown | None:
    spot = spot_at(analysis.root, offset)
    if spot is None or not spot.is_key:
        return None
    schemas = key_schemas(analysis.kind, spot.path)
    said = next((s["description"] for s in schemas if s.get("description")), None)
    if said is None:
        return None
    span: Span = spot.scalar.span
    return f"**{spot.scalar.text}**\n\n{said}", span.start, span.end


def key_schemas(kind: Kind, path: tuple[str | int, ...]) -> Iterator[Mapping[str, Any]]:
    """What the published schema says of the value at a path; the nearest first, then what it
    refers to."""
    whole = schema(kind)
    here = [whole]
    for step in path:
        here = [inner for each in here for inner in _step(each, step, whole)]
    for each in here:
        yield each
        yield from _meant(each, whole)


def _meant(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a schema refers to, and its alternatives."""
    if "$ref" in part:
        target: Any = whole
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        yield target
        yield from _meant(target, whole)
    for word in ("oneOf", "anyOf", "allOf"):
        for option in part.get(word, ()):
            yield option
            yield from _meant(option, whole)


def _step(
    part: Mapping[str, Any], step: str | int, whole: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for each in (part, *_meant(part, whole)):
        inner = (
            each.get("items")
            if isinstance(step, int)
            else each.get("properties", {}).get(step, each.get("additionalProperties"))
        )
        if isinstance(inner, dict):
            yield inner


def _block(text: str) -> str:
    return f"```rewardlang\n{text}\n```"


def _prose(doc: str) -> str:
    """A docstring without the indentation of its lines, examples as code."""
    lines = [line.strip() for line in doc.strip().splitlines()]
    first = next((n for n, line in enumerate(lines) if line.startswith(">>>")), len(lines))
    text = "\n".join(lines[:first]).strip()
    return (
        text if first == len(lines) else f"{text}\n\n```python\n{chr(10).join(lines[first:])}\n```"
    )
