"""Rewards derived from oracles: those of the scenarios that come along, without theirs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from rewardlang import data, driver
from rewardlang.cli.derive import command
from rewardlang.derive.insert import stripped
from rewardlang.derive.reward import NoReward, reward
from rewardlang.judge.run import judge

SOUND = ("confluence_create_page", "jira_add_labels", "jira_transition_issue")


def bare(name: str, folder: Path) -> Path:
    """A copy of a scenario without its reward and its tests."""
    text = (data.scenarios() / f"{name}.yaml").read_text()
    path = folder / f"{name}.yaml"
    path.write_text(stripped(stripped(text, "tests"), "reward"))
    return path


@pytest.mark.parametrize("name", SOUND)
def test_the_oracle_earns_all_idling_nothing_and_there_is_no_hole(name, tmp_path):
    path = bare(name, tmp_path)
    result = CliRunner().invoke(command, ["reward", str(path), "--write"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    checked = driver.check(path)
    assert checked.judgeable is not None
    assert [d.message for d in checked.diagnostics if d.code.level == "error"] == []
    found = judge(checked.judgeable, driver.build(checked.judgeable))
    assert min(o.reward for o in found.oracle) == 1.0
    assert max(o.reward for o in found.probes if o.group == "idle") == 0.0
    assert [d.message for d in found.diagnostics if d.code.level == "error"] == []


def test_it_is_printed_and_the_file_stays(tmp_path):
    path = bare("jira_add_labels", tmp_path)
    before = path.read_text()
    result = CliRunner().invoke(command, ["reward", str(path)], catch_exceptions=False)
    assert "nothing_else" in result.output
    assert path.read_text() == before


def test_comments_stay(tmp_path):
    path = bare("jira_add_labels", tmp_path)
    CliRunner().invoke(command, ["reward", str(path), "--write"], catch_exceptions=False)
    assert "# The summary must say which issue of the project is meant" in path.read_text()


def test_a_reward_that_is_there_is_not_written_over(tmp_path):
    path = tmp_path / "there.yaml"
    path.write_text((data.scenarios() / "jira_add_labels.yaml").read_text())
    with pytest.raises(NoReward, match="--replace"):
        reward(path)
