"""Scenarios that ask for a change and then to take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rewardlang import driver
from rewardlang.cli.derive import command
from rewardlang.derive.load import load
from rewardlang.derive.tasks import Derived, derive
from rewardlang.findings.run import Options, lint
from rewardlang.judge.bench import Bench

HERE = Path(__file__).parent
API, WORLD = str(HERE / "apis/library.yaml"), str(HERE / "worlds/library.yaml")


@pytest.fixture(scope="module")
def made() -> dict[str, Derived]:
    return {each.operation: each for each in derive(*load(API, WORLD)) if each.chain == "undo"}


@pytest.fixture(scope="module")
def folder(made: dict[str, Derived], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undo")
    for kind in ("apis", "worlds"):
        (out / kind).mkdir()
        for path in (HERE / kind).glob("*.yaml"):
            (out / kind / path.name).write_text(path.read_text())
    for each in made.values():
        if each.text:
            (out / each.file).write_text(each.text)
    return out


def bench(folder: Path, operation: str) -> Bench:
    checked = driver.check(folder / f"{operation}.undo.yaml")
    assert checked.judgeable is not None
    return Bench(checked.judgeable, driver.build(checked.judgeable))


def test_pairs_are_found_by_trying(made):
    assert {name: each.why for name, each in made.items() if not each.text} == {
        "listBooks": "it changes nothing",
        "getBook": "it changes nothing",
        "removeBook": "no operation takes it back",
        "stampBook": "no operation takes it back",
    }
    for name, back in [
        ("addBook", "removeBook"), ("lendBook", "returnBook"), ("returnBook", "lendBook"),
        ("updateBook", "updateBook"),
    ]:  # fmt: skip
        last = made[name].text.split("\noracle:")[1].split("- answer:")[0].strip().splitlines()[-1]
        assert last.strip().startswith(f"- {back}:"), name


def test_the_judge_finds_nothing(made, folder):
    paths = [folder / each.file for each in made.values() if each.text]
    found = lint(paths, Options(use_cache=False)).findings
    assert [(f.file, f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def earned(bench: Bench, calls: list[tuple[str, Any]]) -> float:
    return bench.play(0, calls, "It is done.").reward


@pytest.mark.parametrize("name", ["addBook", "lendBook", "returnBook", "updateBook"])
def test_half_of_it_earns_half_at_most(folder, name):
    played = bench(folder, name)
    oracle = played.oracle(0)
    assert oracle.reward == 1
    assert oracle.episode.final is not None
    sent = list(oracle.sent)
    assert earned(played, []) == 0
    assert 0.2 < earned(played, sent[:-1]) <= 0.5
    assert earned(played, sent[-1:]) <= 0.15
    assert earned(played, [*sent, sent[-2]]) <= 0.5


def test_what_is_made_is_what_is_removed(folder):
    played = bench(folder, "addBook")
    sent = list(played.oracle(0).sent)
    assert earned(played, [sent[0], ("removeBook", {"id": "b3"})]) <= 0.2


def test_a_value_is_looked_up_before_it_is_overwritten(folder):
    played = bench(folder, "updateBook")
    sent = list(played.oracle(0).sent)
    assert [name for name, _ in sent] == ["listBooks", "getBook", "updateBook", "updateBook"]
    blind = [sent[0], *sent[2:]]
    assert earned(played, blind) < 0.9
    late = [sent[0], sent[2], sent[1], sent[3]]
    assert earned(played, late) < 0.9


def test_the_command_writes_them_beside_the_others(tmp_path):
    args = ["scenarios", API, "--world", "library", "--out", str(tmp_path)]
    result = CliRunner().invoke(command, [*args, "--operations", "add*"], catch_exceptions=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["addBook.undo.yaml", "addBook.yaml"]
    assert result.output.startswith("2 scenarios in")


def test_operations_that_nothing_takes_back_are_no_failure(tmp_path):
    args = ["scenarios", API, "--world", "library", "--out", str(tmp_path)]
    result = CliRunner().invoke(command, [*args, "--operations", "stamp*"], catch_exceptions=False)
    assert result.output == f"1 scenario in {tmp_path}\n"


def test_coverage_counts_them_and_says_why_there_are_no_more(tmp_path):
    for kind in ("apis", "worlds"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "library.yaml").write_text((HERE / kind / "library.yaml").read_text())
    result = CliRunner().invoke(command, ["coverage", str(tmp_path)], catch_exceptions=False)
    head, _, row = [line.split("|") for line in result.output.splitlines()[:3]]
    assert row[[cell.strip() for cell in head].index("undo")].strip() == "4"
    assert "| undo | no operation takes it back | 2 |" in result.output
    assert (tmp_path / "derived/library/addBook.undo.yaml").is_file()
