"""Work on many files, in processes when it is worth it; results in the order of the files."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")

_MOST = 8
_CHUNKS = 8
"""Pieces of work for each process, so that none waits long for the last one."""


_GARBAGE = 50_000
"""Objects more than before at which a process looks for cycles: those of about one file."""


class Workers:
    """Maps functions over files. Processes start when first needed, and end with the block."""

    def __init__(self, progress: Callable[[str, int], None] | None = None) -> None:
        """`progress` is told what is done, and how many files are left."""
        self._progress = progress or (lambda what, left: None)
        self._pool: ProcessPoolExecutor | None = None
        self._count = min(_MOST, len(os.sched_getaffinity(0))) if _AFFINE else os.cpu_count() or 1

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, function: Callable[[T], R], items: Sequence[T], what: str, worth: int) -> list[R]:
        """`function`, of a module's top level, of each; by processes from `worth` items on."""
        if len(items) < worth or self._count < 2:
            made: Iterator[R] = map(function, items)
        else:
            if self._pool is None:
                # A single unchanged file is linted before this would be imported.
                from concurrent.futures import ProcessPoolExecutor

                self._pool = ProcessPoolExecutor(self._count, initializer=_start)
            chunk = max(1, len(items) // (self._count * _CHUNKS))
            made = self._pool.map(function, items, chunksize=chunk)
        found: list[R] = []
        if items:
            self._progress(what, len(items))
        for result in made:
            found.append(result)
            self._progress(what, len(items) - len(found))
        return found


def _start() -> None:
    """Let a process end without a word at Ctrl-C; the one that waits for it says what there is."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Trees hold no cycles and go file by file: looking for garbage rarely saves 6 % of the time.
    gc.set_threshold(_GARBAGE)


_AFFINE = hasattr(os, "sched_getaffinity")
