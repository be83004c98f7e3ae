"""Work on many files, in processes when it is worth it; results in the order of the files."""

from __future__ import annotations

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

T = TypeVar("T")
R = TypeVar("R")

_MOST = 8
_CHUNKS = 8
"""Pieces of work for each process, so that none waits long for the last one."""


_GARBAGE = 200_000, 50, 1000
"""Objects more than before at which a process looks for cycles: those of a few files."""
_AHEAD = 3
"""Items of a stream that wait for each process, so that none is idle."""


class WorkerEnded(Exception):
    """A process that worked on files was ended from outside, by lack of memory for one."""


class Workers:
    """Maps functions over files. Processes start when first needed, and end with the block.

    Ctrl-C reaches a whole group of processes. Only the one that waits heeds it, and ends the
    others: were they to end by themselves, it might see that before its own interrupt.
    """

    def __init__(self, progress: Callable[[str, int], None] | None = None) -> None:
        """`progress` is told what is done, and how many files are left."""
        self._progress = progress or (lambda what, left: None)
        self._pool: ProcessPoolExecutor | None = None
        self._strangers: set[int | None] = set()
        self._count = min(_MOST, len(os.sched_getaffinity(0))) if _AFFINE else os.cpu_count() or 1

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is None:
            return
        if error is not None:
            from multiprocessing import active_children

            for process in active_children():
                if process.pid not in self._strangers:
                    process.kill()
        self._pool.shutdown()

    def map(self, function: Callable[[T], R], items: Sequence[T], what: str, worth: int) -> list[R]:
        """`function`, of a module's top level, of each; by processes from `worth` items on.

        Raises:
            WorkerEnded: The machine ended a process.
        """
        if items:
            self._progress(what, len(items))
        found: list[R] = []
        alone = len(items) < worth or self._count < 2
        for result in map(function, items) if alone else self._shared(function, items):
            found.append(result)
            self._progress(what, len(items) - len(found))
        return found

    def stream(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """`function`, of a module's top level, of each of any number of items, in their order.

        Only a few items are held at a time; the next ones are taken when results are. A single item
        is done in this process.

        Raises:
            WorkerEnded: As `map`.
        """
        coming = iter(items)
        first = list(islice(coming, 2))
        if len(first) < 2 or self._count < 2:
            yield from map(function, chain(first, coming))
            return
        from concurrent.futures.process import BrokenProcessPool

        waiting: deque[Future[R]] = deque()
        try:
            for item in chain(first, coming):
                with _deaf():
                    waiting.append((self._pool or self._started()).submit(function, item))
                if len(waiting) > _AHEAD * self._count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerEnded("a process of this run was ended, perhaps for memory") from error

    def _shared(self, function: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
        # A single unchanged file is linted before this would be imported.
        from concurrent.futures.process import BrokenProcessPool

        size = max(1, len(items) // (self._count * _CHUNKS))
        with _deaf():
            pool = self._pool or self._started()
            pieces = [items[at : at + size] for at in range(0, len(items), size)]
            futures = [pool.submit(_each, function, piece) for piece in pieces]
        try:
            for future in futures:
                yield from future.result()
        except BrokenProcessPool as error:
            raise WorkerEnded("a process of this run was ended, perhaps for memory") from error

    def _started(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import active_children

        self._strangers = {process.pid for process in active_children()}
        self._pool = ProcessPoolExecutor(self._count, initializer=_start)
        return self._pool


def _each(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    return [function(item) for item in items]


@contextmanager
def _deaf() -> Iterator[None]:
    """Put Ctrl-C off while processes and threads start, which inherit this until `_start`."""
    if not _MASKS:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start() -> None:
    """Leave Ctrl-C to the process that waits for this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if _MASKS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    # Trees hold no cycles and go file by file: looking for garbage rarely saves 6 % of the time.
    gc.set_threshold(*_GARBAGE)


_AFFINE = hasattr(os, "sched_getaffinity")
_MASKS = hasattr(signal, "pthread_sigmask")
