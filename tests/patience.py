"""Whether hostile input lets code end, by the processor's time: a busy machine changes nothing.

How fast something is, benchmarks tell, which compare two things in one run; no test is timed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

MOST_S = 30.0
"""Of processor time: ten times what the dearest of these inputs needs, and what grows with the
square or the power of an input needs far more."""


class Hangs(BaseException):
    """It works and works; no `except Exception` on the way holds this up."""


def _give_up(number: int, frame: FrameType | None) -> NoReturn:
    raise Hangs(f"not done after {MOST_S:g} s of processor time")


@contextmanager
def ends() -> Iterator[None]:
    """What is inside is done before this process has used `MOST_S` on it; else `Hangs`."""
    began = time.process_time()
    if hasattr(signal, "setitimer"):
        before = signal.signal(signal.SIGPROF, _give_up)
        signal.setitimer(signal.ITIMER_PROF, MOST_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
    else:
        yield
    # Native code is not interrupted, and what is raised in a callback may be lost.
    if time.process_time() - began > MOST_S:
        raise Hangs(f"{time.process_time() - began:.0f} s of processor time")
