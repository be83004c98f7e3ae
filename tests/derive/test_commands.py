"""What `rewardlang derive scenarios` says of its arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from rewardlang.cli import main

HERE = Path(__file__).parent
API = HERE / "apis" / "desk.yaml"


@pytest.mark.parametrize(
    ("world", "operations", "said"),
    [
        ("desk", "fly*", "no operation of desk.yaml fits fly*"),
        ("nowhere", "*", "there is no `worlds/nowhere.yaml`"),
    ],
)
def test_what_is_not_there(
    world: str, operations: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["derive", "scenarios", str(API), "--world", world, "--operations", operations]
    with pytest.raises(SystemExit) as left:
        main([*args, "--out", str(tmp_path / "made")])
    told = "".join(capsys.readouterr())
    assert left.value.code == 1
    assert said in told
    assert "derive_ground" not in told
