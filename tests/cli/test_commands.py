"""What commands print and write, some of it in golden files under tests/golden/cli."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.little import LITTLE, Run, checked

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
Golden = Callable[[str, str], None]

pytestmark = pytest.mark.usefixtures("place")


def test_run(run: Run, golden: Golden) -> None:
    golden("cli/run_oracle.txt", checked(run, "run", "little.yaml"))
    golden("cli/run_idle.txt", checked(run, "run", "little.yaml", "--policy", "idle"))
    golden("cli/run_random.txt", checked(run, "run", "little.yaml", "--policy", "random"))
    full = checked(run, "run", "little.yaml", "--full", "--param", "key=PAY-13")
    assert "PAY-13" in full
    assert "…" not in full


def test_run_json(run: Run) -> None:
    said = json.loads(checked(run, "run", "little.yaml", "--format", "json", "--seed", "5"))
    assert said["seed"] == 5
    assert said["reward"] == 1.0
    assert said["parts"]["looked"]["because"][0]["calls"] == [0]
    assert [call["op"] for call in said["calls"]] == ["getIssue"]


@pytest.mark.parametrize(
    ("param", "said"), [("kye=PAY-12", "kye"), ("key", "write --param NAME=VALUE")]
)
def test_run_with_a_wrong_parameter(run: Run, param: str, said: str) -> None:
    assert said in checked(run, "run", "little.yaml", "--param", param, status=2)


def test_test(run: Run, golden: Golden) -> None:
    assert checked(run, "test", "little.yaml") == "3 tests in 1 file: all passed\n"
    assert "ok  little.yaml:22  the oracle" in checked(run, "test", "little.yaml", "-v")
    Path("little.yaml").write_text(LITTLE % "{min: 0.5}")
    golden("cli/test_failed.txt", checked(run, "test", "little.yaml", status=1))
    said = checked(run, "test", "little.yaml", "--format", "json", status=1)
    assert [result["passed"] for result in json.loads(said)] == [True, True, False]
    assert "1 test in 1 file" in checked(run, "test", "little.yaml", "-k", "nothing")


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("let", "{status: 'initial.issues[params.key]!.fields.parent!.key'}", "9:16"),
        (
            "prompt",
            "What is the status of {key}, {initial.issues[key]!.fields.parent!.key}?",
            "7:39",
        ),
    ],
)
def test_a_fault_of_the_scenario_has_its_place_and_task(
    run: Run, key: str, value: str, where: str
) -> None:
    lines = (LITTLE % 0).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(f"{key}: "))
    Path("little.yaml").write_text("\n".join([*lines[:at], f"{key}: {value}", *lines[at + 1 :]]))
    for command in ("run", "test"):
        said = checked(run, command, "little.yaml", status=1)
        assert "the scenario is at fault: initial.issues[" in said
        assert f"  --> little.yaml:{where}\n" in said
        assert re.search(r'  in the task of seed 0 of train, \{"key": ?"PAY-\d+"\}\n', said)


def test_test_of_tests_that_are_not_there(run: Run) -> None:
    said = checked(run, "test", "little.yaml", "-k", "zzz", status=2)
    assert "no test has `zzz` in its name; there are: `the oracle`, `nothing done`, `an inv" in said
    Path("little.yaml").write_text((LITTLE % 0).partition("tests:")[0])
    assert checked(run, "test", "little.yaml") == "0 tests in 1 file: no tests\n"
    assert "there are no tests" in checked(run, "test", "little.yaml", "-k", "zzz", status=2)


@pytest.mark.parametrize("command", ["lint", "test", "run"])
def test_python_where_yaml_is_needed(run: Run, command: str) -> None:
    Path("little.py").write_text("SCENARIO = None\n")
    said = checked(run, command, "little.py", status=2)
    assert "little.py is Python; give the YAML file of the scenario" in said


def test_lint(run: Run, golden: Golden) -> None:
    assert checked(run, "lint", "little.yaml", "--static") == "1 file: nothing to report\n"
    assert checked(run, "lint", "little.yaml", "--static", "--format", "json") == "[]\n"
    wrong = (LITTLE % 0).replace("fields.status", "fields.staus").replace("getIssue{", "getIsue{")
    Path("little.yaml").write_text(wrong)
    golden("cli/lint.txt", checked(run, "lint", "little.yaml", status=1))
    said = json.loads(checked(run, "lint", "little.yaml", "--format", "json", status=1))
    assert {"T102", "T101"} <= {d["code"] for d in said}


def test_lint_from_the_cache_is_the_same(run: Run, place: Path) -> None:
    wrong = (LITTLE % 0).replace("fields.status", "fields.staus")
    Path("little.yaml").write_text(wrong)
    first = checked(run, "lint", "little.yaml", status=1)
    assert list((place / "cache" / "lint").iterdir())
    assert checked(run, "lint", "little.yaml", status=1) == first
    assert checked(run, "lint", "little.yaml", "--no-cache", status=1) == first


def test_the_cache_notices_what_a_scenario_reads(run: Run, place: Path) -> None:
    lint = ("lint", "--static", "little.yaml")
    checked(run, *lint)
    apis = place / "apis"
    apis.mkdir()
    jira = (ROOT / "scenarios" / "apis" / "jira.yaml").read_text(encoding="utf-8")
    (apis / "jira.yaml").write_text(jira.replace("getIssue:", "fetchIssue:"))
    assert "getIssue" in checked(run, *lint, status=1), "a new file beside it"
    (apis / "jira.yaml").write_text(jira)
    checked(run, *lint)
    (apis / "jira.yaml").write_text(jira.replace("getIssue:", "fetchIssue:"))
    assert "getIssue" in checked(run, *lint, status=1), "its text has changed"
    (apis / "jira.yaml").unlink()
    checked(run, *lint)


def test_lint_of_an_unchanged_file_needs_no_parser() -> None:
    """Nor any pass of the compiler; benchmarks/startup.py tells the milliseconds."""
    code = (
        "import sys; from rewardlang import cli\n"
        "try: cli.main(['lint', 'little.yaml', '--format', 'json'])\n"
        "except SystemExit: print(*sys.modules)"
    )
    command = [sys.executable, "-c", code]
    passes = {f"rewardlang.{name}" for name in ("syntax", "resolve", "lint", "emit", "judge.run")}
    costly = passes | {"lark", "yaml", "jsonschema_rs"}

    def lint() -> tuple[list[str], set[str]]:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        *said, loaded = done.stdout.splitlines()
        return said, set(loaded.split())

    said, loaded = lint()
    assert costly <= loaded
    again, loaded = lint()
    assert again == said
    assert not (costly | {"jsonschema", "rapidfuzz", "rich", "asyncio"}) & loaded


def test_lint_walks_folders(run: Run, place: Path) -> None:
    for name in ("a/one.yaml", "a/.hidden/two.yaml", "b/three.yml", "a/readme.txt"):
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LITTLE % 0)
    said = checked(run, "lint", "--static", "--select", "Y", "a", "b", "little.yaml")
    assert said.startswith("3 files")
    (place / "empty").mkdir()
    assert "no YAML file" in checked(run, "lint", "empty", status=2)


def test_compile(run: Run, place: Path) -> None:
    said = checked(run, "compile", "little.yaml")
    assert said.startswith("little.yaml -> little.py")
    text = (place / "little.py").read_text()
    assert checked(run, "compile", "little.yaml", "-o", "-") == text
    checked(run, "compile", "little.yaml", "-o", "other.py")
    assert (place / "other.py").read_text() == text
    assert "compiled already" in checked(run, "compile", "little.py", status=2)
    assert "error" in checked(run, "compile", "little.yaml", "-o", "no/such/folder.py", status=1)


def test_init(run: Run, place: Path) -> None:
    said = checked(run, "init", "triage")
    assert "rewardlang lint triage.yaml" in said
    text = (place / "triage.yaml").read_text()
    assert len(text.splitlines()) < 30
    assert checked(run, "lint", "triage.yaml") == "1 file: nothing to report\n"
    assert "reward  1.00" in checked(run, "run", "triage.yaml")
    assert "all passed" in checked(run, "test", "triage.yaml")
    assert "is there already" in checked(run, "init", "triage.yaml", status=1)
    assert "  rewardlang lint 'my task.yaml'\n" in checked(run, "init", "my task")
    assert "there is no folder no/where" in checked(run, "init", "no/where/x", status=1)
    checked(run, "init", "triage", "--force")
    assert (place / "triage.yaml").read_text() == text


@pytest.mark.parametrize("kind", ["scenario", "api", "world"])
def test_schema(run: Run, kind: str) -> None:
    schema = json.loads(checked(run, "schema", kind))
    assert schema["$schema"].endswith("2020-12/schema")
    assert kind in schema["properties"]


def test_explain(run: Run, golden: Golden) -> None:
    from rewardlang.diagnostics.codes import CODES

    listed = checked(run, "explain")
    for code in CODES.values():
        assert f"{code.id}  " in listed
        assert checked(run, "explain", code.id) == checked(run, "explain", code.name)
    said = json.loads(checked(run, "explain", "t104", "--format", "json"))
    assert said["name"] == "literal-outside-domain"
    assert json.loads(checked(run, "explain", "--format", "json"))[0]["code"] == "Y001"


def test_shipped_scenarios(run: Run) -> None:
    assert "nothing to report" in checked(run, "lint", ROOT / "scenarios")
    assert f"in {len(SHIPPED)} files: all passed" in checked(run, "test", ROOT / "scenarios")


def test_examples(run: Run) -> None:
    assert "nothing to report" in checked(run, "lint", ROOT / "examples" / "jira_assign.yaml")
    assert "all passed" in checked(run, "test", ROOT / "examples")
    seventh = (ROOT / "examples" / "jira_assign.yaml").read_text(encoding="utf-8")
    assert len(seventh.splitlines()) < 30
    manual = (ROOT / "docs" / "manual" / "getting-started.md").read_text(encoding="utf-8")
    assert seventh.partition("tests:\n")[0] in manual, "it is the one that the manual writes"


def test_the_saturated_example_is_flagged_by_name(run: Run, place: Path) -> None:
    """It is there to be caught: G807, with the trace that proves it, which plays again."""
    path = ROOT / "examples" / "saturated_transition.yaml"
    said = checked(run, "lint", path, "--select", "G807", status=1)
    assert "warning[G807]: the reward is saturated" in said
    saved = re.search(r"--trace (\S+G807\S*\.json)", said)
    assert saved, said
    assert "reward  1.00" in checked(run, "run", path, "--trace", place / saved[1])
