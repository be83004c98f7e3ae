"""An editor that talks to one server in all these tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp.desk import NAME, SCENARIO
from lsp.editor import Editor

BASE = Path(__file__).parent.parent / "diagnostics" / "base"


@pytest.fixture(scope="session")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("desk")
    for part in ("apis", "worlds"):
        shutil.copytree(BASE / part, folder / part)
    (folder / NAME).write_text(SCENARIO, encoding="utf-8")
    made = Editor(folder)
    yield made
    assert made.close() == 0
    assert made.messages == []


@pytest.fixture
def opened(editor: Editor) -> Editor:
    """The editor with the scenario open, without a diagnostic."""
    editor.shut_all()
    assert editor.open(NAME, SCENARIO) == []
    return editor
