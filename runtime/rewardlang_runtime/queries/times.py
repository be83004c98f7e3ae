"""Dates in queries: absolute, relative ("-7d") and functions, as comparable UTC text."""

from __future__ import annotations

from datetime import datetime, timedelta

_UNITS = {"w": 10_080, "d": 1_440, "h": 60, "m": 1}
_STARTS = ("day", "week", "month", "year")
_TEXT = "%Y-%m-%dT%H:%M:%S"
MAX_MINUTES = 60 * 24 * 366 * 100
"""A hundred years, so that no shift leaves the calendar."""


def moment(text: str, now: str) -> str | None:
    """`2026-03-01`, `2026/03/01 10:30` or a shift such as `-1w 2d` as `YYYY-MM-DDTHH:MM:SS`.

    Args:
        text: What the query says.
        now: The world's time; its first 19 characters are `YYYY-MM-DDTHH:MM:SS`.

    Returns:
        Text whose order is the order in time, or None when `text` is no date.
    """
    shifted = shift(text)
    if shifted is not None:
        return _text(_parse(now) + shifted)
    candidate = text.strip().replace("/", "-").replace(" ", "T")[:19]
    missing = {10: "T00:00:00", 16: ":00"}.get(len(candidate), "")
    try:
        return _text(datetime.strptime(candidate + missing, _TEXT))
    except ValueError:
        return None


def function(name: str, args: tuple[str, ...], now: str) -> str | None:
    """`now()`, `startOfDay("-1d")`, `endOfMonth()` and the like; None when there is no such one."""
    name = name.lower()
    if name == "now" and not args:
        return _text(_parse(now))
    edge, unit = name[: name.find("of") + 2], name[name.find("of") + 2 :]
    if edge not in ("startof", "endof") or unit not in _STARTS or len(args) > 1:
        return None
    moved = shift(args[0]) if args else timedelta()
    if moved is None:
        return None
    start = _start(_parse(now), unit)
    if edge == "endof":
        length = {"day": 1, "week": 7, "month": 31, "year": 366}[unit]
        start = _start(start + timedelta(days=length), unit)
        start -= timedelta(seconds=1)
    return _text(start + moved)


def shift(text: str) -> timedelta | None:
    """`-7d`, `4w`, `+1h 30m` as a time difference; None when `text` is none."""
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body.lstrip("+-").replace(" ", "").lower()
    minutes, digits = 0, ""
    for c in body:
        if c in "0123456789" and len(digits) < 9:
            digits += c
        elif c in _UNITS and digits:
            minutes += int(digits) * _UNITS[c]
            digits = ""
        else:
            return None
    if digits or not body:
        return None
    return timedelta(minutes=sign * min(minutes, MAX_MINUTES))


def _parse(now: str) -> datetime:
    return datetime.strptime(now[:19], _TEXT)


def _text(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _start(when: datetime, unit: str) -> datetime:
    day = when.replace(hour=0, minute=0, second=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "year":
        return day.replace(month=1, day=1)
    return day
