"""The command line as a whole: what it costs to start, and how every kind of error ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module

import click
import pytest

from rewardlang import __version__, cli


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit:
        cli.main(list(args))
    out = capsys.readouterr()
    return int(exit.value.code or 0), out.out, out.err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for name, line in cli.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", out, re.MULTILINE)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_each_command_explains_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = run(capsys, name, "--help")
    assert status == 0
    assert out.startswith(f"Usage: rewardlang {name}")
    example = re.search(rf"^  rewardlang {name} .*$|^  rewardlang {name}$", out, re.MULTILINE)
    assert example, "the help shows an example"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version")[:2] == (0, f"rewardlang {__version__}\n")


def test_help_imports_no_command() -> None:
    """What starting costs is what is imported; benchmarks/startup.py tells the milliseconds."""
    code = (
        "import sys; before = set(sys.modules); from rewardlang import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: print(*set(sys.modules) - before)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(out.stdout.splitlines()[-1].split())
    assert {name for name in loaded if name.startswith("rewardlang")} == {
        "rewardlang", "rewardlang.cli",
    }  # fmt: skip
    packages = {name.partition(".")[0] for name in loaded}
    assert packages - sys.stdlib_module_names == {"rewardlang", "click"}
    dear = {"asyncio", "concurrent", "ctypes", "email", "http", "json", "logging"}
    dear |= {"multiprocessing", "socket", "ssl", "subprocess", "unittest", "urllib", "xml"}
    assert not dear & packages


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["explian", "T101"], "no command `explian`; did you mean `explain`?"),
        (["frobnicate"], "no command `frobnicate`\n"),
        (["lint"], "Missing argument 'PATH...'"),
        (["lint", "--levle", "note", "."], "No such option '--levle'"),
        (["schema", "scenaro"], "'scenaro' is not one of"),
        (["explain", "T1O1"], "no diagnostic `T1O1`; did you mean `T101`?"),
        (["train"], "give a scenario file"),
        (["run", "x.yaml", "--policy", "orcale"], "and not orcale; did you mean oracle?"),
        (["run", "x.yaml", "--policy", "tests/conftest.py"], "--trace tests/conftest.py"),
        (["run", "x.yaml", "--policy", "idle", "--trace", "t.jsonl"], "choose one"),
        (["api", "jirra"], "no API `jirra`; did you mean `jira`?"),
        (["conform", "jirra", "x.json"], "no API `jirra`; did you mean `jira`?"),
        (["init", "42"], "a scenario's name starts with a letter"),
    ],
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    status, out, err = run(capsys, *args)
    assert (status, out) == (2, "")
    assert said in err


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    @click.command("schema")
    def command() -> None:
        raise error

    module = import_module("rewardlang.cli.schema")
    monkeypatch.setattr(module, "command", command)


def test_a_bug_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(cli.TRACEBACK, raising=False)
    broken(monkeypatch, RecursionError("too deep"))
    status, out, err = run(capsys, "schema")
    assert (status, out) == (3, "")
    assert err.count("\n") == 1
    assert "bug in rewardlang (RecursionError: too deep)" in err
    assert f"{cli.TRACEBACK}=1" in err


def test_a_bug_shows_its_traceback_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cli.TRACEBACK, "1")
    broken(monkeypatch, RecursionError("too deep"))
    with pytest.raises(RecursionError):
        cli.main(["schema"])


def _while_importing() -> ImportError:
    error = ImportError("a module could not be initialized")
    error.__cause__ = KeyboardInterrupt()
    return error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (cli.Failure("no such thing"), 1, "error: no such thing\n"),
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (click.Abort(), 130, "interrupted\n"),
        (_while_importing(), 130, "interrupted\n"),
    ],
)
def test_other_ends(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    said: str,
) -> None:
    broken(monkeypatch, error)
    assert run(capsys, "schema") == (status, "", said)


def test_a_reader_that_stops_reading() -> None:
    code = "import sys; from rewardlang.cli import main; main(['explain'])"
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(write)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_colours_only_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "explain")
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.splitlines())
