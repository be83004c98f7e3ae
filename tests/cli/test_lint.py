"""`rewardlang lint` and `rewardlang format` as people and CI call them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from findings.small import TWICE, desk

from rewardlang import cli

Run = Callable[..., tuple[int, str, str]]
ONE = TWICE.split("    - {id: done")[0]
UNPAID = ONE.replace("weight: 1, check", "weight: 1, score")
PATIENCE_S = 300.0
"""Of the clock, that a busy machine may take; an unharmed test never waits so long."""
SEES_WORKERS = pytest.mark.skipif(
    not Path("/proc/self/stat").is_file() or len(os.sched_getaffinity(0)) < 2,
    reason="reads Linux's /proc, and lint starts processes when there are two cores",
)
IDLE = ONE + "    - {id: calm, weight: 1, check: delta.is_empty()}\n"
"""A part that is paid for nothing."""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*args: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(list(args))
        out = capsys.readouterr()
        assert "Traceback" not in out.err
        return int(exit.value.code or 0), out.out, out.err

    return run


def lint(run: Run, *args: str, status: int = 0) -> str:
    got, out, err = run("lint", "--static", *args)
    assert got == status, out + err
    return out


def test_select_and_ignore(run: Run, place: Path) -> None:
    desk(place)
    assert "warning[D206]" in lint(run, "close.yaml", status=1)
    for options in (
        ["--ignore", "D2"],
        ["--select", "N,H5"],
        ["--ignore", "N", "--ignore", "D206"],
    ):
        assert lint(run, "close.yaml", *options) == "1 file: nothing to report\n"
    assert "D206" in lint(run, "close.yaml", "--select", "H,D206", status=1)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--select", "D260"], "--select D260: no code begins so; did you mean `D206`?"),
        (["--ignore", "x"], "--ignore x: no code begins so"),
        (["--budget", "draws"], "`draws` is a whole number above 0"),
        (["--budget", "draws=many"], "`draws` is a whole number above 0"),
        (["--budget", "drawz=3"], "names are draws, expansions, variants, seconds"),
        (["--changed-only"], "--changed-only: this folder is in no git repository"),
        (["--format", "xml"], "'xml' is not one of"),
    ],
)
def test_wrong_usage(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(place.parent))
    desk(place)
    status, out, err = run("lint", "close.yaml", *args)
    assert (status, out) == (2, "")
    assert said in err


def test_a_baseline(run: Run, place: Path) -> None:
    desk(place)
    said = lint(run, "close.yaml", "--baseline", "b.json", "--write-baseline")
    told, hint = said.splitlines()
    assert told == "b.json: 1 finding accepted"
    assert "`--baseline b.json`" in hint
    assert '`baseline = "b.json"`' in hint
    said = lint(run, "close.yaml", "--baseline", "b.json")
    assert said == "1 file: nothing to report; 1 finding in the baseline\n"
    (place / "rewardlang.toml").write_text('[lint]\nbaseline = "b.json"\n')
    assert "in the baseline" in lint(run, "close.yaml")
    desk(place, ONE)
    assert "warning[M906]" in lint(run, "close.yaml", status=1)
    assert lint(run, "close.yaml", "--write-baseline") == "b.json: 0 findings accepted\n"
    assert lint(run, "close.yaml") == "1 file: nothing to report\n"


def test_a_baseline_that_is_asked_for_must_be_there(run: Run, place: Path) -> None:
    status, _, said = run("lint", "close.yaml", "--static", "--baseline", "gone.json")
    assert status == 2
    assert "there is no such file; --write-baseline writes it" in said


def test_a_baseline_does_not_take_everything(run: Run, place: Path) -> None:
    desk(place, ONE.replace("tickets", "tikcets"))
    said = lint(run, "close.yaml", "--write-baseline")
    assert "0 findings accepted" in said
    assert "1 error must be mended" in said
    lint(run, "close.yaml", status=1)


def git(*args: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *settings, *args], check=True, capture_output=True)


def test_changed_only(run: Run, place: Path) -> None:
    desk(place)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    assert lint(run, "close.yaml", "--changed-only") == "0 files: nothing to report\n"
    desk(place, name="new.yaml")
    files = ["close.yaml", "new.yaml"]
    assert "new.yaml" in lint(run, *files, "--changed-only", status=1)
    assert "new.yaml" in lint(run, "--changed-only", "new.yaml", "close.yaml", status=1)
    assert "new.yaml" in lint(run, "--changed-only=HEAD", *files, status=1)
    said = run("lint", *files, "--changed-only=nowhere")
    assert said[0] == 2
    assert "git knows no commit `nowhere`" in said[2]


def test_fix_and_diff(run: Run, place: Path) -> None:
    path = desk(place, "expect:  {a: no}\n" + ONE)
    before = path.read_bytes()
    status, said, err = run("lint", "--static", "close.yaml", "--diff")
    assert (status, err) == (1, "close.yaml: 2 findings would be mended\n"), "as without --diff"
    assert '+expect: {a: "no"}' in said
    assert path.read_bytes() == before
    subprocess.run(["git", "apply", "-"], input=said.encode(), check=True, cwd=place)
    assert b'{a: "no"}' in path.read_bytes()
    path.write_bytes(before)
    status, out, err = run("lint", "--static", "close.yaml", "--fix")
    assert (status, err) == (1, "close.yaml: mended 2 findings\n"), out
    assert '{a: "no"}' in path.read_text()
    assert "Y006" not in out
    path.write_text(path.read_text().replace('closed"', 'clsoed"'))
    assert "T104" in lint(run, "close.yaml", "--fix", status=1)
    lint(run, "close.yaml", "--unsafe-fixes", status=1)
    assert "clsoed" not in path.read_text()


@pytest.mark.parametrize("form", ["json", "sarif", "github", "junit"])
def test_formats(run: Run, place: Path, form: str) -> None:
    desk(place)
    said = lint(run, "close.yaml", "--format", form, status=1)
    assert "D206" in said
    assert "close.yaml" in said
    lint(run, "close.yaml", "--format", form, "--ignore", "D206")


def test_the_exit_status(run: Run, place: Path) -> None:
    desk(place, ONE)
    assert run("lint", "close.yaml", "--static")[0] == 0
    path = desk(place, "expect:  {a: 1}\n" + ONE)
    assert "note[Y009]" in lint(run, "close.yaml", "--ignore", "D208"), "notes do not fail"
    path.write_text("a: [")
    assert run("lint", "close.yaml")[0] == 1
    assert run("lint", "gone.yaml")[0] == 1
    assert run("lint", "close.yaml", "--nothing")[0] == 2


def test_many_files_are_linted_in_processes_and_in_order(run: Run, place: Path) -> None:
    for number in range(24):
        desk(place, TWICE if number % 3 else ONE, name=f"s{number:02}.yaml")
    names = [f"s{number:02}.yaml" for number in range(24)]
    cold = lint(run, *names, "--format", "json", status=1)
    rows = json.loads(cold)
    twice = [row["file"] for row in rows if row["code"] == "D206"]
    assert twice == [name for number, name in enumerate(names) if number % 3]
    assert lint(run, *names, "--format", "json", status=1) == cold, "from the cache"
    assert lint(run, *names, "--format", "json", "--no-cache", status=1) == cold


def test_the_judge_s_findings_are_kept_with_their_traces(run: Run, place: Path) -> None:
    """A part that is paid for nothing: the judge shows the episode, and `run` plays it again."""
    desk(place, IDLE)
    status, cold, err = run("lint", "close.yaml", "--format", "json")
    assert (status, err) == (1, "")
    (found,) = [row for row in json.loads(cold) if row["code"] == "H502"]
    command = found["replay"][0]
    assert command[:4] == ["rewardlang", "run", "close.yaml", "--trace"]
    status, out, _ = run(*command[1:])
    assert status == 0
    assert "reward  0.50" in out
    assert run("lint", "close.yaml", "--format", "json")[1] == cold, "from the cache"
    text = run("lint", "close.yaml")[1]
    assert f"= note: replay with `{' '.join(command)}`" in text
    assert Path(command[4]).is_file()
    desk(place, ONE)
    run("lint", "close.yaml")
    assert not Path(command[4]).exists(), "the trace of what is mended goes"


def test_a_judge_s_finding_can_be_suppressed(run: Run, place: Path) -> None:
    comment = "    # rewardlang: ignore[H502, N405] shown to learners\n"
    desk(place, IDLE.replace("    - {id: calm", comment + "    - {id: calm"))
    before = run("lint", "close.yaml", "--select", "H502,N405,M9", "--format", "json")[1]
    assert not {"H502"} & {row["code"] for row in json.loads(before)}
    static = run("lint", "--static", "close.yaml", "--select", "M9", "--format", "json")[1]
    assert json.loads(static) == [], "what was not looked for is not unused"


# ---- format ----


def test_format(run: Run, place: Path) -> None:
    path = desk(place, "expect:  {a: 1}\n" + ONE)
    messy = path.read_bytes()
    assert run("format", "close.yaml", "--check")[:2] == (
        1, "close.yaml: would change\n1 file would change\n",
    )  # fmt: skip
    status, out, _ = run("format", "close.yaml", "--diff")
    assert status == 1
    assert "+expect: {a: 1}\n" in out
    assert path.read_bytes() == messy
    assert run("format", "close.yaml")[:2] == (0, "close.yaml: formatted\n1 file changed\n")
    assert run("format", "close.yaml")[:2] == (0, "0 files changed\n")
    assert run("format", "close.yaml", "--check")[:2] == (0, "0 files would change\n")


def test_format_leaves_what_has_errors(run: Run, place: Path) -> None:
    path = desk(place, "expect:  [\n" + ONE)
    before = path.read_bytes()
    status, out, err = run("format", "close.yaml")
    assert (status, out) == (1, "")
    assert "close.yaml: left as it is: it has errors" in err
    assert path.read_bytes() == before
    (place / "raw.yaml").write_bytes(b"\xff")
    assert "not text in UTF-8" in run("format", "raw.yaml")[2]
    assert run("format", "gone.yaml")[0] == 1


@SEES_WORKERS
@pytest.mark.parametrize("ticks", [0, 20])
def test_an_interrupt_ends_all_processes_in_one_line(place: Path, ticks: int) -> None:
    """When they have started, and when they have worked for a while."""
    running = started(["--no-cache", *desks(place, 150)], signal.SIG_DFL)
    until_they_work(running, ticks)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, out, err.strip()) == (130, "", "interrupted")
    assert list(others(running)) == []


@SEES_WORKERS
def test_a_run_in_the_background_does_not_heed_ctrl_c(place: Path) -> None:
    running = started(["--static", "--no-cache", *desks(place, 40)], signal.SIG_IGN)
    until_they_work(running, 0)
    os.killpg(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 1, err
    assert "\n40 warnings; " in out


def desks(place: Path, count: int) -> list[str]:
    """Names of as many scenarios."""
    return [desk(place, ONE, name=f"s{number:03}.yaml").name for number in range(count)]


def started(arguments: list[str], interrupts: signal.Handlers) -> subprocess.Popen[str]:
    """A lint in a group of its own. Shells start one in the background with SIGINT ignored, and
    what such a process starts inherits that, this test run for one."""
    return subprocess.Popen(
        [sys.executable, "-m", "rewardlang", "lint", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, interrupts),
    )  # fmt: skip


def until_they_work(running: subprocess.Popen[str], ticks: int) -> None:
    """Wait for processes that it has started, and have had so many ticks of a processor."""
    last = time.monotonic() + PATIENCE_S
    while not any(used >= ticks for used in others(running)):
        assert running.poll() is None, "done before anything was seen of it"
        assert time.monotonic() < last, "no other process has started"
        time.sleep(0.001)


def others(running: subprocess.Popen[str]) -> Iterator[int]:
    """Ticks of a processor that each other process of its group has used."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(") ")[2].split()
        except OSError:  # it has ended
            continue
        state, group = fields[0], int(fields[2])
        if group == running.pid and path.parent.name != str(running.pid) and state != "Z":
            yield int(fields[11]) + int(fields[12])
