"""Times as texts, against the standard library's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlang_runtime import builtins as b
from rewardlang_runtime import clock

FORMATS = [
    "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000+0000", "%Y-%m-%d", "%d/%b/%Y %H:%M",
    "100%% %Y", "%Y%%m", "no directive", "%z %f",
]  # fmt: skip


@given(
    st.datetimes(min_value=datetime(1000, 1, 1), max_value=datetime(9999, 12, 31)),
    st.sampled_from(FORMATS),
)
def test_as_the_standard_library_writes_and_reads(at: datetime, form: str) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    seconds = int((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    assert clock.write(seconds, form) == at.strftime(form)
    assert clock.parse(at.strftime("%Y-%m-%dT%H:%M:%SZ")) == seconds
    assert clock.parse(at.strftime("%Y-%m-%dT%H:%M:%S.123+00:00")) == seconds


SAME = "2026-03-02T09:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:00:00.000+0000",
        "2026-03-02T10:30:00+01:30",
        "2026-03-02 09:00",
        "2026-03-01T23:00:00.5-1000",
    ],
)
def test_one_time_in_many_notations(text: str) -> None:
    assert clock.parse(text) == clock.parse(SAME)
    shifted = b.time_shift(text, 3600)
    assert clock.parse(shifted) == clock.parse(SAME) + 3600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13-01",
        "2026-02-30",
        "2026-2-3",
        "2026-03-02T25:00",
        "2026-03-02T09:00:00Zx",
        "٢٠٢٦-03-02",
    ],
)
def test_no_time(text: str) -> None:
    assert clock.parse(text) is None
    assert b.time_shift(text, 1) is None
    assert b.time_seconds(text) is None
    assert b.days_between(text, SAME) is None


def test_notation_is_kept() -> None:
    assert b.time_shift("2026-02-28T23:59:59.000+0000", 1) == "2026-03-01T00:00:00.000+0000"
    assert b.time_shift("2024-02-28", 86_400) == "2024-02-29"
    assert b.time_shift("2026-03-02 09:00", 60) == "2026-03-02 09:01"


def test_what_cannot_be_written() -> None:
    for seconds, form in [(10**15, "%Y"), (-(10**15), "%Y"), (0, "%Q"), (0, "%")]:
        with pytest.raises(ValueError, match="time"):
            clock.write(seconds, form)
