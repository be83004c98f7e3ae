"""`rewardlang report` as people call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from judge.desk import variant
from report.pages import read

from rewardlang import cli

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(variant(tmp_path).parent)

    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(["report", *args])
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return int(exit.value.code or 0), out.out, out.err

    return run


def test_three_forms_say_the_same(run: Run) -> None:
    status, text, _ = run("judged.yaml")
    assert status == 0
    for heading in ("The task", "The ladder from 0 to 1", "Probes", "Signal for GRPO", "Reviewed"):
        assert f"\n{heading}\n" in text
    status, said, _ = run("judged.yaml", "--html", "page.html", "--format", "json")
    data = json.loads(said)
    shown = read(Path("page.html").read_text(encoding="utf-8"))
    for each in (data["verdict"], *data["proven"], *data["tried"]):
        assert each in shown.text[""]
        assert " ".join(each.split()) in " ".join(text.split())
    score = f"{data['reward_mutants']['score']:.2f}"
    assert f"mutation score {score}" in text
    assert score in shown.text["Changes of the reward itself"]
    assert data["files"][0]["digest"] in text


def test_only_the_verdict_beside_a_page(run: Run) -> None:
    status, text, _ = run("judged.yaml", "--html", "page.html")
    assert (status, text) == (0, "helpdesk.settle: No findings.\n")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["absent.yaml"], 1, "absent.yaml"),
        (["apis/helpdesk.yaml"], 1, "holds an API or a world"),
        (["judged.py"], 2, "YAML"),
        (["judged.yaml", "--html", "no/such/page.html"], 1, "no/such/page.html"),
    ],
)
def test_what_cannot_be_reported_on(run: Run, arguments: list[str], status: int, said: str) -> None:
    got, _, error = run(*arguments)
    assert got == status
    assert said in error


def test_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    folder = variant(tmp_path).parent
    pages = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "rewardlang", "report", "judged.yaml", "--no-cache"]
        done = subprocess.run(
            [*command, "--html", f"{seed}.html", "--format", "json"],
            cwd=folder, env=environment, capture_output=True, check=True,
        )  # fmt: skip
        pages.append((done.stdout, (folder / f"{seed}.html").read_bytes()))
    assert pages[0] == pages[1]
