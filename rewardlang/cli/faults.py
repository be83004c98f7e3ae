"""A scenario that did not keep its word, in words: what, where in the file, in which task."""

from __future__ import annotations

from traceback import extract_tb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rewardlang_runtime import ScenarioFault


def fault_words(error: ScenarioFault) -> str:
    """The fault, the place of its expression, and what the runtime noted of the task."""
    lines = [f"the scenario is at fault: {error}"]
    cause = error.__cause__ or error
    # Generated code carries the lines and columns of the YAML file; the last is the innermost.
    places = [f for f in extract_tb(cause.__traceback__) if f.filename.endswith((".yaml", ".yml"))]
    if places:
        place = places[-1]
        lines.append(f"  --> {place.filename}:{place.lineno}:{(place.colno or 0) + 1}")
    lines += [f"  {note}" for note in getattr(error, "__notes__", ())]
    return "\n".join(lines)
