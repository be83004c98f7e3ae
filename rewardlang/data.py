"""Where `grammar/` and `scenarios/`, which come with rewardlang, are: a checkout or a wheel."""

from __future__ import annotations

import re
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]+")  # so that no name leads out of the folders looked at
_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    # The checkout first: an editable install leaves a copy in site-packages that nothing updates.
    checkout = _PACKAGE.parent / name
    if (_PACKAGE.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    return _PACKAGE / "_data" / name


def grammar() -> Path:
    """The folder with the Lark grammar and the JSON Schemas of the three kinds of file."""
    return _folder("grammar")


def scenarios() -> Path:
    """The folder with the scenarios that come along, and `apis` and `worlds` under it."""
    return _folder("scenarios")


class Files:
    """Reads files, and finds APIs and worlds by name.

    Looked at, in order: the folder `apis` or `worlds` beside the scenario; in the folders above
    it, and in `scenarios` there; in the scenarios that come along.
    """

    _ABOVE = 8  # how many folders above the scenario's are looked at

    def read(self, path: Path, size: int) -> bytes:
        """The first `size` bytes of a file; raises OSError, also for what is no plain file."""
        if not path.is_file():  # a pipe or a device would be read without end
            raise OSError(2 if not path.exists() else 21, _reason(path))
        with open(path, "rb") as file:
            return file.read(size)

    def find(self, kind: str, name: str, beside: Path) -> Path | None:
        """The file `kind/name.yaml`, `kind` being `apis` or `worlds`."""
        if not _NAME.fullmatch(name):
            return None
        paths = (folder / f"{name}.yaml" for folder in self._folders(kind, beside))
        return next((path for path in paths if path.is_file()), None)

    def names(self, kind: str, beside: Path) -> list[str]:
        """Every name that `find` would find, sorted."""
        found = {
            path.stem
            for folder in self._folders(kind, beside)
            if folder.is_dir()
            for path in folder.glob("*.yaml")
        }
        return sorted(name for name in found if _NAME.fullmatch(name))

    def _folders(self, kind: str, beside: Path) -> list[Path]:
        folders = [beside / kind]
        for above in _above(beside)[: self._ABOVE]:
            folders += [above / kind, above / "scenarios" / kind]
        folders.append(scenarios() / kind)
        return folders


class Overlay(Files):
    """Files, some with another text than on disk."""

    def __init__(self) -> None:
        self.texts: dict[Path, str] = {}

    def read(self, path: Path, size: int) -> bytes:
        """As in `Files`."""
        if path in self.texts:
            return self.texts[path].encode("utf-8", "surrogatepass")[:size]
        return super().read(path, size)


def _above(folder: Path) -> list[Path]:
    """The folders above, nearest first; relative as long as they are not above the current one."""
    if ".." in folder.parts:
        folder = folder.resolve()
    here = [] if folder.is_absolute() else list(Path.cwd().parents)
    return [*folder.parents, *here]


def _reason(path: Path) -> str:
    return "it is no plain file" if path.exists() else "there is no such file"
