"""Fingerprints, the baseline that is made of them, and files that have changed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from findings.small import CLOSED, TWICE, codes, desk, lint

from rewardlang.findings import baseline, changed, run


def mark(path: Path) -> str:
    (found,) = lint(path)
    return found.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("rewardlang: 1\n", "# a line more\n\nrewardlang: 1\n"),
        ("Close the ticket {id}.", "Close {id}, please."),
        ("weight: 1, check", "weight:  1,  check"),
        ("limits: {calls: 6}", "limits: {calls: 7}"),
    ],
)
def test_a_fingerprint_stays(tmp_path: Path, old: str, new: str) -> None:
    path = desk(tmp_path)
    before = mark(path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert [f.fingerprint for f in lint(path) if f.diagnostic.code.id == "D206"] == [before]


def test_a_fingerprint_tells_apart(tmp_path: Path) -> None:
    third = TWICE + f"    - {{id: more, weight: 1, check: {CLOSED}}}\n"
    marks = {f.fingerprint for f in lint(desk(tmp_path, third))}
    assert len(marks) == 2
    path = desk(tmp_path)
    here = mark(path)
    path.write_text(path.read_text().replace("desk.close", "desk.other"))
    assert mark(path) != here, "another scenario"


def test_a_baseline_passes_what_it_holds(tmp_path: Path) -> None:
    path = desk(tmp_path)
    file = tmp_path / "base.json"
    assert baseline.write(file, lint(path)) == 1
    result = run.lint([path], run.Options(baseline=file, static=True, use_cache=False))
    assert result.findings == ()
    assert len(result.accepted) == 1
    third = TWICE + f"    - {{id: more, weight: 1, check: {CLOSED}}}\n"
    (new,) = lint(desk(tmp_path, third), baseline=file)
    assert "more" in new.diagnostic.message
    clean = desk(tmp_path, TWICE.split("    - {id: done")[0])
    (stale,) = lint(clean, baseline=file)
    assert stale.diagnostic.code.id == "M906"
    assert stale.diagnostic.label.span.source.path == file.as_posix()
    assert stale.diagnostic.label.span.text in file.read_text()


def test_what_was_not_looked_for_is_not_stale(tmp_path: Path) -> None:
    path = desk(tmp_path, TWICE.split("    - {id: done")[0])
    other = desk(tmp_path, name="other.yaml")
    file = tmp_path / "base.json"
    rows = [
        {"fingerprint": "0" * 20, "code": "H501", "path": "close.yaml", "message": "m"},
        {"fingerprint": "1" * 20, "code": "D206", "path": "gone.yaml", "message": "m"},
        {"fingerprint": "2" * 20, "code": "D206", "path": "other.yaml", "message": "m"},
    ]
    file.write_text(json.dumps({"rewardlang-baseline": 1, "findings": rows}))
    assert codes(path, baseline=file) == []
    assert codes(path, other, baseline=file) == ["D206", "M906"]


def test_errors_without_a_program_are_never_accepted(tmp_path: Path) -> None:
    one = TWICE.split("    - {id: done")[0]
    path = desk(tmp_path, one.replace("weight: 1", "weight: 1, wieght: 2"))
    file = tmp_path / "base.json"
    assert baseline.write(file, lint(path)) == 0
    assert codes(path, baseline=file) == ["Y005"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"rewardlang-baseline": 2}', '{"rewardlang-baseline": 1}',
     '{"rewardlang-baseline": 1, "findings": [1]}', "\ufeff\udcff"],
)  # fmt: skip
def test_a_corrupt_baseline_is_left_aside(tmp_path: Path, text: str) -> None:
    path = desk(tmp_path)
    file = tmp_path / "base.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert sorted(codes(path, baseline=file)) == ["D206", "M908"]
    problem = baseline.read(file).problem
    assert problem is not None
    assert problem.message.rsplit(": ", 1)[1] in (
        "it is no JSON", "it is no baseline", "it was written by another version",
        "it is not text in UTF-8",
    )  # fmt: skip


def test_a_baseline_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert codes(desk(tmp_path), baseline=tmp_path / "none.json") == ["D206"]


def test_two_writings_are_the_same(tmp_path: Path) -> None:
    path = desk(tmp_path, TWICE + f"    - {{id: more, weight: 1, check: {CLOSED}}}\n")
    found = lint(path)
    baseline.write(tmp_path / "one.json", found)
    baseline.write(tmp_path / "two.json", found[::-1])
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


# ---- what git says ----


def git(*args: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *args], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    desk(tmp_path)
    desk(tmp_path, name="other.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return tmp_path


def test_changed_files(repository: Path) -> None:
    files = [Path("close.yaml"), Path("other.yaml")]
    assert changed.only_changed(files, changed.changed_files("HEAD")) == []
    Path("other.yaml").write_text("scenario: other\n")
    Path("new.yaml").write_text("scenario: new\n")
    files.append(Path("new.yaml"))
    assert changed.only_changed(files, changed.changed_files("HEAD")) == files[1:]
    git("add", ".")
    git("commit", "-q", "-m", "second")
    assert changed.only_changed(files, changed.changed_files("HEAD")) == []
    assert changed.only_changed(files, changed.changed_files("HEAD~1")) == files[1:]


@pytest.mark.parametrize("name", ["apis/desk.yaml", "worlds/office.yaml", "rewardlang.toml"])
def test_what_all_share_changes_all(repository: Path, name: str) -> None:
    with open(name, "a") as file:
        file.write("# changed\n")
    files = [Path("close.yaml"), Path("other.yaml")]
    assert changed.only_changed(files, changed.changed_files("HEAD")) == files


def test_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(changed.NotGit, match="no git repository"):
        changed.changed_files("HEAD")


def test_a_commit_that_is_not_there(repository: Path) -> None:
    for ref in ("nowhere", "--output=x", "-"):
        with pytest.raises(changed.NotGit, match="knows no commit"):
            changed.changed_files(ref)
    assert not Path("x").exists()


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(changed.NotGit, match="not installed"):
        changed.changed_files("HEAD")
