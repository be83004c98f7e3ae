"""Scenarios derived from APIs: the files that are expected, sound by the whole judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rewardlang.cli.derive import command
from rewardlang.derive import scenarios
from rewardlang.derive.load import load
from rewardlang.findings.run import Options, lint

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("api", "world", "operations"),
    [
        ("jira", "acme", "getProject"),
        ("jira", "acme", "getIssueTypes"),
        ("jira", "acme", "editIssue"),
        ("jira", "acme", "deleteIssue"),
        ("confluence", "acme_wiki", "createPage"),
        ("confluence", "acme_wiki", "getPageLabels"),
    ],
)
def test_the_judge_finds_nothing(tmp_path: Path, api: str, world: str, operations: str) -> None:
    made = scenarios(*load(api, world), operations)
    assert made[0][0] == f"{operations}.yaml"
    for name, text in made:
        (tmp_path / name).write_text(text)
    paths = [tmp_path / name for name, _ in made]
    found = lint(paths, Options(use_cache=False)).findings
    assert [(f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def test_every_operation_of_an_api_by_hand_has_a_scenario() -> None:
    from rewardlang.derive.tasks import derive

    left = {d.operation for d in derive(*load("jira", "acme")) if not d.text and not d.chain}
    assert left == set()


def test_an_api_of_our_own(golden, tmp_path) -> None:
    made = scenarios(*load(str(HERE / "apis/chores.yaml"), str(HERE / "worlds/home.yaml")))
    for name, text in made:
        golden(f"derive/{name}", text)
    for kind in ("apis", "worlds"):
        (tmp_path / kind).mkdir()
        for path in (HERE / kind).glob("*.yaml"):
            (tmp_path / kind / path.name).write_text(path.read_text())
    for name, text in made:
        (tmp_path / name).write_text(text)
    found = lint([tmp_path / name for name, _ in made], Options(use_cache=False)).findings
    assert [(f.file, f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


@pytest.mark.parametrize("seed", ["1", "77"])
def test_the_same_bytes_in_every_process(seed: str, tmp_path: Path) -> None:
    code = (
        "from rewardlang.derive import scenarios; from rewardlang.derive.load import load;"
        f"print(scenarios(*load({str(HERE / 'apis/chores.yaml')!r}, "
        f"{str(HERE / 'worlds/home.yaml')!r})))"
    )
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    here = scenarios(*load(str(HERE / "apis/chores.yaml"), str(HERE / "worlds/home.yaml")))
    assert out.stdout.strip() == str(here), out.stderr


def test_the_command_writes_files_and_names_what_is_left(tmp_path: Path) -> None:
    args = ["scenarios", "jira", "--world", "acme", "--operations", "getP*", "--out", str(tmp_path)]
    result = CliRunner().invoke(command, args, catch_exceptions=False)
    assert f"scenarios in {tmp_path}" in result.output
    assert (tmp_path / "getProject.yaml").is_file()
