"""`rewardlang api`: what it lists, what it shows, and what it says of names that do not exist."""

from __future__ import annotations

import json

import pytest

from rewardlang import cli


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as exit:
        cli.main(["api", *args])
    out = capsys.readouterr()
    return int(exit.value.code or 0), out.out + out.err


def shown(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    status, said = run(capsys, *args)
    assert status == 0, said
    return said


def test_apis_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys) == "confluence\njira\n"


def test_an_operation_has_its_arguments_answer_and_refusals(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = shown(capsys, "jira", "addComment")
    assert said.startswith("### addComment\n\n`POST /issue/{issueIdOrKey}/comment`")
    assert "| `issueIdOrKey` | `str` | needed, in the path" in said
    assert "| `body` | `Doc` | in the body |" in said
    assert "Answers 201:" in said
    assert "| `author.displayName` | `str` |" in said
    assert "| 404 | `issue is null` |" in said
    assert said.endswith("Writes `issues`, `comments`.\n")


def test_a_wire_name_and_a_default_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, "confluence", "getPageById")
    assert '| `bodyFormat` | `enum{"storage", "view"}` | in the query, as `body-format` |' in said
    assert "| `includeLabels` | `bool` | in the query, as `include-labels`, `false` by" in said


def test_tables_types_and_workflows_are_found_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Rows by `key`, also found by `id`." in shown(capsys, "jira", "issues")
    doc = shown(capsys, "jira", "Doc")
    assert '| `type` | `enum{"doc"}` |' in doc
    assert "| `content` | `list[Node]` |" in doc
    assert "| `71` | Close without change | To Do | Done |" in shown(capsys, "jira", "software")


def test_every_operation_table_and_mentioned_type_is_on_the_whole_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for api in ("jira", "confluence"):
        page = shown(capsys, api)
        data = json.loads(shown(capsys, api, "--format", "json"))
        for group in ("operations", "tables", "types", "workflows"):
            assert data[group] or (api, group) == ("confluence", "workflows")
            for entry in data[group]:
                assert f"\n### {entry['name']}\n" in page
    types = {entry["name"] for entry in data["types"]}
    assert "Body" in types
    assert "Access" not in types, "internal tables are no part of the API"


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["jria"], 2, "no API `jria`; did you mean `jira`?"),
        (["github"], 2, "no API `github`; there are: confluence, jira"),
        (["jira", "editIsue"], 2, "jira has nothing called `editIsue`; did you mean `editIssue`?"),
        (["jira", "frobnicate"], 2, "`rewardlang api jira` lists all"),
        (["nowhere.yaml"], 1, "cannot read `nowhere.yaml`"),
    ],
)
def test_what_is_not_there(
    capsys: pytest.CaptureFixture[str], args: list[str], status: int, said: str
) -> None:
    got, text = run(capsys, *args)
    assert got == status
    assert said in text
    assert "Traceback" not in text
