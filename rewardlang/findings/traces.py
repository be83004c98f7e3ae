"""Evidence kept as files, `.rewardlang/traces/SCENARIO/CODE-N.json`: each a line of a trace."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rewardlang.findings.finding import Finding

_FOLDER = Path(".rewardlang")
_OURS = re.compile(r"[A-Z]\d{3}-\d+\.json")
_UNSAFE = re.compile(r"[^\w.-]+")


def save(findings: Iterable[Finding]) -> list[Finding]:
    """Write what the findings show and name the files in them; others of these scenarios go.

    Names are the same in every run that finds the same.

    Raises:
        OSError: The folder cannot be written.
    """
    counts: Counter[str] = Counter()
    written: dict[Path, set[str]] = {}
    saved = []
    for finding in findings:
        paths = []
        for evidence in finding.diagnostic.evidence:
            folder = _folder(str(evidence.line.get("scenario") or "scenario"))
            code = finding.diagnostic.code.id
            counts[f"{folder}/{code}"] += 1
            path = folder / f"{code}-{counts[f'{folder}/{code}']}.json"
            if folder not in written:
                written[folder] = set()
                _make(folder)
            path.write_text(json.dumps(evidence.line, ensure_ascii=False) + "\n", encoding="utf-8")
            written[folder].add(path.name)
            paths.append(path.as_posix())
        saved.append(replace(finding, traces=tuple(paths)))
    for folder, names in written.items():
        _clear(folder, names)
    return saved


def forget(scenarios: Iterable[str]) -> None:
    """Remove the traces of scenarios, by name, that have no finding any more."""
    for name in scenarios:
        if _folder(name).is_dir():
            _clear(_folder(name), set())


def _folder(scenario: str) -> Path:
    return _FOLDER / "traces" / (_UNSAFE.sub("_", scenario).strip(".") or "_")


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ignore = _FOLDER / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


def _clear(folder: Path, keep: set[str]) -> None:
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in keep:
            path.unlink()
