"""Names out of a document made safe to be names of ours, and unique."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST = 80


def identifier(text: str) -> str:
    """`text` as an identifier: other characters become `_`; `_` stands before a digit."""
    made = _UNSAFE.sub("_", text).strip("_")[:_LONGEST] or "_"
    return f"_{made}" if made[0].isdigit() else made


class Taken:
    """Names that are in use."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, name: str) -> str:
        """`name`, or with the lowest number behind it with which it is not in use."""
        if name not in self._next:
            self._next[name] = 2
            return name
        number = self._next[name]
        while (made := f"{name}_{number}") in self._next:
            number += 1
        self._next[name] = number + 1
        self._next[made] = 2
        return made


def camel(words: str) -> str:
    """`get /pages/{id}/labels` as `getPagesIdLabels`."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", words) if part]
    return "".join(p if i == 0 else p[0].upper() + p[1:] for i, p in enumerate(parts)) or "_"
