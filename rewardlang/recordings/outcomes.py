"""What a tool's text tells of how its call ended.

Environments of ours word a failure in one way, which says everything. Elsewhere a text is taken as
the response of a call that went well, unless it says by one of the signs below that it did not:
then only that is known, neither the kind of failure nor, when it names none, the status.
"""

from __future__ import annotations

import re
from typing import Any

from rewardlang.recordings.items import read_json
from rewardlang_runtime.calls import KINDS
from rewardlang_runtime.observations import FAILED

Json = Any
_OVER = ("episode_over", "too_many_calls")
_LEFT_OUT = '"_left_out":'
_LONGEST = 10_000
"""Characters of a text that is no JSON that are looked at for a sign of failure."""
_NO_CONTENT = frozenset(("status",))
_SIGNS = ("error", "errors", "errorMessages", "error_message", "isError", "is_error")
"""Keys of a body that say that a call failed, when their value is not empty."""
_STATUSES = ("statusCode", "status_code", "status", "code")
_WORDS = re.compile(
    r"\s*(?:(?:\w+\.)*\w*(?:error|exception)\b|failed\b|failure\b|traceback \(most recent"
    r"|(?:http(?:/[\d.]+)?|status)[ :]*[45]\d\d\b|[45]\d\d [a-z])",
    re.IGNORECASE,
)
"""How a text that is no JSON begins when it tells of a failure."""


def outcome_of(text: str) -> dict[str, Json] | None:
    """How a call ended, by what the policy was shown; None when it came after the end.

    Returns:
        `kind`, `status` and `response`, as far as they are known; `ok` alone is false for a
        failure of which no more is known.
    """
    if text.startswith(FAILED):
        return _ours(text)
    try:
        value = read_json(text)
    except ValueError:
        return {"ok": False} if _WORDS.match(text[:_LONGEST]) else {"ok": True}
    return of_value(value, shortened=_LEFT_OUT in text)


def of_value(value: Json, *, shortened: bool = False) -> dict[str, Json]:
    """The same of JSON data; `shortened` when something of the response is missing."""
    said: dict[str, Json] = {} if shortened else {"response": value}
    if type(value) is not dict:
        return {"ok": True, **said}
    status = next((s for s in map(value.get, _STATUSES) if _is_status(s)), None)
    if value.keys() == _NO_CONTENT and status is not None and status < 400:
        return {"kind": "ok", "status": status, "response": None}
    if (status is not None and status >= 400) or any(map(value.get, _SIGNS)):
        return {"ok": False, **({} if status is None or status < 400 else {"status": status})}
    return {"ok": True, **said}


def _is_status(value: Json) -> bool:
    return type(value) is int and 100 <= value < 600


def _ours(text: str) -> dict[str, Json] | None:
    """A failure as our environments word it."""
    try:
        error = read_json(text)["error"]
    except (ValueError, TypeError, KeyError):
        return {"ok": False}
    if type(error) is not dict:
        return {"ok": False}
    kind = error.get("kind")
    if kind in _OVER:
        return None
    if kind not in KINDS:
        return {"ok": False}
    status = error.get("status")
    said = {"kind": kind, "status": status if _is_status(status) else 0}
    if not (said["status"] and _LEFT_OUT in text):
        said["response"] = error.get("body")
    return said
