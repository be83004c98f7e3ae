"""A folder with a small scenario to lint, and what linting it says."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from rewardlang.findings import run
from rewardlang.findings.finding import Finding

BASE = Path(__file__).parents[1] / "diagnostics" / "base"
CLOSED = """'final.tickets[params.id]?.state == "closed"'"""
TWICE = f"""\
reward:
  parts:
    - {{id: closed, weight: 1, check: {CLOSED}}}
    - {{id: done, weight: 1, check: {CLOSED}}}
"""
"""A reward in which D206 is found, at `done`."""


def desk(folder: Path, reward: str = TWICE, name: str = "close.yaml") -> Path:
    """The base's scenario with another reward."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    text = (BASE / "close.yaml").read_text(encoding="utf-8")
    head, _, rest = text.partition("reward:\n")
    tail = rest[rest.index("oracle:") :]
    path = folder / name
    path.write_text(head + reward + tail, encoding="utf-8")
    return path


def lint(*paths: Path, **options: Any) -> list[Finding]:
    """The static findings, without the cache."""
    chosen = {"static": True, "use_cache": False, **options}
    return list(run.lint(paths, run.Options(**chosen)).findings)


def codes(*paths: Path, **options: Any) -> list[str]:
    return [finding.diagnostic.code.id for finding in lint(*paths, **options)]
