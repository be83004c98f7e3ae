"""Two processes, with another order of sets, print and write the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.usefixtures("place")


def outputs(seed: str, path: Path) -> Iterator[bytes]:
    """What two commands print in a process of their own, with another order of sets."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    for args in (
        ["compile", str(path), "-o", "-"],
        ["run", str(path), "--policy", "random", "--seed", "3", "--format", "json"],
    ):
        command = [sys.executable, "-m", "rewardlang", *args]
        yield subprocess.run(command, env=environment, capture_output=True, check=True).stdout


@pytest.mark.parametrize("name", ["jira_transition_issue", "confluence_create_page"])
def test_two_processes_agree_to_the_byte(name: str) -> None:
    path = ROOT / "scenarios" / f"{name}.yaml"
    first, second = list(outputs("1", path)), list(outputs("2", path))
    assert first == second
    assert all(first)


def test_two_processes_judge_alike_to_the_byte(tmp_path: Path) -> None:
    broken = ROOT / "tests" / "broken"
    files = [
        ROOT / "examples" / "saturated_transition.yaml",
        broken / "H" / "paid_for_the_asking.yaml",
        broken / "N" / "paid_per_tag.yaml",
    ]
    options = ["--no-cache", "--budget", "seconds=600", "--format", "json"]
    command = [sys.executable, "-m", "rewardlang", "lint", *options]
    said, traces = [], []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [*command, *map(str, files)], env=environment, cwd=folder, capture_output=True
        )
        assert done.returncode == 1, done.stderr
        said.append(done.stdout)
        saved = sorted((folder / ".rewardlang").rglob("*.json"))
        traces.append([(path.relative_to(folder), path.read_bytes()) for path in saved])
    assert said[0] == said[1]
    assert len({found["code"] for found in json.loads(said[0])}) > 3
    assert traces[0] == traces[1]
    assert traces[0]
