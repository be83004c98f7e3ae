from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlang.training.settings import (
    Lora,
    TinyModel,
    TrainingError,
    TrainSettings,
    read_settings,
    write_settings,
)


def test_settings_survive_the_disk(tmp_path: Path) -> None:
    settings = TrainSettings(("a.yaml", "b.yaml"), seed=7, tiny=TinyModel(hidden=64)).resolved()
    write_settings(tmp_path / "config.json", settings)
    assert read_settings(tmp_path / "config.json") == settings


def test_the_kind_of_model_decides_what_is_left_open() -> None:
    tiny = TrainSettings(("a.yaml",)).resolved()
    given = TrainSettings(("a.yaml",), model="Qwen/Qwen3-1.7B").resolved()
    whole = TrainSettings(("a.yaml",), model="Qwen/Qwen3-1.7B", lora=Lora(rank=0)).resolved()
    assert (tiny.temperature, given.temperature) == (0.8, 1.0)
    assert tiny.max_turn_tokens is None, "its demonstrations say"
    assert given.max_turn_tokens == 512
    assert given.learning_rate == 2e-5
    assert whole.learning_rate == 1e-6
    assert TrainSettings(("a.yaml",), temperature=0.5).resolved().temperature == 0.5


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "No such file"),
        ("{", "holds no settings"),
        ("[]", "expected an object"),
        ('{"scenarios": ["a"], "colour": 1}', "unknown key 'colour'"),
        ('{"scenarios": ["a"], "tiny": {"width": 1}}', "unknown key 'width'"),
        ("{}", "scenarios"),
    ],
)
def test_a_bad_config_says_why(tmp_path: Path, text: str | None, why: str) -> None:
    path = tmp_path / "config.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TrainingError, match=why):
        read_settings(path)


def test_settings_load_no_torch() -> None:
    import subprocess
    import sys

    code = "import sys, rewardlang.training.settings; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.strip().lower()) is False
