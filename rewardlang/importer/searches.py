"""Searches over several collections: what they list are hits, and no rows of their own."""

from __future__ import annotations

import re
from collections.abc import Container

from rewardlang.importer.names import singular, snake, squeezed, words
from rewardlang.importer.shapes import Schema, Shapes

_VERBS = frozenset({"search", "find", "query", "lookup", "suggest", "suggestion", "autocomplete"})
_HITS = frozenset({*_VERBS, "hit", "result", "match"})
_KIND = re.compile(
    r"(entity|object|resource|result|hit|record|item|row|doc|document)?(type|kind)|entity|resource"
)


def why_no_rows(
    shapes: Shapes, path: tuple[str, ...], item: Schema, nouns: Container[str]
) -> str | None:
    """Why what the list at `path` holds are no rows; None: they may be rows.

    `nouns` are the names of the document's collections, in the singular.
    """
    if not path or not _VERBS & _said(path[-1]):
        return None
    variants = [v for key in ("oneOf", "anyOf") for v in _variants(shapes, item, key)]
    if len(variants) > 1:
        return "what it finds are things of several kinds"
    kind = next((n for n in shapes.fields(item) if _KIND.fullmatch(squeezed(n))), None)
    if kind is not None:
        values = shapes.flat(shapes.fields(item)[kind]).get("enum") or ()
        named = [value for value in values if singular(snake(str(value))) in nouns]
        if len(values) > 1 and named:
            return f"what it finds are things of several kinds, as `{kind}` says"
    if len(path) > 1 and "{" not in path[-2]:
        return None  # the step before says of what it finds rows
    name = shapes.name(item)
    if kind is not None or name is None or _HITS & _said(name):
        return "the document does not say of which table it finds rows"
    return None


def _said(name: str) -> set[str]:
    return {singular(word) for word in words(name)}


def _variants(shapes: Shapes, item: Schema, keyword: str) -> list[Schema]:
    name = item.get("$ref")
    whole = item if name is None else shapes.schemas.get(shapes.name(item) or "", {})
    return [v for v in whole.get(keyword) or () if shapes.fields(v)]
