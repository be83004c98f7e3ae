"""Scenarios about a row that is named by what it is."""

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
    return {each.operation: each for each in derive(*load(API, WORLD)) if each.chain == "choose"}


@pytest.fixture(scope="module")
def folder(made: dict[str, Derived], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("choose")
    for kind in ("apis", "worlds"):
        (out / kind).mkdir()
        (out / kind / "library.yaml").write_text((HERE / kind / "library.yaml").read_text())
    for each in made.values():
        if each.text:
            (out / each.file).write_text(each.text)
    return out


def bench(folder: Path, operation: str) -> Bench:
    checked = driver.check(folder / f"{operation}.choose.yaml")
    assert checked.judgeable is not None
    return Bench(checked.judgeable, driver.build(checked.judgeable))


def test_the_judge_finds_nothing(made, folder):
    paths = [folder / each.file for each in made.values() if each.text]
    assert len(paths) == 5
    found = lint(paths, Options(use_cache=False)).findings
    assert [(f.file, f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def test_why_there_is_none_is_said(made):
    assert {name: each.why for name, each in made.items() if not each.text} == {
        "addBook": "it is about no row",
        "returnBook": "a list tells too few of its rows apart",
        "stampBook": "what comes of it differs from row to row",
    }


@pytest.mark.parametrize(
    "described",
    [
        "{book: b2, which: with the highest page count}",
        "{book: b3, which: with the lowest page count}",
        "{book: b3, which: that was published last}",
        "{book: b8, which: that was published first}",
        '{book: b4, which: whose kind is atlas and for which "lent" is false}',
    ],
)
def test_rows_are_told_by_extremes_and_by_two_kinds_at_once(made, described):
    assert described in made["updateBook"].text


def test_a_kind_of_which_there_is_one_is_no_choice(made):
    """Each part of a description fits other rows as well, the whole of it one."""
    lines = [line for line in made["updateBook"].text.splitlines() if "whose kind" in line]
    rows = (HERE / "worlds/library.yaml").read_text().splitlines()
    for line in lines:
        kind = line.split("whose kind is ")[1].split()[0]
        lent = line.split('"lent" is ')[1].rstrip("}")
        assert sum(f"kind: {kind}" in row for row in rows) >= 2
        assert sum(f"lent: {lent}" in row for row in rows) >= 2
        assert sum(f"kind: {kind}, lent: {lent}" in row for row in rows) == 1


def test_the_task_names_no_row_by_name_or_key(folder):
    played = bench(folder, "removeBook")
    for seed in range(8):
        played.environment.reset(seed=seed)
        key = played.environment.params["book"]
        title = played.environment.episode.initial["books"].get(key)["title"]
        prompt = played.environment.prompt.lower()
        assert title.lower() not in prompt
        assert f" {key}" not in prompt


def earned(bench: Bench, calls: list[tuple[str, Any]], answer: str = "It is done.") -> float:
    return bench.play(0, calls, answer).reward


@pytest.mark.parametrize("name", ["removeBook", "updateBook"])
def test_another_row_is_a_poor_substitute(folder, name):
    played = bench(folder, name)
    oracle = played.oracle(0)
    assert oracle.reward == 1
    listed, (operation, args) = oracle.sent
    for key in ("b1", "b2", "b3"):
        if key != args["id"]:
            assert earned(played, [listed, (operation, {**args, "id": key})]) <= 0.3
    assert earned(played, [(operation, args)]) < earned(played, [listed, (operation, args)])


def test_what_the_list_shows_already_is_not_asked_of_another_operation(made):
    asked = [line for line in made["getBook"].text.splitlines() if "question:" in line]
    assert asked
    assert all("the note of" in line or "the shelf of" in line for line in asked)


def test_a_list_is_asked_about_its_own_rows(made, folder):
    played = bench(folder, "listBooks")
    assert [name for name, _ in played.oracle(0).sent] == ["listBooks"]
    assert "What is the title of the book that was published first?" in made["listBooks"].text
    assert earned(played, [], played.oracle(0).answer) <= 0.05


def test_the_command_and_coverage_know_of_them(tmp_path, folder):
    args = ["scenarios", API, "--world", "library", "--out", str(tmp_path), "--operations", "get*"]
    CliRunner().invoke(command, args, catch_exceptions=False)
    assert (tmp_path / "getBook.choose.yaml").is_file()
    result = CliRunner().invoke(command, ["coverage", str(folder)], catch_exceptions=False)
    head, _, row = [line.split("|") for line in result.output.splitlines()[:3]]
    assert row[[cell.strip() for cell in head].index("choose")].strip() == "5"
    assert "| choose | it is about no row | 1 |" in result.output
