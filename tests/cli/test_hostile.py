"""Any file, however broken or hostile: a diagnostic and status 1, soon, and no traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from patience import ends

from rewardlang import cli

SHIPPED = Path(__file__).parents[2] / "scenarios"

HEAD = """\
rewardlang: 1
scenario: jira.hostile
title: Hostile
use: [jira]
world: acme
prompt: Do it.
oracle: [{answer: done}]
"""
REWARD = "reward: {parts: [{id: a, weight: 1, check: %s}]}\n"


def scenario(check: str, more: str = "") -> str:
    return HEAD + more + REWARD % check


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return "\n".join(lines)


def chain(length: int) -> str:
    lets = [f"  a{i}: a{i + 1}\n" for i in range(length)]
    return "let:\n" + "".join(lets) + f"  a{length}: called getIssue\n"


def parts(count: int) -> str:
    each = "    - {id: p%d, weight: 1, check: 'called getIssue{ok}'}\n"
    return HEAD + "reward:\n  parts:\n" + "".join(each % i for i in range(count))


CASES: dict[str, str | bytes] = {
    "binary": bytes(range(256)) * 100,
    "nothing": b"",
    "nul": b"rewardlang: 1\x00\n",
    "utf-16": "rewardlang: 1\n".encode("utf-16"),
    "surrogate": b"rewardlang: 1\nscenario: '\xed\xa0\x80'\n",
    "brackets": "[" * 50_000,
    "braces": "{a: " * 50_000,
    "block-nesting": "\n".join(" " * i + "a:" for i in range(2_000)),
    "dashes": "- " * 20_000 + "a",
    "alias-bomb": bomb(),
    "merge-bomb": "a: &a {x: 1}\nb: {<<: *a}\n",
    "ten-megabytes": "rewardlang: 1\n" + "# " + "x" * 10_000_000,
    "a-million-keys": "".join(f"k{i}: 1\n" for i in range(80_000)),
    "many-documents": "---\n" * 50_000,
    "not-a-mapping": "- 1\n- 2\n",
    "only-a-scalar": "hello",
    "tab": "rewardlang:\t1\n\tscenario: a.b\n",
    "a-tag": "!!python/object/apply:os.system ['true']",
    "directive": "%YAML 9.9\n---\na: 1\n",
    "huge-int": HEAD.replace("rewardlang: 1", "rewardlang: " + "9" * 5_000),
    "huge-float": scenario("1e999999 > 1"),
    "types-everywhere": """\
rewardlang: [1]
scenario: {a: b}
title: [1, 2]
use: jira
world: 3
params: [a]
prompt: {a: 1}
limits: many
let: [x]
reward: yes
oracle: {}
tests: 7
""",
    "nulls-everywhere": "\n".join(f"{line.split(':')[0]}:" for line in HEAD.splitlines()),
    "cyclic-lets": scenario("a", "let: {a: b, b: c, c: a}\n"),
    "self-let": scenario("a", "let: {a: not a}\n"),
    "thousands-of-lets": scenario("a0", chain(3_000)),
    "long-let-chain": scenario("a0", chain(190)),
    "let-chain": scenario("a0", chain(60)),
    "cyclic-params": HEAD + "params: {a: one_of([params.a])}\n" + REWARD % "called getIssue",
    "dunder-class": scenario("params.__class__ == answer.__class__"),
    "dunder-let": scenario(
        "__class__", "let: {__class__: called getIssue, __import__: __class__}\n"
    ),
    "dunder-op": scenario("'called __import__{ok}'"),
    "python": scenario(quoted("__import__('os').system('true') == 0")),
    "format-hole": HEAD.replace("Do it.", "'{0.__class__} {answer!r} {params:>99999999}'")
    + REWARD % "called getIssue",
    "long-expression": scenario(quoted("1 == 1 and " * 10_000 + "true")),
    "long-text": scenario(quoted('answer == "' + "x" * 100_000 + '"')),
    "long-name": scenario("x" * 100_000),
    "deep-parentheses": scenario("(" * 900 + "called getIssue" + ")" * 900),
    "deep-nots": scenario("not " * 480 + "true"),
    "deep-lists": scenario(quoted("[" * 900 + "]" * 900 + " == []")),
    "deep-lambdas": scenario(quoted("[1].any(a => " * 140 + "true" + ")" * 140)),
    "deep-templates": HEAD.replace("Do it.", quoted("{" * 3_000)) + REWARD % "called getIssue",
    "bad-regex": scenario(quoted('answer matches r"(a+)+\\1"')),
    "slow-regex": scenario(quoted('answer matches r"((a{1,200}){1,200}){1,200}"')),
    "smart-quotes": scenario(quoted("answer == “done”")),
    "bidirectional": scenario(quoted('answer == "\u202egnorw\u202c"')),
    "zero-width": scenario(quoted("ans\u200bwer == 1")),
    "duplicate-keys": HEAD + HEAD,
    "path-as-name": HEAD.replace("use: [jira]", "use: [../../../../etc/passwd]"),
    "absolute-name": HEAD.replace("world: acme", "world: /etc/passwd"),
    "a-million-rows": HEAD.replace(
        "world: acme",
        "world: {seed: 1, clock: {start: '2026-03-02T09:00:00Z', step_s: 1}, tables: {users: "
        "{generate: [{count: 1000000, row: {accountId: '{index}'}}]}}}",
    )
    + REWARD % "called getIssue",
    "two-million-choices": HEAD
    + "params:\n"
    + "".join(f"  p{i}: one_of(initial.issues.values().map(a => a.key))\n" for i in range(2_000))
    + REWARD % "called getIssue",
    "thousands-of-parts": parts(5_000),
    "many-parts": parts(100),
}


STRANGE = ("let-chain", "dunder-let", "deep-parentheses", "deep-templates", "many-parts")
"""Not wrong, only strange: they must go all the way."""


def lint(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as exit, ends():
        cli.main(["lint", "--no-cache", str(path)])
    out = capsys.readouterr()
    return int(exit.value.code or 0), out.out + out.err


@pytest.mark.parametrize("name", [name for name in CASES if name not in STRANGE])
def test_hostile_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CASES[name]
    path = tmp_path / "hostile.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    status, said = lint(path, capsys)
    assert status == 1, said
    assert "Traceback" not in said
    assert "hostile.yaml:" in said
    assert len(said) < 200_000


@pytest.mark.parametrize("name", STRANGE)
def test_strange_files(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "strange.yaml"
    path.write_text(str(CASES[name]))
    status, said = lint(path, capsys)
    assert status in (0, 1), said
    for args in (["run", str(path), "--policy", "random"], ["compile", str(path), "-o", "-"]):
        with pytest.raises(SystemExit) as exit, ends():
            cli.main(args)
        assert exit.value.code == 0, capsys.readouterr().err


@pytest.mark.parametrize("kind", ["api", "world"])
@pytest.mark.parametrize("name", ["types-everywhere", "brackets", "cyclic-lets", "binary"])
def test_hostile_parts(
    kind: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same, where an API or a world is expected."""
    text = CASES[name]
    data = text if isinstance(text, bytes) else text.encode()
    path = tmp_path / "hostile.yaml"
    path.write_bytes(data.replace(b"scenario:", f"{kind}:".encode()))
    status, said = lint(path, capsys)
    assert status == 1, said
    assert "Traceback" not in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    assert lint(path, capsys)[0] == 1


def test_a_file_that_may_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(HEAD)
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    assert lint(path, capsys)[0] == 1


@pytest.mark.parametrize("command", ["compile", "run", "test"])
def test_other_commands_show_the_same(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hostile.yaml"
    path.write_text(str(CASES["types-everywhere"]))
    with pytest.raises(SystemExit) as exit:
        cli.main([command, str(path)])
    out = capsys.readouterr()
    assert exit.value.code == 1
    assert "hostile.yaml:" in out.err
    assert "Traceback" not in out.err
    assert out.out == ""
