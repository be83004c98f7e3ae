"""The pre-commit hooks in a repository made for it, and the steps of the GitHub action."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from findings.small import TWICE, desk

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ONE = TWICE.split("    - {id: done")[0]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """As a runner has it, with this installation's commands and no settings of a person's."""
    return {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "REWARDLANG_CACHE": str(folder / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
        **more,
    }  # fmt: skip


def call(folder: Path, *args: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        args, cwd=folder, env=environment(folder.parent, **more),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a good scenario, and with the hooks as they are published."""
    folder = tmp_path / "repository"
    (folder / "scenarios").mkdir(parents=True)
    desk(folder / "scenarios", ONE)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        assert hook["language"] == "python"
        hook["language"] = "system"  # this installation instead of one made from the index
    config = {"repos": [{"repo": "local", "hooks": hooks}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    assert call(folder, "git", "init", "-q").returncode == 0
    (folder / "scenarios" / "judged.yaml").unlink()
    (folder / "scenarios" / "rewardlang.toml").write_text("[lint]\nstatic = true\n")
    call(folder, "git", "add", ".")
    assert call(folder, "pre-commit", "install").returncode == 0
    return folder


def test_the_hooks_let_a_good_scenario_pass(repository: Path) -> None:
    done = call(repository, "git", "commit", "-m", "good")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"rewardlang lint\.+Passed", done.stdout + done.stderr)
    assert re.search(r"rewardlang format\.+Passed", done.stdout + done.stderr)


def test_the_lint_hook_stops_a_bad_one(repository: Path) -> None:
    call(repository, "git", "commit", "-m", "good")
    desk(repository / "scenarios", TWICE)
    call(repository, "git", "commit", "-a", "-m", "bad")
    done = call(repository, "git", "commit", "-a", "-m", "bad")
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert re.search(r"rewardlang lint\.+Failed", said)
    assert "warning[D206]" in said
    assert "scenarios/close.yaml" in said
    (repository / "notes.yaml").write_text("a:  1\n")
    call(repository, "git", "checkout", "-q", "scenarios")
    call(repository, "git", "add", "notes.yaml")
    assert call(repository, "git", "commit", "-m", "other YAML is let alone").returncode == 0


def test_the_format_hook_writes_and_stops(repository: Path) -> None:
    path = desk(repository / "scenarios", ONE.replace("weight: 1, ", "weight:   1,"))
    call(repository, "git", "add", ".")
    done = call(repository, "git", "commit", "-m", "messy")
    assert done.returncode == 1
    assert "close.yaml: formatted" in done.stdout + done.stderr
    assert path.read_text() == desk(repository / "scenarios", ONE).read_text()
    call(repository, "git", "add", ".")
    assert call(repository, "git", "commit", "-m", "neat").returncode == 0


# ---- the action ----

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}


def act(
    step: dict[str, Any], folder: Path, inputs: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: contexts put into `env`, the script run by bash -eo pipefail."""
    defaults = {name: str(entry["default"]) for name, entry in ACTION["inputs"].items()}
    contexts = {
        "github.action_path": str(ROOT),
        "runner.temp": str(folder.parent / "temp"),
        **{f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()},
    }

    def put_in(text: str) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: contexts[match[1]], text)

    assert "${{" not in step["run"], "an input in a script could be a command"
    env = {name: put_in(value) for name, value in step.get("env", {}).items()}
    return call(
        folder, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"], **env
    )


def test_the_action_is_composite_and_documented() -> None:
    assert ACTION["runs"]["using"] == "composite"
    for entry in ACTION["inputs"].values():
        assert entry["description"]
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])
    for step in ACTION["runs"]["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert "uses" in step or step["shell"] == "bash"


@pytest.mark.parametrize(("reward", "status"), [(ONE, 0), (TWICE, 1)])
def test_the_lint_step(tmp_path: Path, reward: str, status: int) -> None:
    folder = tmp_path / "repository"
    (folder / "scenarios").mkdir(parents=True)
    desk(folder / "scenarios", reward)
    inputs = {"args": "--static --ignore Y", "sarif": "out.sarif"}
    done = act(steps()["Lint"], folder, inputs)
    assert done.returncode == status, done.stdout + done.stderr
    assert ("::warning file=scenarios/close.yaml,line=13," in done.stdout) is bool(status)
    log = json.loads((folder / "out.sarif").read_text())
    assert len(log["runs"][0]["results"]) == status


@pytest.mark.parametrize(
    "inputs", [{"args": "--nothing"}, {"args": "--nothing", "sarif": "o.sarif"}]
)
def test_wrong_usage_is_no_finding(tmp_path: Path, inputs: dict[str, str]) -> None:
    (tmp_path / "repository").mkdir()
    assert act(steps()["Lint"], tmp_path / "repository", inputs).returncode == 2


def test_an_input_is_no_command(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    (folder / "scenarios").mkdir(parents=True)
    desk(folder / "scenarios", ONE)
    act(
        steps()["Lint"], folder, {"paths": "scenarios; touch one", "args": "$(touch two) `touch x`"}
    )
    assert sorted(path.name for path in folder.iterdir()) == ["scenarios"]


def test_the_install_step(tmp_path: Path) -> None:
    """What it installs is this project; from here, without what it needs, into a folder."""
    folder = tmp_path / "repository"
    folder.mkdir()
    step = steps()["Install rewardlang"]
    step = {**step, "env": {**step["env"], "PIP_TARGET": str(tmp_path / "installed"),
                            "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0",
                            "PIP_NO_INDEX": "1"}}  # fmt: skip
    done = act(step, folder, {})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed" / "rewardlang" / "findings" / "run.py").is_file()
