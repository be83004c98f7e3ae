"""What does not end is noticed, and what was interrupted is as before."""

from __future__ import annotations

import signal

import patience
import pytest


def test_what_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_S", 0.05)
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(patience.Hangs), patience.ends():
        while True:
            try:
                sum(range(1_000))
            except Exception:
                pytest.fail("caught on the way")
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_what_takes_long_in_native_code_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_S", 0.05)
    with pytest.raises(patience.Hangs), patience.ends():
        sorted(range(10_000_000, 0, -1))
        sum(range(10_000_000))
