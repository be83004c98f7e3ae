"""Small scenarios next to the modules that they compile to; read the difference before a commit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import lab
import pytest

from rewardlang import emit

FOLDER = Path(__file__).parent.parent / "golden" / "emit"
FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_module(path: Path, golden: Callable[[str, str], None]) -> None:
    scenario = lab.read_well(path.read_text(encoding="utf-8"))
    text = emit.source_text(scenario)
    # The world is in the laboratory and of no interest here.
    lines = [line for line in text.splitlines() if not line.startswith("SCENARIO = ")]
    golden(f"emit/{path.stem}.py", "\n".join(lines) + "\n")


def test_there_are_some() -> None:
    assert len(FILES) >= 4
