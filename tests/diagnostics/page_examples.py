"""The examples of a diagnostic's page, and what a check says of them.

A page has the sections `## Reported` and `## Accepted`, each with fenced blocks. A block is a
fragment: its top-level keys replace those of a file in tests/diagnostics/base, which one the first
line of the fence says:

    ```yaml             of the scenario close.yaml
    ```yaml api         of apis/desk.yaml
    ```yaml world       of worlds/office.yaml

All blocks of a section make one scenario. The one under "Reported" must be reported with the page's
code and no other, that under "Accepted" with nothing. A fragment that begins with `rewardlang:`
replaces the whole file.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from rewardlang.diagnostics.diagnostic import Diagnostic

BASE = Path(__file__).parent / "base"
FILES = {"scenario": "close.yaml", "api": "apis/desk.yaml", "world": "worlds/office.yaml"}
_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```yaml *(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(page: str) -> dict[str, list[tuple[str, str]]]:
    """The blocks of each section: kind of file and text."""
    return {
        name: [(kind or "scenario", text) for kind, text in _BLOCK.findall(body)]
        for name, body in _SECTION.findall(page)
    }


def spliced(base: str, fragment: str) -> str:
    """`base` with its top-level keys replaced by those of the fragment, which follow at the end."""
    keys = re.findall(r"^([A-Za-z_]+):", fragment, re.MULTILINE)
    if keys[:1] == ["rewardlang"]:
        return fragment
    kept = re.split(r"^(?=[A-Za-z_]+:)", base, flags=re.MULTILINE)
    return "".join(part for part in kept if part.split(":", 1)[0] not in keys) + fragment


def write(blocks: list[tuple[str, str]], folder: Path) -> Path:
    """Write the files that the blocks make under `folder`; the path of the scenario."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    for kind, text in blocks:
        path = folder / FILES[kind]
        path.write_text(spliced(path.read_text(encoding="utf-8"), text), encoding="utf-8")
    return folder / FILES["scenario"]


def check(blocks: list[tuple[str, str]], folder: Path) -> list[Diagnostic]:
    """Every diagnostic of the scenario that the blocks make."""
    from rewardlang import driver

    return list(driver.check(write(blocks, folder)).diagnostics)
