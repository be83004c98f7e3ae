"""Which codes are wanted: `H` is a family, `H5` and `H501` what begins with it."""

from __future__ import annotations

from collections.abc import Iterable

from rewardlang.diagnostics.codes import CODES
from rewardlang.diagnostics.diagnostic import Code
from rewardlang.diagnostics.spelling import suggest
from rewardlang.diagnostics.suppress import is_hard
from rewardlang.frozen import frozen


@frozen
class Selection:
    """Prefixes of codes. An empty `select` is all; where both match, the longer prefix decides."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def wants(self, code: Code) -> bool:
        """Whether a code is to be shown; an error without which there is no program always is."""
        if is_hard(code):
            return True
        chosen = _longest(self.select, code.id) if self.select else 0
        return chosen > _longest(self.ignore, code.id)

    def without(self, ignore: Iterable[str]) -> Selection:
        """The same with more to ignore."""
        return Selection(self.select, (*self.ignore, *ignore))


def _longest(prefixes: tuple[str, ...], id: str) -> int:
    """The length of the longest prefix of `id`, -1 when there is none."""
    return max((len(prefix) for prefix in prefixes if id.startswith(prefix)), default=-1)


def split(values: Iterable[str]) -> tuple[str, ...]:
    """Prefixes out of options: each a comma separated list."""
    words = (word.strip() for value in values for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def unknown(prefix: str) -> str | None:
    """What to do about a prefix that no code has; None when some code has it."""
    if any(id.startswith(prefix) for id in CODES):
        return None
    upper = prefix.upper()
    named = next((code.id for code in CODES.values() if code.name == prefix.lower()), None)
    if any(id.startswith(upper) for id in CODES):
        named = upper
    meant = named or suggest(upper, CODES)
    if meant is None:
        return "write a code, H501, or what codes begin with, H5 or H"
    return f"did you mean `{meant}`?"
