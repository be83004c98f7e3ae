"""Which files a git working tree has changed since a commit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from rewardlang.findings.settings import NAMES

_PARTS = ("apis", "worlds")


class NotGit(Exception):
    """There is no repository, no git, or no such commit; the message says which."""


def changed_files(ref: str) -> set[Path]:
    """Resolved paths of what differs from `ref` in the repository around the current folder.

    Files that git does not know yet, and does not ignore, are among them.

    Raises:
        NotGit: As it says.
    """
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    if ref.startswith("-") or not is_commit(ref):
        raise NotGit(f"git knows no commit `{ref}`")
    names = _git("-C", str(top), "diff", "--name-only", "--no-renames", "-z", ref, "--")
    new = _git("-C", str(top), "ls-files", "--others", "--exclude-standard", "-z")
    return {(top / name).resolve() for name in (names + new).split("\0") if name}


def is_commit(ref: str) -> bool:
    """Whether git knows a commit of this name."""
    try:
        _git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    except NotGit:
        return False
    return True


def only_changed(files: Iterable[Path], changed: set[Path]) -> list[Path]:
    """Those of `files` that may lint differently: all, when an API, a world, a setting changed."""
    shared = any(path.parent.name in _PARTS or path.name in NAMES for path in changed)
    return [path for path in files if shared or path.resolve() in changed]


def _git(*args: str) -> str:
    try:
        done = subprocess.run(["git", *args], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise NotGit("git is not installed") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        if "not a git repository" in said:
            said = "this folder is in no git repository"
        raise NotGit(said or f"git {args[0]} failed")
    return done.stdout.decode("utf-8", "surrogateescape")
