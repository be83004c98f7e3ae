"""JSON pointers (RFC 6901): made, followed in plain data, and read out of a `$ref`."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

MISSING: Any = object()
"""What `look_up` finds where there is nothing; None is a value."""


def join(pointer: str, *steps: str | int) -> str:
    """The pointer to what lies `steps` below `pointer`."""
    return pointer + "".join(f"/{escape(str(step))}" for step in steps)


def escape(step: str) -> str:
    """A key as it stands in a pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def steps(pointer: str) -> list[str]:
    """The keys that a pointer leads along."""
    return [s.replace("~1", "/").replace("~0", "~") for s in pointer.split("/")[1:]]


def look_up(data: Any, pointer: str) -> Any:
    """What stands at `pointer`, or MISSING."""
    here = data
    for step in steps(pointer):
        if isinstance(here, dict):
            here = here.get(step, MISSING)
        elif isinstance(here, list):
            inside = step.isascii() and step.isdecimal() and len(step) < 10
            here = here[int(step)] if inside and int(step) < len(here) else MISSING
        else:
            return MISSING
        if here is MISSING:
            return MISSING
    return here


def local(reference: str) -> str | None:
    """The pointer of a `$ref` into its own document, or None for one that leads elsewhere."""
    if reference == "#":
        return ""
    if not reference.startswith("#/"):
        return None
    return unquote(reference[1:])
