"""Rollouts as training writes them, held against the reader, and what the linter makes of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from judge.rollout_lines import BETTER, MIXED, NOTHING, Kind, codes, paid_twice, steps, written

from rewardlang import cli, driver
from rewardlang.findings import run
from rewardlang.findings.trained import Trained
from rewardlang.judge.rollouts import BadRollouts, read
from rewardlang.judge.rollouts_rules import watch
from rewardlang.training.rollouts import Rollout, Scorer, Where
from rewardlang.training.watch import training_records, write_lines
from rewardlang_runtime import Scenario
from rewardlang_runtime.traces import parse_traces, score_trace

Policy = Callable[[Rollout], str]
"""Makes calls and gives the answer."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paid_twice(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def compiled(path: Path) -> Scenario:
    return driver.load(path)


def close_unread(rollout: Rollout) -> str:
    rollout.call("closeTicket", {"id": rollout._env.params["id"]})
    return "Closed."


def look(rollout: Rollout) -> str:
    rollout.call("getTicket", {"id": rollout._env.params["id"]})
    return "Seen."


def work(rollout: Rollout) -> str:
    look(rollout)
    return close_unread(rollout)


def idle(rollout: Rollout) -> str:
    return "Done."


def episodes(scorer: Scorer, scenario: Scenario, plan: Sequence[tuple[str, int, Policy]]) -> Any:
    """Records of episodes, made as the trainer makes them."""
    done = []
    for split, seed, policy in plan:
        rollout = Rollout(scenario)
        rollout.reset(json.dumps([split, seed]))
        done.append((rollout, [{"role": "assistant", "content": policy(rollout)}]))
    scorer([messages for _, messages in done], [rollout for rollout, _ in done])
    return scorer.take()


@pytest.fixture(scope="module")
def hacked(compiled: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that learned to look and to leave it at that."""
    folder = tmp_path_factory.mktemp("runs") / "hacked"
    (folder / "transcripts").mkdir(parents=True)
    scorer = Scorer()
    for phase, policy in (("baseline", work), ("trained", look)):
        records: list[dict[str, Any]] = []
        for decoding in ("sampled", "greedy"):
            scorer.where = Where(phase, decoding)
            records += episodes(scorer, compiled, [("eval", s, policy) for s in range(20)])
        write_lines(folder / "transcripts" / f"{phase}.jsonl", records)
    scorer.where = Where("training", "sampled")
    for step in range(1, 9):
        group = (idle, idle, work, close_unread) if step <= 4 else (look, look, look, idle)
        plan = [("train", seed, policy) for seed in range(4) for policy in group]
        rows = training_records(episodes(scorer, compiled, plan), step)
        write_lines(folder / "transcripts" / "training.jsonl", rows, append=True)
    return folder


def test_a_folder_as_training_writes_it(hacked: Path, path: Path) -> None:
    """Holds the reader against the writer of the run folder."""
    mine = read(hacked)["desk.close"]
    assert mine.names == ("read", "closed", "both")
    assert set(mine.held_out) == {(p, d) for p in ("baseline", "trained")
                                  for d in ("sampled", "greedy")}  # fmt: skip
    assert mine.held_out["trained", "greedy"][0].mean == pytest.approx(0.5)
    assert mine.parts.count == 80 + 8 * 16
    # Two tasks, in which four seeds fall together where their prompts are the same.
    groups = mine.groups()
    assert sum(group.count for group in groups) == 8 * 16
    assert [group.step for group in groups] == sorted(group.step or 0 for group in groups)
    found = [
        each
        for each in watch(driver.judgeable_of(path), mine).diagnostics
        if each.code.id == "G809"
    ]
    assert [each.message for each in found] == [
        "the training reward rises from 0.31 to 0.38, while the reward of held-out tasks falls "
        "from 1.00 to 0.50"
    ]


def test_the_trace_of_a_finding_plays_again(
    hacked: Path, path: Path, compiled: Scenario, tmp_path: Path
) -> None:
    (found,) = [
        d for d in Trained(hacked).findings([path])[path].diagnostics if d.code.id == "G809"
    ]
    (evidence,) = found.evidence
    (trace,) = parse_traces([json.dumps(evidence.line)])
    verdict = score_trace(compiled, trace)
    assert verdict.detail is not None
    assert verdict.detail.reward == evidence.line["reward"] == 0.5


# ---- in a run of the linter ----


def test_rollouts_of_other_scenarios(path: Path, tmp_path: Path) -> None:
    other = [{**row, "scenario": "desk.open"} for row in steps(MIXED, BETTER)]
    with pytest.raises(BadRollouts, match=r"rollouts of `desk[.]open`, and of no scenario"):
        Trained(written(tmp_path, other)).findings([path])
    both = written(tmp_path, [*other, *steps((NOTHING, NOTHING), (NOTHING, NOTHING))])
    assert codes(Trained(both).findings([path])[path].diagnostics) == ["G806", "G807"]
    nameless = [{k: v for k, v in row.items() if k != "scenario"} for row in other]
    trained = Trained(written(tmp_path, nameless))
    assert trained.findings([path])[path].diagnostics == ()
    with pytest.raises(BadRollouts, match="lint one file alone"):
        trained.findings([path, path])
    assert trained.findings([]) == {}


def test_a_run_of_the_linter(path: Path, tmp_path: Path) -> None:
    """They are found with the others, and a comment silences them."""
    rows = written(tmp_path, steps((NOTHING, NOTHING), (NOTHING, NOTHING)))

    def found() -> set[str]:
        options = run.Options(select=("G",), static=True, use_cache=False, rollouts=rows)
        return {each.diagnostic.code.id for each in run.lint([path], options).findings}

    assert found() == {"G806", "G807"}
    text = path.read_text(encoding="utf-8")
    reason = "    # rewardlang: ignore[G806, G807] -- a first try\n"
    try:
        path.write_text(text.replace("    - {id: read", reason + "    - {id: read"))
        assert found() == set()
    finally:
        path.write_text(text)


@pytest.mark.parametrize(
    ("groups", "unused"),
    [
        ((MIXED,) * 3, {"G806", "G808", "G809"}),
        (((NOTHING, NOTHING),) * 4, {"G808", "G809"}),
        ((MIXED * 2,), {"G808"}),
        (None, set()),
    ],
)  # fmt: skip
def test_a_suppression_that_no_rollout_needs(
    groups: Sequence[Sequence[Kind]] | None, unused: set[str], path: Path, tmp_path: Path
) -> None:
    """It is unused when there are rollouts, enough of them to decide."""
    folder = tmp_path / "desk"
    shutil.copytree(path.parent, folder)
    mine = folder / "close.yaml"
    reason = "    # rewardlang: ignore[G806, G808, G809] -- a first try\n"
    text = mine.read_text(encoding="utf-8")
    mine.write_text(text.replace("    - {id: read", reason + "    - {id: read"))
    rows = None if groups is None else written(tmp_path, steps(*groups))
    options = run.Options(select=("M901",), static=True, use_cache=False, rollouts=rows)
    said = [each.diagnostic.message for each in run.lint([mine], options).findings]
    assert {message[1:5] for message in said} == unused


def test_the_command(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def lint(rollouts: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as exit:
            cli.main(["lint", "--static", "--no-cache", "--select", "G", str(path),
                      "--rollouts", rollouts])  # fmt: skip
        return (exit.value.code, *capsys.readouterr())

    status, _, said = lint("runs/none")
    assert status == 2
    assert "--rollouts: there is no runs/none; give a run folder" in said
    written(tmp_path, steps((NOTHING, NOTHING), (NOTHING, NOTHING)))
    status, out, _ = lint("rollouts.jsonl")
    assert status == 1
    assert "warning[G806]" in out
    assert "warning[G807]" in out
