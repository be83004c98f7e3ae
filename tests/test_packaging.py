"""The wheel: what is in it, and that it works where there is no checkout."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import rewardlang

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the wheel is built by hatchling, from the extra test")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with the wheel, and with what it needs from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (target,) = folder.glob("lib/python*/site-packages")
    # pip unpacks wheels and writes scripts; the dependencies come from here, so nothing is fetched.
    python = folder / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    subprocess.run([*command, "--quiet", str(wheel)], check=True, capture_output=True)
    (target / "zz_dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return python.parent


def data_files(folder: str) -> Iterator[str]:
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix()


def test_everything_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("grammar", "scenarios"):
        for name in data_files(folder):
            assert f"rewardlang/_data/{name}" in names
    for name in data_files("rewardlang"):
        assert name in names
    for name in data_files("runtime"):
        assert name.removeprefix("runtime/") in names
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)
    folders = {name.split("/")[0] for name in names}
    assert {n for n in folders if not n.endswith(".dist-info")} == {
        "rewardlang",
        "rewardlang_runtime",
    }


def run(installed: Path, folder: Path, *args: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["REWARDLANG_CACHE"] = str(folder / "cache")
    done = subprocess.run(
        [str(installed / args[0]), *args[1:]],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_works_without_a_checkout(installed: Path, tmp_path: Path) -> None:
    where = "import rewardlang, rewardlang_runtime as r; print(rewardlang.__file__, r.__file__)"
    for place in run(installed, tmp_path, "python", "-c", where).split():
        assert Path(place).is_relative_to(installed.parent), "the wheel is what runs"
    run(installed, tmp_path, "rewardlang", "init", "first")
    assert "nothing to report" in run(installed, tmp_path, "rewardlang", "lint", "first.yaml")
    assert "reward  1.00" in run(installed, tmp_path, "rewardlang", "run", "first.yaml")
    assert "all passed" in run(installed, tmp_path, "rewardlang", "test", "first.yaml")
    assert '"$schema"' in run(installed, tmp_path, "rewardlang", "schema", "world")
    assert "T104" in run(installed, tmp_path, "rewardlang", "explain", "T104")


def test_a_compiled_module_needs_the_runtime_alone(installed: Path, tmp_path: Path) -> None:
    run(installed, tmp_path, "rewardlang", "init", "first")
    run(installed, tmp_path, "rewardlang", "compile", "first.yaml")
    code = "import first, sys; print(first.SCENARIO.name, 'rewardlang' in sys.modules)"
    assert run(installed, tmp_path, "python", "-c", code) == "jira.first False\n"


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == rewardlang.__version__


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = {
        line.split("==")[0]
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    extras = project["optional-dependencies"].values()
    named = [*project["dependencies"], *(each for extra in extras for each in extra)]
    for requirement in named:
        name = re.split(r"[>=\[]", requirement)[0].strip().lower().replace("_", "-")
        assert name in pins, requirement
