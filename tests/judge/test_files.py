"""Judgements of files: what is kept of them, what makes them anew, the same in every process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from judge.desk import variant

from rewardlang import driver
from rewardlang.judge.budget import Budget
from rewardlang.judge.files import from_plain, judge_file, to_plain


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REWARDLANG_CACHE", str(tmp_path / "cache"))
    return variant(tmp_path / "files")


def forbid_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("it was not read from the cache")

    monkeypatch.setattr(driver, "judgeable_of", fail)


def test_a_judgement_survives_json(scenario):
    judgement = judge_file(scenario, use_cache=False)
    again = from_plain(json.loads(json.dumps(to_plain(judgement))))
    assert again == judgement
    assert judgement.oracle
    assert judgement.ladder
    assert judgement.probes


def test_findings_survive_with_their_evidence(tmp_path):
    part = "{id: kept, weight: 1, check: 'final.tickets[params.id] is not null'}"
    path = variant(tmp_path, f"reward:\n  parts:\n    - {part}\n")
    judgement = judge_file(path, use_cache=False)
    again = from_plain(json.loads(json.dumps(to_plain(judgement))))
    assert [d.code.id for d in again.diagnostics] == [d.code.id for d in judgement.diagnostics]
    noop = next(d for d in again.diagnostics if d.code.id == "H502")
    assert noop.evidence[0].line["calls"] == []
    assert noop.label.span.text == "final.tickets[params.id] is not null"


def test_an_unchanged_file_is_not_judged_again(scenario, monkeypatch):
    first = judge_file(scenario)
    forbid_work(monkeypatch)
    assert judge_file(scenario) == first


@pytest.mark.parametrize("part", ["judged.yaml", "apis/helpdesk.yaml", "worlds/hall.yaml"])
def test_a_change_of_any_file_is_seen(scenario, monkeypatch, part):
    judge_file(scenario)
    path = scenario.parent / part
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    forbid_work(monkeypatch)
    with pytest.raises(AssertionError):
        judge_file(scenario)


def test_another_budget_is_another_judgement(scenario):
    three = judge_file(scenario)
    one = judge_file(scenario, budget=Budget(draws=1))
    assert {o.seed for o in three.probes} == {0, 1, 2}
    assert {o.seed for o in one.probes} == {0}
    assert judge_file(scenario) == three


def test_a_damaged_entry_is_ignored(scenario, tmp_path):
    first = judge_file(scenario)
    entries = list((tmp_path / "cache" / "judge").iterdir())
    assert len(entries) == 1
    entries[0].write_bytes(entries[0].read_bytes()[:-7] + b"garbage")
    assert judge_file(scenario) == first


def test_what_the_clock_cut_short_is_not_kept(scenario, tmp_path):
    judgement = judge_file(scenario, budget=Budget(seconds=0))
    assert any("H503" in each.codes for each in judgement.undecided)
    assert not (tmp_path / "cache" / "judge").exists()


def test_errors_are_raised(tmp_path):
    path = variant(tmp_path, "reward: {parts: [{id: c, weight: 1, check: final.tikets}]}\n")
    with pytest.raises(driver.CheckFailed):
        judge_file(path, use_cache=False)
    with pytest.raises(driver.NoScenario):
        judge_file(tmp_path / "apis" / "helpdesk.yaml", use_cache=False)


_PRINT = """
import json, sys
from rewardlang.judge.files import judge_file, to_plain
print(json.dumps(to_plain(judge_file(sys.argv[1], use_cache=False))))
"""


def test_it_is_the_same_in_every_process(tmp_path):
    path = variant(tmp_path)
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    printed = [
        subprocess.run(
            [sys.executable, "-c", _PRINT, str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1]
