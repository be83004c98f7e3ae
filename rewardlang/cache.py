"""A cache on disk by content hash; anything wrong with it makes an entry absent, never an error.

What is damaged is ignored with a warning, the first time; it goes to the logger `rewardlang.cache`,
which writes to stderr unless the program that uses us says otherwise.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections import Counter
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_MAGIC = b"rewardlang cache 1\n"
_DIGEST = 32
_KEEP = {"lint": 5_000, "found": 5_000}
"""Entries of a kind that are kept, the newest; of other kinds, which are larger, fewer."""
_KEEP_OTHERS = 300
_PRUNE_EVERY = 100
"""Writes of a process from one look at how many entries there are to the next."""
_writes: Counter[str] = Counter()

_said: set[str] = set()
"""What this process has warned of."""

_PACKAGE = Path(__file__).resolve().parent


def default_directory() -> Path:
    """`$REWARDLANG_CACHE`, or `rewardlang` in the user's folder for caches."""
    chosen = os.environ.get("REWARDLANG_CACHE")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    if sys.platform == "win32":
        base = base or os.environ.get("LOCALAPPDATA")
    if base:
        return Path(base) / "rewardlang"
    try:
        return Path.home() / ".cache" / "rewardlang"
    except RuntimeError:  # a user without a home, as in some containers; entries say who wrote them
        import tempfile

        return Path(tempfile.gettempdir()) / "rewardlang-cache"


def sha256(data: bytes) -> str:
    """The digest that keys and dependencies are made of."""
    return hashlib.sha256(data).hexdigest()


@cache
def tool_fingerprint() -> str:
    """Changes with the Python minor version and with any file of this installation that matters.

    And with the solver, which decides what lint leaves open without it.
    """
    solver = find_spec("z3") is not None
    digest = hashlib.sha256(f"{sys.implementation.cache_tag} {sys.platform} {solver}".encode())
    from rewardlang import data
    from rewardlang_runtime import __path__ as runtime

    roots = [_PACKAGE, *map(Path, runtime), data.grammar()]
    for root in roots:
        for name, status in sorted(_files(root, "")):
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _files(folder: Path, prefix: str) -> list[tuple[str, os.stat_result]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                # Compiled bytecode, data hashed by content, and what only `train` imports.
                if entry.name not in ("__pycache__", "_data", "training", "cli", "pages"):
                    found += _files(Path(entry.path), f"{prefix}{entry.name}/")
            else:
                found.append((prefix + entry.name, entry.stat()))
    return found


class Cache:
    """Entries by kind and key. Safe to share between processes."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or default_directory()

    def read(self, kind: str, key: str) -> bytes | None:
        """The entry, or None when there is none that can be trusted."""
        try:
            with open(self._path(kind, key), "rb") as file:
                if not _private(os.fstat(file.fileno())):
                    _warn(self._path(kind, key), "others than its owner can write it")
                    return None
                data = file.read()
        except OSError:
            return None  # absent or unreadable: the caller does the work again
        body = data[len(_MAGIC) + _DIGEST :]
        head = _MAGIC + hashlib.sha256(body).digest()
        if not data.startswith(head):
            _warn(self._path(kind, key), "it is damaged")
            return None
        return body

    def write(self, kind: str, key: str, body: bytes) -> None:
        """Store an entry, at once or not at all; a cache that cannot be written is no error."""
        path = self._path(kind, key)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + hashlib.sha256(body).digest() + body)
            os.replace(temporary, path)
            if _writes[kind] % _PRUNE_EVERY == 0:
                self._prune(path.parent, _KEEP.get(kind, _KEEP_OTHERS))
            _writes[kind] += 1
        except OSError:
            return  # a full or read-only disk costs time, not correctness

    def _path(self, kind: str, key: str) -> Path:
        return self._directory / kind / key

    def _prune(self, folder: Path, keep: int) -> None:
        entries = [(e.stat().st_mtime_ns, e.path) for e in os.scandir(folder)]
        for _, path in sorted(entries)[: max(0, len(entries) - keep)]:
            os.unlink(path)


def _warn(path: Path, why: str) -> None:
    """Say once for each reason: a cache that is damaged in one place may be so in a thousand."""
    from logging import getLogger  # not before it is needed: importing it takes longer than a read

    if why not in _said:
        _said.add(why)
        getLogger(__name__).warning("ignored an entry of the cache, %s: %s", path, why)


def _private(status: os.stat_result) -> bool:
    """Whether only we can have written the file: entries hold code that is executed."""
    if not hasattr(os, "getuid"):
        return True  # Windows: the user's folder has an access list of its own
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
