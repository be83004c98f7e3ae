"""What does not end is ended, and leaves everything as it was."""

from __future__ import annotations

import signal

import patience
import pytest


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timer")
def test_what_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang() -> None:
        while True:
            try:
                sum(range(1_000))
            except Exception:
                return

    monkeypatch.setattr(patience, "MOST_S", 0.05)
    before = signal.getsignal(signal.SIGPROF)
    with pytest.raises(patience.Hangs), patience.ends():
        hang()
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
