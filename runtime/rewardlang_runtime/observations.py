"""What the policy sees of a call: JSON text, within the scenario's limit."""

from __future__ import annotations

from typing import Any

import orjson

from rewardlang_runtime.values import well_formed

FAILED = '{"error":{"kind":"'
"""How the observation of every failed call begins."""

_SHOWN = 120
"""Characters of a name or a message of the policy that are repeated to it."""


def refused(kind: str, message: str) -> str:
    """A call that never reached the API."""
    return orjson.dumps({"error": {"kind": kind, "message": message}}).decode()


def failed(kind: str, status: int, body: Any, limit: int, retry_after: int | None = None) -> str:
    """A call that the API answered with an error, perhaps with a `Retry-After` in seconds."""
    wait = {} if retry_after is None else {"retry_after": retry_after}
    error: Any = {"error": {"kind": kind, "status": status, **wait, "body": body}}
    text = orjson.dumps(error).decode()
    if len(text) <= limit:
        return text
    short = shortened(error, limit)
    if short.startswith(FAILED):
        return short
    error["error"]["body"] = {"_left_out": len(text)}
    return orjson.dumps(error).decode()


def quoted(name: str) -> str:
    """A name that the policy made up, fit to be repeated in a message."""
    plain = well_formed(name[:_SHOWN])
    return f"`{plain}`" if len(name) <= _SHOWN else f"`{plain}...`"


def shortened(body: Any, limit: int) -> str:
    """`body` as JSON text of at most `limit` characters.

    The list with the most text loses items from its end, then the next, and `"_left_out": n` beside
    it says how many; a list that is not in an object has it as its last item. When lists are not
    enough, long strings are cut and end in "...". A body that is still too long is left out.
    """
    root = {"": orjson.loads(orjson.dumps(body))}  # a copy that may be changed
    for _ in range(_ROUNDS):
        excess = _length(root[""]) - limit
        if excess <= 0:
            break
        place = _longest(root, list) or _longest(root, str)
        if place is None:
            break
        _cut(*place, excess)
    text = orjson.dumps(root[""]).decode()
    if len(text) <= limit:
        return text
    return orjson.dumps({"_left_out": len(text)}).decode()


_ROUNDS = 16
_NOTE = 24
"""Characters that a note of what was left out may take."""
_SHORT = 40
"""Strings no longer than this are not cut."""


def _length(value: Any) -> int:
    return len(orjson.dumps(value).decode())


def _longest(root: dict[str, Any], kind: type) -> tuple[Any, Any] | None:
    """Container and key of the list, or string, with the most text; None if none can lose."""
    best, most = None, 0
    stack: list[Any] = [root]
    while stack:
        holder = stack.pop()
        for key, value in holder.items() if type(holder) is dict else enumerate(holder):
            if type(value) is kind:
                weight = _weight(value)
                if weight > most:
                    best, most = (holder, key), weight
            if type(value) is dict or type(value) is list:
                stack.append(value)
    return best


def _weight(value: Any) -> int:
    if type(value) is str:
        return len(value) if len(value) > _SHORT else 0
    cuttable = bool(value) and not (len(value) == 1 and _is_note(value[0]))
    return _length(value) if cuttable else 0


def _is_note(value: Any) -> bool:
    return type(value) is dict and list(value) == ["_left_out"]


def _cut(holder: Any, key: Any, excess: int) -> None:
    value = holder[key]
    if type(value) is str:
        holder[key] = value[: max(_SHORT - 3, len(value) - excess - 3)] + "..."
        return
    beside = type(holder) is dict and key != ""
    left_out = 0
    if not beside and _is_note(value[-1]):
        left_out = value.pop()["_left_out"]
    spare = -_NOTE
    while value and spare < excess:
        spare += _length(value.pop()) + 1
        left_out += 1
    if beside:
        holder["_left_out"] = holder.get("_left_out", 0) + left_out
    else:
        value.append({"_left_out": left_out})
