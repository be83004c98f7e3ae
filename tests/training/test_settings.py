from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlang.training.settings import (
    Lora,
    TinyModel,
    TrainingError,
    TrainSettings,
    check_model,
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


@pytest.mark.parametrize("model", ["tiny", "Qwen/Qwen3-1.7B", "."])
def test_models_that_may_be_there(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    check_model(model)


@pytest.mark.parametrize("model", ["nomodel", "runs/there/none", "../up/model", "empty", ""])
def test_models_that_cannot_be_there(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match=r"no folder|holds neither"):
        check_model(model)


def test_a_model_that_is_not_there_is_noticed_before_torch_is_loaded() -> None:
    code = (
        "import sys; from rewardlang import cli\n"
        "try: cli.main(['eval', 'nomodel', 'x.yaml'])\n"
        "except SystemExit as end: print(end.code, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "2 False\n", "x.yaml is not there either"
    code = code.replace(", 'x.yaml'", "")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1 False\n"
    assert "there is no folder nomodel" in done.stderr


def test_settings_load_no_torch() -> None:
    code = "import sys, rewardlang.training.settings; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.strip().lower()) is False
