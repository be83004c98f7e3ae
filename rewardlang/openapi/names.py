"""Names out of a document made safe to be names of ours, and unique."""

from __future__ import annotations

import re
from collections.abc import Container

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST = 80


def identifier(text: str) -> str:
    """`text` as an identifier: other characters become `_`; `_` stands before a digit."""
    made = _UNSAFE.sub("_", text).strip("_")[:_LONGEST] or "_"
    return f"_{made}" if made[0].isdigit() else made


def free(name: str, taken: Container[str]) -> str:
    """`name`, or with the lowest number behind it with which it is not taken."""
    if name not in taken:
        return name
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def camel(words: str) -> str:
    """`get /pages/{id}/labels` as `getPagesIdLabels`."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", words) if part]
    return "".join(p if i == 0 else p[0].upper() + p[1:] for i, p in enumerate(parts)) or "_"
