"""The text of a document to plain data: JSON or YAML, within limits; failures are problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from rewardlang.data import Files
from rewardlang.diagnostics import codes
from rewardlang.openapi.problems import Problem
from rewardlang.source import Source
from rewardlang.syntax.yaml_foreign import TooDeep, TooLarge, Unreadable, read_foreign

MAX_BYTES = 16_000_000
MAX_DEPTH = 100
"""Levels of lists and objects inside each other; Jira's document has 19."""
MAX_KEY = 2_000
MAX_VALUES = 1_500_000
"""Keys are not counted; Jira's document has 65,600. Aliases of YAML count wherever they stand."""


def load(path: Path, files: Files) -> tuple[Any, Source, Problem | None]:
    """The data of a file, its text, and why there is none."""
    shown = path.as_posix()
    try:
        raw = files.read(path, MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        source = Source(shown, "")
        message = f"cannot read `{shown}`: {reason}"
        return None, source, Problem(codes.NO_SUCH_FILE, message, "", None, source)
    return parse(raw, shown)


def parse(raw: bytes, shown: str) -> tuple[Any, Source, Problem | None]:
    """The data in `raw`, its text, and why there is none; `shown` is the path that users see."""
    if len(raw) > MAX_BYTES:
        return _over(Source(shown, ""), f"a document may have {MAX_BYTES:,} bytes, this has more")
    try:
        source = Source(shown, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig", "replace")
        source = Source(shown, before + "\ufffd")
        return _unreadable(source, f"the file is not text in UTF-8: byte 0x{raw[error.start]:02X}",
                           len(before))  # fmt: skip
    if source.text.lstrip()[:1] in ("{", "["):
        read = _json(source)
        if read[2] is None or read[2].code is not codes.O_NOT_DATA:
            return read
        flow = _yaml(source)  # YAML's own way to write it, with fewer quotes
        return flow if flow[2] is None else read
    return _yaml(source)


def decode(text: str) -> Any:
    """The value of JSON inside a string; raises ValueError, also when it is too deep."""
    value = orjson.loads(text)
    if _excess(value) is not None:
        raise ValueError("nested too deep")
    return value


def _json(source: Source) -> tuple[Any, Source, Problem | None]:
    try:
        data = orjson.loads(source.text)
    except orjson.JSONDecodeError as error:
        if "recursion" in error.msg.lower():
            return _over(source, f"values may be nested {MAX_DEPTH} levels deep")
        cut = error.pos >= len(source.text.rstrip()) - 1
        said = "the document is cut off" if cut else "the document is not JSON"
        return _unreadable(source, f"{said}: {error.msg}", error.pos)
    excess = _excess(data)
    return _over(source, excess) if excess else (data, source, None)


def _yaml(source: Source) -> tuple[Any, Source, Problem | None]:
    try:
        data = read_foreign(source.text, MAX_VALUES, MAX_DEPTH)
    except Unreadable as error:
        return _unreadable(source, f"the document is neither JSON nor YAML: {error}", error.offset)
    except TooDeep:
        return _over(source, f"values may be nested {MAX_DEPTH} levels deep")
    except TooLarge:
        return _over(source, f"a document may hold {MAX_VALUES:,} values, aliases written out")
    excess = _excess(data)
    return _over(source, excess) if excess else (data, source, None)


def _excess(data: Any) -> str | None:
    """What of the limits parsed data exceeds."""
    level: list[Any] = [data]
    count = depth = 0
    while level:
        count += len(level)
        if count > MAX_VALUES:
            return f"a document may hold {MAX_VALUES:,} values"
        if depth > MAX_DEPTH:
            return f"values may be nested {MAX_DEPTH} levels deep"
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                if any(len(key) > MAX_KEY for key in value):
                    return f"a key may have {MAX_KEY:,} characters"
                below += value.values()
            elif isinstance(value, list):
                below += value
        level = below
        depth += 1
    return None


def _over(source: Source, message: str) -> tuple[Any, Source, Problem | None]:
    help = "leave out what is not needed, or split the document"
    return None, source, Problem(codes.O_OVER_LIMIT, message, "", help, source)


def _unreadable(source: Source, message: str, offset: int) -> tuple[Any, Source, Problem | None]:
    return None, source, Problem(codes.O_NOT_DATA, message, "", None, source, offset)
