"""Regular expressions: RE2, so that no pattern and no text takes more than linear time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def search(pattern: str) -> Callable[[Any], bool]:
    """The operator `matches` for one pattern: whether it is found anywhere in a text.

    Compiled when first used. `\\d`, `\\w` and `\\s` are ASCII. A value that is no string fails.

    >>> search("[A-Z]+-[0-9]+")("see ACME-12")
    True
    """
    find: Callable[[str], object] | None = None

    def matches(text: Any) -> bool:
        nonlocal find
        if type(text) is not str:
            raise TypeError(f"{type(text).__name__} is no string")
        if find is None:
            find = compiled(pattern).search
        return find(text) is not None

    return matches


def compiled(pattern: str) -> Any:
    """The pattern as RE2 compiles it; raises `re2.error` for what RE2 does not support."""
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options=options)
