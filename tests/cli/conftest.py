"""What the tests of commands share: a folder to work in, and a way to run them."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.little import LITTLE, Run

from rewardlang import cli

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty but for little.yaml; the cache is empty too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))
    (tmp_path / "little.yaml").write_text(LITTLE % 0)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command: its status, and what it printed to both streams."""

    def run(*args: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main([str(arg) for arg in args])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        said = (out.out + out.err).replace(f"{ROOT.as_posix()}/", "")
        return int(exit.value.code or 0), said

    return run
