"""Where a key stands in a TOML file: the standard library's parser gives values without places."""

from __future__ import annotations

import re

from rewardlang.source import Source, Span

_TABLE = re.compile(r"^[ \t]*\[([^\[\]\n]+)\][ \t]*(?:#.*)?$", re.MULTILINE)
_BARE = r"[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*'"


def place(source: Source, path: tuple[str, ...], value: str | None = None) -> Span:
    """The place of the key at `path`, or of the text `value` in what it holds.

    When the key is written in a way that is not looked for here, the nearest that was found: its
    table, or the start of the file.
    """
    text = source.text
    start, end = 0, 0
    for depth in range(len(path), -1, -1):
        table = _table(text, path[:depth])
        if table is None:
            continue
        start, end = table[0], table[0]
        if depth:
            start, end = table[0], table[1]
        at, stop = table[1], table[2]
        for key in path[depth:]:
            found = _key(text, key, at, stop)
            if found is None:
                break
            start, end = found
            at = end
        break
    if value is not None:
        quoted = re.compile(r"(?<=[\"'])" + re.escape(value) + r"(?=[\"'])").search(text, end)
        if quoted is not None:
            return Span(source, *quoted.span())
    return Span(source, start, end)


def _table(text: str, path: tuple[str, ...]) -> tuple[int, int, int] | None:
    """Where the name of a table stands, and where what follows it ends."""
    headers = list(_TABLE.finditer(text))
    if not path:
        return 0, 0, headers[0].start() if headers else len(text)
    for number, header in enumerate(headers):
        names = tuple(name.strip("\"'") for name in re.findall(_BARE, header[1]))
        if names == path:
            last = number + 1 == len(headers)
            stop = len(text) if last else headers[number + 1].start()
            return header.start(1), header.end(1), stop
    return None


def _key(text: str, key: str, at: int, stop: int) -> tuple[int, int] | None:
    name = re.escape(key)
    pattern = rf"(?:^|[{{,.\n])[ \t]*(\"{name}\"|'{name}'|{name})[ \t]*[.=]"
    match = re.compile(pattern, re.MULTILINE).search(text, at, stop)
    return None if match is None else match.span(1)
