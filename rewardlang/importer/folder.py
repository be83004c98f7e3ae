"""An import in its folder: what lies there from before, what a person changed, what is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rewardlang.importer.importing import Imported, Made

_FOLDERS = ("apis", "worlds")


class Refused(Exception):
    """Files were changed by a person since they were imported; nothing was written."""

    def __init__(self, paths: list[str]) -> None:
        self.paths = paths
        super().__init__(", ".join(paths))


@dataclass(slots=True)
class Lock:
    """What the last import left: the digest of its document, and hashes of the files it wrote."""

    version: str = ""
    operations: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    known: bool = False


@dataclass(slots=True)
class Written:
    """What an import did in its folder: paths of files, by what happened to them."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def lock_path(folder: Path, name: str) -> Path:
    """Where the lock of an import lies."""
    return folder / "apis" / f"{name}.lock.json"


def read_lock(folder: Path, name: str) -> Lock:
    """The lock of an import; an empty one when there is none, or none that can be read."""
    try:
        found = json.loads(lock_path(folder, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Lock()
    if not isinstance(found, dict):
        return Lock()
    operations, files = found.get("operations"), found.get("files")
    if not isinstance(operations, dict) or not isinstance(files, dict):
        return Lock()
    return Lock(str(found.get("version", "")), operations, files, True)


def write(folder: Path, name: str, made: Imported, lock: Lock, force: bool = False) -> Written:
    """Write the files of an import.

    Raises:
        Refused: Some were changed by a person, or are none of ours, and `force` is not set.
    """
    files = {file.path: file for file in made.files}
    touched = [] if force else [f.path for f in made.files if _is_touched(folder, f, lock)]
    if touched:
        raise Refused(touched)
    done = Written()
    for file in made.files:
        path = folder / file.path
        if path.is_file():
            (done.same if path.read_bytes() == file.text.encode() else done.changed).append(
                file.path
            )
        else:
            done.new.append(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    for old, digest in lock.files.items():
        path = folder / old
        inside = Path(old).parts[:1] in (("apis",), ("worlds",)) and ".." not in Path(old).parts
        if old not in files and inside and path.is_file() and _hash(path.read_bytes()) == digest:
            path.unlink()
            done.gone.append(old)
    lock_path(folder, name).write_text(_lock_text(made), encoding="utf-8", newline="\n")
    return done


def _is_touched(folder: Path, file: Made, lock: Lock) -> bool:
    """Whether the file that lies there is not as an import left it, and would be lost."""
    path = folder / file.path
    if not path.is_file():
        return False
    there = path.read_bytes()
    return there != file.text.encode() and _hash(there) != lock.files.get(file.path)


def _lock_text(made: Imported) -> str:
    operations = ",\n".join(
        f"    {json.dumps(name, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in made.digest.items()
    )
    files = ",\n".join(
        f"    {json.dumps(file.path)}: {json.dumps(_hash(file.text.encode()))}"
        for file in made.files
    )
    version = json.dumps(made.version, ensure_ascii=False)
    return (
        f'{{\n  "version": {version},\n  "files": {{\n{files}\n  }},\n'
        f'  "operations": {{\n{operations}\n  }}\n}}\n'
    )


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def scenarios(folder: Path, apis: Iterable[str]) -> list[Path]:
    """The scenario files in a folder that use one of the APIs."""
    names = list(apis)
    found: list[Path] = []
    for path in sorted(folder.rglob("*.yaml")):
        if set(path.relative_to(folder).parts[:-1]) & set(_FOLDERS):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "\nscenario:" in f"\n{text}" and any(name in text for name in names):
            found.append(path)
    return found
