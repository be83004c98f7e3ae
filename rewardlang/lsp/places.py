"""Places of the checker, which counts characters, and of the protocol, which counts as agreed."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import PositionCodec

from rewardlang.source import Source, Span


def offset_of(codec: PositionCodec, source: Source, position: types.Position) -> int:
    """The offset of a position; one past the end of a line is that end."""
    line = source.line_text(position.line + 1)
    units = 0
    for column, char in enumerate(line):
        if units >= position.character:
            return source.offset(position.line + 1) + column
        units += codec.client_num_units(char)
    return source.offset(position.line + 1) + len(line)


def position_of(codec: PositionCodec, source: Source, offset: int) -> types.Position:
    """The position of an offset."""
    line, column = source.position(offset)
    before = source.text[offset - column + 1 : offset]
    return types.Position(line - 1, codec.client_num_units(before))


def range_of(codec: PositionCodec, span: Span) -> types.Range:
    """The range of a span."""
    return types.Range(
        position_of(codec, span.source, span.start), position_of(codec, span.source, span.end)
    )


def path_of(uri: str) -> Path | None:
    """The path of a URI of a file; None of another."""
    path = to_fs_path(uri) if uri.startswith("file:") else None
    return None if path is None else Path(path)


def uri_of(path: str | Path) -> str:
    """The URI of a file."""
    return Path(path).absolute().as_uri()
