"""The benchmarks of training run, in sizes of no use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from training.conftest import TRACKER, WIKI

ROOT = Path(__file__).parent.parent.parent
OFFLINE = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=ROOT, env=OFFLINE
    )


def test_the_gpu_benchmark_says_that_a_smoke_run_is_one(tmp_path: Path) -> None:
    done = run(
        "benchmarks/gpu/train.py", str(tmp_path), "--smoke", "--scenarios", WIKI, TRACKER
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["smoke"] is True
    assert result["device"] == "cpu"
    assert set(result["baseline"]["scenarios"]) == {"wiki.create_page", "tracker.finish"}
    assert result["generated_tokens"] > 0
    assert result["grpo_s"]["step"] >= result["grpo_s"]["rollout"] >= result["grpo_s"]["generate"]
    assert (tmp_path / "report.html").is_file()
    assert "wiki.create_page" in done.stdout


def test_the_benchmark_records_each_seed_and_admits_a_miss(tmp_path: Path) -> None:
    done = run(
        "benchmarks/training.py", "--seeds", "4", "--scenario", WIKI, "--json",
        str(tmp_path / "rows.json"), "--runs", str(tmp_path / "runs"), "--", "--steps", "1",
        "--prompts", "1", "--generations", "2", "--eval-tasks", "2", "--tiny-hidden", "32",
        "--tiny-layers", "1", "--clean-steps", "3", "--mixed-steps", "1", "--device", "cpu",
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    [row] = json.loads((tmp_path / "rows.json").read_text())["runs"]
    assert (row["seed"], row["met"], row["tasks"]) == (4, False, 2)
    assert len(row["reward_by_step"]) == 1
    assert "NOT met" in done.stdout
    assert (tmp_path / "runs" / "seed-4" / "report.html").is_file()
