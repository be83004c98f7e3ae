"""Expressions tried in the file before they are written down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rewardlang import driver, tree
from rewardlang.data import Overlay
from rewardlang.derive.draft import Reward
from rewardlang.derive.insert import written


class Trial:
    """A file without a reward, in which expressions are tried.

    Attributes:
        text: The file, without a reward and without tests.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text

    def checked(self, text: str) -> driver.Checked:
        """What is known of the file with another text."""
        files = Overlay()
        files.texts[self.path] = text
        return driver.check(self.path, files)

    def let(self, expression: str, lets: Mapping[str, str]) -> tree.LetDef | None:
        """A let with this expression, after other new ones; None when it is not accepted."""
        added = Reward({**lets, "tried_here": expression})
        found = self.checked(written(self.text, added, stub=True)).judgeable
        if found is None:
            return None
        return next((let for let in found.lets if let.name == "tried_here"), None)
