"""Where every code is entered, once."""

from __future__ import annotations

from rewardlang.diagnostics.diagnostic import Code, Level

CODES: dict[str, Code] = {}
"""Every code by its id, in the order of the families' modules."""


def code(id: str, name: str, level: Level, summary: str) -> Code:
    """Enter a code. Ids are never reused."""
    assert id not in CODES, id
    CODES[id] = entered = Code(id, name, level, summary)
    return entered
