"""A tiny run, made once, that several tests look at."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from rich.console import Console

from rewardlang.training.settings import TinyModel, TrainSettings, WarmStart

os.environ.setdefault("HF_HUB_OFFLINE", "1")

HERE = Path(__file__).parent
WIKI = str(HERE / "wiki.py")
TRACKER = str(HERE.parent / "tracker.py")


def short(**changes: object) -> TrainSettings:
    """Settings with which a run takes seconds and learns next to nothing."""
    settings: dict[str, object] = {
        "scenarios": (WIKI,),
        "steps": 3,
        "prompts": 2,
        "generations": 4,
        "eval_tasks": 4,
        "save_every": 1,
        "device": "cpu",
        "threads": 1,
        "max_turn_tokens": 24,
        "tiny": TinyModel(hidden=64, layers=2, heads=2),
        "warm_start": WarmStart(clean_steps=40, mixed_steps=10, batch=8),
    }
    return TrainSettings(**{**settings, **changes})


def silent() -> Console:
    return Console(file=io.StringIO(), width=100)


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished short run."""
    from rewardlang.training.run import train

    folder = tmp_path_factory.mktemp("runs") / "short"
    summary = train(short(output=str(folder)), silent())
    assert summary.status == "complete"
    return folder
