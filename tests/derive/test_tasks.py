"""Scenarios derived from the APIs that come along: sound by the whole judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from rewardlang.derive import scenarios
from rewardlang.derive.load import load
from rewardlang.findings.run import Options, lint


@pytest.mark.parametrize(
    ("api", "world", "operations"),
    [
        ("jira", "acme", "getProject"),
        ("jira", "acme", "getIssueTypes"),
        ("jira", "acme", "editIssue"),
        ("confluence", "acme_wiki", "createPage"),
        ("confluence", "acme_wiki", "deletePage"),
    ],
)
def test_the_judge_finds_nothing(tmp_path: Path, api: str, world: str, operations: str) -> None:
    made = scenarios(*load(api, world), operations)
    assert [name for name, _ in made] == [f"{operations}.yaml"]
    for name, text in made:
        (tmp_path / name).write_text(text)
    paths = [tmp_path / name for name, _ in made]
    found = lint(paths, Options(use_cache=False)).findings
    assert [(f.diagnostic.code.id, f.diagnostic.message) for f in found] == []


def test_every_operation_of_an_api_by_hand_has_a_scenario() -> None:
    from rewardlang.derive.tasks import derive

    left = {d.operation for d in derive(*load("jira", "acme")) if not d.text}
    assert left == set()
