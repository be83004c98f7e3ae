"""Points in time as texts and as seconds from 1970 in UTC, without any clock or locale."""

from __future__ import annotations

import re

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?"
    r"(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LIMIT = 253_402_300_800
"""The year 10,000."""


def parse(text: str) -> int | None:
    """Seconds from 1970 to an ISO 8601 time or date, or None when `text` is none.

    Without a zone it is in UTC; fractions of a second are dropped.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    hour, minute, second = int(match[4] or 0), int(match[5] or 0), int(match[6] or 0)
    if not (1 <= month <= 12 and hour <= 23 and minute <= 59 and second <= 60):
        return None
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= day <= _DAYS_IN_MONTH[month - 1] + leap:
        return None
    seconds = _days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
    zone = match[8]
    if zone and zone != "Z":
        offset = int(zone[1:3]) * 3_600 + int(zone[-2:]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds


def write(seconds: int, form: str) -> str:
    """The time in UTC by a format of `%Y %m %d %H %M %S %f %b %e %z %%`.

    Raises:
        ValueError: The time lies before the year 0 or after the year 9999, or the format has
            another directive.
    """
    days, rest = divmod(seconds, 86_400)
    if not -62_167_219_200 <= seconds < _LIMIT:
        raise ValueError("a time lies between the years 0 and 9999")
    year, month, day = _date(days)
    known = {
        "Y": f"{year:04d}",
        "m": f"{month:02d}",
        "d": f"{day:02d}",
        "H": f"{rest // 3_600:02d}",
        "M": f"{rest // 60 % 60:02d}",
        "S": f"{rest % 60:02d}",
        "f": "000000",
        "b": _MONTHS[month - 1],
        "e": str(day),
        "z": "+0000",
        "%": "%",
    }
    head, *tail = form.replace("%%", "%\0").split("%")
    out = [head]
    for piece in tail:
        if piece[:1] == "\0":
            out.append("%" + piece[1:])
        elif piece[:1] in known:
            out.append(known[piece[0]] + piece[1:])
        else:
            raise ValueError(f"a time format has no directive `%{piece[:1]}`")
    return "".join(out)


def notation(text: str) -> str:
    """The format in which `text`, a time that `parse` reads, is written."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("no time")
    if match[4] is None:
        return "%Y-%m-%d"
    form = f"%Y-%m-%d{text[10]}%H:%M" + (":%S" if match[6] else "")
    if match[7]:
        form += "." + "0" * (len(match[7]) - 1)
    zone = match[8] or ""
    if zone and zone != "Z":
        zone = "+00:00" if ":" in zone else "+0000"
    return form + zone


def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01; Howard Hinnant's `days_from_civil`."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _date(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days from 1970-01-01; `civil_from_days`."""
    era, of_era = divmod(days + 719_468, 146_097)
    years = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return years + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1
