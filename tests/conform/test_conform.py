"""`rewardlang conform` on small pairs of API file and document, and its list of deviations."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlang.cli.conform import command
from rewardlang.conform.run import conform, differences, to_diagnostics
from rewardlang.openapi import pointers, read_text
from rewardlang.resolve.apis import resolve_api
from rewardlang.syntax.load import read_api

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
OUR_OPERATION = {"http": "GET /a", "doc": "Does it.", "response": {"status": 200}}
ROW = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
THEIR_OPERATION = {"operationId": "op", "responses": {"200": {"description": "All"}}}


def _api(given: dict[str, Any]) -> str:
    schemas = given.pop("schemas", {})
    file = {
        "rewardlang": 1,
        "api": "small",
        "schemas": {"Row": ROW, **schemas},
        "tables": {"rows": {"row": "Row", "key": "id"}},
        "invalid": {"status": 400, "body": {"messages": "{messages}"}},
        "operations": {"op": {**OUR_OPERATION, **given}},
    }
    return yaml.safe_dump(file, sort_keys=False)


def _document(given: dict[str, Any], method: str, path: str) -> str:
    schemas = given.pop("schemas", {})
    return json.dumps({
        "openapi": "3.0.3",
        "info": {"title": "Small", "version": "1"},
        "paths": {path: {method.lower(): {**THEIR_OPERATION, **given}}},
        "components": {"schemas": schemas},
    }, indent=1)  # fmt: skip


def _write(case: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    ours, theirs = dict(case.get("api", {})), dict(case.get("document", {}))
    method, path = ours.get("http", "GET /a").split(" ")
    if path == "/elsewhere":
        path = "/a"
    api, document = folder / "small.yaml", folder / "small.json"
    api.write_text(_api(ours), encoding="utf-8")
    document.write_text(_document(theirs, method, case.get("path", path)), encoding="utf-8")
    return api, document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_differences_with_both_places(case: dict[str, Any], tmp_path: Path) -> None:
    api, document = _write(case, tmp_path)
    found = conform(api, [document])
    said = [f"{d.code.id} {d.where} | {d.what}" for d in found.sorted.unexplained]
    assert said == case["differences"]
    data = json.loads(document.read_text(encoding="utf-8"))
    for diagnostic in to_diagnostics(found):
        (there,) = diagnostic.others
        assert diagnostic.label.span.source.path == api.as_posix()
        assert diagnostic.label.span.text
        assert there.span.source.path == document.as_posix()
        assert there.text.startswith("/paths") or there.text.startswith("/components")
        if "allOf" not in str(case):  # put together, its parts have no pointers of their own
            assert pointers.look_up(data, there.text) is not pointers.MISSING


CASE = next(case for case in CASES if case["name"] == "arguments on one side only")
LISTED = """\
rewardlang: 1
conform: small
deviations:
  - {where: op query mine, what: not in the document, why: It is known from another source.}
  - {where: "op query *", what: left out, why: A task that needs it has yet to be thought of.}
"""


def _run(folder: Path, listed: str | None, *options: str) -> Result:
    api, document = _write(CASE, folder)
    if listed is not None:
        (folder / "small.conform.yaml").write_text(listed, encoding="utf-8")
    return CliRunner().invoke(command, [str(api), str(document), *options])


def test_the_command_without_a_list(tmp_path: Path) -> None:
    run = _run(tmp_path, None)
    assert run.exit_code == 1
    assert "warning[O201]: op query mine: not in the document" in run.output
    assert "small.yaml:" in run.output
    assert "small.json:" in run.output
    assert "/paths/~1a/get/parameters" in run.output
    assert "0 known deviations, 3 not listed" in run.output


def test_listed_deviations_are_known(tmp_path: Path) -> None:
    run = _run(tmp_path, LISTED)
    assert run.exit_code == 1
    assert "O201" not in run.output
    assert "O202" in run.output
    must = "  - {where: op query must, what: 'missing here, required in the document', why: "
    run = _run(tmp_path, LISTED + must + "Not for every caller.}\n", "--list")
    assert run.exit_code == 0, run.output
    assert "3 known deviations, 0 not listed" in run.output
    assert "op query mine: not in the document" in run.output
    assert "It is known from another source." in run.output


def test_listed_and_not_there_any_more(tmp_path: Path) -> None:
    gone = "  - {where: op query gone, what: left out, why: It was there at that time.}\n"
    run = _run(tmp_path, LISTED + gone)
    assert run.exit_code == 1
    assert "warning[O208]: op query gone: there is no deviation `left out`" in run.output
    assert "1 listed and not there" in run.output


def test_json(tmp_path: Path) -> None:
    run = _run(tmp_path, LISTED, "--format", "json")
    assert run.exit_code == 1
    data = json.loads(run.output)
    assert not data["conforms"]
    assert data["stale"] == []
    new, known = data["deviations"][0], data["deviations"][1]
    assert (new["code"], new["why"], new["pointer"]) == (
        "O202",
        None,
        "/paths/~1a/get/parameters/1",
    )
    assert new["document"]["line"] > 1
    assert known["why"] == "It is known from another source."


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        ("", "Y012"),
        ("deviations: none", "Y010"),
        ("[]", "Y010"),
        ("{}", "Y011"),
        ("deviations: [1]", "Y010"),
        ("deviations: [{where: a, what: b}]", "Y011"),
        ("deviations: [{where: a, what: b, why: short}]", "Y010"),
        ("deviations: [{where: [1], what: b, why: long enough to be a reason}]", "Y010"),
        ("deviation: []\ndeviations: []", "Y005"),
    ],
)
def test_a_list_that_is_none(listed: str, code: str, tmp_path: Path) -> None:
    run = _run(tmp_path, listed)
    assert run.exit_code == 1
    assert f"[{code}]" in run.output


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    api, document = _write(CASE, tmp_path)
    runner = CliRunner()
    run = runner.invoke(command, [str(tmp_path / "none.yaml"), str(document)])
    assert (run.exit_code, "Y015" in run.output) == (1, True)
    run = runner.invoke(command, [str(api), str(api)])
    assert (run.exit_code, "O102" in run.output) == (1, True)
    run = runner.invoke(command, ["nosuch", str(document)])
    assert (run.exit_code, "no API `nosuch`" in run.output) == (2, True)
    run = runner.invoke(
        command, [str(api), str(document), "--deviations", str(tmp_path / "no.yaml")]
    )
    assert (run.exit_code, "Y015" in run.output) == (1, True)


def test_the_list_is_no_scenario(tmp_path: Path) -> None:
    from rewardlang.cli.files import walk

    _run(tmp_path, LISTED)
    assert [path.name for path in walk([str(tmp_path)])] == ["small.yaml"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_document_is_answered(data: st.DataObject) -> None:
    """An API file against documents with values gone or replaced: differences, never a crash."""
    case = data.draw(st.sampled_from([case for case in CASES if "document" in case]))
    method = case.get("api", {}).get("http", "GET /a").split(" ")[0]
    whole = json.loads(_document(dict(case["document"]), method, case.get("path", "/a")))
    for _ in range(data.draw(st.integers(1, 4))):
        holder, step = whole, "paths"
        while isinstance(holder[step], dict) and holder[step] and data.draw(st.integers(0, 5)):
            holder, step = holder[step], data.draw(st.sampled_from(sorted(holder[step])))
        holder[step] = data.draw(st.sampled_from([None, [], {}, "x", 1, {"$ref": "#/paths"}, True]))
    document, _ = read_text(json.dumps(whole).encode(), "api.json")
    assert document is not None
    with TemporaryDirectory() as folder:
        api = Path(folder) / "small.yaml"
        api.write_text(_api(dict(case.get("api", {}))), encoding="utf-8")
        file, _ = read_api(api)
    assert file is not None
    for found in differences(resolve_api(file), [document]):
        assert found.where.startswith("op")
        assert found.what
