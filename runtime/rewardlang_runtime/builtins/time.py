"""Builtins over points in time, as texts; there is no clock."""

from __future__ import annotations

from typing import Any

from rewardlang_runtime import clock
from rewardlang_runtime.registry import builtin


@builtin("time_seconds(time: str) -> int?")
def time_seconds(time: str) -> int | None:
    """Seconds from 1970 to `time` (ISO 8601, also as Jira writes it), or null when it is no time.

    >>> time_seconds("2026-03-02T09:00:00.000+0000")
    1772442000
    """
    return clock.parse(_text(time))


@builtin("time_shift(time: str, seconds: int) -> str?")
def time_shift(time: str, seconds: int) -> str | None:
    """`time` moved by `seconds`, in UTC and in the notation of `time`; null when it is no time.

    >>> time_shift("2026-03-02T09:00:00Z", -86400)
    '2026-03-01T09:00:00Z'
    """
    at = clock.parse(_text(time))
    if type(seconds) is not int:
        raise TypeError("seconds are a whole number")
    return None if at is None else clock.write(at + seconds, clock.notation(time))


@builtin("time_format(time: str, format: str) -> str?", cost="size(format)")
def time_format(time: str, format: str) -> str | None:
    """`time` in UTC by a format of `%Y %m %d %H %M %S %b %e`; null when it is no time.

    >>> time_format("2026-03-02T09:00:00Z", "%d/%b/%Y %H:%M")
    '02/Mar/2026 09:00'
    """
    at = clock.parse(_text(time))
    return None if at is None else clock.write(at, _text(format))


@builtin("days_between(earlier: str, later: str) -> number?")
def days_between(earlier: str, later: str) -> float | None:
    """Days from one time to the other, negative when they are the other way round.

    >>> days_between("2026-03-02T09:00:00Z", "2026-03-03T21:00:00Z")
    1.5
    """
    start, end = clock.parse(_text(earlier)), clock.parse(_text(later))
    return None if start is None or end is None else (end - start) / 86_400


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{type(value).__name__} is no string")
    return value
