"""What a policy sends as the arguments of a call, read within the caps."""

from __future__ import annotations

from typing import Any

import orjson

from rewardlang_runtime.values import MAX_ARGUMENTS, TooLarge, cut

_loads = orjson.loads


def read_arguments(arguments: Any) -> tuple[dict[str, Any] | str, int]:
    """Arguments within the caps, or what is wrong with them; and how many values were cut."""
    value: Any = arguments
    if type(arguments) is str:
        if len(arguments) > MAX_ARGUMENTS:
            return f"the arguments have more than {MAX_ARGUMENTS} characters", 0
        try:
            value = _loads(arguments)
        except ValueError:
            return "the arguments are no JSON text", 0
    if type(value) is not dict:
        return "the arguments are no JSON object", 0
    try:
        return cut(value)
    except TooLarge as error:
        return f"the arguments cannot be read: {error}", 0
