"""The texts that an editor has open, over the files on disk, and what is known of each."""

from __future__ import annotations

from pathlib import Path

from rewardlang.data import Overlay
from rewardlang.lsp.analysis import Analysis, analyse


class Documents:
    """Open texts by path. What is known of a text holds until any text changes."""

    def __init__(self) -> None:
        self._texts: dict[Path, str] = {}
        self._known: dict[Path, Analysis] = {}
        self._files = Overlay()

    def put(self, path: Path, text: str) -> None:
        """Take the text of an open file."""
        self._texts[path] = text
        self.forget()

    def close(self, path: Path) -> None:
        """The file counts as it is on disk again."""
        self._texts.pop(path, None)
        self.forget()

    def forget(self) -> None:
        """Files have changed: nothing that is known holds."""
        # New ones, as another thread may be at work with these.
        self._files = Overlay()
        self._files.texts.update(self._texts)
        self._known = {}

    def open(self) -> list[Path]:
        """The paths of the open texts, in the order in which they were opened."""
        return list(self._texts)

    def analysis(self, path: Path) -> Analysis:
        """What is known of a file; raises OSError when it can be read neither here nor there."""
        known = self._known
        if path not in known:
            known[path] = analyse(path, self._files)
        return known[path]
