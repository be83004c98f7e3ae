"""The cache on disk: what it keeps, and every way in which an entry is not trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from rewardlang.cache import Cache, default_directory, tool_fingerprint

BODY = b"what was worked out"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    cache = Cache(tmp_path / "cache")
    cache.write("lint", "key", BODY)
    return cache


def entry(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "lint" / "key"


def test_an_entry_comes_back(cache: Cache) -> None:
    assert cache.read("lint", "key") == BODY
    assert cache.read("lint", "other") is None
    assert cache.read("code", "key") is None


@pytest.mark.parametrize("cut", [0, 5, 30, 60])
def test_a_truncated_entry_is_absent(cache: Cache, tmp_path: Path, cut: int) -> None:
    path = entry(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    assert cache.read("lint", "key") is None


def test_a_changed_entry_is_absent(cache: Cache, tmp_path: Path) -> None:
    path = entry(tmp_path)
    for place in range(len(path.read_bytes())):
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)
        assert cache.read("lint", "key") is None
        data[place] ^= 1
        path.write_bytes(data)
    assert cache.read("lint", "key") == BODY


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_an_entry_that_others_can_write_is_absent(cache: Cache, tmp_path: Path, mode: int) -> None:
    entry(tmp_path).chmod(mode)
    assert cache.read("lint", "key") is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_is_written_is_private(cache: Cache, tmp_path: Path) -> None:
    assert entry(tmp_path).stat().st_mode & 0o777 == 0o600
    assert entry(tmp_path).parent.stat().st_mode & 0o777 == 0o700


def test_a_damaged_entry_is_ignored_with_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rewardlang.cache._said", set())
    cache = Cache(tmp_path / "cache")
    for number in range(5):
        cache.write("lint", str(number), BODY)
        path = tmp_path / "cache" / "lint" / str(number)
        path.write_bytes(path.read_bytes()[:-1])
        assert cache.read("lint", str(number)) is None
    (said,) = caplog.messages
    assert said == f"ignored an entry of the cache, {tmp_path}/cache/lint/0: it is damaged"
    assert cache.read("lint", "not there") is None, "what is absent is not damaged"
    assert len(caplog.messages) == 1


def test_linting_with_a_damaged_cache(tmp_path: Path) -> None:
    """The same findings, and one line on stderr however many files there are."""
    folder = tmp_path / "cache"
    names = [f"{number}.yaml" for number in range(3)]
    for name in names:
        (tmp_path / name).write_text("scenario: [\n", encoding="utf-8")
    command = [sys.executable, "-m", "rewardlang", "lint", "--static", *names]
    environment = {**os.environ, "REWARDLANG_CACHE": str(folder)}

    def lint() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    first = lint()
    assert (first.returncode, first.stderr) == (1, "")
    for entry in (folder / "lint").iterdir():
        entry.write_bytes(entry.read_bytes()[:40])
    second = lint()
    assert (second.returncode, second.stdout) == (1, first.stdout)
    assert second.stderr.count("ignored an entry of the cache") == 1
    assert len(second.stderr.splitlines()) == 1
    assert lint().stderr == "", "what was damaged was written anew"


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = Cache(blocked)
    cache.write("lint", "key", BODY)
    assert cache.read("lint", "key") is None


def test_it_does_not_grow_without_bound(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    for number in range(450):
        cache.write("code", f"{number:04}", BODY)
    names = sorted(path.name for path in (tmp_path / "cache" / "code").iterdir())
    assert 300 <= len(names) <= 400
    assert names[-1] == "0449", "the newest are kept"


def test_the_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REWARDLANG_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_directory() == tmp_path / "rewardlang"
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "mine"))
    assert default_directory() == tmp_path / "mine"


def test_the_fingerprint_is_stable() -> None:
    first = tool_fingerprint()
    tool_fingerprint.cache_clear()
    assert tool_fingerprint() == first


def test_installing_the_solver_makes_old_findings_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    first = tool_fingerprint()
    other = None if find_spec("z3") else object()
    monkeypatch.setattr("rewardlang.cache.find_spec", lambda _: other)
    tool_fingerprint.cache_clear()
    assert tool_fingerprint() != first
    tool_fingerprint.cache_clear()
