"""Places of generated code: every node carries the line and columns of the YAML that it is from."""

from __future__ import annotations

import ast
from functools import lru_cache

from rewardlang.source import Source, Span

Place = tuple[int, int, int, int]
"""Line, column, end line, end column as Python counts: columns from 0, in bytes of UTF-8."""


@lru_cache(maxsize=4096)
def place_of(span: Span) -> Place:
    """Where `span` is."""
    begin, end = span.begin, span.finish
    return (
        begin.line,
        _bytes(span.source, begin.line, begin.column),
        end.line,
        _bytes(span.source, end.line, end.column),
    )


def _bytes(source: Source, line: int, column: int) -> int:
    text = source.line_text(line)[: column - 1]
    return column - 1 if text.isascii() else len(text.encode("utf-8", "replace"))


def put(node: ast.AST, place: Place) -> None:
    """Give `node` and all under it that have no place yet this one."""
    if "lineno" in node._attributes:
        if hasattr(node, "lineno"):
            return
        # For mypy: nodes that are placed have all four.
        node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = place  # type: ignore[attr-defined]
    for child in ast.iter_child_nodes(node):
        put(child, place)
